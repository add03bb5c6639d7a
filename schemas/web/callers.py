"""Who calls: an office by its bearer token, or the administrator."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from schemas.platform.credentials import Credentials
from schemas.reference import offices
from schemas.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is: an office's, or the administrator's (`office` is None then)."""

    office: str | None

    @property
    def is_admin(self) -> bool:
        return self.office is None


@dataclass(frozen=True, slots=True)
class Acting:
    """The office in whose name somebody calls; `admin`: it is the administrator who does."""

    office: str
    admin: bool


def caller(credentials: Credentials, request: Request) -> Caller:
    """Raise Problem 401 without a token or for an unknown one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "no-token", headers={"WWW-Authenticate": "Bearer"})
    if credentials.is_admin(token.strip()):
        return Caller(None)
    office = credentials.office_of(token.strip())
    if office is None:
        raise Problem(401, "unknown-token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return Caller(office)


def acting_office(credentials: Credentials, request: Request) -> Acting:
    """The office of the path's `{code}`: the token's own, or any for the administrator. Raise Problem 401, 403 or 404."""
    who = caller(credentials, request)
    code: str = request.path_params["code"]
    if not who.is_admin and who.office != code:
        raise Problem(403, "foreign-office")
    if code not in offices():
        raise Problem(404, "unknown-office")
    return Acting(code, who.is_admin)
