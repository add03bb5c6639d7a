"""The petitions that made-up citizens send, and what they are really about."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from deploy.simulate.texts import samples
from schemas.reference import WARD_OWNER, Ward, categories, wards

_CATEGORY_GIVEN = 0.35
_PLACE = ("ward", "point", "none")
_PLACE_WEIGHTS = (0.55, 0.25, 0.2)
_CHANNELS = ("ihanoi", "web", "hotline")
_CHANNEL_WEIGHTS = (0.75, 0.15, 0.1)


@dataclass(frozen=True, slots=True)
class Petition:
    """`fields`: what is submitted. `category`, `ward`: the truth, which the pipeline may find out or not."""

    number: int
    category: str
    ward: Ward
    fields: dict[str, Any]

    @property
    def office(self) -> str:
        """Whose business it is."""
        owner = categories()[self.category].default_owner
        return self.ward.office if owner == WARD_OWNER else owner


def petition(number: int, seed: int) -> Petition:
    """The petition with this number: always the same for the same seed."""
    rng = Random(f"{seed}/petition/{number}")
    sample = rng.choice(samples())
    codes = list(wards())
    ward = wards()[rng.choice(codes)]
    fields: dict[str, Any] = {
        "channel": rng.choices(_CHANNELS, _CHANNEL_WEIGHTS)[0],
        "external_id": f"simulation-{number}",
        "text": _varied(sample.text, rng),
    }
    if rng.random() < _CATEGORY_GIVEN:
        fields["category"] = sample.category
    if sample.urgent and rng.random() < 0.5:
        fields["urgent"] = True
    if (location := _location(ward, rng)) is not None:
        fields["location"] = location
    return Petition(number, sample.category, ward, fields)


def _varied(text: str, rng: Random) -> str:
    """Nobody writes word for word what another wrote."""
    if rng.random() < 0.5:
        return f"{text.rstrip('.! ')}. Gần số nhà {rng.randint(1, 300)}."
    return f"{text.rstrip('.! ')}. Sự việc từ ngày {rng.randint(1, 28)}, lúc {rng.randint(5, 22)} giờ."


def _location(ward: Ward, rng: Random) -> dict[str, Any] | None:
    match rng.choices(_PLACE, _PLACE_WEIGHTS)[0]:
        case "ward":
            return {"ward_code": ward.code}
        case "point":  # within about 300 m of the centre
            return {
                "lat": round(ward.lat + rng.uniform(-0.003, 0.003), 6),
                "long": round(ward.long + rng.uniform(-0.003, 0.003), 6),
            }
        case _:
            return None
