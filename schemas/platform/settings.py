"""Settings that every process shares. Values come from the environment; secrets may come from a file (`NAME_FILE`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from schemas.platform.clock import Clock, ScaledClock, WallClock
from schemas.platform.kafka import KafkaSettings


class ProcessSettings(KafkaSettings):
    """Read by every role."""

    partitions: int = Field(4, ge=1, le=512, description="Partitions of the petition topics; fixed once they exist.")
    replication: int = Field(1, ge=1, le=9, description="Copies of each topic; a record is acknowledged by all of them but one.")
    intake_retention_days: int = Field(
        30, ge=1, le=90, description="How long the stages' input is kept; a stage that is away for longer loses what came first (days)."
    )
    listen_host: str = Field("127.0.0.1", description="Address on which HTTP listens.")
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of /metrics, /healthz, /readyz; 0 picks a free one.")
    log_level: str = Field("warning", description="debug, info, warning or error.")
    clock_scale: float = Field(1.0, gt=0, le=100_000, description="How many times faster than the wall clock time runs.")
    clock_start_ms: int = Field(0, ge=0, description="With a scale: the instant shown at `clock_epoch_ms` (ms, UTC).")
    clock_epoch_ms: int = Field(0, ge=0, description="With a scale: the wall instant when the scaled clock began (ms, UTC).")

    def clock(self) -> Clock:
        """The clock that all processes of this deployment share."""
        if self.clock_scale == 1.0 and not self.clock_start_ms:
            return WallClock()
        return ScaledClock(self.clock_scale, self.clock_start_ms, self.clock_epoch_ms)


class TrackingSettings(ProcessSettings):
    """For those that turn tracking codes into petition ids."""

    tracking_secret: SecretStr = Field(
        description="At least 32 random characters, with which tracking codes are made. When it is changed, name the one before under"
        " TRACKING_SECRETS_BEFORE, or its codes are cut off.",
        min_length=32,
    )
    tracking_secrets_before: SecretStr | None = Field(
        None, description="Secrets that were TRACKING_SECRET before, newest first, parted by commas or spaces: their codes go on."
    )

    def tracking_secrets(self) -> tuple[bytes, ...]:
        """The secret, then those before it."""
        before = self.tracking_secrets_before.get_secret_value() if self.tracking_secrets_before else ""
        return tuple(secret.encode() for secret in (self.tracking_secret.get_secret_value(), *before.replace(",", " ").split()))


class KeyringSettings(ProcessSettings):
    """For those that seal what people write, or read it."""

    keyring_file: Path = Field(Path(".data/keyring.json"), description="The keys of what people write (schemas/platform/keyring.py).")


class DatabaseSettings(ProcessSettings):
    """For those that talk to PostgreSQL."""

    database_url: SecretStr = Field(description="PostgreSQL, `postgresql://user:password@host:port/name`.")


class SmtpSettings(ProcessSettings):
    """For those that send mail."""

    smtp_host: str = Field("127.0.0.1", description="The mail server.")
    smtp_port: int = Field(25, ge=1, le=65535, description="Its port.")
    smtp_tls: Literal["none", "starttls", "tls"] = Field("starttls", description="none, starttls or tls (from the begin).")
    smtp_user: str = Field("", description="Who signs in at the mail server; empty: nobody.")
    smtp_password: SecretStr = Field(SecretStr(""), description="The password there.")
    mail_from: str = Field(
        "khong-tra-loi@petitions.invalid", description="The sender of mails; where petitions come by mail, that mailbox's address."
    )
