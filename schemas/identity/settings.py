"""Settings of whatever must know who calls."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from schemas.platform.settings import DatabaseSettings


class IdentitySettings(DatabaseSettings):
    """Tokens and sessions (part of role `web`)."""

    credentials_file: Path = Field(
        Path(".data/credentials.json"),
        description="Intake keys, office tokens, admin token; further ones are in the database.",
    )
    public_url: str = Field("", description="Address under which citizens and offices reach the service; empty: links have no host.")
    token_refresh_seconds: float = Field(
        2.0, gt=0, le=60, description="Pause between two looks at the table of tokens: so long a revoked token still works (s)."
    )
    session_hours: float = Field(10.0, gt=0, le=168, description="A person who signed in must sign in again after so long (h).")
    session_idle_minutes: float = Field(60.0, gt=0, le=1440, description="A session that nobody uses ends after so long (min).")
    oidc_issuer: str = Field("", description="OpenID Connect provider at which persons sign in, its address; empty: none.")
    oidc_client_id: str = Field("petitions", description="What the provider knows this service as.")
    oidc_client_secret: SecretStr | None = Field(None, description="The provider's secret for this service.")
    oidc_name: str = Field("SSO", description="The provider's name, for the button with which one goes there.")
