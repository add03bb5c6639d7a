"""Templates, mentions and one action on many cases, on real Kafka and PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

from deploy.one_machine.embedded import EmbeddedKafka
from producers.http.templates import AT_MOST
from producers.settings import HttpSettings
from schemas.authority import Duty, Post
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.identity import persons
from tests.producers.support import Asked, on_topic
from tests.producers.test_actions import TRANSFER, case_of

TEXT = "Tổ chiếu sáng đã đến {street} kiểm tra. Kết quả: {đã làm gì}."
ANSWER = {"action": "answer", "result": "done", "text": "Tổ chiếu sáng đã đến phố Huế kiểm tra. Kết quả: đã thay bóng đèn lúc 19 giờ."}
OWN = {"Authorization": "Bearer token-so-xd"}

pytestmark = pytest.mark.asyncio(loop_scope="session")


def template(office: str, name: str) -> str:
    return f"/v1/departments/{office}/templates/{name}"


async def test_an_office_keeps_templates_and_they_are_looked_for_in_its_answers(
    asked: Asked, settings: HttpSettings, broker: EmbeddedKafka
) -> None:
    """The event has those whose words are in the text; the caller can neither name others nor leave one out."""
    assert (await asked.client.put(template("so-xd", "Đèn"), json={"text": TEXT}, headers=OWN)).status_code == 200
    assert (await asked.client.put(template("so-xd", "Khác"), json={"text": "Việc này rất lâu mới xong."}, headers=OWN)).status_code == 200
    petition_id = case_of(settings, "so-xd", state="accepted")[1]
    taken, claimed = await asked.act("so-xd", petition_id, ANSWER), await asked.act("so-xd", petition_id, {**ANSWER, "templates": []})
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert taken.status_code == 202
    assert event.data.templates == (TEXT,)
    assert (claimed.status_code, claimed.json()["fields"][0]["field"]) == (422, "templates")
    for name in ("Đèn", "Khác"):
        assert (await asked.client.delete(template("so-xd", name), headers=OWN)).status_code == 200
    assert (await asked.client.delete(template("so-xd", "Đèn"), headers=OWN)).json()["code"] == "unknown-template"


async def test_templates_are_an_offices_own_and_bounded(asked: Asked, settings: HttpSettings) -> None:
    """Another office's token is refused; beyond the bound a new name is, while those that are there can be changed."""
    assert (await asked.client.put(template("so-nnmt", "Đèn"), json={"text": TEXT}, headers=OWN)).json()["code"] == "foreign-office"
    headers = {"Authorization": "Bearer token-so-nnmt"}
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as table:
        table.execute(
            "insert into reply_template (office, name, text) select 'so-nnmt', 'm' || n, 'x' from generate_series(1, %s) n", (AT_MOST,)
        )

    assert (await asked.client.put(template("so-nnmt", "m1"), json={"text": TEXT}, headers=headers)).json() == {"name": "m1", "text": TEXT}
    assert (await asked.client.put(template("so-nnmt", "mới"), json={"text": TEXT}, headers=headers)).json()["code"] == "too-many-templates"
    assert (await asked.client.put(template("so-nnmt", "m1"), json={"text": "x" * 5000}, headers=headers)).status_code == 422
    assert (await asked.client.put(template("so-nnmt", "n" * 81), json={"text": TEXT}, headers=headers)).status_code == 400


async def test_a_note_mentions_people_of_the_office_by_their_logins(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """Whoever works elsewhere is not mentioned, nor is an address with an @ in it; nobody says whom else it mentions."""
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True) as table:
        lan = persons.add(table, "lan.nt", "Lan", [Post(Duty.OFFICER, "so-xd")], password="một mật khẩu đủ dài")
        persons.add(table, "nam", "Nam", [Post(Duty.OFFICER, "so-yt")], password="một mật khẩu đủ dài")
    petition_id = case_of(settings, "so-xd", state="closed")[1]
    note = {"action": "note", "text": "@Lan.NT, @nam và tin@lan.nt: xem lại giúp."}
    taken, claimed = await asked.act("so-xd", petition_id, note), await asked.act("so-xd", petition_id, {**note, "mentions": ["p-1"]})
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert (taken.status_code, claimed.status_code) == (202, 422)
    assert event.data.mentions == (lan,)


async def many(asked: Asked, ids: list[str], **fields: object) -> tuple[int, dict[str, object]]:
    answer = await asked.client.post("/v1/departments/so-xd/actions", json={"petition_ids": ids, **fields}, headers=OWN)
    return answer.status_code, answer.json()


async def test_one_action_on_many_cases_has_an_outcome_by_case(asked: Asked, settings: HttpSettings, broker: EmbeddedKafka) -> None:
    """A foreign case is refused and the others go on; a preview says the same beforehand, a wrong state included, and publishes nothing."""
    own, foreign, closed = case_of(settings, "so-xd")[1], case_of(settings, "so-yt")[1], case_of(settings, "so-xd", state="closed")[1]
    ids = [own, foreign, closed, own]
    preview, done = await many(asked, ids, **TRANSFER, preview=True), await many(asked, ids, **TRANSFER)
    (event,) = on_topic(broker.bootstrap, ACTION_REQUESTED, own)

    assert [(one["petition_id"], one["code"]) for one in preview[1]["outcomes"]] == [  # type: ignore[attr-defined]
        (own, None),
        (foreign, "not-your-case"),
        (closed, "wrong-state"),
    ]
    assert [one["code"] for one in done[1]["outcomes"]] == [None, "not-in-queue", None]  # type: ignore[attr-defined]
    assert done[1]["outcomes"][0]["action_id"] == event.envelope.id  # type: ignore[index]
    assert on_topic(broker.bootstrap, ACTION_REQUESTED, foreign) == []


@pytest.mark.parametrize(
    ("ids", "fields", "broken"),
    [
        ([], TRANSFER, "petition_ids"),
        (["x"], TRANSFER, "petition_ids"),
        (["0" * 26] * 2, {"action": "reject"}, "action"),
        (None, TRANSFER, "petition_ids"),
        ([f"{n:026x}" for n in range(201)], TRANSFER, "petition_ids"),
    ],
)
async def test_what_is_wrong_for_all_is_refused_at_once(asked: Asked, ids: list[str], fields: dict[str, str], broken: str) -> None:
    """No cases, no ids, too many, or an action that is about one case."""
    status, body = await many(asked, ids, **fields)

    assert (status, body["fields"][0]["field"]) == (422, broken)  # type: ignore[index]
