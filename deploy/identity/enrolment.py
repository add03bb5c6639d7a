"""What a start makes known: the tokens of the credentials file, and, while there are no persons, those of an accounts file.

An accounts file: `[{"login": "can-bo", "name": "…", "posts": ["officer@so-xd"], "password": "…"}]`, mode 0600.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.authority import DUTIES, Duty
from schemas.reference import CITY_CHAIRMAN, CITY_OFFICE, TRIAGE_OFFICE, offices

if TYPE_CHECKING:
    from psycopg import Connection

_PERSONS: Mapping[Duty, tuple[str, str]] = {
    Duty.OFFICER: ("can-bo", "Cán bộ xử lý"),
    Duty.HEAD: ("truong-don-vi", "Lãnh đạo đơn vị"),
    Duty.CITY_OFFICE: ("van-phong", "Văn phòng UBND thành phố"),
    Duty.TRIAGE: ("dieu-phoi", "Cán bộ điều phối"),
    Duty.LEADER: ("lanh-dao", "Lãnh đạo thành phố"),
    Duty.OPERATIONS: ("trung-tam", "Trung tâm điều hành"),
    Duty.AUDITOR: ("thanh-tra", "Thanh tra"),
    Duty.OPERATOR: ("van-hanh", "Vận hành hệ thống"),
    Duty.HOTLINE: ("tong-dai", "Người trực tổng đài"),
}
"""One for each duty; the officer and the head are so at every office, so that two sign-ins show the whole city."""
_BOUND = {Duty.CITY_OFFICE: CITY_OFFICE, Duty.TRIAGE: TRIAGE_OFFICE, Duty.LEADER: CITY_CHAIRMAN}


def demonstration() -> list[dict[str, Any]]:
    """Persons to look around with, each with a fresh random password."""
    return [
        {"login": login, "name": name, "posts": _posts(duty), "password": secrets.token_urlsafe(12)}
        for duty, (login, name) in _PERSONS.items()
    ]


def _posts(duty: Duty) -> list[str]:
    if DUTIES[duty].everywhere:
        return [duty.value]
    return [f"{duty}@{office}" for office in ([_BOUND[duty]] if duty in _BOUND else offices())]


def enrol(connection: Connection[Any], credentials: Path | None, accounts: Path | None) -> None:
    """Take up both files, where they are named and there; again changes nothing."""
    from schemas.identity import tokens
    from schemas.platform.credentials import Credentials

    if credentials is not None and credentials.exists():
        tokens.enrol(connection, Credentials.load(credentials).holders)
    if accounts is not None and accounts.exists() and connection.execute("select from person limit 1").fetchone() is None:
        make(connection, json.loads(accounts.read_text(encoding="utf-8")))


def make(connection: Connection[Any], accounts: list[dict[str, Any]]) -> None:
    """All of them or none."""
    from schemas.identity import persons

    with connection.transaction():
        for one in accounts:
            persons.add(connection, one["login"], one["name"], map(persons.post, one["posts"]), password=one["password"])
