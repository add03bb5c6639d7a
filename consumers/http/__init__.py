"""HTTP that shows: a petition to its citizen, queues to offices, figures to the operations centre, and each of them as it happens.

`prepare` may be imported from here. It decides nothing, and writes nothing but what the desk keeps for itself (`consumers.desk`); what an
office may do it reads in `schemas.authority`.
"""

from consumers.http.app import Showing, prepare

__all__ = ["Showing", "prepare"]
