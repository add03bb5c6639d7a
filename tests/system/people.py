"""The people who use the system, as its HTTP interface sees them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from tests.plain_http import PLAIN

T = TypeVar("T")
PATIENCE = 60.0


class City:
    """Calls of the intake app, of citizens and of offices on one instance."""

    def __init__(self, url: str, credentials: Path) -> None:
        self.credentials = json.loads(credentials.read_text(encoding="utf-8"))
        self.http = httpx.Client(base_url=url, timeout=30, verify=PLAIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def post(self, body: Any, **headers: str) -> httpx.Response:
        """A raw call of the intake app `ihanoi`."""
        key = {"X-API-Key": self.credentials["intake"]["ihanoi"]}
        if isinstance(body, (bytes, str)):
            return self.http.post("/v1/petitions", content=body, headers={**key, "Content-Type": "application/json", **headers})
        return self.http.post("/v1/petitions", json=body, headers={**key, **headers})

    def submit(self, text: str, **more: Any) -> dict[str, Any]:
        answer = self.post({"channel": "ihanoi", "text": text, **more})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def status(self, code: str) -> dict[str, Any]:
        """Once the petition has come through, which on a busy machine takes longer than the service waits for one that it does not know."""
        answer = wait(lambda: self.http.get(f"/v1/petitions/{code}"), lambda found: found.status_code != 404)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def shown(self, code: str) -> dict[str, Any]:
        """The same, once what was handed in can be shown: a fresh petition is there a moment before."""
        return wait(lambda: self.status(code), lambda found: found["said"] is not None)

    def token(self, office: str) -> dict[str, str]:
        token = self.credentials["admin"] if office == "admin" else self.credentials["departments"][office]
        return {"Authorization": f"Bearer {token}"}

    def queue(self, office: str) -> list[dict[str, Any]]:
        """All of it, page after page."""
        found: list[dict[str, Any]] = []
        more: dict[str, str] = {}
        while True:
            answer = self.http.get(f"/v1/departments/{office}/queue", headers=self.token(office), params={"limit": 200, **more})
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            if not answer.json()["next"]:
                return found
            more = {"cursor": answer.json()["next"]}

    def act(self, office: str, petition_id: str, action: str, *, token: str | None = None, **fields: Any) -> httpx.Response:
        url = f"/v1/departments/{office}/queue/{petition_id}/actions"
        return self.http.post(url, json={"action": action, **fields}, headers=self.token(token or office))

    def citizen_act(self, code: str, action: str, **fields: Any) -> httpx.Response:
        return self.http.post(f"/v1/petitions/{code}/actions", json={"action": action, **fields})

    def wait_state(self, code: str, state: str) -> dict[str, Any]:
        return wait(lambda: self.status(code), lambda status: status["state"] == state)

    def desk_types(self, office: str, petition_id: str) -> list[str]:
        """The events of a case as its office sees them."""
        answer = self.http.get(f"/v1/departments/{office}/queue/{petition_id}", headers=self.token(office))
        assert answer.status_code == 200, answer.text
        return [item["type"] for item in answer.json()["timeline"]]

    def types(self, code: str) -> list[str]:
        return [item["type"] for item in self.status(code)["timeline"]]


def wait(look: Callable[[], T], until: Callable[[T], bool]) -> T:
    """Look again and again until it is as wanted; the last look is returned either way, for the test to compare."""
    end = time.monotonic() + PATIENCE
    seen = look()
    while not until(seen) and time.monotonic() < end:
        time.sleep(0.05)
        seen = look()
    return seen
