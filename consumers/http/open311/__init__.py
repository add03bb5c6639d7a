"""Open311 GeoReport v2, what shows something: discovery, services, requests, tokens, updates; XML or JSON.

`open311_routes` may be imported from here. With a channel's key one sees that channel's petitions whole; without one those that are about a
place, without anybody's words, pictures or exact place.
"""

from consumers.http.open311.routes import open311_routes

__all__ = ["open311_routes"]
