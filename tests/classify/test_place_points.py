"""Coordinates → ward, and what happens when the text says something else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from shapely.geometry import shape

from schemas.events.intake import Location
from schemas.reference import wards
from streams.classify.place import SURE, BadOutlinesError, Locator
from streams.classify.place.areas import BY_CENTRE, Centres, Outlines
from streams.classify.text.typed import typed

CODES = {ward.name_vi: ward.code for ward in wards().values()}
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "hanoi-wards.geojson"
IN_BA_DINH = {"lat": 21.0386, "long": 105.838}
IN_DINH_CONG = {"lat": 20.9769, "long": 105.825}


@pytest.fixture(scope="module")
def outlines() -> Path:
    path = Path(os.environ.get("WARDS_GEOJSON") or BESIDE)
    if not path.exists():
        if os.environ.get("CI"):
            pytest.fail("WARDS_GEOJSON must name the wards' outlines")
        pytest.skip("no outlines of the wards: set WARDS_GEOJSON to a GeoJSON file")
    return path


@pytest.fixture(scope="module")
def outlined(outlines: Path) -> Locator:
    return Locator(outlines)


@pytest.fixture(scope="module")
def by_centres() -> Locator:
    return Locator()


def test_a_point_within_each_ward_finds_it(outlines: Path) -> None:
    """All 126 wards, surely."""
    areas = Outlines(outlines)
    features = json.loads(outlines.read_text(encoding="utf-8"))["features"]
    inner = {f["properties"]["code"]: shape(f["geometry"]).representative_point() for f in features}
    found = {code: areas.at(point.y, point.x) for code, point in inner.items()}

    assert {code: code for code in inner} == {code: spot.ward for code, spot in found.items()}
    assert min(spot.confidence for spot in found.values()) > SURE


def test_centres_are_a_guess(outlines: Path) -> None:
    """Without outlines most inner points still find their ward, but never with more confidence than one half."""
    areas = Centres()
    features = json.loads(outlines.read_text(encoding="utf-8"))["features"]
    inner = {f["properties"]["code"]: shape(f["geometry"]).representative_point() for f in features}
    found = {code: areas.at(point.y, point.x) for code, point in inner.items()}

    assert sum(code == spot.ward for code, spot in found.items()) >= 100
    assert max(spot.confidence for spot in found.values()) <= BY_CENTRE


@pytest.mark.parametrize(("lat", "long"), [(20.56, 105.3), (21.4, 106.04), (20.55, 106.0)])
def test_a_point_outside_hanoi_has_no_ward(outlined: Locator, by_centres: Locator, lat: float, long: float) -> None:
    """Within the bounding box but in a neighbouring province: no ward, and the dispatcher is told."""
    for locator in (outlined, by_centres):
        found = locator.locate("Rác nhiều", Location(lat=lat, long=long))

        assert (found.place.ward_code, found.place.confidence) == (None, 0.0)
        assert "ngoài địa giới" in found.reason


def test_text_and_point_that_agree_are_surer_than_either(outlined: Locator) -> None:
    """The same ward from both."""
    place = outlined.locate("Rác ở Ba Đình", Location(**IN_BA_DINH)).place

    assert (CODES["Ba Đình"], True, False) == (place.ward_code, place.confidence >= 0.9, place.contradiction)


def test_text_and_point_that_contradict_are_flagged(outlined: Locator) -> None:
    """A ward named with its prefix stays, without certainty; both are candidates."""
    place = outlined.locate("Rác ở phường Định Công", Location(**IN_BA_DINH)).place

    assert (CODES["Định Công"], True) == (place.ward_code, place.contradiction)
    assert place.confidence < SURE
    assert {CODES["Định Công"], CODES["Ba Đình"]} == set(place.candidates)


def test_a_bare_name_gives_way_to_a_point(outlined: Locator) -> None:
    """A place that is merely mentioned may lie elsewhere; it is flagged all the same."""
    place = outlined.locate("Xe đi Dương Nội bỏ bến", Location(**IN_BA_DINH)).place

    assert (CODES["Ba Đình"], True) == (place.ward_code, place.contradiction)
    assert place.confidence < SURE


def test_a_point_decides_among_the_parts_of_an_old_ward(outlined: Locator, by_centres: Locator) -> None:
    """Đại Kim was split into four: outlines decide, centres only guess."""
    surely = outlined.locate("p. Đại Kim cũ", Location(**IN_DINH_CONG)).place
    perhaps = by_centres.locate("p. Đại Kim cũ", Location(**IN_DINH_CONG)).place

    assert (CODES["Định Công"], "coordinates", True) == (surely.ward_code, surely.method, surely.confidence >= 0.9)
    assert perhaps.confidence <= BY_CENTRE


def test_a_given_ward_is_believed_until_something_contradicts(outlined: Locator) -> None:
    """The ward picked in the app: certain alone, doubtful against the text or the point."""
    ba_dinh = CODES["Ba Đình"]
    alone = outlined.locate("Rác", Location(ward_code=ba_dinh)).place
    against_text = outlined.locate("Rác ở phường Định Công", Location(ward_code=ba_dinh)).place
    against_point = outlined.locate("Rác", Location(ward_code=ba_dinh, **IN_DINH_CONG)).place

    assert (alone.method, alone.confidence, alone.contradiction) == ("given", 1.0, False)
    assert (ba_dinh, True) == (against_text.ward_code, against_text.contradiction)
    assert (ba_dinh, True) == (against_point.ward_code, against_point.contradiction)
    assert max(against_text.confidence, against_point.confidence) < SURE


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"features": [{"properties": {}}]}',
        '{"features": []}',
        '{"features": [{"properties": {"code": "1"}, "geometry": {"type": "Polygon", "coordinates": []}}]}',
    ],
)
def test_a_useless_outline_file_is_refused_at_the_start(tmp_path: Path, content: str) -> None:
    """Not at the first petition."""
    path = tmp_path / "outlines.geojson"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(BadOutlinesError):
        Locator(path)
    with pytest.raises(BadOutlinesError):
        Locator(tmp_path / "missing.geojson")


def test_many_texts_are_placed_as_each_alone() -> None:
    """Addresses are made ready together; each goes with its own text."""
    locator = Locator()
    asked = [
        (typed("Rác nhiều"), Location(address="phường Định Công")),
        (typed("Rác ở phường Láng"), None),
        (typed("Đèn hỏng"), Location(address="ngõ 12 phường Ba Đình", **IN_BA_DINH)),
    ]
    assert locator.locate_all(asked) == [locator.locate(text.written, where) for text, where in asked]
