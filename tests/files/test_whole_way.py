"""Files on a whole instance: from the citizen to the office and back, seen by whom they concern and by nobody else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from producers.files.erasing import erase_files
from producers.files.settings import FileSettings
from tests.chaos.instance import Instance
from tests.files.contents import GPS, jpeg, mp4, opened, pdf
from tests.system.people import City, wait

GOOD_TEXT = "Đội chiếu sáng đã thay bóng đèn trước số 12 phố Huế, đèn sáng lại từ 19 giờ tối nay."
BIG = 200_000_000
FLAT = 60_000_000
"""How much more memory the process may have taken at most while 200 MB went through it."""


@pytest.fixture(scope="module")
def city(instance: Instance) -> Iterator[City]:
    with City(instance.url, instance.data / "credentials.json") as made:
        yield made


def upload(city: City, content: bytes, **headers: str) -> dict[str, Any]:
    answer = city.http.post("/v1/files", files={"file": ("x", content)}, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def claim(*found: dict[str, Any]) -> list[dict[str, str]]:
    return [{"id": one["file_id"], "token": one["token"]} for one in found]


@pytest.fixture(scope="module")
def case(city: City) -> dict[str, Any]:
    """A petition with a picture, a film and a document, answered with a picture."""
    sent = [upload(city, content) for content in (jpeg(800, 600), mp4(), pdf())]
    receipt = city.submit("Đèn đường trước số 12 phố Huế hỏng ba hôm nay, tối om", location={"ward_code": "00070"}, files=claim(*sent))
    office = city.wait_state(receipt["tracking_code"], "assigned")["office"]["code"]
    evidence = upload(city, jpeg(300, 200), **city.token(office))
    path = f"/v1/departments/{office}/queue/{receipt['petition_id']}"
    assert city.act(office, receipt["petition_id"], "accept").status_code == 202
    city.wait_state(receipt["tracking_code"], "accepted")
    answer = city.act(office, receipt["petition_id"], "answer", result="done", text=GOOD_TEXT, files=claim(evidence))
    assert answer.status_code == 202, answer.text
    city.wait_state(receipt["tracking_code"], "answered")
    status = wait(lambda: city.status(receipt["tracking_code"]), lambda found: found["said"] is not None)
    return {"status": status, "office": office, "path": path, "sent": sent, "evidence": evidence, **receipt}


def test_the_citizen_reads_what_was_sent_and_sees_the_evidence(city: City, case: dict[str, Any]) -> None:
    """Words, place and files of the petition; the answer's picture, which was evidence enough."""
    said = case["status"]["said"]
    answered = next(item for item in case["status"]["timeline"] if item["type"] == "answered")

    assert said["text"].startswith("Đèn đường")
    assert said["location"] == {"ward_code": "00070"} or said["location"]["ward_code"] == "00070"
    assert [one["id"] for one in said["files"]] == [one["file_id"] for one in case["sent"]]
    assert [one["id"] for one in answered["details"]["files"]] == [case["evidence"]["file_id"]]


def test_a_file_comes_as_it_is_kept_and_no_cache_between_keeps_it(city: City, case: dict[str, Any]) -> None:
    """Without place, under its true type, sandboxed, asked for again each time; a document is saved and not opened."""
    picture, film, document = (one["file_id"] for one in case["sent"])
    base = f"/v1/petitions/{case['tracking_code']}/files"
    answer = city.http.get(f"{base}/{picture}")

    assert answer.status_code == 200
    assert not opened(answer.content).getexif().get_ifd(GPS)
    headers = answer.headers
    assert headers["cache-control"] == "private, no-cache"
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-disposition"].startswith("inline;")
    assert city.http.get(f"{base}/{document}").headers["content-disposition"].startswith("attachment;")
    assert city.http.get(f"{base}/{film}").headers["content-type"] == "video/mp4"
    assert city.http.get(f"{base}/{picture}", headers={"If-None-Match": headers["etag"]}).status_code == 304
    assert max(opened(city.http.get(f"{base}/{picture}?small=true").content).size) == 400


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-50", 206, slice(-50, None)),
        ("bytes=999999999-", 416, None),
        ("bytes=5-1", 416, None),
        ("bytes=0-1,5-6", 416, None),
        ("lines=1-2", 416, None),
    ],
)
def test_a_film_comes_by_pieces(city: City, case: dict[str, Any], asked: str, status: int, span: slice | None) -> None:
    """As players ask for it."""
    url = f"/v1/petitions/{case['tracking_code']}/files/{case['sent'][1]['file_id']}"
    whole = city.http.get(url).content
    answer = city.http.get(url, headers={"Range": asked})

    assert answer.status_code == status
    if span is not None:
        assert answer.content == whole[span]
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")


def test_only_they_see_it_to_whom_the_case_is_shown(city: City, case: dict[str, Any]) -> None:
    """The responsible office; not another one, nobody without a token, no other petition's citizen, and no guess."""
    picture, evidence = case["sent"][0]["file_id"], case["evidence"]["file_id"]
    url = f"{case['path']}/files/{picture}"
    stranger = next(code for code in ("so-yt", "so-gddt") if code != case["office"])
    other = city.submit("Cây đổ chắn ngang ngõ 5 phố Huế, xe máy không qua được.")["tracking_code"]
    city.wait_state(other, "assigned")

    def status(path: str, **headers: str) -> int:
        return city.http.get(path, headers=headers).status_code

    assert status(url, **city.token(case["office"])) == 200
    assert status(f"{case['path']}/files/{evidence}", **city.token(case["office"])) == 200
    assert status(url) == 401
    assert status(url, **city.token(stranger)) == 403
    assert status(url.replace(f"/{case['office']}/", f"/{stranger}/"), **city.token(stranger)) == 404
    assert status(f"/v1/petitions/{other}/files/{picture}") == 404
    assert status(f"/v1/petitions/AAAA-AAAA-AAAA/files/{picture}") == 404
    assert status(f"/v1/petitions/{case['tracking_code']}/files/{'0' * 32}") == 404
    assert status(f"/v1/files/{picture}") == 404


def test_a_note_brings_pictures_too(city: City) -> None:
    """What the citizen adds later, for the office as for him."""
    receipt = city.submit("Nắp hố ga bị vỡ trước số 3 phố Bà Triệu, nguy hiểm cho xe máy")
    office = city.wait_state(receipt["tracking_code"], "assigned")["office"]["code"]
    note = upload(city, jpeg())
    answer = city.citizen_act(receipt["tracking_code"], "add-information", text="Ảnh chụp sáng nay.", files=claim(note))
    assert answer.status_code == 202, answer.text
    wait(lambda: city.types(receipt["tracking_code"]), lambda types: "information-added" in types)

    for url, headers in (
        (f"/v1/petitions/{receipt['tracking_code']}/files/{note['file_id']}", {}),
        (f"/v1/departments/{office}/queue/{receipt['petition_id']}/files/{note['file_id']}", city.token(office)),
    ):
        assert wait(lambda: city.http.get(url, headers=headers).status_code, lambda status: status == 200) == 200  # noqa: B023 -- asked at once


def test_two_hundred_megabytes_leave_memory_flat(city: City, instance: Instance) -> None:
    """The highest mark of the process's memory before and after: a film by parts of 50 MB, each in one call, and read back."""
    city.http.get("/healthz")
    before = peak(instance)
    film = mp4(0) + b"\0" * BIG
    begun = city.http.post("/v1/files/uploads", headers={"Tus-Resumable": "1.0.0", "Upload-Length": str(len(film)), **key(city)})
    place, offset = begun.headers["location"], 0
    while offset < len(film):
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        sent = city.http.patch(place, content=io.BytesIO(film[offset : offset + 50_000_000]), headers=headers, timeout=120)
        assert sent.status_code == 204, sent.text
        offset = int(sent.headers["upload-offset"])

    assert city.http.get(place).json()["size"] == len(film)
    assert peak(instance) - before < FLAT


def peak(instance: Instance) -> int:
    """Bytes that the web process had in memory at most."""
    status = Path(f"/proc/{instance.pids()['web']}/status").read_text(encoding="utf-8")
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def key(city: City) -> dict[str, str]:
    return {"X-API-Key": city.credentials["intake"]["ihanoi"]}


def test_erased_is_erased(city: City, case: dict[str, Any], instance: Instance) -> None:
    """After `erase_files` nobody gets any of them, from the instance that runs, and its store has no byte of them."""
    about = instance.environment()
    settings = FileSettings(database_url=about["DATABASE_URL"], files_dir=Path(about["FILES_DIR"]))

    assert erase_files(case["petition_id"], settings) == 4
    for one in (*case["sent"], case["evidence"]):
        assert city.http.get(f"/v1/petitions/{case['tracking_code']}/files/{one['file_id']}").status_code == 404
        assert not list(Path(about["FILES_DIR"]).rglob(f"*{one['file_id']}*"))
