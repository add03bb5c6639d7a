"""What a mail says: its sender's own words, its thread, its files; and which mails nobody wrote to us. Pure."""

from __future__ import annotations

from contextlib import suppress
from email.message import EmailMessage

import pytest

from producers.mail.answers import REASONS, answer
from producers.mail.reading import Ignored, Unusable, read
from schemas.events import mails, tracking
from tests.mail.letters import SENDER, letter, reply

OURS = frozenset({"phananh@petitions.example.vn"})
CODE = tracking.new_code()


def read_it(mail: EmailMessage) -> object:
    return read(bytes(mail), OURS)


def test_a_mail_is_its_subject_and_its_senders_own_words() -> None:
    """Without `Re:`, signature and what is quoted; the sender's name and address are the contact's, not the text's."""
    found = read(bytes(letter("Trước số 12 phố Huế, ba hôm nay.\n\n-- \nNguyễn Thị Dân\n0912 345 678\n", "Fwd: Đèn đường hỏng")), OURS)

    assert found.petition_text == "Đèn đường hỏng\n\nTrước số 12 phố Huế, ba hôm nay."
    assert (found.sender, found.name) == (SENDER, "Nguyễn Thị Dân")
    assert not found.is_reply


@pytest.mark.parametrize(
    "quoted",
    [
        "Vào Th 6, 27 thg 11, 2026 vào lúc 10:00 Phản ánh Hà Nội <a@b.vn>\nđã viết:\n\n> Cũ\n",
        "On Fri, Nov 27, 2026 at 10:00 AM City <a@b.vn> wrote:\n> Cũ\n",
        "From: City <a@b.vn>\nSent: Friday, 27 November 2026 10:00\nTo: Dan\nSubject: x\n\nCũ\n",
        "Từ: UBND <a@b.vn>\nĐã gửi: Thứ Sáu, 27 tháng 11, 2026\nTới: Dân\n\nCũ\n",
        "-----Original Message-----\nCũ\n",
        "> Cũ\n> Cũ\n",
    ],
)
def test_what_is_quoted_is_not_said_again(quoted: str) -> None:
    """As Gmail, Outlook and others quote, in both languages, broken into lines or not."""
    assert (
        read(bytes(letter(f"Cột số 12, bên phải.\n\n{quoted}", "Re: Đèn hỏng", References="<a@b>")), OURS).words == "Cột số 12, bên phải."
    )


def test_a_mail_of_html_alone_has_a_text() -> None:
    """Paragraphs are lines, entities are letters; styles, scripts and quotes are not shown."""
    mail = letter(None, "Hố ga")
    mail.set_content(
        "<html><head><style>p{}</style><title>t</title></head><body><p>H&#7889; ga m&#7845;t n&#7855;p<br>ph&#7889; Hu&#7871;</p>"
        "<script>x()</script><div>Nguy hiểm<div class='gmail_quote'>On … wrote:<blockquote>cũ</blockquote></div></div></body></html>",
        subtype="html",
    )

    assert read(bytes(mail), OURS).words == "Hố ga mất nắp\nphố Huế\n\nNguy hiểm"


def test_a_reply_names_its_thread_and_a_code_in_it() -> None:
    """The first mail of the thread comes first; a code stands in the subject, or in the link that is quoted; what is no code is none."""
    first = letter("Đèn hỏng")
    answered = reply(first, "Cột số 12")
    linked = letter(f"Thêm\n> http://127.0.0.1/t/{CODE}\n> http://127.0.0.1/t/AAAA-BBBB-CCCC")

    assert read(bytes(answered), OURS).references == (first["Message-ID"], "<x@y>")
    assert read(bytes(linked), OURS).codes == (CODE,)
    assert read(bytes(letter("Thêm", f"Phản ánh {CODE.lower()}")), OURS).codes == (CODE,)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"Return_Path": "<>"}, "bounce"),
        ({"From": "MAILER-DAEMON@example.org"}, "bounce"),
        ({"Precedence": "bulk"}, "list"),
        ({"List_Id": "<ban-tin.example.org>"}, "list"),
        ({"List_Unsubscribe": "<https://example.org/u>"}, "list"),
        ({"From": "Phản ánh <PhanAnh@petitions.example.vn>"}, "own"),
    ],
)
def test_what_no_person_wrote_is_left_alone(headers: dict[str, str], reason: str) -> None:
    """Out-of-office notes, bounces, newsletters, our own mails: else two machines would answer one another for ever."""
    with pytest.raises(Ignored, match=reason):
        read_it(letter("Tôi đi vắng đến thứ Hai", **headers))  # type: ignore[arg-type]


def test_auto_submitted_no_is_a_persons() -> None:
    """RFC 3834 has a word for it."""
    assert read(bytes(letter("Đèn hỏng", Auto_Submitted="no")), OURS).words == "Đèn hỏng"


@pytest.mark.parametrize("charset", ["x-unknown", "us-ascii", "utf-16"])
def test_a_wrong_charset_is_taken_for_utf_8(charset: str) -> None:
    """Which nearly all such mails are."""
    raw = f'From: {SENDER}\r\nContent-Type: text/plain; charset="{charset}"\r\n\r\n'.encode() + "Đèn hỏng!".encode()

    assert read(raw, OURS).words == "Đèn hỏng!"


def test_letters_that_nobody_can_read_are_refused_by_name() -> None:
    """Neither the charset that is named nor UTF-8."""
    with pytest.raises(Unusable, match="unreadable"):
        read(f"From: {SENDER}\r\nContent-Type: text/plain; charset=x-unknown\r\n\r\n".encode() + b"\xd0\xff\xfe\x80", OURS)


def test_pictures_come_along_and_letter_heads_do_not() -> None:
    """A photo within the text of a phone's mail is a file; the small logo of a signature, and a cryptographic signature, are not."""
    mail = letter("Đèn hỏng", picture=True)
    mail.add_attachment(b"sign", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    logo = letter("Đèn hỏng")
    logo.add_alternative("<p>Đèn hỏng</p><img src='cid:logo1'>", subtype="html")
    logo.get_payload()[1].add_related(b"GIF89a" + b"0" * 500, "image", "gif", cid="<logo1>", disposition="inline")  # type: ignore[union-attr, index]

    assert [one.name for one in read(bytes(mail), OURS).attachments] == ["den.jpg"]
    assert read(bytes(logo), OURS).attachments == ()


def test_a_petitions_id_is_the_mails_and_its_senders() -> None:
    """The same mail of another sender is another petition; from the id one finds the mail to answer, of a very long one none."""
    own = mails.external_id("<a@b>", SENDER)

    assert own == mails.external_id("<a@b>", SENDER.upper())
    assert own != mails.external_id("<a@b>", "an@example.org")
    assert mails.message_id(own) == "<a@b>"
    assert mails.message_id(mails.external_id(f"<{'a' * 300}@b>", SENDER)) is None
    assert len(mails.external_id(f"<{'a' * 300}@b>", SENDER)) <= 200


@pytest.mark.parametrize("reason", REASONS)
def test_an_answer_says_why_in_both_languages_and_is_answered_by_no_machine(reason: str) -> None:
    """It stands in the sender's thread, and our own mailroom would ignore it."""
    mail = answer(reason, sender="phananh@petitions.example.vn", to=SENDER, message_id="<a@b>", subject="Đèn", limit_mb=30)

    assert mail["In-Reply-To"] == "<a@b>"
    assert "chưa được tiếp nhận" in mail.get_content()
    assert "was not taken in" in mail.get_content()
    assert "{" not in mail.get_content()
    with pytest.raises(Ignored):
        read(bytes(mail), frozenset())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=x\r\nFrom: a@b.vn\r\n\r\n--x\r\n",
        b"From: @@@\r\n\r\n",
    ],
)
def test_no_mail_brings_the_reader_down(raw: bytes) -> None:
    """What is broken is refused or read as far as it goes; nothing else is raised."""
    with suppress(Ignored, Unusable):
        assert read(raw, OURS).message_id


def test_the_code_of_a_mails_petition_is_found_under_an_earlier_secret() -> None:
    """As the notifier must, which was not asked when it was made; of what no secret has made there is none."""
    own, before = mails.external_id("<a@b>", SENDER), tracking.Keys((b"old" * 12,))
    secret = before.of_channel(mails.EMAIL)
    code = tracking.code_for(secret, mails.EMAIL, tracking.of_channels_own(own))
    now = tracking.Keys((b"new" * 12, b"old" * 12))

    assert now.code_of(tracking.petition_id(secret, code), mails.EMAIL, own) == code
    assert now.code_of("f" * 26, mails.EMAIL, own) is None
