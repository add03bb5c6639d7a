"""From the mailbox to the office: one mail is one petition, whatever dies in between."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest

from producers.mail.mailbox import Folder, MailboxAway, opened
from producers.mail.room import TRIES, Mailroom
from producers.mail.service import Service, ServiceAway
from schemas.events import mails, tracking
from schemas.platform import metrics
from tests.chaos.instance import Instance
from tests.mail.conftest import PASSWORD, USER, Box, Room
from tests.mail.letters import SENDER, letter, reply
from tests.mail_server import Inbox
from tests.system.people import City, wait

TEXT = "Đèn đường trước số 12 phố Huế hỏng ba hôm nay, tối om."


class Town:
    """What became of mails, as the record has it."""

    def __init__(self, instance: Instance, city: City) -> None:
        self.instance, self.city = instance, city
        secret = (instance.data / "tracking-secret").read_text().strip().encode()
        self.keys = tracking.Keys((secret,))

    def code_of(self, mail: EmailMessage, sender: str = SENDER) -> str:
        external = mails.external_id(mail["Message-ID"], sender)
        return tracking.code_for(self.keys.of_channel(mails.EMAIL), mails.EMAIL, tracking.of_channels_own(external))

    def status(self, mail: EmailMessage) -> dict[str, Any]:
        """Once what was handed in can be shown."""
        return self.city.shown(self.code_of(mail))

    def is_there(self, mail: EmailMessage) -> bool:
        return self.city.http.get(f"/v1/petitions/{self.code_of(mail)}").status_code == 200

    def count(self) -> int:
        with psycopg.connect(self.instance.database()) as connection:
            row = connection.execute("select count(*) from petition where channel = 'email'").fetchone()
        return row[0] if row else 0


@pytest.fixture
def town(instance: Instance, city: City) -> Town:
    return Town(instance, city)


def test_a_mail_becomes_a_petition_with_its_picture(room: Room, box: Box, town: Town) -> None:
    """On channel `email`, with the subject and the words; the picture is shown without what the camera wrote; the mail is put away."""
    mail = letter(TEXT, "Đèn hỏng", picture=True)
    box.gets(mail)
    room.round()
    status = town.status(mail)

    assert status["said"]["text"] == f"Đèn hỏng\n\n{TEXT}"
    assert [file["kind"] for file in status["said"]["files"]] == ["image"]
    assert box.subjects() == []
    assert box.subjects(Folder.PETITIONS) == ["Đèn hỏng"]
    assert room.answers == []


def test_the_sender_is_answered_in_his_thread_with_his_code(room: Room, box: Box, town: Town, letters: Inbox) -> None:
    """By the notifier, without a question first: he wrote from there himself. A reply to that is an addition, by the link that it quotes,
    where a mail program keeps no more of the thread than our own mail."""
    sender = "tra.loi@example.org"
    mail = letter(TEXT, sender=sender)
    box.gets(mail)
    room.round()
    code = town.code_of(mail, sender)
    town.city.status(code)
    told = wait(lambda: letters.of(sender), bool)

    assert told[0]["In-Reply-To"] == mail["Message-ID"]
    assert f"/t/{code}" in told[0].get_content()
    quoted = "".join(f"> {line}\n" for line in told[0].get_content().splitlines())
    box.gets(letter(f"Cột số 12.\n\n{quoted}", f"Re: {told[0]['Subject']}", sender=sender, In_Reply_To=str(told[0]["Message-ID"])))
    room.round()
    wait(lambda: town.city.types(code), lambda found: "information-added" in found)
    added = [one["details"]["text"] for one in town.city.status(code)["timeline"] if one["type"] == "information-added"]

    assert added == ["Cột số 12."]


def test_the_same_mail_again_is_the_same_petition(room: Room, box: Box, town: Town) -> None:
    """As after a crash between handing in and putting away: with its picture, and once more by another way with a changed text."""
    mail = letter(TEXT, picture=True)
    box.gets(mail)
    room.round()
    town.status(mail)
    before = town.count()
    box.gets(mail)
    room.round()
    changed = letter("Cùng thư, thêm dòng của danh sách.")
    del changed["Message-ID"]
    changed["Message-ID"] = mail["Message-ID"]
    box.gets(changed)
    room.round()

    assert town.count() == before
    assert len(box.subjects(Folder.PETITIONS)) == 2
    assert len(box.subjects(Folder.IGNORED)) == 1
    assert room.answers == []


def test_a_reply_is_added_to_its_petition(room: Room, box: Box, town: Town) -> None:
    """Own words alone, with its picture; it comes twice and is added once. Somebody else's reply to the same mail is his own petition."""
    first = letter(TEXT)
    box.gets(first)
    room.round()
    town.status(first)
    before = town.count()
    more, other = reply(first, "Cột số 12, bên phải.", picture=True), reply(first, "Chỗ tôi cũng thế.", sender="an@example.org")
    box.gets(more, more, other)
    room.round()
    types = wait(lambda: town.city.types(town.code_of(first)), lambda found: "information-added" in found)
    added = [one for one in town.status(first)["timeline"] if one["type"] == "information-added"]

    assert types.count("information-added") == 1
    assert [one["details"]["text"] for one in added] == ["Cột số 12, bên phải."]
    assert wait(town.count, lambda found: found > before) == before + 1
    assert (
        town.city.shown(town.code_of(other, "an@example.org"))["said"]["text"]
        == f"{other['Subject'].removeprefix('Re: ')}\n\nChỗ tôi cũng thế."
    )


def test_a_question_is_answered_by_reply(room: Room, box: Box, town: Town) -> None:
    """The clock that stood runs again; the tracking code in the subject does where a mail program keeps no thread."""
    first = letter(TEXT)
    box.gets(first)
    room.round()
    code = town.code_of(first)
    petition = str(town.status(first)["petition_id"])
    office = str(town.status(first)["office"]["code"])
    assert town.city.act(office, petition, "accept").status_code == 202
    assert town.city.act(office, petition, "request-information", question="Cột số mấy?").status_code == 202
    town.city.wait_state(code, "information-requested")
    box.gets(letter("Cột số 12", f"Trả lời: phản ánh {code}"))
    room.round()

    assert town.city.wait_state(code, "accepted")["state"] == "accepted"


def test_a_reply_to_what_is_over_is_answered_and_not_lost(room: Room, box: Box, town: Town) -> None:
    """Nothing can be added to a withdrawn petition: its citizen is told so, in his thread, and the mail is put aside."""
    first = letter(TEXT)
    box.gets(first)
    room.round()
    code = town.code_of(first)
    town.status(first)
    town.city.citizen_act(code, "withdraw", reason="Đã tự sửa xong rồi")
    town.city.wait_state(code, "withdrawn")
    more = reply(first, "Lại hỏng rồi")
    box.gets(more)
    room.round()

    assert box.subjects(Folder.REFUSED) == [more["Subject"]]
    (told,) = room.answers
    assert told["To"] == SENDER
    assert told["In-Reply-To"] == more["Message-ID"]
    assert "không bổ sung được nữa" in told.get_content()


def test_bad_mails_are_answered_with_their_reason_and_hold_up_nobody(room: Room, box: Box, town: Town) -> None:
    """Too large, empty, unreadable, automatic: each where it belongs, and the good one behind them is a petition."""
    large = letter("Ảnh lớn", "Lớn")
    large.add_attachment(b"0" * 1_100_000, maintype="image", subtype="jpeg", filename="a.jpg")
    empty = letter("", "")
    unreadable = b"From: dan@example.org\r\nSubject: x\r\nContent-Type: text/plain; charset=x-no\r\n\r\n\xd0\xff\xfe"
    away, good = letter("Tôi đi vắng", "Vắng", Auto_Submitted="auto-replied"), letter(TEXT, "Tốt")
    box.gets(large, empty, unreadable, away, good)
    room.round()
    told = [mail.get_content() for mail in room.answers]

    assert box.subjects() == []
    assert len(box.holds(Folder.REFUSED)) == 3
    assert box.subjects(Folder.IGNORED) == ["Vắng"]
    assert [re.search(r"quá lớn|không có nội dung|Không đọc được", text)[0] for text in told] == [
        "quá lớn",
        "không có nội dung",
        "Không đọc được",
    ]
    assert town.status(good)["said"]["text"] == f"Tốt\n\n{TEXT}"


def test_a_file_that_cannot_be_taken_does_not_hold_up_the_petition(room: Room, box: Box, town: Town) -> None:
    """Its name stands in the text, so that somebody asks for it."""
    mail = letter(TEXT, "Hỏng đèn", picture=True)
    mail.add_attachment(b"MZ program", maintype="application", subtype="x-msdownload", filename="anh.exe")
    box.gets(mail)
    room.round()
    status = town.status(mail)

    assert status["said"]["text"] == f"Hỏng đèn\n\n{TEXT}\n\n(Tệp gửi kèm không nhận được: anh.exe)"
    assert len(status["said"]["files"]) == 1


def test_while_the_service_is_away_every_mail_stays_where_it_is(room: Room, box: Box) -> None:
    """A server that takes nothing now, one that is not there, and a key that does not hold."""
    box.gets(letter(TEXT))
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        gone = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    good = room.settings
    for settings in (good.model_copy(update={"intake_url": gone}), good.model_copy(update={"intake_key": good.imap_password})):
        room.settings = settings
        with pytest.raises(ServiceAway):
            room.round()
        assert len(box.subjects()) == 1
    room.settings = good.model_copy(update={"imap_password": good.intake_key})
    with pytest.raises(MailboxAway):
        room.round()


def test_what_is_done_with_is_deleted_after_its_days(room: Room, box: Box) -> None:
    """Not before: a mail of today stays, with no day to be kept one of yesterday goes."""
    with box.client() as client:
        client.append(Folder.PETITIONS, "", imaplib_date("20-Nov-2026"), bytes(letter(TEXT, "Cũ")))
        client.append(Folder.REFUSED, "", "", bytes(letter(TEXT, "Mới")))
    with opened(room.settings) as open_box:
        swept = open_box.sweep(0)

    assert swept == 1
    assert box.subjects(Folder.REFUSED) == ["Mới"]


def imaplib_date(day: str) -> str:
    return f'"{day} 10:00:00 +0000"'


@contextmanager
def that_never_moves(port: int) -> Iterator[tuple[int, threading.Event]]:
    """A way to the IMAP server on which whoever moves a mail waits for ever; the event says that somebody does."""
    moved = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def forward(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if b" MOVE " in data or b" COPY " in data:
                    moved.set()
                    return
                target.sendall(data)
        except OSError:
            pass

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            behind = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=forward, args=(client, behind), daemon=True).start()
            threading.Thread(target=forward, args=(behind, client), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1], moved
    server.close()


def test_kill_9_between_handing_in_and_putting_away(room: Room, box: Box, town: Town) -> None:
    """The role itself, as `petitions run mailroom` starts it, is killed when Kafka has the petition and the mailbox does not know it yet;
    the next one makes no second one, of the mail with its picture and of the reply to it."""
    first = letter(TEXT, picture=True)
    box.gets(first)
    for mail in (first, reply(first, "Cột số 12", picture=True)):
        if mail is not first:
            room.round()
            town.status(first)
            box.gets(mail)
        with that_never_moves(box.port) as (port, moved):
            role = subprocess.Popen([sys.executable, "-m", "deploy.cli", "run", "mailroom"], env=_environment(room, port))
            assert moved.wait(60)
            role.send_signal(signal.SIGKILL)
            role.wait(10)
        assert len(box.subjects()) == 1
    before = town.count()
    room.round()
    types = wait(lambda: town.city.types(town.code_of(first)), lambda found: "information-added" in found)

    assert types.count("information-added") == 1
    assert len(town.status(first)["said"]["files"]) == 1
    assert town.count() == before
    assert box.subjects() == []


def _environment(room: Room, imap_port: int) -> dict[str, str]:
    settings = room.settings
    return {
        **os.environ,
        "IMAP_HOST": "127.0.0.1",
        "IMAP_PORT": str(imap_port),
        "IMAP_TLS": "none",
        "IMAP_USER": USER,
        "IMAP_PASSWORD": PASSWORD,
        "INTAKE_URL": settings.intake_url,
        "INTAKE_KEY": settings.intake_key.get_secret_value(),
    }


class Stumbling(Service):
    """Falls over one petition whenever it comes."""

    def hand_in(self, petition: dict[str, Any]) -> str:
        if petition["text"].startswith("Hỏng"):
            raise ZeroDivisionError
        return super().hand_in(petition)


def test_a_mail_that_always_fails_is_put_aside(room: Room, box: Box) -> None:
    """After five rounds; those behind it were taken in the first."""
    box.gets(letter(TEXT, "Hỏng"), letter(TEXT, "Tốt"))
    parked = metrics.MAILS().labels("parked")._value.get()
    with Stumbling(room.settings) as service, opened(room.settings) as open_box:
        made = Mailroom(room.settings, service, room.answers.append)
        made.round(open_box, lambda: None)
        after_one = box.subjects()
        for _ in range(TRIES - 1):
            made.round(open_box, lambda: None)

    assert after_one == ["Hỏng"]
    assert box.subjects(Folder.REFUSED) == ["Hỏng"]
    assert room.answers == []
    assert metrics.MAILS().labels("parked")._value.get() == parked + 1
