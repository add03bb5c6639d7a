"""HTTP and the case stage are asked the same questions, who by who, state by state, action by action: they give the same answers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from msgspec.structs import replace

from deploy.cluster.migrate import migrate
from deploy.one_machine.embedded import EmbeddedPostgres
from deploy.web import limits
from deploy.web.server import application
from producers.http import prepare
from producers.kafka.pending import Done
from producers.kafka.publisher import Outgoing, Publisher
from schemas.authority import CITIZEN_ACTIONS, OFFICE_ACTIONS, STRANGER, Denial, Duty, Holding, Post, open_to, roles_at
from schemas.events import tracking
from schemas.events.actions import ACTION, Action
from schemas.events.base import Actor, Role
from schemas.platform.clock import to_datetime
from streams.case.decide.machine import Command, decide
from streams.case.decide.state import Case
from streams.case.decide.turn import Setting
from streams.case.policy.book import Book
from tests.case.world import EVIDENCE, GOOD_TEXT, POLICY, World, pid
from tests.producers.conftest import settings_for
from tests.producers.support import SECRET
from tests.producers.test_actions import put_case

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENTITLEMENT = set(Denial) - {Denial.WRONG_STATE}
WITH_AN_OFFICE = (
    "assigned",
    "accepted",
    "information-requested",
    "promised",
    "answered",
    "closed",
    "refused",
    "withdrawn",
    "merged",
)
CASES = [
    *(Holding(state, "so-xd", ("so-nnmt",)) for state in WITH_AN_OFFICE),
    *(Holding(state, None, ("so-nnmt",)) for state in ("received", "information-requested", "refused", "withdrawn", "merged")),
    Holding("decision-required", "so-xd", ("so-nnmt",), "ubnd-tp"),
    Holding("assigned", "tt-pvhcc", ("so-nnmt",)),
]
CALLERS = [("so-xd", False), ("so-nnmt", False), ("ward-00070", False), ("vp-ubnd", False), ("tt-pvhcc", False), ("so-xd", True)]
"""Owner, co-office, a stranger, who stands above (not the decider), triage, and the administrator."""
REASON = "Vì lý do này"
FIELDS: dict[str, dict[str, Any]] = {
    "answer": {"result": "done", "text": GOOD_TEXT, "evidence_urls": EVIDENCE},
    "request-information": {"question": "Ở đoạn nào?"},
    "add-information": {"text": "Ở đoạn này."},
    "contribute": {"kind": "note", "text": "Đã kiểm tra phần của chúng tôi."},
    "transfer": {"to_office": "ca-tp", "reason": REASON},
    "extend": {"working_hours": 1, "reason": REASON},
    "assign": {"to_office": "ca-tp", "reason": REASON},
    "reject": {"kind": "spam", "reason": REASON},
    "merge": {"into": pid(2), "reason": REASON},
    "propose-merge": {"into": pid(2), "similarity": 0.9, "reason": REASON},
    "split": {"category": "trees", "text": "Cây nghiêng.", "reason": REASON},
    "correct": {"category": "trees"},
    "unmerge": {"reason": REASON},
    "reveal-contact": {"reason": REASON},
    "decline-merge": {"into": pid(2), "reason": REASON},
    "note": {"text": "Gọi lại cho tổ trưởng."},
    "urge": {"text": "Báo cáo ngay.", "reply_by": "2099-01-01T00:00:00Z"},
    "rate": {"stars": 4},
    "reopen": {"reason": REASON},
}


@dataclass
class Desk(Publisher):
    """Keeps what is published instead of sending it."""

    sent: list[Action] = field(default_factory=list)

    def publish(self, event: Outgoing, done: Done) -> None:
        self.sent.append(ACTION.validate_json(event.value))
        done(None)


@dataclass
class Door:
    client: httpx.AsyncClient
    desk: Desk
    connection: psycopg.Connection[Any]

    def put(self, case: Holding) -> tuple[str, str]:
        code = tracking.new_code()
        petition_id = tracking.petition_id(SECRET.encode(), code)
        put_case(self.connection, petition_id, case)
        return code, petition_id

    async def ask(self, path: str, action: str, token: str = "") -> tuple[Action | None, str]:
        """What was published, or the code of the refusal."""
        before = len(self.desk.sent)
        body = {"action": action, **FIELDS.get(action, {})}
        answer = await self.client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        if answer.status_code == 202:
            return self.desk.sent[before], ""
        return None, answer.json()["code"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    database = postgres.ensure_database("same_answers")
    migrate(database)
    settings = settings_for("nowhere", database, Path(tmp_path_factory.mktemp("door"))).model_copy(update={"action_wait_ms": 0})
    desk = Desk()
    async with prepare(settings, publisher=desk) as routes:
        with pytest.MonkeyPatch.context() as patch:  # every action of the table in a row is more than a citizen does
            patch.setattr(limits, "PACES", dict.fromkeys(limits.PACES, limits.Pace(100_000, 1000)))
            transport = httpx.ASGITransport(application(routes, lambda: True))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            with psycopg.connect(database, autocommit=True) as connection:
                yield Door(client, desk, connection)


def stored(case: Holding) -> tuple[Case, int]:
    """The same case as the stage keeps it, with clocks as a fresh one has them; and an instant at which it may be asked."""
    world = World()
    made = world.case(world.submit())
    leader = pid(2) if case.state == "merged" else None
    settled = world.now if case.state in ("answered", "closed", "refused", "merged") else None
    return replace(made, **asdict(case), leader=leader, settled=settled), world.now


def machine(case: Case, now: int, action: Action) -> str | None:
    """The rule by which the case stage refuses it; None when it happens."""
    decision = decide(case, Command(action, now), "cause", now, Setting(Book.of(POLICY)))
    last = decision.events[-1]
    return str(last.detail["rule"]) if last.what == "action-refused" else None


def as_role(action: str, role: Role, office: str, petition_id: str, now: int) -> Action:
    return ACTION.validate_python(
        {
            "action": action,
            "petition_id": petition_id,
            "actor": Actor(role=role, office=office),
            "requested_at": to_datetime(now),
            **FIELDS.get(action, {}),
        }
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.state}-{case.office}")
async def test_an_office_gets_one_answer_from_both(door: Door, case: Holding) -> None:
    """What HTTP takes, the case stage refuses for no reason of authority; what HTTP refuses, it refuses in whatever role it is asked.

    And what the desk offers is what neither the case's holder nor its state forbids.
    """
    kept, now = stored(case)
    _, petition_id = door.put(case)
    for (office, admin), action in itertools.product(CALLERS, OFFICE_ACTIONS):
        asked = f"{action} by {office}{' as administrator' if admin else ''}"
        path = f"/v1/departments/{office}/queue/{petition_id}/actions"
        taken, code = await door.ask(path, action, "admin-token" if admin else f"token-{office}")
        roles = roles_at([Post(Duty.ADMINISTRATOR) if admin else Post(Duty.OFFICE_SYSTEM, office)], office)
        offered = action in open_to(roles, office, case)
        if taken is not None:
            rule = machine(kept, now, taken)
            assert rule not in ENTITLEMENT, asked
            assert offered is (rule != Denial.WRONG_STATE), asked
            continue
        rules = {machine(kept, now, as_role(action, role, office, petition_id, now)) for role in roles}
        assert rules <= ENTITLEMENT, asked
        assert code == ("not-in-queue" if rules <= STRANGER else "not-allowed"), asked
        assert not offered, asked


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.state}-{case.office}")
async def test_a_citizen_gets_one_answer_from_both(door: Door, case: Holding) -> None:
    """With the code everything of the citizen's own is taken; only the state can stand against it."""
    kept, now = stored(case)
    code, _ = door.put(case)
    for action in CITIZEN_ACTIONS:
        taken, _ = await door.ask(f"/v1/petitions/{code}/actions", action)
        assert taken is not None, action
        assert machine(kept, now, taken) not in ENTITLEMENT, action
    for action in sorted(set(OFFICE_ACTIONS) - set(CITIZEN_ACTIONS)):
        assert (await door.ask(f"/v1/petitions/{code}/actions", action))[1] == "unknown-action"
