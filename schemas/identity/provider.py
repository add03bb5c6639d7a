"""Signing in at the city's provider: OpenID Connect, authorization code with PKCE.

1. `way`: the browser is sent to the provider; state, nonce and verifier are kept here, the state in a cookie of the browser, too.
2. The provider sends it back with a code, which is worth nothing without the verifier, to nobody with another state, and once.
3. `arrived`: the code becomes the ID token: signed by the provider, for us, with the nonce. Its subject is one of our persons, or nobody's.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from psycopg_pool import AsyncConnectionPool

from schemas.identity.settings import IdentitySettings
from schemas.platform.authorities import authorities
from schemas.platform.credentials import digest
from schemas.web import Problem

_ALGORITHMS = ("RS256", "ES256", "EdDSA", "PS256")  # signatures that only the provider can make: never HS256, never none
_LEEWAY_SECONDS = 30
_TIMEOUT_SECONDS = 10.0
_SCOPE = "openid"

_KEEP = "insert into sign_in_visit (state, nonce, verifier, back) values (%s, %s, %s, %s)"
_TAKE = "delete from sign_in_visit where state = %s and began_at > now() - interval '15 minutes' returning nonce, verifier, back"
OVER = "delete from sign_in_visit where began_at < now() - interval '15 minutes'"
_PERSON = "select id from person where subject = %s and disabled_at is null"


@dataclass(frozen=True, slots=True)
class Way:
    """Where the browser goes, and what it keeps meanwhile."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who has come back, with the provider's token; `back`: the page that he wanted."""

    person: str
    id_token: str
    back: str


class Provider:
    """Raises Problem 502 `provider-failed` when the provider does not do its part, psycopg errors without a database."""

    def __init__(self, settings: IdentitySettings, pool: AsyncConnectionPool[Any]) -> None:
        self._settings, self._pool = settings, pool
        self._metadata: dict[str, Any] | None = None

    @property
    def there(self) -> bool:
        return bool(self._settings.oidc_issuer)

    async def way(self, redirect_uri: str, back: str) -> Way:
        """The first step, for a reader who wants the page `back`."""
        endpoint = (await self._about())["authorization_endpoint"]
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        async with self._pool.connection(timeout=2) as connection:
            await connection.execute(OVER)
            await connection.execute(_KEEP, (digest(state), nonce, verifier, back))
        proof = {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
        return Way(
            prepare_grant_uri(endpoint, self._settings.oidc_client_id, "code", redirect_uri, _SCOPE, state, nonce=nonce, **proof), state
        )

    async def arrived(self, redirect_uri: str, given: Mapping[str, str], state: str | None) -> Arrival:
        """The third step; `given`: the parameters with which the browser came, `state`: what it had kept.

        Raise Problem 403 `foreign-page` for a way that this browser did not begin, `unknown-person` for one whom we do not know.
        """
        if not state or not secrets.compare_digest(state.encode(), given.get("state", "").encode()):
            raise Problem(403, "foreign-page")
        async with self._pool.connection(timeout=2) as connection:
            visit = await (await connection.execute(_TAKE, (digest(state),))).fetchone()
        if visit is None:
            raise Problem(403, "foreign-page")
        nonce, verifier, back = visit
        id_token = await self._redeemed(redirect_uri, given.get("code", ""), verifier)
        subject = await self._subject(id_token, nonce)
        async with self._pool.connection(timeout=2) as connection:
            person = await (await connection.execute(_PERSON, (f"{self._settings.oidc_issuer} {subject}",))).fetchone()
        if person is None:
            raise Problem(403, "unknown-person")
        return Arrival(person[0], id_token, back)

    async def end(self, id_token: str, back: str) -> str | None:
        """Where the browser ends its session at the provider, too; None when the provider has no such place or does not answer."""
        try:
            endpoint = (await self._about()).get("end_session_endpoint")
        except Problem:
            return None
        given = {"id_token_hint": id_token, "client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back}
        return f"{endpoint}?{urlencode(given)}" if endpoint else None

    async def _redeemed(self, redirect_uri: str, code: str, verifier: str) -> str:
        endpoint, name, secret = (await self._about())["token_endpoint"], self._settings.oidc_client_id, self._settings.oidc_client_secret
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
        # RFC 6749, 2.3.1: both halves are form-encoded before they become a Basic header; without a secret the client only names itself.
        proof = {"auth": (quote_plus(name), quote_plus(secret.get_secret_value()))} if secret else {}
        id_token = (await self._fetched(endpoint, given if secret else {**given, "client_id": name}, **proof)).get("id_token")
        if not isinstance(id_token, str):
            raise Problem(502, "provider-failed")
        return id_token

    async def _subject(self, id_token: str, nonce: str) -> str:
        """Of a token that is the provider's, for us, of now, and of this visit."""
        keys = await self._fetched((await self._about())["jwks_uri"])
        rules = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]
            rules.validate(token.claims)
        except (JoseError, ValueError) as error:
            raise Problem(502, "provider-failed") from error
        return str(token.claims["sub"])

    async def _about(self) -> dict[str, Any]:
        """What the provider says of itself, asked once; it must be who it is asked as."""
        if self._metadata is None:
            found = await self._fetched(f"{self._settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self._settings.oidc_issuer:
                raise Problem(502, "provider-failed")
            self._metadata = found
        return self._metadata

    async def _fetched(self, url: str, form: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """The JSON object that it answers; to `form` where one is sent."""
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, verify=authorities()) as client:
                asked = client.get(url) if form is None else client.post(url, data=form, **more)
                return dict((await asked).raise_for_status().json())
        except (httpx.HTTPError, ValueError, TypeError) as error:
            raise Problem(502, "provider-failed") from error
