"""The published contract of the calls over HTTP: as a document at `/openapi.json`, for people at `/docs`.

`contract` and `contract_routes` may be imported from here. It knows the operations of all sides, and no handler of them.
"""

from deploy.web.contract.routes import contract, contract_routes

__all__ = ["contract", "contract_routes"]
