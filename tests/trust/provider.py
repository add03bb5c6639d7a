"""The provider Canaille, which others wrote, with one user and one client, on a port of this machine."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey

from deploy.one_machine.embedded.ports import free_port

USER, PASSWORD = "lan", "mật khẩu ở nơi khác"
CLIENT, SECRET = "petitions", "secret-of-petitions"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Canaille:
    """`issuer`: its address."""

    issuer: str

    def sign_in(self, browser: httpx.Client, address: str, password: str = PASSWORD) -> str:
        """Go there as a user does, name and password included; where the provider leads at last."""
        asked = browser.get(address, follow_redirects=True)
        named = browser.post(asked.url, data={"login": USER, "csrf_token": _csrf(asked)}, follow_redirects=True)
        found = browser.post(named.url, data={"password": password, "csrf_token": _csrf(named)})
        return self.followed(browser, found)

    def forget_codes(self) -> None:
        """All that nobody has redeemed: asked for one code, its memory (unlike its databases) finds any of the same client's."""
        for code in Backend.instance.query(models.AuthorizationCode):
            Backend.instance.delete(code)

    def followed(self, browser: httpx.Client, found: httpx.Response) -> str:
        """Its redirects, up to the first that leads away from it."""
        while (there := found.headers.get("location")) and not _leaves(there, self.issuer):
            found = browser.get(str(found.url.join(there)))
        return there or ""


def _leaves(address: str, issuer: str) -> bool:
    return urlsplit(address).netloc not in {"", urlsplit(issuer).netloc}


def _csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


@contextmanager
def canaille(service: str) -> Iterator[Canaille]:
    """While it serves; `service`: the address of the one client that it knows."""
    port = free_port()
    app = create_app(_configuration(port))
    with app.app_context():
        _filled(Backend.instance, service)
    server = make_server("127.0.0.1", port, app, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Canaille(f"http://127.0.0.1:{port}")
    server.shutdown()
    server.server_close()


def _configuration(port: int) -> dict[str, Any]:
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "one"}).as_dict(private=True)
    return {
        "SECRET_KEY": "only for the tests, and for this run",
        "SERVER_NAME": f"127.0.0.1:{port}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            "HTMX": False,
            "LOGGING": {"version": 1, "disable_existing_loggers": False},
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"], "READ": ["user_name"], "WRITE": []}},
        },
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key]},
    }


def _filled(backend: Any, service: str) -> None:
    backend.save(models.User(user_name=USER, family_name="Lan", formatted_name="Lan", emails=["lan@example.vn"], password=PASSWORD))
    client = models.Client(
        client_id=CLIENT,
        client_secret=SECRET,
        client_name="Phản ánh Hà Nội",
        client_uri="http://127.0.0.1",
        redirect_uris=[f"{service}/sign-in/return"],
        post_logout_redirect_uris=[f"{service}/sign-in"],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid"],
        token_endpoint_auth_method="client_secret_basic",
        client_id_issued_at=datetime.now(UTC),
    )
    backend.save(client)
    client.audience = [client]
    backend.save(client)
