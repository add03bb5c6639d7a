"""Made-up petitions: Vietnamese texts of every category, ids and places, the same at every run."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import orjson

from producers.intake.requests import PetitionRequest, content_digest, event_of, identify
from schemas.events.strings import says_enough
from tests.bench.broker import Row

_TRAINING = Path(__file__).resolve().parents[2] / "streams" / "classify" / "training"
SECRET = b"benchmark-only-tracking-secret-0123456789"
CHANNEL = "ihanoi"


@cache
def texts() -> tuple[str, ...]:
    """All texts in a fixed shuffled order, so that neighbours are of different categories."""
    lines = (line for path in sorted(_TRAINING.glob("*.tsv")) for line in path.read_text(encoding="utf-8").splitlines())
    found = [text for line in lines if line.count("\t") >= 2 and says_enough(text := line.split("\t")[-1])]
    random.Random(20_251_229).shuffle(found)
    return tuple(found)


def key_of(number: int) -> str:
    return hashlib.blake2b(number.to_bytes(8), digest_size=13).hexdigest()


def job_rows(count: int, keys: int, first: int = 0, **more: object) -> Iterator[Row]:
    """Input of the comparison job: `count` JSON records of about 400 bytes, spread over `keys` keys from number `first` on."""
    known = texts()
    for number in range(count):
        key = key_of(first + number * 7919 % keys)
        body = {
            "id": f"{number:012x}",
            "petition_id": key,
            "channel": CHANNEL,
            "text": known[number % len(known)],
            "location": {"lat": 21.0285, "long": 105.8542, "address": "12 phố Huế, phường Hai Bà Trưng"},
            "submitted_at": "2026-01-05T01:30:00.000Z",
            **more,
        }
        yield Row(key.encode(), orjson.dumps(body))


def request(number: int) -> PetitionRequest:
    """A petition as a channel hands it in; every third one has coordinates within Hanoi, every fifth an address."""
    known = texts()
    rng = random.Random(number)
    location: dict[str, object] = {}
    if number % 3 == 0:
        location |= {"lat": round(rng.uniform(20.95, 21.08), 5), "long": round(rng.uniform(105.75, 105.90), 5)}
    if number % 5 == 0:
        location["address"] = f"{rng.randint(1, 400)} phố Huế, phường Hai Bà Trưng"
    return PetitionRequest.model_validate(
        {"channel": CHANNEL, "external_id": f"B-{number}", "text": known[number % len(known)], "location": location or None}
    )


def intake_rows(count: int, first: int = 0) -> Iterator[Row]:
    """Events of petitions.intake from number `first` on, made as the producers make them."""
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    for number in range(first, first + count):
        petition = request(number)
        who = identify(SECRET, CHANNEL, petition.external_id, None)
        event = event_of(petition, who, content_digest(SECRET, petition), None, now_ms)
        yield Row(event.key, event.value, event.headers)
