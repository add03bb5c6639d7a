"""HTTP without TLS, as everything on this machine speaks."""

from __future__ import annotations

import ssl

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For `verify` of a client that speaks to http:// alone: it would read all authorities first, longer than most calls take."""
