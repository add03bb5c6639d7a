"""Asking for the morning digest at the desk."""

from __future__ import annotations

from schemas.authority import Duty, Post
from tests.desk.conftest import Desk

DIGEST = "/v1/departments/so-xd/digest"
ADDRESS = "binh@soxd.hanoi.gov.vn"


async def test_an_officer_has_it_sent_to_his_address_of_the_city(desk: Desk) -> None:
    """He sees it again, and nobody else does; to no other domain; and he ends it."""
    binh, an = desk.officer(), desk.officer(name="Lê An")
    refused = await binh.ask("POST", DIGEST, {"address": "binh@example.org"}, 422)
    await binh.ask("POST", DIGEST, {"address": ADDRESS})
    found, others = await binh.get(DIGEST), await an.get(DIGEST)
    await binh.ask("POST", DIGEST, {"address": None})

    assert (refused["code"], refused["detail"]) == ("no-office-address", "Bản tin chỉ gửi đến thư công vụ (@hanoi.gov.vn).")
    assert found == {"possible": True, "at": "07:15", "domains": ["hanoi.gov.vn"], "address": ADDRESS, "here": True}
    assert (others["address"], others["here"]) == (None, False)
    assert (await binh.get(DIGEST))["address"] is None


async def test_who_only_reads_gets_none_and_neither_does_a_program(desk: Desk) -> None:
    """A digest is for who works there."""
    auditor = desk.person(Post(Duty.AUDITOR))
    machine = await desk.client.get(DIGEST, headers=desk.token("so-xd"))

    assert (await auditor.get(DIGEST, 403))["code"] == "not-your-duty"
    assert (machine.status_code, machine.json()["code"]) == (403, "person-needed")
