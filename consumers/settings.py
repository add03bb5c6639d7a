"""Settings of the consumers' processes, one class each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from consumers.notifier.policy import MEDIA
from schemas.identity.settings import IdentitySettings
from schemas.platform.settings import DatabaseSettings, KeyringSettings, ProcessSettings, SmtpSettings, TrackingSettings

_TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?/[^\s\"'<>]*")


class MemberSettings(ProcessSettings):
    """A process that may run several times and shares the partitions with its like."""

    worker_id: str = Field(
        "",
        description="A name that stays over restarts and differs between members, e.g. the pod's; speeds up take-over.",
    )


class ProjectorSettings(MemberSettings, DatabaseSettings, KeyringSettings, TrackingSettings):
    """Role `projector`: the read model in PostgreSQL."""

    projector_batch: int = Field(4000, ge=1, le=100_000, description="Most events in one database transaction.")


class DispatcherSettings(MemberSettings, KeyringSettings):
    """Role `dispatcher`: each office's own topic."""

    dispatcher_batch: int = Field(20_000, ge=1, le=100_000, description="Most events in one Kafka transaction.")
    dispatcher_transaction_timeout_ms: int = Field(
        15_000,
        ge=1000,
        le=900_000,
        description="After this time the broker ends the transaction of a dispatcher that is gone (ms).",
    )


class ForwarderSettings(MemberSettings):
    """Role `forwarder`: what other systems write as themselves."""

    forwarder_batch: int = Field(500, ge=1, le=10_000, description="Most events in one transaction of the forwarder.")
    forwarder_transaction_timeout_ms: int = Field(
        15_000, ge=1000, le=900_000, description="After this time the broker ends the transaction of a forwarder that is gone (ms)."
    )


class IncidentSettings(MemberSettings, DatabaseSettings, KeyringSettings):
    """Role `incidents`: several petitions on one matter."""

    incident_batch: int = Field(500, ge=1, le=10_000, description="Most events in one database transaction of the incidents role.")
    incident_days: float = Field(14.0, gt=0, le=365, description="Petitions received farther apart are two matters (days).")
    incident_metres: float = Field(150.0, gt=0, le=5000, description="Points farther apart are two matters (m).")
    incident_near_metres: float = Field(40.0, gt=0, le=1000, description="Points so near are one place (m).")
    incident_merge: float = Field(0.4, ge=0, le=1, description="At one place, texts at least so similar are joined by the system.")
    incident_merge_near: float = Field(
        0.62, ge=0, le=1, description="As INCIDENT_MERGE, where only the points on the map say that it is one place."
    )
    incident_propose: float = Field(0.25, ge=0, le=1, description="Perhaps at one place, texts at least so similar are proposed.")
    incident_propose_by_text: float = Field(0.6, ge=0, le=1, description="So similar, texts without any place are proposed.")
    incident_followers: int = Field(200, ge=1, le=10_000, description="With so many followers, the next one is only proposed.")
    incident_auto: bool = Field(True, description="False: the system joins nothing by itself, it only proposes.")


class NoticeSettings(TrackingSettings, KeyringSettings):
    """By which media citizens are told (roles `notifier` and `web`)."""

    notice_media: str = Field("", description="Media by which citizens can be told, e.g. `email,sms,zalo,webpush`; empty: by none.")

    def media(self) -> tuple[str, ...]:
        return tuple(medium for part in self.notice_media.split(",") if (medium := part.strip()))

    @field_validator("notice_media")
    @classmethod
    def _known_media(cls, given: str) -> str:
        if unknown := {part.strip() for part in given.split(",")} - {"", *MEDIA}:
            raise ValueError(f"knows {', '.join(MEDIA)}, not {', '.join(sorted(unknown))}")
        return given


class NotifierSettings(NoticeSettings, SmtpSettings, MemberSettings, DatabaseSettings):
    """Role `notifier`: webhooks, e-mail, SMS, Zalo and web push."""

    notifier_batch: int = Field(1000, ge=1, le=10_000, description="Most events in one database transaction of the notifier.")
    notifier_lanes: int = Field(32, ge=1, le=1000, description="To how many receivers one notifier sends at once.")
    notice_url: str = Field("http://127.0.0.1:8080", description="What citizens call, for links in notices, without a slash at the end.")
    webhooks_inside: bool = Field(False, description="Webhooks and pushes may go to private addresses and over plain HTTP; for trying out.")
    sms_url: str = Field("", description="Where SMS are handed in by HTTP POST.")
    sms_token: SecretStr = Field(SecretStr(""), description="The bearer token there.")
    zalo_url: str = Field("", description="Where Zalo messages are handed in by HTTP POST.")
    zalo_token: SecretStr = Field(SecretStr(""), description="The bearer token there.")
    gateway_template: str = Field(
        '{"to": "$address", "text": "$text", "reference": "$id"}',
        description="What SMS and Zalo gateways get: JSON whose texts have $address, $text and $id in them.",
    )


class TileSettings(ProcessSettings):
    """A server of map tiles of the operator's choice; without one the wards' outlines are the whole map."""

    tiles_url: str = Field(
        "",
        description="Map tiles (Web Mercator) under the wards, `https://host/{z}/{x}/{y}.png`; browsers ask that host. Empty: no tiles.",
    )
    tiles_attribution: str = Field("", description="Whose map it is, as its licence wants it said beside it; needed with TILES_URL.")

    @property
    def tiles_origin(self) -> str:
        """Whom browsers ask for tiles; empty: nobody."""
        return self.tiles_url[: self.tiles_url.index("/", len("https://"))] if self.tiles_url else ""

    @field_validator("tiles_url")
    @classmethod
    def _is_template(cls, url: str) -> str:
        if url and not (_TILES.fullmatch(url) and all(url.count(name) == 1 for name in ("{z}", "{x}", "{y}"))):
            raise ValueError("is not http(s)://host/… with {z}, {x} and {y} once each behind the host")
        return url

    @model_validator(mode="after")
    def _is_attributed(self) -> Self:
        if self.tiles_url and not self.tiles_attribution:
            raise ValueError("TILES_URL needs TILES_ATTRIBUTION")
        return self


class ViewSettings(IdentitySettings, NoticeSettings, TileSettings):
    """What citizens and offices see over HTTP (part of role `web`)."""

    database_pool: int = Field(8, ge=1, le=200, description="Database connections for reading.")
    wards_geojson: Path | None = Field(
        None, description="GeoJSON with the 126 wards' outlines, for the desk's map; without it wards are circles of their area."
    )
    open_data_dir: Path | None = Field(
        None, description="Where `petitions open-data` writes; the page for everybody links the newest day's files there."
    )
    live_ring: int = Field(20_000, ge=0, le=1_000_000, description="Recent events kept in memory for subscribers who have just come.")
    arrival_wait_ms: int = Field(3_000, ge=0, le=30_000, description="How long a fresh tracking code may wait for its first event (ms).")
    arrival_waiters: int = Field(500, ge=0, le=100_000, description="How many requests may wait like that at once.")
    heartbeat_seconds: float = Field(15.0, gt=0, le=300, description="Pause between heartbeat comments on an event stream (s).")
