"""Identity and sealing: pure functions."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.http.lookup import Digests, Found
from producers.intake.requests import Contact, PetitionRequest, event_of, identify
from producers.intake.vault import new_key, seal, unseal
from schemas.events.files import FileKind, FileRef
from schemas.events.intake import PetitionSubmitted

SECRET = b"s" * 32
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=50)


@given(KEYS, KEYS)
def test_the_channels_own_id_decides_over_the_key(external_id: str, key: str) -> None:
    """The same external id is the same petition, whatever key a retry makes up."""
    assert identify(SECRET, "ihanoi", external_id, key).petition_id == identify(SECRET, "ihanoi", external_id, None).petition_id


@given(KEYS)
def test_ids_and_keys_live_in_worlds_of_their_own(text: str) -> None:
    """A key that looks like another petition's external id, or the same of another channel, is not that petition."""
    found = [
        identify(SECRET, "ihanoi", text, None),
        identify(SECRET, "ihanoi", None, text),
        identify(SECRET, "hotline", text, None),
        identify(b"t" * 32, "ihanoi", text, None),
    ]

    assert len({one.petition_id for one in found}) == len(found)


def test_the_key_of_a_call_without_one_repeats_it() -> None:
    """Who was told 503 gets a key that stands for the petition that was meant."""
    first = identify(SECRET, "ihanoi", None, None)

    assert identify(SECRET, "ihanoi", None, first.retry_key) == first


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=50).filter(lambda name: name.strip() == name))
def test_a_sealed_contact_opens_with_its_key(name: str) -> None:
    """And shows nothing of itself before."""
    key, contact = new_key(), Contact(name=name)
    sealed = seal(key, "a" * 26, contact)

    assert unseal(key, "a" * 26, sealed) == contact


def test_a_sealed_contact_belongs_to_one_petition_and_one_key() -> None:
    """Moved to another petition, or with another key, it stays shut."""
    key = new_key()
    sealed = seal(key, "a" * 26, Contact(phone="0912345678"))

    with pytest.raises(ValueError, match="does not open"):
        unseal(key, "b" * 26, sealed)
    with pytest.raises(ValueError, match="does not open"):
        unseal(new_key(), "a" * 26, sealed)


async def test_look_ups_that_wait_go_in_one_query() -> None:
    """While one query is under way the others gather; each caller gets its own answer, and an error reaches those who asked."""
    asked: list[set[str]] = []

    class Slow(Digests):
        async def _read(self, ids: Collection[str]) -> Found:
            asked.append(set(ids))
            await asyncio.sleep(0)
            if "bad" in ids:
                raise ValueError("bad")
            return {"a": "1", "b": "2"}

    digests = Slow(pool=None)  # type: ignore[arg-type]
    first = asyncio.create_task(digests.of("a"))
    while not asked:  # noqa: ASYNC110
        await asyncio.sleep(0)
    found = await asyncio.gather(first, *(digests.of(name) for name in ("b", "b", "c")))
    refused = await asyncio.gather(*(digests.of(name) for name in ("bad", "a")), return_exceptions=True)

    assert found == ["1", "2", "2", None]
    assert asked == [{"a"}, {"b", "c"}, {"bad", "a"}]
    assert [type(one) for one in refused] == [ValueError, ValueError]
    assert await digests.of("a") == "1"


def test_the_event_is_what_its_model_would_write() -> None:
    """To the byte, with every field that a petition can have, and with none that it need not have."""
    ref = FileRef(id="0" * 32, kind=FileKind.IMAGE, size=9, sha256="a" * 64)
    full = {
        "channel": "ihanoi",
        "external_id": "A-1/\u1ec7",
        "text": 'Hố ga "sâu"\t\x01\x7f\u2028 ngõ 2',
        "location": {"lat": 21, "long": 105.85123456789, "address": "12 phố Huế", "ward_code": "00070"},
        "media_urls": ["https://ví-dụ.vn/ảnh 1.jpg?a=1#b"],
        "category": "waste",
        "urgent": False,
    }
    for fields, files, taken_by, now_ms in (
        (full, (ref,), "person-1", 1_800_000_000_123),
        ({"channel": "web", "text": "Cháy!"}, (), None, 1_800_000_000_000),
    ):
        request = PetitionRequest.model_validate(fields)
        who = identify(SECRET, request.channel, request.external_id, "key")
        event = event_of(request, who, "0" * 32, taken_by and "v1.sealed", now_ms, files=files, taken_by=taken_by)
        as_read = PetitionSubmitted.model_validate_json(event.value)

        assert event.value == as_read.model_dump_json(exclude_none=True).encode()
        assert as_read.model_fields_set == {name for name, value in as_read if value is not None}
        assert fields is not full or as_read.model_fields_set == PetitionSubmitted.model_fields.keys()
