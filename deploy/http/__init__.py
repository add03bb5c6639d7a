"""ASGI layers around the HTTP applications."""
