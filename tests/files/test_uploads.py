"""Files over HTTP: taken in at once or by parts, named by a petition, swept when nobody names them, erased with it."""

from __future__ import annotations

import asyncio
import hashlib
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from tusclient.client import TusClient

from producers.files import arriving
from producers.files.erasing import erase_files
from producers.files.store import StoreAway
from producers.http.multipart import SMALL_BYTES
from producers.settings import HttpSettings
from schemas.authority import Holding
from tests.files.conftest import Service, key, serving
from tests.files.contents import PLACE, jpeg, mp4, opened, pdf
from tests.producers.support import KEY
from tests.producers.test_actions import put_case

TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}


def refused(answer: httpx.Response) -> tuple[int, str, list[tuple[str, str]]]:
    body = answer.json()
    return answer.status_code, body["code"], [(one["field"], one["rule"]) for one in body.get("fields", ())]


async def test_a_small_picture_is_taken_made_anew_and_kept(service: Service) -> None:
    """201 says what it is, how large, and its fingerprint, of what is kept; a small form lies beside it."""
    answer = await service.upload(jpeg(500, 300), "virus.exe")

    assert answer.status_code == 201
    found = answer.json()
    content = await service.content(found["file_id"])
    assert (found["kind"], found["media_type"], found["status"]) == ("image", "image/jpeg", "ready")
    assert (found["size"], found["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert opened(content).size == (500, 300)
    assert opened(await service.content(found["file_id"], "small")).size == (400, 240)


@pytest.mark.parametrize("content", [pdf(), mp4()], ids=["pdf", "mp4"])
async def test_documents_and_videos_are_kept(service: Service, content: bytes) -> None:
    """A PDF to the byte; of an MP4 all but its place."""
    found = await service.uploaded(content)
    kept = await service.content(found["file_id"])

    assert len(kept) == len(content)
    assert PLACE not in kept
    assert (kept == content) == content.startswith(b"%PDF")


async def test_an_upload_under_a_key_is_one_file_however_often_it_comes(service: Service) -> None:
    """The same id and token again, for the same uploader; another length under the key is refused, another's key is another file."""
    once, again = [await service.upload(jpeg(), **{"Idempotency-Key": "mail-1"}) for _ in range(2)]
    longer = await service.upload(jpeg(500, 300), **{"Idempotency-Key": "mail-1"})
    others = await service.upload(jpeg(), **{"Idempotency-Key": "mail-1", "X-API-Key": KEY})

    assert once.json() == again.json()
    assert (longer.status_code, longer.json()["code"]) == (409, "key-reused")
    assert others.json()["file_id"] != once.json()["file_id"]


async def test_an_upload_that_broke_off_goes_on_under_its_key(service: Service) -> None:
    """We went down when a part of it was there: what comes again is the rest of it."""
    content, key_ = jpeg(500, 300), {"Idempotency-Key": "mail-2"}
    done = (await service.upload(content, **key_)).json()
    service.table.execute("update file set status = 'arriving', received = 0 where file_id = %s", (done["file_id"],))
    again = (await service.upload(content, **key_)).json()

    assert (again["file_id"], again["status"], again["sha256"]) == (done["file_id"], "ready", done["sha256"])


async def test_what_is_refused_leaves_nothing(service: Service) -> None:
    """415 with field and rule, in the caller's language; no row, no bytes, nothing on its way."""
    before = service.rows()
    answer = await service.upload(b"<svg onload=alert(1)>", "anh.jpg", **{"Accept-Language": "en"})

    assert refused(answer) == (415, "file-refused", [("file", "file_kind")])
    assert "must be a picture" in answer.json()["fields"][0]["message"]
    assert service.rows() == before
    assert [path for path in service.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"data": {"file": "no file"}}, 415),
        ({"files": {"other": b"x"}}, 422),
        ({"files": [("file", b"x"), ("file", b"y")]}, 422),
        ({"json": {}}, 415),
    ],
    ids=["a field", "another name", "two files", "JSON"],
)
async def test_the_form_has_one_file(plain: Service, form: dict[str, Any], status: int) -> None:
    """Anything else is refused by name."""
    assert (await plain.client.post("/v1/files", **form)).status_code == status


async def test_what_is_large_comes_by_parts(plain: Service) -> None:
    """Beyond 32 MB a form is refused while it streams in."""
    answer = await plain.upload(bytes(SMALL_BYTES + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_a_client_that_others_wrote_uploads_by_parts(service: Service) -> None:
    """`tuspy`, three parts; the file is there as if it had come at once, and the parts are gone."""
    content = mp4(700_000)
    place = service.folder.parent / "film.mp4"
    place.write_bytes(content)

    def upload() -> str:
        sender = TusClient(f"{service.url}/v1/files/uploads").uploader(str(place), chunk_size=300_000)
        sender.upload()
        return str(sender.url)

    url = await asyncio.to_thread(upload)
    found = (await service.client.get(url)).json()
    assert (found["status"], found["kind"], found["size"], found["received"]) == ("ready", "video", len(content), len(content))
    assert len(await service.content(found["file_id"])) == len(content)
    assert service.table.execute("select parts from file where file_id = %s", (found["file_id"],)).fetchone() == ([],)


async def begun(service: Service, length: int, **headers: str) -> str:
    answer = await service.client.post("/v1/files/uploads", headers={**TUS, "Upload-Length": str(length), **headers})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def test_an_upload_goes_on_where_it_broke_off(service: Service) -> None:
    """The connection breaks in the middle of a part: what came is kept, HEAD says how much, and the rest completes it."""
    content = pdf() * 200
    place = await begun(service, len(content))
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(service.url).port)
    headers = {**PART, "Host": "x", "Upload-Offset": "0", "Content-Length": str(len(content))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"PATCH {place} HTTP/1.1\r\n{head}\r\n".encode() + content[:100_000])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    del reader

    looked = await waited(service, place)
    offset = int(looked.headers["Upload-Offset"])
    assert 0 < offset <= 100_000
    assert looked.headers["Upload-Length"] == str(len(content))
    rest = await service.client.patch(place, content=content[offset:], headers={**PART, "Upload-Offset": str(offset)})
    assert (rest.status_code, rest.headers["Upload-Offset"]) == (204, str(len(content)))
    assert await service.content(place.split("/")[-2]) == content


async def waited(service: Service, place: str) -> httpx.Response:
    """Until some of it has come: the server notices a broken connection a moment later."""
    async with asyncio.timeout(30):
        while (answer := await service.client.head(place, headers=TUS)).headers["Upload-Offset"] == "0":  # noqa: ASYNC110 -- nobody tells us
            await asyncio.sleep(0.05)
    return answer


async def test_bytes_must_follow_those_that_are_there(plain: Service) -> None:
    """409 for another offset, and for more than was announced; nothing is taken."""
    place = await begun(plain, 100)
    for offset, content in (("5", b"x"), ("0", b"x" * 101)):
        answer = await plain.client.patch(place, content=content, headers={**PART, "Upload-Offset": offset})
        assert refused(answer)[:2] == (409, "wrong-offset")

    assert (await plain.client.head(place, headers=TUS)).headers["Upload-Offset"] == "0"


async def test_two_that_send_the_same_part_are_one(plain: Service) -> None:
    """Of two at once one is taken, the other hears 409; the file is right."""
    content = pdf() * 20
    place = await begun(plain, len(content) + 1)
    answers = await asyncio.gather(*(plain.client.patch(place, content=content, headers={**PART, "Upload-Offset": "0"}) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [204, 409]
    await plain.client.patch(place, content=b"\n", headers={**PART, "Upload-Offset": str(len(content))})
    assert await plain.content(place.split("/")[-2]) == content + b"\n"


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("POST", "", {"Upload-Length": "5"}, (412, "wrong-tus")),
        ("POST", "", {**TUS}, (400, "invalid")),
        ("POST", "", {**TUS, "Upload-Length": "-5"}, (400, "invalid")),
        ("POST", "", {**TUS, "Upload-Length": "0"}, (422, "file-refused")),
        ("POST", "", {**TUS, "Upload-Length": "999999999999"}, (413, "file-refused")),
        ("PATCH", f"/{'0' * 32}/guess", {**PART, "Upload-Offset": "0"}, (404, "unknown-upload")),
        ("GET", f"/{'0' * 32}/guess", {}, (404, "unknown-upload")),
    ],
)
async def test_what_is_no_upload_is_refused_by_name(
    plain: Service, method: str, path: str, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """Problem details, as everywhere."""
    answer = await plain.client.request(method, f"/v1/files/uploads{path}", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == expected


async def test_an_upload_can_be_taken_back(service: Service) -> None:
    """Until a petition has named it; then it is gone, bytes and row."""
    place = await begun(service, 50)
    await service.client.patch(place, content=b"%PDF-1.7", headers={**PART, "Upload-Offset": "0"})

    assert (await service.client.delete(place, headers=TUS)).status_code == 204
    assert (await service.client.head(place, headers=TUS)).status_code == 404
    named = await service.uploaded(pdf())
    await service.submit(named)
    taken = await service.client.delete(f"/v1/files/uploads/{named['file_id']}/{named['token']}", headers=TUS)
    assert refused(taken)[:2] == (409, "file-in-use")


async def test_a_petition_carries_references_and_no_bytes(service: Service) -> None:
    """Id, kind, size and fingerprint, in the order named; a repeat is the same petition, another file another content."""
    picture, document = await service.uploaded(jpeg()), await service.uploaded(pdf())
    own = key()
    first, again = [await service.submit(picture, document, external_id=own) for _ in range(2)]

    assert (first.status_code, again.json()) == (202, first.json())
    expected = [{"id": one["file_id"], **{name: one[name] for name in ("kind", "size", "sha256")}} for one in (picture, document)]
    assert [sent["files"] for sent in service.kept.sent] == [expected, expected]
    assert (await service.submit(picture, external_id=own)).status_code == 409


async def test_a_picture_says_enough(plain: Service) -> None:
    """A petition needs no words where it has a picture."""
    assert (await plain.submit(await plain.uploaded(jpeg()), text="")).status_code == 202
    assert (await plain.submit(text="")).status_code == 422


async def test_nobody_takes_anothers_file(plain: Service) -> None:
    """Without its token it is unknown, and a file of one petition is no other's."""
    found = await plain.uploaded(jpeg())
    assert refused(await plain.submit(found | {"token": "guess"})) == (422, "file-refused", [("files.0", "unknown_file")])

    assert (await plain.submit(found)).status_code == 202
    assert refused(await plain.submit(found)) == (422, "file-refused", [("files.0", "file_taken")])


async def test_half_an_upload_is_no_evidence(plain: Service) -> None:
    """It must be wholly there."""
    file_id, token = (await begun(plain, 50)).split("/")[-2:]

    assert refused(await plain.submit({"file_id": file_id, "token": token})) == (422, "file-refused", [("files.0", "file_unfinished")])


async def test_what_we_had_no_time_to_judge_is_judged_when_it_is_named(plain: Service) -> None:
    """The process died between the last byte and the verdict: the file is not lost."""
    content = pdf()
    file_id, token = (await begun(plain, len(content))).split("/")[-2:]
    with plain.files.arriving.spooled() as path:
        path.write_bytes(content)
        await plain.files.store.put(file_id, "part-0", path)
    assert await plain.files.register.advance(file_id, 0, len(content), "part-0")

    assert (await plain.submit({"file_id": file_id, "token": token})).status_code == 202
    assert plain.kept.sent[-1]["files"][0]["kind"] == "document"


async def test_an_answers_evidence_is_a_file(plain: Service) -> None:
    """The office's machine uploads with its token, and the action carries the reference."""
    petition_id = key().ljust(26, "0")
    put_case(plain.table, petition_id, Holding("assigned", "so-xd"))
    office = {"Authorization": "Bearer token-so-xd"}
    found = (await plain.upload(jpeg(), **office)).json()
    body = {"action": "answer", "result": "done", "text": "Đã thay bóng đèn.", "files": [{"id": found["file_id"], "token": found["token"]}]}
    answer = await plain.client.post(f"/v1/departments/so-xd/queue/{petition_id}/actions", json=body, headers=office)

    assert answer.status_code == 202, answer.text
    assert plain.kept.sent[-1]["files"][0]["id"] == found["file_id"]
    other = await plain.client.post(f"/v1/departments/so-xd/queue/{petition_id}/actions", json={**body, "action": "accept"}, headers=office)
    assert other.status_code == 422


async def test_a_petition_has_so_many_files(files_database: str, tmp_path: Path) -> None:
    """In all, over its notes; and so many megabytes."""
    async with serving(files_database, tmp_path, files_of_petition=2) as service:
        three = [await service.uploaded(pdf()) for _ in range(3)]
        assert refused(await service.submit(*three)) == (422, "file-refused", [("files", "too_many_files")])
        assert (await service.submit(*three[:2])).status_code == 202


async def test_one_address_has_so_much_waiting(files_database: str, tmp_path: Path) -> None:
    """429 until a petition names it or the sweep comes; an app with its key has a hundredfold."""
    async with serving(files_database, tmp_path, files_waiting_mb=1) as service:
        service.table.execute("delete from file")  # what other tests have left waiting
        await begun(service, 900_000)
        answer = await service.client.post("/v1/files/uploads", headers={**TUS, "Upload-Length": "900000"})
        assert refused(answer)[:2] == (429, "uploads-waiting")
        await begun(service, 900_000, **{"X-API-Key": KEY})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-API-Key": "guess"}, (401, "unknown-key")),
        ({"Authorization": "Bearer guess"}, (401, "unknown-token")),
        ({"X-CSRF-Token": "guess"}, (401, "no-token")),
        ({"Sec-Fetch-Site": "cross-site"}, (403, "foreign-page")),
    ],
    ids=["a key", "a token", "a session", "another site"],
)
async def test_who_claims_to_be_known_must_be(plain: Service, headers: dict[str, str], expected: tuple[int, str]) -> None:
    """A key, a token, a session that does not hold uploads nothing, and neither does another site's page."""
    answer = await plain.upload(jpeg(), **headers)

    assert (answer.status_code, answer.json()["code"]) == expected


async def test_what_nobody_names_is_swept(service: Service) -> None:
    """After its hours, bytes and row; what a petition has named stays, however old."""
    lonely, named = await service.uploaded(jpeg()), await service.uploaded(jpeg())
    await service.submit(named)
    service.table.execute("update file set created_at = now() - interval '25 hours'")
    await service.files.sweeping.once()

    rows = service.rows()
    assert (lonely["file_id"] in rows, named["file_id"] in rows) == (False, True)
    assert await service.content(named["file_id"])
    with pytest.raises(StoreAway):
        await service.content(lonely["file_id"])


async def test_files_are_erased_with_their_petition(service: Service, files_database: str) -> None:
    """All of them, both forms, and none of another's; again there is nothing left to do."""
    picture, document, other = await service.uploaded(jpeg()), await service.uploaded(pdf()), await service.uploaded(jpeg())
    petition_id = (await service.submit(picture, document)).json()["petition_id"]
    await service.submit(other)
    settings: HttpSettings = service.files.settings  # type: ignore[assignment]

    assert await asyncio.to_thread(erase_files, petition_id, settings) == 2
    assert await asyncio.to_thread(erase_files, petition_id, settings) == 0
    assert not {picture["file_id"], document["file_id"]} & service.rows()
    for file_id in (picture["file_id"], document["file_id"]):
        with pytest.raises(StoreAway):
            await service.content(file_id)
    assert await service.content(other["file_id"])


async def test_an_upload_comes_in_so_many_parts_and_no_more(plain: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte by byte its row would grow without end: refused by rule, and nothing of it is left."""
    monkeypatch.setattr(arriving, "PARTS_AT_MOST", 3)
    place = await begun(plain, 100)
    answers = [await plain.client.patch(place, content=b"x", headers={**PART, "Upload-Offset": str(number)}) for number in range(4)]

    assert [answer.status_code for answer in answers] == [204, 204, 204, 422]
    assert refused(answers[3])[2] == [("file", "too_many_parts")]
    assert place.split("/")[-2] not in plain.rows()
    assert place.split("/")[-2] not in await plain.files.store.ids()


async def test_a_store_says_what_it_has(service: Service) -> None:
    """Every file of which there is anything, and none that is gone: by this a restored store is held against the table."""
    kept, gone = await service.uploaded(jpeg()), await service.uploaded(pdf())
    await service.files.store.remove(gone["file_id"])
    found = await service.files.store.ids()

    assert (kept["file_id"] in found, gone["file_id"] in found) == (True, False)


async def test_a_forgotten_petitions_files_are_swept(service: Service) -> None:
    """Its contact's key is gone for good: whoever made it so, the citizen by his button or the operator, its files go within a minute."""
    found, other = await service.uploaded(jpeg()), await service.uploaded(jpeg())
    petition_id = (await service.submit(found)).json()["petition_id"]
    await service.submit(other)
    service.table.execute("insert into contact_key (petition_id, key) values (%s, null)", (petition_id,))
    await service.files.sweeping.once()

    assert (found["file_id"] in service.rows(), other["file_id"] in service.rows()) == (False, True)
    with pytest.raises(StoreAway):
        await service.content(found["file_id"])


async def test_the_directory_is_its_owners_alone(plain: Service) -> None:
    """Folders 0700, files 0600, on their way as well as kept."""
    await plain.uploaded(jpeg())
    await begun(plain, 10)

    for path in (plain.folder, *plain.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_a_store_that_is_away_is_said(files_database: str, tmp_path: Path) -> None:
    """503, when to come back, and nothing is lost: the upload goes on where it was."""
    async with serving(
        files_database, tmp_path, files_bucket="nowhere", files_endpoint="http://127.0.0.1:9", files_key_id="a", files_key_secret="b"
    ) as service:
        place = await begun(service, 500)
        answer = await service.client.patch(place, content=b"x" * 100, headers={**PART, "Upload-Offset": "0"})
        assert refused(answer)[:2] == (503, "files-unavailable")
        assert (await service.client.head(place, headers=TUS)).headers["Upload-Offset"] == "0"
