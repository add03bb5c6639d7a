"""Open311 GeoReport v2, what puts something in: service requests and their updates, form-encoded; errors as that specification has them.

`open311_routes` may be imported from here. It ends in the same calls as the service's own (`petitions.take`, `actions.act`).
"""

from producers.http.open311.routes import open311_routes

__all__ = ["open311_routes"]
