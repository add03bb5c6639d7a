"""Certificates that the settings name: how long they still hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from deploy.cluster.doctor.finding import Finding, fine, mind, not_here, wrong
from deploy.cluster.doctor.patient import Patient
from schemas.platform.settings import DatabaseSettings

_SOON_DAYS, _NOW_DAYS = 30, 14
_RENEW = "renew it, then restart the roles that use it"


def expiry(site: Patient) -> list[Finding]:
    """Every certificate in every file that is named."""
    found = [finding for path in sorted(set(_named(site))) for finding in _read(path)]
    return found or [not_here("no certificate is named in the settings")]


def judged(name: str, until: datetime, now: datetime) -> Finding:
    """By the days that are left."""
    days = (until - now).days
    told = f"{name} holds until {until:%Y-%m-%d}"
    if days < _NOW_DAYS:
        return wrong(told if until > now else f"{name} has expired on {until:%Y-%m-%d}", _RENEW)
    return mind(told, _RENEW) if days < _SOON_DAYS else fine(told)


def _read(path: Path) -> Iterator[Finding]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        certificates = load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        yield wrong(f"{path}: {error}", "correct the path, or the file: PEM is expected")
        return
    for certificate in certificates:
        yield judged(f"{path} ({certificate.subject.rfc4514_string()})", certificate.not_valid_after_utc, datetime.now(UTC))


def _named(site: Patient) -> Iterator[Path]:
    """In the database's address, and in any role's setting that is a path to a certificate."""
    from psycopg.conninfo import conninfo_to_dict

    from deploy.roles import ROLES

    if "DATABASE_URL" in site.environment or "DATABASE_URL_FILE" in site.environment:
        parts = conninfo_to_dict(site.read(DatabaseSettings).database_url.get_secret_value())
        yield from (Path(str(parts[name])) for name in ("sslcert", "sslrootcert") if parts.get(name) not in (None, "system"))
    names = {name for role in ROLES for found in role.settings_classes() for name in found.model_fields if is_certificate(name)}
    yield from (Path(site.environment[name.upper()]) for name in names if site.environment.get(name.upper()))


def is_certificate(setting: str) -> bool:
    """Whether a setting of that name is a certificate's path."""
    return any(part in ("cert", "certfile", "certificate", "ca", "cafile") for part in setting.lower().split("_"))
