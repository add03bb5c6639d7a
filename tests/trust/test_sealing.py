"""People's words on the record can be read with their petition's key, and by nobody once it is destroyed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.sealing import Sealing
from schemas.platform import keyring
from schemas.platform.keyring import Keyring, KeyringFile, NoKeyring, path_of

AT = 1_764_000_000_000
MINE, OTHERS = path_of("a" * 26, AT), path_of("b" * 26, AT)
WORDS = {"text": 'Canary nói: "sealed":"v1.0.AA" \\', "external_id": "canary-7", "location": {"lat": 21.0, "address": "12 canary"}}
PETITION = {"petition_id": "a" * 26, "channel": "ihanoi", "submitted_at": "2026-01-01T00:00:00Z", **WORDS}


def event() -> dict[str, Any]:
    return {
        "petition_id": "a" * 26,
        "seq": 1,
        "reason": "canary lý do",
        "petition": msgspec.Raw(msgspec.json.encode(PETITION)),
        "classification": msgspec.Raw(b'{"category":"noise","reasons":["canary"],"urgent_reasons":[]}'),
        "detail": {"state": "answered", "text": "canary"},
        "case": {"state": "assigned"},
    }


def test_words_are_sealed_and_opened_again() -> None:
    """Nothing of what people wrote stands in the sealed event, all else does, and with the key everything is back in its place."""
    sealing = Sealing(Keyring.new())
    sealed = msgspec.json.encode(sealing.seal(MINE, event()))
    whole = json.loads(msgspec.json.encode(event()))
    del whole["classification"]["urgent_reasons"]

    assert b"anary" not in sealed
    assert json.loads(sealed)["case"] == {"state": "assigned"}
    assert json.loads(sealed)["petition"]["channel"] == "ihanoi"
    assert json.loads(sealing.open_value(sealed)) == sealing.open(json.loads(sealed)) == whole


def test_the_same_words_are_the_same_bytes() -> None:
    """A step that is done again after a crash, or by another process, writes the same event."""
    ring = Keyring.new()

    assert Sealing(ring).seal(MINE, event()) == Sealing(Keyring(ring.nodes)).seal(MINE, event())


def test_after_the_key_is_destroyed_nobody_reads_the_words() -> None:
    """The record still says what happened; the words are gone from what was written before, and new ones are not kept."""
    ring = Keyring.new()
    before = msgspec.json.encode(Sealing(ring).seal(MINE, event()))
    after = Sealing(ring.without([MINE]))
    opened = json.loads(after.open_value(before))

    assert "anary" not in json.dumps(opened)
    assert opened["case"] == {"state": "assigned"}
    assert b"anary" not in msgspec.json.encode(after.seal(MINE, event()))
    assert after.open(json.loads(before))["petition"] == {key: PETITION[key] for key in PETITION.keys() - WORDS.keys()}


def test_a_field_that_somebody_handed_in_as_sealed_is_not_taken_over() -> None:
    """Another petition's sealed words cannot be had by handing them in as one's own."""
    sealing = Sealing(Keyring.new())
    theirs = sealing.seal(OTHERS, {"text": "canary"})["sealed"]

    assert "sealed" not in sealing.seal(MINE, {"petition": {"channel": "web", "sealed": theirs}})["petition"]


def test_what_another_keyring_sealed_is_left_out() -> None:
    """A wrong key opens nothing and raises nothing."""
    sealed = Sealing(Keyring.new()).seal(MINE, {"seq": 1, "text": "canary"})

    assert Sealing(Keyring.new()).open(sealed) == {"seq": 1}


def test_what_was_sealed_by_an_earlier_release_opens_and_is_sealed_alike() -> None:
    """The record is kept for ever, and a step done again after an upgrade writes the same event: these bytes are of release 1."""
    ring, path = Keyring({"": bytes(range(32))}), path_of("a" * 26, AT)
    petition = {"channel": "web", "text": "đèn hỏng", "location": {"address": "12 phố Huế"}}
    event = {"reason": "vì sao", "petition": petition, "classification": {"reasons": ["“đèn hỏng”"]}, "detail": {"text": "ghi chú"}}
    kept = {
        "petition": {
            "channel": "web",
            "sealed": f"v1.{path}.82Ew4BN87Jq5XHIdg94Va2IqDaCe9t07pWFgGLRmWUmkHGQnMd4fTMrwgYfoZZLfspcWIX7KY5jyKWYw"
            "G40-j-PFSdSLIXT0uAzy4ZU5bw==",
        },
        "classification": {"sealed": f"v1.{path}.XHSXSD5nJRwSxCTcMpxuh2sldLlcVad-oEj99C2vc5WbGsnNKzF7xivbmr0zlbwEoQQ="},
        "detail": {"sealed": f"v1.{path}.w5Hw5vkFXV9jehov8iE-h0sycv1FtGgMssWiAwMs7lJ_HxY="},
        "sealed": f"v1.{path}.XvJsnyqeY26oGyvSdqiwl6hB73tOdyV9uS7uDhgl79B-M9qi",
    }

    assert Sealing(ring).seal(path, json.loads(json.dumps(event))) == kept
    assert Sealing(ring).open(kept) == json.loads(Sealing(ring).open_value(msgspec.json.encode(kept))) == event


@pytest.mark.parametrize("sealed", ["v1.", "v1.00.?", "v1.é.AAAA", "v2.00.AAAA", "v1.19ab697e800aaaa.AAAA"])
def test_what_is_no_sealed_text_is_left_out(sealed: str) -> None:
    """A field that nothing of ours can have written opens to nothing and raises nothing, and the rest of the event is there."""
    value = {"sealed": sealed, "petition": {"channel": "web", "sealed": sealed}, "seq": 1}
    opened = json.loads(Sealing(Keyring.new()).open_value(json.dumps(value, ensure_ascii=False).encode()))

    assert Sealing(Keyring.new()).open(value) == {"seq": 1, "petition": {"channel": "web"}}
    assert opened["seq"] == 1
    assert opened["petition"]["channel"] == "web"


_PATHS = st.integers(AT, AT + 3).flatmap(lambda at: st.integers(0, 40).map(lambda number: path_of(f"{number:04x}" + "0" * 22, at)))


@given(st.lists(_PATHS, max_size=6), st.lists(_PATHS, min_size=1, max_size=20))
def test_destroying_keys_takes_those_and_no_others(destroyed: list[str], asked: list[str]) -> None:
    """Whatever keys are destroyed, in whatever order and however often: these are gone, and all others are what they were."""
    ring = Keyring.new()
    left = ring.without(destroyed)

    for path in asked:
        assert left.key(path) == (None if path in destroyed else ring.key(path))
    assert all(not path.startswith(node) for path in destroyed for node in left.nodes)


def test_the_file_is_its_owners_and_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is closed to others; a key that one process destroys is gone for another that has the file open.
    A file that is away for a moment stops nobody."""
    monkeypatch.setattr(keyring, "_LOOK_AGAIN_SECONDS", 0.0)
    file = tmp_path / "keyring.json"
    keyring.ensure(file)
    opened = KeyringFile(file)
    before = opened.key(OTHERS)

    assert file.stat().st_mode & 0o777 == 0o600
    assert opened.key(MINE) is not None
    assert keyring.destroy(file, [MINE]) == 1
    assert keyring.destroy(file, [MINE]) == 0
    assert (opened.key(MINE), opened.key(OTHERS)) == (None, before)
    file.unlink()
    assert (opened.key(MINE), opened.key(OTHERS)) == (None, before)


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"nodes": 7}', '{"nodes": {"": "?"}}'])
def test_a_missing_or_broken_file_is_named(tmp_path: Path, content: str | None) -> None:
    """No process begins without the keys: the error names the file and the setting."""
    file = tmp_path / "keyring.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(NoKeyring, match="KEYRING_FILE"):
        KeyringFile(file)
