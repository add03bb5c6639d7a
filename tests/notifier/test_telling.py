"""What happens is told: once, in order, to whom it concerns, and in no other words than his own page has."""

from __future__ import annotations

import json

import pytest
from standardwebhooks import Webhook

from consumers.dead_letters.reading import read
from consumers.notifier import book, signing
from schemas.events import case as events
from schemas.events.standing import State
from schemas.platform import keyring
from schemas.platform.instants import to_ms
from schemas.platform.keyring import KeyringFile, path_of
from tests.consumers.events import Life, Sent, answered, transferred
from tests.mail_server import Inbox
from tests.notifier.conftest import Hook, Notifier, fresh

ADDRESS = "dan@example.org"


def begun(**more: object) -> Life:
    life = fresh(**more)
    life.begins()
    return life


def text_of(mail: object) -> str:
    return mail.get_content()  # type: ignore[attr-defined,no-any-return]


def test_a_citizen_reads_what_happens_in_order_in_both_languages(notifier: Notifier, inbox: Inbox) -> None:
    """Office, then answer; Vietnamese and English; each mail names its event, its thread and the way out of it."""
    life = begun()
    receiver = notifier.subscribe(life, ADDRESS, code="7KMA-2PXD-49RC")
    answered(life)
    notifier.takes(life)
    notifier.sends()

    first, second = inbox.mails
    assert "Sở Xây dựng" in text_of(first)
    assert "Responsible office" in text_of(first)
    assert "Đã thay nắp cống mới" in text_of(second)
    assert [mail["To"] for mail in inbox.mails] == [ADDRESS, ADDRESS]
    assert first["Message-ID"] != second["Message-ID"]
    assert first["In-Reply-To"] == second["In-Reply-To"]
    assert "/t/7KMA-2PXD-49RC" in text_of(first)
    token = second["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert signing.receiver_of(notifier.secrets, "leave", token) == receiver
    assert second["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_what_was_taken_twice_is_told_once(notifier: Notifier, inbox: Inbox) -> None:
    """A reader that begins anew at the record's begin tells nobody anything again."""
    life = begun()
    notifier.subscribe(life, ADDRESS)
    notifier.takes(life)
    notifier.sends()
    notifier.rows("delete from consumer_offset returning 1")
    notifier.takes()
    notifier.sends()

    assert len(inbox.mails) == 1


def test_an_address_that_nobody_confirmed_gets_nothing_but_the_question(notifier: Notifier, inbox: Inbox) -> None:
    """Double opt-in: before it only the question whether; after it the news, from then on."""
    life = begun()
    receiver = notifier.subscribe(life, ADDRESS, confirmed=False)
    notifier.takes(life)
    notifier.sends()
    asked = [mail["Subject"] for mail in inbox.mails]
    with notifier.database() as connection:
        assert book.confirm(connection, receiver)
    answered(life)
    notifier.rig.write(life.sent[-1])
    notifier.takes()
    notifier.sends()

    assert asked == ["Xác nhận nhận tin"]
    assert "Đã trả lời" in inbox.mails[1]["Subject"]
    assert len(inbox.mails) == 2


def test_whoever_left_hears_no_more(notifier: Notifier, inbox: Inbox) -> None:
    """What already waits for him is not sent either."""
    life = begun()
    receiver = notifier.subscribe(life, ADDRESS)
    notifier.takes(life)
    with notifier.database() as connection:
        assert book.leave(connection, receiver)
    notifier.sends()

    assert inbox.mails == []
    assert notifier.rows("select 1 from notice_receiver") == []


def test_what_was_sent_is_remembered_for_a_fortnight(notifier: Notifier, inbox: Inbox) -> None:
    """After it nothing says that somebody was told; what waits is kept."""
    old, young = begun(), begun()
    for life in (old, young):
        notifier.subscribe(life, ADDRESS)
        notifier.takes(life)
    notifier.sends()
    age = "update notice_delivery set sent_at = sent_at - %s::interval where petition_id = %s returning 1"
    with notifier.database() as connection:
        for days, life in (("14 days 1 minute", old), ("13 days", young)):
            assert connection.execute(age, (days, life.petition_id)).fetchall()
    notifier.sweeps()

    assert len(inbox.mails) == 2
    assert {row[0] for row in notifier.rows("select petition_id from notice_delivery")} == {young.petition_id}


def test_forgotten_means_silent(notifier: Notifier, inbox: Inbox) -> None:
    """When the petition is forgotten, addresses and what waits are gone from the tables, and nothing is sent."""
    life = begun()
    notifier.subscribe(life, ADDRESS)
    life.happens(events.Forgotten)
    notifier.takes(life)
    notifier.sends()

    assert inbox.mails == []
    assert notifier.rows("select 1 from notice_receiver") == []
    assert notifier.rows("select 1 from notice_delivery") == []


def test_a_destroyed_key_alone_makes_an_address_silent(notifier: Notifier, inbox: Inbox) -> None:
    """The address is opened at the moment of sending: with the petition's key gone from the ring, nobody can, whatever the tables have."""
    life = begun()
    notifier.subscribe(life, ADDRESS)
    notifier.takes(life)
    keyring.destroy(notifier.rig.keyring, [path_of(life.petition_id, to_ms(life.start))])
    notifier.keys = KeyringFile(notifier.rig.keyring)
    notifier.sends()

    assert inbox.mails == []
    assert notifier.rows("select state from notice_delivery") == [("silent",)]


def test_no_address_stands_in_the_clear(notifier: Notifier) -> None:
    """Neither with the receivers nor with what waits for them."""
    life = begun()
    notifier.subscribe(life, ADDRESS)
    notifier.takes(life)

    assert ADDRESS not in str(notifier.rows("select r::text, d::text from notice_receiver r join notice_delivery d on d.receiver = r.id"))


def test_a_merged_citizen_reads_nothing_of_another(notifier: Notifier, inbox: Inbox) -> None:
    """He is told that there is news of the joint matter; not the leader's id, nor an answer that was not made public."""
    life = begun(text="Đèn hỏng")
    notifier.subscribe(life, ADDRESS)
    leader = "f" * 26
    life.happens(events.Merged, view={"state": State.MERGED, "leader": leader}, into=leader, reason="của bà Hoa")
    life.happens(
        events.LeaderReported,
        leader=leader,
        event_type="answered",
        detail={"text": "Công khai: đã sửa", "comment": "lời của người khác"},
    )
    life.happens(events.LeaderReported, leader=leader, event_type="information-added", detail={"comment": "chuyện riêng"})
    life.happens(events.FollowerInformed, follower=leader, text="lời của người cùng phản ánh")
    notifier.takes(life)
    notifier.sends()
    said = " ".join(text_of(mail) for mail in inbox.mails)

    assert len(inbox.mails) == 3
    assert "Công khai: đã sửa" in said
    for foreign in (leader, "bà Hoa", "lời của", "chuyện riêng"):
        assert foreign not in said


def test_what_citizens_do_not_see_they_are_not_told(notifier: Notifier, inbox: Inbox) -> None:
    """An answer that was sent back, a co-office's note, a reminder."""
    life = begun()
    life.happens(events.AnswerReturned, rule="too-short", text="Xong")
    life.happens(events.Contributed, contribution="note", text="nội bộ")
    life.happens(events.Warned, clock="answer", percent=50)
    notifier.subscribe(life, ADDRESS)
    notifier.takes(life)
    notifier.sends()

    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("field", "spoilt"),
    [("at", "\0"), ("at", "2025-99-99T00:00:00Z"), ("received_at", "\0"), ("received_at", 1), ("channel", 7), ("level", None)],
)
def test_an_event_that_cannot_be_read_is_set_aside_and_the_next_is_told(
    notifier: Notifier, inbox: Inbox, field: str, spoilt: object
) -> None:
    """Whatever of its fields is broken: a dead letter with the field's name, and the rest is told."""
    bad, good = begun(), begun()
    (sent,) = bad.sent
    value = json.loads(sent.value)
    where = value["petition"] if field == "channel" else value if field == "at" else value["case"]
    where[field] = spoilt
    bad.sent[0] = Sent(sent.event, sent.key, json.dumps(value).encode(), sent.headers)
    notifier.subscribe(good, ADDRESS)
    notifier.takes(bad, good)
    notifier.sends()
    letters = [letter for letter in read(notifier.rig.projector) if letter.record.key == bad.petition_id.encode()]

    assert len(inbox.mails) == 1
    assert {letter.reason.stage for letter in letters if letter.reason} == {notifier.rig.name}
    assert all(letter.record.value == bad.sent[0].value for letter in letters)


def test_a_webhook_is_signed_as_the_standard_says(notifier: Notifier, hook: Hook) -> None:
    """The library of Standard Webhooks takes it with the endpoint's secret, during a rotation with either, and not with another."""
    life = begun()
    endpoint = notifier.endpoint("channel", "ihanoi", hook.url)
    from datetime import timedelta

    with notifier.database() as connection:
        assert book.rotate(connection, endpoint.id, timedelta(hours=1)) == 2
    notifier.takes(life)
    notifier.sends()
    headers, body = hook.got[0]

    for version in (1, 2):
        message = Webhook(signing.webhook_secret(notifier.secrets[0], endpoint.id, version)).verify(body, headers)
        assert message["type"] == "petition.assigned"
    with pytest.raises(Exception, match=r"(?i)signature"):
        Webhook(signing.webhook_secret(notifier.secrets[0], endpoint.id, 3)).verify(body, headers)


def test_an_office_gets_its_own_cases_without_words(notifier: Notifier, hook: Hook) -> None:
    """Where the case stands, not what its citizen wrote; another office's case not at all, one that leaves it to the last."""
    mine, other = begun(), begun(office="so-nnmt")
    transferred(mine, "so-nnmt")
    answered(mine)
    notifier.endpoint("office", "so-xd", hook.url)
    notifier.takes(mine, other)
    notifier.sends()
    bodies = [json.loads(body) for _, body in hook.got]

    assert [body["type"] for body in bodies] == ["petition.assigned", "petition.transferred"]
    assert {body["data"]["petition_id"] for body in bodies} == {mine.petition_id}
    assert "nắp cống" not in str(bodies).lower()
    assert "thuộc thẩm quyền" not in str(bodies)
