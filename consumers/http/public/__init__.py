"""What anybody may read over HTTP, whoever asks: petitions about the street, statistics, feeds, open data; no words of anybody.

`public_routes` and `usual_figures` may be imported from here. Every answer says how long it may be kept, so that a cache in front of the
service answers most.
"""

from consumers.http.public.routes import public_routes, usual_figures

__all__ = ["public_routes", "usual_figures"]
