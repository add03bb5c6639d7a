"""The pipeline as the mailroom sees it: its HTTP, with the key of the channel `email` and no other right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import httpx

from producers.mail.settings import MailroomSettings
from schemas.platform.authorities import authorities

_TIMEOUT_SECONDS = 30
_BUSY = frozenset({429, 503})
Claim = dict[str, str]


class ServiceAway(Exception):
    """It cannot take anything now; the same is asked again later."""


class Refused(Exception):
    """It will not take this one. `code`: the problem's, `rules`: of the fields that it names."""

    def __init__(self, status: int, code: str, rules: frozenset[str]) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.rules = status, code, rules


class Service:
    """Each call may be repeated: the same key, or id, with the same content is the same again. Raises ServiceAway and Refused."""

    def __init__(self, settings: MailroomSettings) -> None:
        key = {"X-API-Key": settings.intake_key.get_secret_value()}
        self._http = httpx.Client(base_url=settings.intake_url, headers=key, timeout=_TIMEOUT_SECONDS, verify=authorities())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def upload(self, name: str, content: bytes, key: str) -> Claim:
        found = self._asked("/v1/files", files={"file": (name, content)}, headers={"Idempotency-Key": key})
        return {"id": found["file_id"], "token": found["token"]}

    def hand_in(self, petition: dict[str, Any]) -> str:
        """The petition's id."""
        return str(self._asked("/v1/petitions", json=petition)["petition_id"])

    def add(self, external_ids: Sequence[str], codes: Sequence[str], addition: dict[str, Any], key: str) -> bool:
        """To the petition that one of these names; False where there is none."""
        body = {"external_ids": external_ids, "tracking_codes": codes, **addition}
        try:
            self._asked("/v1/additions", json=body, headers={"Idempotency-Key": key})
        except Refused as refused:
            if refused.status == httpx.codes.NOT_FOUND:
                return False
            raise
        return True

    def _asked(self, path: str, **what: Any) -> dict[str, Any]:
        try:
            answer = self._http.post(path, **what)
        except httpx.HTTPError as error:
            raise ServiceAway(type(error).__name__) from None
        if answer.status_code in _BUSY or answer.status_code == httpx.codes.UNAUTHORIZED:
            raise ServiceAway(str(answer.status_code))
        if answer.is_error:
            raise _refused(answer)
        return dict(answer.json())


def _refused(answer: httpx.Response) -> Refused:
    try:
        problem = answer.json()
        rules = frozenset(str(one["rule"]) for one in problem.get("fields") or ())
        return Refused(answer.status_code, str(problem["code"]), rules)
    except (ValueError, KeyError, TypeError):
        return Refused(answer.status_code, "unknown", frozenset())
