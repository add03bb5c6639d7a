"""Settings of the role `mailroom`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from schemas.platform.settings import SmtpSettings

MEGABYTE = 1_000_000


class MailroomSettings(SmtpSettings):
    """Petitions by e-mail: the mailbox, and the service to which they are handed in."""

    imap_host: str = Field(description="The mailbox's server; where it is not set, the role is not run.")
    imap_port: int = Field(993, ge=1, le=65535, description="Its port.")
    imap_tls: Literal["none", "starttls", "tls"] = Field("tls", description="none, starttls or tls (from the begin).")
    imap_user: str = Field("", description="Who signs in at the mailbox.")
    imap_password: SecretStr = Field(SecretStr(""), description="The password there.")
    imap_folder: str = Field("INBOX", description="The folder that is read. What is done with lies in Petitions, Refused and Ignored.")
    mail_poll_seconds: float = Field(15, ge=0.1, le=3600, description="Pause between two looks into the mailbox (s).")
    mail_largest_mb: int = Field(30, ge=1, le=31, description="A larger mail is refused (MB).")
    mail_keep_days: float = Field(7, ge=0, le=365, description="Mails that are done with are deleted so long after they came (days).")
    intake_url: str = Field("http://127.0.0.1:8080", description="The role `web`, where petitions are handed in.")
    intake_key: SecretStr = Field(description="The intake key of the channel `email`.")
