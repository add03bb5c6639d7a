"""Who calls: by the bearer token."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from consumers.http.answers import Problem
from schemas.platform.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Caller:
    """An office, or the administrator (`office` is None then)."""

    office: str | None

    @property
    def is_admin(self) -> bool:
        return self.office is None


def caller(credentials: Credentials, request: Request) -> Caller:
    """Raises Problem 401 without a token or for an unknown one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "no-token", headers={"WWW-Authenticate": "Bearer"})
    if credentials.is_admin(token.strip()):
        return Caller(None)
    office = credentials.office_of(token.strip())
    if office is None:
        raise Problem(401, "unknown-token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return Caller(office)
