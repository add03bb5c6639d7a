"""What an attacker tried at the doors for files, notices, desks and own systems, and what each answered then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from consumers.forwarding.claims import Forged, forwarded
from consumers.notifier.failing import Never
from consumers.notifier.mail import composed
from consumers.notifier.wording import Message
from consumers.read_model.words import SAYING
from deploy.cluster.forget.verify import _tells
from producers.files import videos
from producers.intake.requests import Contact
from schemas.events import actions as do
from schemas.events.base import Actor, Role
from schemas.events.sealing import Sealing
from schemas.events.strings import EMAIL
from schemas.platform.keyring import Keyring
from tests.case.world import World
from tests.consumers.test_forwarding import PETITION, asked

WRONG = ["v@x.com]=?utf-8?q?=0A=0Abody?=", "a,v@x.com", "a@[b.c", "a b@x.com", "a@x.com\nBcc: b@x.com", '"a"@x.com', "a@x", "@x.com"]


@pytest.mark.parametrize("address", WRONG)
def test_only_a_plain_address_gets_mail(address: str) -> None:
    """What a mail library would decode, or read as several, is no address: neither at intake nor when the mail is made."""
    with pytest.raises(ValidationError, match="email"):
        Contact(email=address)
    with pytest.raises(Never):
        composed(Message("s", "t", "u"), sender="c@x.vn", address=address, event_id="e", thread="t", leave="https://x.vn/leave")


@pytest.mark.parametrize("address", ["an.nguyen+hn@mail.example.vn", "a_b-c%d@x.co", "o'brien@x.ie"])
def test_the_addresses_of_people_are_addresses(address: str) -> None:
    """With dots, plus signs, apostrophes and long domains."""
    mail = composed(Message("s", "t", "u"), sender="c@x.vn", address=address, event_id="e", thread="t", leave="https://x.vn/leave")

    assert re.fullmatch(EMAIL, address)
    assert mail["To"].addresses[0].addr_spec == address


def test_an_office_s_system_is_no_person() -> None:
    """So it cannot be two of them where a decision needs two, and no officer's name stands under what he did not do."""
    with pytest.raises(Forged, match=r"actor\.id"):
        forwarded("actions.so-xd", asked(Actor(role=Role.OFFICE, office="so-xd", id="p1")))


def test_a_video_of_nothing_but_boxes_is_looked_at_for_a_bounded_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is the file's, however deep the boxes stand."""
    monkeypatch.setattr(videos, "_MOST_BOXES", 100)
    inner = b"\0\0\0\x08udta" * 80
    nested = (len(inner) + 8).to_bytes(4, "big") + b"trak" + inner
    content = (len(nested) * 5 + 8).to_bytes(4, "big") + b"moov" + nested * 5
    path = tmp_path / "v.mp4"
    path.write_bytes(content)
    with path.open("rb") as file:
        found = list(videos._boxes(file, 0, len(content)))

    assert len(found) < 100


def test_what_a_follower_added_is_not_found_under_the_leader() -> None:
    """When he is forgotten, his own row is emptied; the leader's could not be."""
    assert "follower-informed" not in SAYING


def test_words_that_were_erased_do_not_come_back_as_a_part() -> None:
    """Who still has them on an open page cannot split them off under a new key."""
    world = World()
    id_ = world.submit()
    world.act(id_, do.Forget)
    (event,) = world.act(id_, do.Split, "superior:vp-ubnd", category="street-lighting", text="Đèn đường không sáng", reason="hai việc")

    assert (event.what, event.rule) == ("action-refused", "wrong-state")


@pytest.mark.parametrize("value", [b"[]", b"7", b'"x"', b"not json"])
def test_a_dead_letter_of_any_shape_is_looked_at(value: bytes) -> None:
    """Whatever it says can be read, so it is told until it is gone."""
    record = type("R", (), {"key": PETITION.encode(), "value": value})()

    assert _tells(record, PETITION, Sealing(Keyring.new()))
