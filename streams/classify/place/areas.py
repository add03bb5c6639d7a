"""Which ward a point lies in: by the wards' outlines where a GeoJSON file is given, else by their centres, a mere guess."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from shapely import STRtree, distance, points
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from schemas.reference import wards

METRES_NORTH = 110_700.0  # per degree of latitude at 21° north
METRES_EAST = 104_000.0  # per degree of longitude there
EDGE_M = 250.0
"""Outlines are simplified and phones are off by some metres: up to here a neighbour's point may be meant."""
OUTSIDE_M = 300.0
INSIDE = 0.95
AT_EDGE = 0.75
BY_CENTRE = 0.5
_FAR_RADII, _NEAR_RADII = 3.0, 2.0
"""From here on a point is nobody's; up to here a ward may be meant."""


@dataclass(frozen=True, slots=True)
class Spot:
    """The ward at a point (None: outside Hanoi), how sure, the wards that it may be as well, and whether outlines say so."""

    ward: str | None
    confidence: float
    near: frozenset[str]
    outlined: bool


class Areas(Protocol):
    def at(self, lat: float, long: float, among: frozenset[str] = frozenset()) -> Spot:
        """The ward at a point in degrees (WGS 84), `among` these if some are given and one is possible."""
        ...


class BadOutlinesError(ValueError):
    """The configured GeoJSON file cannot be used; says why."""


class Outlines:
    """The wards' polygons in metres on a plane, in a shapely STRtree: one point takes about 20 µs, and nearness comes with it."""

    def __init__(self, path: Path) -> None:
        self._codes, shapes = _load(path)
        self._tree = STRtree(shapes)
        self._shapes = np.array(shapes, dtype=object)

    def at(self, lat: float, long: float, among: frozenset[str] = frozenset()) -> Spot:
        point = points(long * METRES_EAST, lat * METRES_NORTH)
        around = self._tree.query(point, predicate="dwithin", distance=OUTSIDE_M)
        metres = dict(zip((self._codes[i] for i in around), distance(self._shapes[around], point).tolist(), strict=True))
        near = frozenset(code for code, far in metres.items() if far <= EDGE_M)
        inside = [code for code, far in metres.items() if far == 0]
        if not inside:
            nearest = min(metres, key=lambda code: metres[code], default=None)
            return Spot(nearest, AT_EDGE if nearest else 0.0, near, outlined=True)
        ward = next((code for code in inside if code in among), inside[0])
        return Spot(ward, INSIDE, near, outlined=True)


def _load(path: Path) -> tuple[list[str], list[BaseGeometry]]:
    try:
        features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
        pairs = [(str(f["properties"]["code"]), _plane(f["geometry"])) for f in features]
    except (OSError, ValueError, LookupError, TypeError, ShapelyError) as error:
        raise BadOutlinesError(f"{path.name}: {type(error).__name__}: {error}") from error
    missing = wards().keys() ^ {code for code, _ in pairs}
    if missing:
        raise BadOutlinesError(f"{path.name}: wrong or missing ward codes: {', '.join(sorted(missing)[:5])}")
    return [code for code, _ in pairs], [outline for _, outline in pairs]


def _plane(geometry: dict[str, Any]) -> BaseGeometry:
    outline = shape({"type": geometry["type"], "coordinates": _scaled(geometry["coordinates"])})
    return outline if outline.is_valid else outline.buffer(0)


def _scaled(coordinates: Any) -> Any:
    if isinstance(coordinates[0], int | float):
        return (coordinates[0] * METRES_EAST, coordinates[1] * METRES_NORTH)
    return [_scaled(part) for part in coordinates]


class Centres:
    """Without outlines: the ward whose centre is nearest, measured in that ward's own radius. Right for about two in three."""

    def __init__(self) -> None:
        self._codes = list(wards())
        lat, long, area = np.array([(w.lat, w.long, w.area_km2) for w in wards().values()]).T
        self._north, self._east = lat * METRES_NORTH, long * METRES_EAST
        self._radius = np.sqrt(area / math.pi) * 1000

    def at(self, lat: float, long: float, among: frozenset[str] = frozenset()) -> Spot:
        radii = np.hypot(self._north - lat * METRES_NORTH, self._east - long * METRES_EAST) / self._radius
        around = np.flatnonzero(radii <= _FAR_RADII)
        near = [(away, self._codes[at]) for away, at in sorted(zip(radii[around].tolist(), around.tolist(), strict=True))]
        return _by_centre([(away, code) for away, code in near if not among or code in among])


def _by_centre(ranked: list[tuple[float, str]]) -> Spot:
    """`ranked`: (radii away, ward) from the nearest on."""
    if not ranked:
        return Spot(None, 0.0, frozenset(), outlined=False)
    (first, ward), (second, _) = ranked[0], ranked[1] if len(ranked) > 1 else (_FAR_RADII, "")
    confidence = BY_CENTRE * min(1.0, 0.5 + 0.5 * (second - first) / max(second, 1e-9))
    near = frozenset(code for radii, code in ranked if radii <= _NEAR_RADII)
    return Spot(ward, round(confidence, 3), near | {ward}, outlined=False)


def areas(path: Path | None) -> Areas:
    """Outlines from the file, or centres when there is none. Raises `BadOutlinesError` if the file is not what it should be."""
    return Outlines(path) if path else Centres()
