"""Settings of the producers' side of the role `web`."""

from __future__ import annotations

from pydantic import Field

from producers.files.settings import FileSettings
from schemas.identity.settings import IdentitySettings
from schemas.platform.settings import KeyringSettings, TrackingSettings


class HttpSettings(TrackingSettings, IdentitySettings, KeyringSettings, FileSettings):
    """Read by the HTTP intake and the action calls."""

    delivery_timeout_ms: int = Field(8000, ge=1000, le=60_000, description="How long Kafka may take to acknowledge an event (ms).")
    patience_ms: int = Field(2000, ge=100, le=60_000, description="Without any acknowledgement for so long, new events are refused (ms).")
    max_pending: int = Field(20_000, ge=1, description="Events that may wait for Kafka's acknowledgement; more are refused.")
    longest_wait_s: float = Field(
        20.0, ge=1, le=3600, description="How long a petition may have to wait for its reply (s); beyond it new ones are refused with 503."
    )
    body_limit: int = Field(262_144, ge=1024, le=900_000, description="Largest request body (bytes).")
    action_wait_ms: int = Field(
        1000, ge=0, le=10_000, description="How long an action waits for a fresh petition to reach the read model (ms)."
    )
    web_burst: int = Field(6, ge=1, description="Petitions that one address may submit on the web page at once.")
    web_per_hour: int = Field(30, ge=1, description="Petitions that one address may submit on the web page in an hour, beyond that.")
    forwarded_hops: int = Field(
        0, ge=0, le=10, description="Our own proxies in front: the address is so many entries from the end of X-Forwarded-For."
    )
