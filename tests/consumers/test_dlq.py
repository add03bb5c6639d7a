"""Looking at dead letters and sending them back."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from consumers.commands.cli import commands
from consumers.dead_letters import reading as dlq
from consumers.dead_letters.reading import HIDDEN, Letter, NotReplayable, Range, read, shown, target
from consumers.dead_letters.writing import DeadLetters, letter
from consumers.kafka.records import Record
from deploy.one_machine.embedded.ports import free_port
from schemas.events import dead_letters
from schemas.events.dead_letters import Reason
from schemas.events.topics import ACTIONS, DEAD_LETTERS, EVENTS, INTAKE
from tests.consumers.conftest import Rig
from tests.consumers.events import Life

RUN = {command.name: command for command in commands}


def rejected(topic: str, stage: str, message: str, value: bytes = b"{}") -> Letter:
    headers = [("ce_id", b"1"), *Reason(topic, 0, 7, stage, "BadEvent", message).headers()]
    return Letter(2, Record(5, 1, b"key", value, headers), dead_letters.reason(headers))


@pytest.mark.parametrize(("text", "expected"), [("0:17", Range(0, 17, 17)), ("3:5-9", Range(3, 5, 9))])
def test_a_place_is_read(text: str, expected: Range) -> None:
    """PARTITION:OFFSET and PARTITION:FIRST-LAST are places."""
    assert expected == Range.parse(text)


@pytest.mark.parametrize("text", ["", "7", "a:b", "0:-1", "0:1-", "0:1-2-3"])
def test_what_is_no_place_is_refused(text: str) -> None:
    """Anything else is refused with the right form."""
    with pytest.raises(ValueError, match="PARTITION:OFFSET"):
        Range.parse(text)


def test_the_contact_is_never_shown() -> None:
    """Contact, sealed or not, phone and e-mail are hidden at any depth; in broken JSON numbers and addresses are blotted out."""
    value = {"contact": {"name": "A"}, "petition": {"contact_sealed": "x", "text": "Đèn hỏng"}, "list": [{"phone": "0912345678"}]}
    found = json.dumps(shown(json.dumps(value).encode()), ensure_ascii=False)
    broken = shown(b'{"phone": "0912 345 678", "email": "an@example.org", "text": ')

    assert found == json.dumps(
        {"contact": HIDDEN, "petition": {"contact_sealed": HIDDEN, "text": "Đèn hỏng"}, "list": [{"phone": HIDDEN}]}, ensure_ascii=False
    )
    assert "0912" not in broken
    assert "an@example.org" not in broken
    assert shown(None) is None


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"text": "gọi 0912 345 678, CCCD 001099012345, an@example.org, xe 29A-123.45"}),
        json.dumps({"petition": json.dumps({"text": "0912345678", "contact": {"name": "Lê Thị Canary", "phone": "0912345678"}})}),
        json.dumps([{"0912345678": [84912345678, "001099012345"]}]),
        r'{"text": "\u0030912345678 an\u0040example.org", "contact": {"name": "Lê Thị Canary", "phone": ',
        r'"{\"name\": \"Lê Thị Canary\", \"text\": \"29A-123.45 001099012345',
        "Lê gọi 0912.345.678 hay an@example.org",
    ],
    ids=["text", "json in json", "names and numbers", "escapes in broken json", "escaped quotes", "no json"],
)
def test_what_tells_who_somebody_is_is_masked_in_every_form(value: str) -> None:
    """Phone, identity number, plate, e-mail and the contact's fields are masked wherever and however they are written."""
    found = json.dumps(shown(value.encode()), ensure_ascii=False)

    assert not any(part in found for part in ("912345678", "912 345 678", "912.345.678", "001099012345", "example.org", "123.45", "Canary"))


def test_a_letter_goes_back_to_its_input_as_it_was() -> None:
    """Input of a stage goes back to its topic with its own headers, without the reason's."""
    assert target(rejected(INTAKE.name, "classify", "text: missing")) == (INTAKE.name, b"{}", [("ce_id", b"1")])


@pytest.mark.parametrize(
    "one",
    [rejected("petitions.events", "projector", "seq"), rejected("case.timer", "case", "x"), Letter(0, Record(0, 0, b"", b"", []), None)],
)
def test_what_has_no_way_back_says_so(one: Letter) -> None:
    """The record of events is written by its own stage alone; a timer and a foreign letter have no topic to go to."""
    with pytest.raises(NotReplayable):
        target(one)


def test_the_reason_survives_in_the_headers() -> None:
    """What was written as the reason is read again, and the original headers stay apart from it."""
    sent = Life().begins()
    made = letter("petitions.events", 3, Record(9, 1, sent.key, sent.value, sent.headers), "projector", ValueError("seq: missing"))

    assert dead_letters.reason(made["headers"]) == Reason("petitions.events", 3, 9, "projector", "ValueError", "seq: missing")
    assert dead_letters.original(made["headers"]) == sent.headers


@pytest.mark.parametrize(("key", "value"), [(b"key", None), (None, b"value"), (b"", b"")], ids=["no value", "no key", "empty"])
def test_what_a_record_has_not_its_dead_letter_has_not_either(rig: Rig, key: bytes | None, value: bytes | None) -> None:
    """A tombstone is put aside as a tombstone: sent back it says the same. A long reason is cut as every stage cuts it."""
    letters = DeadLetters(rig.projector, rig.name, EVENTS)
    letters.send(1, Record(7, 1, key, value, [("ce_id", b"1")]), ValueError("x" * 5000))
    letters.flush()
    letters.close()
    (found,) = (one for one in read(rig.projector) if one.reason and one.reason.stage == rig.name)

    assert (found.record.key, found.record.value) == (key, value)
    assert found.reason == Reason(EVENTS.name, 1, 7, rig.name, "ValueError", "x" * dead_letters.MAX_MESSAGE)


def test_commands_list_show_and_replay(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dlq list`, `show` and `replay` on a real broker: the letter is found, shown without contact, and goes back."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", rig.bootstrap)
    message = f"broken on purpose by {rig.name}"
    reason = Reason(ACTIONS.name, 1, 7, "case", "UnknownPetition", message)
    rig.producer.send(DEAD_LETTERS.name, key=b"k", value=b'{"contact": "An"}', headers=[("ce_id", b"1"), *reason.headers()]).get(timeout=10)
    runner = CliRunner()
    listed = runner.invoke(RUN["dlq"], ["list", "--stage", "case", "--json"])
    (mine,) = [line for line in map(json.loads, listed.output.splitlines()) if line["reason"] == message]
    found = runner.invoke(RUN["dlq"], ["show", mine["place"]])
    dry = runner.invoke(RUN["dlq"], ["replay", mine["place"], "--dry-run"])
    sent = runner.invoke(RUN["dlq"], ["replay", mine["place"]])

    assert mine["error"] == "UnknownPetition"
    assert json.loads(found.output)["value"] == {"contact": HIDDEN}
    assert re.search("would go to petitions.actions", dry.output)
    assert (sent.exit_code, sent.output.strip()) == (0, f"{mine['place']}  sent back to petitions.actions")
    assert runner.invoke(RUN["dlq"], ["show", "0:999999"]).exit_code == 1
    assert runner.invoke(RUN["dlq"], ["show", "nonsense"]).exit_code == 2


def test_exit_code_3_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No service and no broker: exit code 3 with a hint."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    url = f"http://127.0.0.1:{free_port()}"
    tracked = CliRunner().invoke(RUN["track"], ["7KMA-2PXD-49RC", "--url", url])
    queued = CliRunner().invoke(RUN["queue"], ["so-xd", "--url", url], env={"PETITIONS_TOKEN": "x"})
    listed = CliRunner().invoke(RUN["dlq"], ["list"])

    assert [result.exit_code for result in (tracked, queued, listed)] == [3, 3, 3]
    assert "petitions up" in tracked.output


def test_a_missing_token_is_a_wrong_usage() -> None:
    """Without a token the command says where it could come from."""
    result = CliRunner().invoke(RUN["queue"], ["so-xd", "--data", "nowhere"])

    assert result.exit_code == 2
    assert "--token-file" in result.output


def test_nothing_is_read_from_an_empty_range(rig: Rig) -> None:
    """A range behind the end has no letters."""
    assert list(dlq.read(rig.projector, [Range(0, 10**9, 10**9 + 5), Range(77, 0, 5)])) == []
