"""Saying "me too", on real Kafka and PostgreSQL."""

from __future__ import annotations

import pytest

from deploy.one_machine.embedded import EmbeddedKafka
from producers.settings import HttpSettings
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.numbers import Numbers
from tests.producers.support import SECRET, Asked, on_topic
from tests.producers.test_actions import case_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_saying_that_another_petition_is_the_same_matter_is_a_proposal(
    asked: Asked, settings: HttpSettings, broker: EmbeddedKafka
) -> None:
    """The system asks for it in the citizen's words, and an office decides; said again it is the same proposal."""
    (code, petition_id), (_, other) = case_of(settings, "so-xd"), case_of(settings, "so-xd")
    body = {"number": Numbers((SECRET.encode(),)).of(other)}
    answers = [await asked.client.post(f"/v1/petitions/{code}/same-as", json=body) for _ in range(2)]
    found = on_topic(broker.bootstrap, ACTION_REQUESTED, petition_id)

    assert [answer.status_code for answer in answers] == [202, 202]
    assert {event.envelope.id for event in found} == {answer.json()["action_id"] for answer in answers}
    assert (found[0].data.action, found[0].data.into, found[0].data.actor.role) == ("propose-merge", other, "system")


@pytest.mark.parametrize(
    ("number", "field"), [("2" * 26, ("number", "unknown_number")), ("7KMA-2PXD-49RC", ("number", "string_pattern_mismatch"))]
)
async def test_a_number_that_is_none_is_refused(asked: Asked, settings: HttpSettings, number: str, field: tuple[str, str]) -> None:
    """By name and rule; and so is a code that is no petition's."""
    code, _ = case_of(settings, "so-xd")
    refused = await asked.client.post(f"/v1/petitions/{code}/same-as", json={"number": number})
    unknown = await asked.client.post("/v1/petitions/AAAA-AAAA-AAAA/same-as", json={"number": number})

    assert refused.status_code == 422
    assert [(one["field"], one["rule"]) for one in refused.json()["fields"]] == [field]
    assert unknown.status_code == 404
