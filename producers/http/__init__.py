"""HTTP that puts events in: petitions of intake apps and of the page's form, actions of citizens and offices (202 means that Kafka has
it), and persons who sign in.

`prepare` may be imported from here. It knows nothing of how a case is decided: who may ask stands in `schemas.authority`.
"""

from producers.http.app import Routes, prepare

__all__ = ["Routes", "prepare"]
