"""Open311 with files in the form, as its specification has it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.files.conftest import Service, key
from tests.files.contents import jpeg, pdf
from tests.producers.support import KEY

REPORT = {"api_key": KEY, "service_code": "drainage", "lat": "21.0337", "long": "105.8549", "description": "Cống tắc, nước tràn ra đường"}


async def report(service: Service, *files: tuple[str, bytes], **more: str) -> httpx.Response:
    parts: Any = [(name, ("a.jpg", content)) for name, content in files]
    return await service.client.post("/open311/v2/requests.json", data={**REPORT, **more}, files=parts)


async def test_files_of_the_form_are_the_petitions(service: Service) -> None:
    """Both spellings of the field; a request sent again, since no answer came, is the same with the same files."""
    own = {"attribute[external_id]": key()}
    first, again = [await report(service, ("media", jpeg()), ("media[]", pdf()), **own) for _ in range(2)]

    assert (first.status_code, again.json()) == (200, first.json()), first.text
    one, other = service.kept.sent
    assert one["files"] == other["files"]
    assert [file["kind"] for file in one["files"]] == ["image", "document"]


async def test_without_an_id_of_its_own_the_files_say_which_report_it_is(plain: Service) -> None:
    """The same words with another picture are another report."""
    said = {"description": f"Cống tắc {key()}"}
    ids = [(await report(plain, ("media", jpeg(width)), **said)).json()[0]["service_request_id"] for width in (60, 60, 61)]

    assert ids[0] == ids[1] != ids[2]


async def test_what_is_refused_leaves_no_file(plain: Service) -> None:
    """A form with a mistake, a file that is none, a part that nobody knows: errors as the specification has them, and nothing is kept."""
    before = plain.rows()
    wrong = await report(plain, ("media", jpeg()), lat="north")
    no_file = await report(plain, ("media", b"<script>"), **{"attribute[external_id]": key()})
    unknown = await report(plain, ("attachment", jpeg()))

    assert [answer.status_code for answer in (wrong, no_file, unknown)] == [400, 400, 400]
    assert no_file.json()[0]["description"].startswith("file: ")
    assert unknown.json()[0]["description"].startswith("attachment: ")
    assert plain.rows() == before
