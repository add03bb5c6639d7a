"""The consumers' side of HTTP: everything that shows. `deploy.web.server` mounts it beside the producers' side."""

from consumers.http.app import Showing, prepare

__all__ = ["Showing", "prepare"]
