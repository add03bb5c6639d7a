"""Action calls on real Kafka and PostgreSQL."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Json

from deploy.one_machine.embedded import EmbeddedKafka
from producers.intake.acting import action_event
from producers.settings import HttpSettings
from schemas.authority import Duty, Holding, Post
from schemas.events import tracking
from schemas.events.actions import ACTION
from schemas.events.base import Actor, Role
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.identity import persons
from tests.producers.support import SECRET, Asked, on_topic

TRANSFER = {"action": "transfer", "to_office": "so-nnmt", "reason": "Thuộc lĩnh vực môi trường"}
ASSIGN = {"action": "assign", "to_office": "so-nnmt", "reason": "Đúng thẩm quyền"}

pytestmark = pytest.mark.asyncio(loop_scope="session")


def put_case(connection: psycopg.Connection[Any], petition_id: str, case: Holding) -> None:
    """Write a case into the read model, with what the producers' side reads of it."""
    connection.execute(
        "insert into petition (petition_id, seq, state, category, level, channel, received_at, escalation, is_open, urgency, due, view,"
        " updated_at) values (%s, 1, %s, 'waste', 'ordinary', 'ihanoi', now(), 0, true, 3, now(), %s, now())",
        (petition_id, case.state, Json(asdict(case))),
    )


def case_of(
    settings: HttpSettings,
    office: str | None,
    *,
    state: str = "assigned",
    co_offices: list[str] | None = None,
    decider: str | None = None,
) -> tuple[str, str]:
    """A case in the read model; its tracking code and petition id."""
    code = tracking.new_code()
    petition_id = tracking.petition_id(SECRET.encode(), code)
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        put_case(connection, petition_id, Holding(state, office, tuple(co_offices or ()), decider))
    return code, petition_id


async def test_an_office_acts_on_its_own_case(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """202 after Kafka's acknowledgement; the actor is the office of the token."""
    _, petition_id = case_of(settings, "so-xd")
    answer = await asked.act("so-xd", petition_id, TRANSFER)
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert answer.status_code == 202
    assert answer.json() == {"action_id": event.envelope.id, "petition_id": petition_id}
    assert (event.data.action, event.data.actor.role, event.data.actor.office) == ("transfer", "office", "so-xd")


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        ({"actor": {"role": "operator"}}, "actor"),
        ({"petition_id": "0" * 26}, "petition_id"),
        ({"requested_at": "2020-01-01T00:00:00Z"}, "requested_at"),
        ({"deadline": "2030-01-01"}, "deadline"),
    ],
)
async def test_what_the_body_may_not_say_is_refused(
    asked: Asked, settings: HttpSettings, broker: EmbeddedKafka, claim: dict[str, Any], field: str
) -> None:
    """Who acts, when and on what follows from token and address; a caller who says it himself, or what nobody knows, is told so."""
    _, petition_id = case_of(settings, "so-xd")
    answer = await asked.act("so-xd", petition_id, {**TRANSFER, **claim})

    assert answer.status_code == 422
    assert [(one["field"], one["rule"]) for one in answer.json()["fields"]] == [(field, "extra_forbidden")]
    assert on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id) == []


@pytest.mark.parametrize(
    ("office", "token", "owner", "body", "role"),
    [
        ("vp-ubnd", None, "so-xd", ASSIGN, "superior"),
        ("tt-pvhcc", None, None, {**ASSIGN, "category": "waste", "level": "urgent"}, "triage"),
        ("vp-ubnd", None, None, ASSIGN, "superior"),
        ("so-xd", "admin-token", "so-nnmt", ASSIGN, "operator"),
    ],
    ids=["an office above", "triage", "above triage", "the administrator"],
)
async def test_who_may_assign(
    asked: Asked,
    settings: HttpSettings,
    broker: EmbeddedKafka,
    office: str,
    token: str | None,
    owner: str | None,
    body: dict[str, Any],
    role: str,
) -> None:
    """Superiors, triage and the administrator assign, each in its own role."""
    _, petition_id = case_of(settings, owner)
    answer = await asked.act(office, petition_id, body, token)
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert answer.status_code == 202
    assert (event.data.actor.role, event.data.actor.office) == (role, office)


async def test_a_co_office_contributes_and_does_not_act_for_the_owner(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """Its contribution is published; anything else is refused with what it may do."""
    _, shared = case_of(settings, "so-xd", co_offices=["so-nnmt"])
    part = {"action": "contribute", "kind": "answer-part", "text": "Đã lấy mẫu nước.", "evidence_urls": ["https://a.example/mau.pdf"]}
    taken, refused = await asked.act("so-nnmt", shared, part), await asked.act("so-nnmt", shared, {"action": "accept"})
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, shared)

    assert taken.status_code == 202
    assert (event.data.kind, event.data.text, event.data.actor.office) == ("answer-part", "Đã lấy mẫu nước.", "so-nnmt")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert "contribute" in refused.json()["detail"]


async def test_an_office_adds_information_to_its_case(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """As the documentation says."""
    _, petition_id = case_of(settings, "so-xd", state="accepted")
    answer = await asked.act("so-xd", petition_id, {"action": "add-information", "text": "Đã hẹn đơn vị thi công sáng mai."})
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert answer.status_code == 202
    assert (event.data.action, event.data.actor.role) == ("add-information", "office")


async def test_who_must_decide_acts_as_a_superior(asked: Asked, settings: HttpSettings) -> None:
    """In a dispute."""
    _, passed_around = case_of(settings, "so-xd", state="decision-required", decider="vp-ubnd")

    assert (await asked.act("vp-ubnd", passed_around, ASSIGN)).status_code == 202


@pytest.mark.parametrize(
    ("office", "token", "body", "status", "code"),
    [
        ("so-nnmt", None, {"action": "accept"}, 403, "not-in-queue"),
        ("so-xd", "token-so-nnmt", {"action": "accept"}, 403, "foreign-office"),
        ("so-xd", "forged", {"action": "accept"}, 401, "unknown-token"),
        ("no-office", "admin-token", {"action": "accept"}, 404, "unknown-office"),
        ("so-xd", None, ASSIGN, 403, "not-allowed"),
        ("vp-ubnd", None, {"action": "accept"}, 403, "not-allowed"),
        ("so-xd", None, {"action": "explode"}, 422, "unknown-action"),
        ("so-xd", None, {"action": ["accept"]}, 422, "unknown-action"),
        ("so-xd", None, {}, 422, "unknown-action"),
        ("so-xd", None, {"action": "rate", "stars": 5}, 422, "unknown-action"),
        ("so-xd", None, {"action": "leader-news"}, 422, "unknown-action"),
    ],
)
async def test_what_an_office_may_not_do(
    asked: Asked, settings: HttpSettings, office: str, token: str | None, body: dict[str, Any], status: int, code: str
) -> None:
    """Each refusal has its own status and code, and nothing is published."""
    _, petition_id = case_of(settings, "so-xd")
    answer = await asked.act(office, petition_id, body, token)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_unknown_action_is_answered_with_the_known_ones(asked: Asked, settings: HttpSettings) -> None:
    """The caller learns what could be asked for."""
    _, petition_id = case_of(settings, "so-xd")
    error = (await asked.act("so-xd", petition_id, {"action": "close"})).json()

    assert "accept, answer" in error["detail"]
    assert error["fields"][0]["field"] == "action"


async def test_fields_of_an_action_are_named_as_in_the_body(asked: Asked, settings: HttpSettings) -> None:
    """Paths do not show how the service models actions."""
    _, petition_id = case_of(settings, "so-xd")
    answer = await asked.act("so-xd", petition_id, {"action": "transfer", "to_office": "nowhere"})

    assert answer.status_code == 422
    assert [(one["field"], one["rule"]) for one in answer.json()["fields"]] == [
        ("to_office", "unknown_office"),
        ("reason", "missing"),
    ]


@pytest.mark.parametrize("petition_id", ["f" * 26, "not-an-id", "' or 1=1 --"])
async def test_an_unknown_petition_is_not_found(asked: Asked, petition_id: str) -> None:
    """404, and nothing is published for it."""
    answer = await asked.act("so-xd", petition_id, {"action": "accept"})

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-petition")


async def test_a_repeat_with_the_same_key_has_the_same_action_id(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """So that the case stage does it once; another action under the same key is another action."""
    code, petition_id = case_of(settings, "so-xd")
    path, headers = f"/v1/petitions/{code}/actions", {"Idempotency-Key": "tap"}
    bodies = [{"action": "rate", "stars": 4}, {"action": "rate", "stars": 4}, {"action": "reopen", "reason": "Chưa xong"}]
    first, again, other = [await asked.client.post(path, json=body, headers=headers) for body in bodies]

    assert first.json() == again.json()
    assert first.json() != other.json()
    assert {event.data.actor.role for event in on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)} == {"citizen"}


async def test_a_key_belongs_to_one_content(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """Other words of the same action under the same key are a conflict, not a repeat that is quietly dropped; Unicode forms are equal."""
    code, petition_id = case_of(settings, "so-xd")
    path, headers = f"/v1/petitions/{code}/actions", {"Idempotency-Key": "tap"}
    words = {"action": "add-information", "text": "Ở đoạn cuối ngõ."}
    decomposed = {**words, "text": unicodedata.normalize("NFD", words["text"])}
    bodies = [words, decomposed, {**words, "text": "Ở đầu ngõ."}]
    first, again, other = [await asked.client.post(path, json=body, headers=headers) for body in bodies]

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "key-reused")
    assert len({event.envelope.id for event in on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)}) == 1


async def test_a_key_that_another_process_took_is_known_by_the_record(asked: Asked, settings: HttpSettings) -> None:
    """The case's events name the action that led to them: the same content again is a repeat, another one a conflict."""
    code, petition_id = case_of(settings, "so-xd", state="answered")
    actor, words = Actor(role=Role.CITIZEN), {"action": "rate", "stars": 4}
    action = ACTION.validate_python({**words, "petition_id": petition_id, "actor": actor, "requested_at": datetime.now(UTC)})
    _, action_id = action_event(action, "elsewhere")
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute(
            "insert into timeline (petition_id, seq, event_id, type, at, data) values (%s, 2, %s, 'rated', now(), %s)",
            (petition_id, action_id, Json({"cause": action_id})),
        )
    path, headers = f"/v1/petitions/{code}/actions", {"Idempotency-Key": "elsewhere"}
    other = await asked.client.post(path, json={**words, "stars": 1}, headers=headers)
    again = await asked.client.post(path, json=words, headers=headers)

    assert (other.status_code, other.json()["code"]) == (409, "key-reused")
    assert (again.status_code, again.json()["action_id"]) == (202, action_id)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2030-03-01", "2030-03-01T00:00:00+07:00"),
        ("2030-03-01T00:00:00Z", "2030-03-01T00:00:00+07:00"),
        ("2030-03-01T17:30:00+07:00", "2030-03-01T17:30:00+07:00"),
        ("2030-03-01T10:30:00Z", "2030-03-01T10:30:00+00:00"),
    ],
)
async def test_a_promised_date_is_a_day_in_hanoi(
    asked: Asked, settings: HttpSettings, broker: EmbeddedKafka, text: str, until: str
) -> None:
    """Given as a date, or as midnight in UTC as programs write one; an instant stays an instant."""
    _, petition_id = case_of(settings, "so-xd")
    words = {"action": "answer", "result": "will-be-done", "text": "Sẽ thay đèn khi có vật tư.", "promise_date": text}
    answer = await asked.act("so-xd", petition_id, words)
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert answer.status_code == 202
    assert event.data.promise_date == datetime.fromisoformat(until)


@pytest.mark.parametrize(
    ("link", "rule"),
    [
        ("https://x.vn/%FF", "url_encoding"),
        ("https://x.vn/%ZZ", "url_encoding"),
        ("https://x.vn/%00", "url_encoding"),
        ("https://x.vn/a%E2%80%AEgpj.exe", "url_encoding"),
        ("https://good.vn@evil.example/", "url_user"),
        ("https://user:secret@x.vn/", "url_user"),
        ("javascript:alert(1)", "url_scheme"),
    ],
)
async def test_a_link_shows_where_it_leads_and_can_be_read(asked: Asked, settings: HttpSettings, link: str, rule: str) -> None:
    """What would mislead a reader, or break a page, does not come in."""
    _, petition_id = case_of(settings, "so-xd")
    words = {"action": "answer", "result": "done", "text": "Đã sửa.", "evidence_urls": ["https://x.vn/%C4%90%C3%A8n.jpg", link]}
    answer = await asked.act("so-xd", petition_id, words)

    assert answer.status_code == 422
    assert [(one["field"], one["rule"]) for one in answer.json()["fields"]] == [("evidence_urls.1", rule)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("7KMA-2PXD-49RC", "bad-code"), ("nonsense", "bad-code"), (tracking.new_code(), "unknown-petition")],
    ids=["forged", "nonsense", "never given out"],
)
async def test_a_wrong_tracking_code_is_not_found(asked: Asked, code: str, expected: str) -> None:
    """404 for what is no code and for a code that nobody has."""
    answer = await asked.client.post(f"/v1/petitions/{code}/actions", json={"action": "withdraw"})

    assert (answer.status_code, answer.json()["code"]) == (404, expected)


@pytest.mark.parametrize("action", ["accept", "assign", "record-outage"])
async def test_a_citizen_cannot_act_as_an_office(asked: Asked, settings: HttpSettings, action: str) -> None:
    """Only the citizen's own actions are known here."""
    code, _ = case_of(settings, "so-xd")
    answer = await asked.client.post(f"/v1/petitions/{code}/actions", json={"action": action})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-action")


async def test_a_bearer_token_is_needed(asked: Asked) -> None:
    """401 tells how to authenticate."""
    answer = await asked.client.post(f"/v1/departments/so-xd/queue/{secrets.token_hex(13)}/actions", json={"action": "accept"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def happened(settings: HttpSettings, petition_id: str, seq: int, cause: str = "somebody") -> None:
    """An event of the case, as the read model has it."""
    data = {"cause": cause, "actor": {"role": "office", "office": "so-xd", "id": "p-an"}}
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        connection.execute(
            "insert into timeline (petition_id, seq, event_id, type, at, data) values (%s, %s, %s, 'accepted', now(), %s)",
            (petition_id, seq, secrets.token_hex(8), Json(data)),
        )


async def test_who_saw_an_older_case_is_told_what_has_come(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """412 with the events since and who did them; nothing is published. With the newest seen it is, and the case stage hears of it."""
    _, petition_id = case_of(settings, "so-xd")
    happened(settings, petition_id, 1)
    happened(settings, petition_id, 2)
    stale = await asked.act("so-xd", petition_id, TRANSFER, if_match='"1"')
    fresh = await asked.act("so-xd", petition_id, TRANSFER, if_match='"2"')
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert (stale.status_code, stale.json()["code"], fresh.status_code) == (412, "case-changed", 202)
    (since,) = stale.json()["events"]
    assert (since["seq"], since["type"], since["actor"]) == (2, "accepted", {"role": "office", "office": "so-xd", "id": "p-an"})
    assert since["title"]
    assert event.data.seen == 2


async def test_an_action_that_is_sent_again_is_not_stale_by_itself(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """What came of it the first time is no news."""
    _, petition_id = case_of(settings, "so-xd")
    happened(settings, petition_id, 1)
    given = {"if_match": '"1"', "idempotency_key": "again"}
    first = await asked.act("so-xd", petition_id, TRANSFER, **given)
    happened(settings, petition_id, 2, first.json()["action_id"])
    again = await asked.act("so-xd", petition_id, TRANSFER, **given)

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()


@pytest.mark.parametrize("etag", ["1", '"x"', '"0"', '"1", "2"'])
async def test_an_etag_that_is_none_is_refused(asked: Asked, settings: HttpSettings, etag: str) -> None:
    """400 that names the header; a star and a weak one are as good as any."""
    _, petition_id = case_of(settings, "so-xd")
    refused = await asked.act("so-xd", petition_id, TRANSFER, if_match=etag)

    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (400, "If-Match")
    for good in ("*", 'W/"1"'):
        assert (await asked.act("so-xd", petition_id, TRANSFER, if_match=good)).status_code == 202


async def test_a_case_is_handed_to_people_of_the_office_alone(asked: Asked, settings: HttpSettings) -> None:
    """Somebody who works there, or nobody in particular."""
    _, petition_id = case_of(settings, "so-xd")
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
        ours, theirs = (
            persons.add(connection, secrets.token_hex(4), "Lê An", [Post(Duty.OFFICER, office)]) for office in ("so-xd", "so-nnmt")
        )
    answers = [await asked.act("so-xd", petition_id, {"action": "hand-over", "to": to}) for to in (ours, theirs, "p-none", None)]

    assert [answer.status_code for answer in answers] == [202, 422, 422, 202]
    assert answers[1].json()["code"] == "unknown-colleague"
