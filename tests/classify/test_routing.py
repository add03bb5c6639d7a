"""Who owns what: the shipped table, its checker, and the way from a place to an office."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import TRIAGE_OFFICE, categories, offices, wards
from streams.classify.commands.routing import routing
from streams.classify.found import NOWHERE, Place
from streams.classify.routing.mistakes import BadRoutingError
from streams.classify.routing.routes import RoutingTable, own_text, route
from streams.classify.routing.table import COLUMNS, check

CUA_NAM = "00082"
SURE_PLACE = Place(ward_code=CUA_NAM, method="ward-name", confidence=0.97)
HEADER = ",".join(COLUMNS)
NOTE = ",lý do,a reason,,confirmed"
ALL = f"*,*,*,*,*,tt-pvhcc,{NOTE}"


def test_the_shipped_table_has_no_mistake() -> None:
    """As `petitions routing check` finds."""
    assert check(own_text()) == []


def test_every_combination_has_an_owner() -> None:
    """Kind, category, level; with and without a known ward: an office that exists, and reasons."""
    for kind, category, level, place in product(PetitionKind, categories(), Level, (SURE_PLACE, NOWHERE)):
        found = route(kind, category, place, level)

        assert found.office in offices()
        assert set(found.co_offices) <= offices().keys() - {found.office}
        assert found.reasons
        assert not found.triage or found.office == TRIAGE_OFFICE
        assert found.rule.vi
        assert found.rule.en
        assert found.triage or found.rule.vi in found.reasons[0]


@pytest.mark.parametrize("category", [code for code, category in categories().items() if category.default_owner == "ward"])
def test_what_wards_own_goes_to_the_ward(category: str) -> None:
    """Where the ward is sure; else a person sorts it, with the candidates in the reasons."""
    known = route(PetitionKind.PETITION, category, SURE_PLACE, Level.ORDINARY)
    open_place = Place(method="old-name", candidates=("00235", "00229"))
    unknown = route(PetitionKind.PETITION, category, open_place, Level.ORDINARY)

    assert (f"ward-{CUA_NAM}", False) == (known.office, known.triage)
    assert (unknown.office, unknown.triage) == (TRIAGE_OFFICE, True)
    assert any("Phường Đống Đa" in reason and "Phường Kim Liên" in reason for reason in unknown.reasons)


def test_a_doubtful_ward_gets_no_work() -> None:
    """Low confidence counts as no ward, for the owner and for co-owners."""
    doubtful = Place(ward_code=CUA_NAM, method="ward-name", confidence=0.5, candidates=(CUA_NAM, "00070"), contradiction=True)
    waste = route(PetitionKind.PETITION, "waste", doubtful, Level.ORDINARY)
    trees = route(PetitionKind.PETITION, "trees", doubtful, Level.URGENT)

    assert (waste.triage, waste.office) == (True, TRIAGE_OFFICE)
    assert (trees.office, trees.co_offices) == ("so-xd", ("cty-cay-xanh",))


@pytest.mark.parametrize("category", [code for code, c in categories().items() if c.default_owner != "ward" and code != "other"])
def test_ordinary_petitions_go_to_the_citys_start_values(category: str) -> None:
    """A city department owns its field wherever it happens."""
    found = route(PetitionKind.PETITION, category, NOWHERE, Level.ORDINARY)

    assert (categories()[category].default_owner, False) == (found.office, found.triage)


def test_complex_cases_have_co_owners() -> None:
    """Several agencies: food between three departments, building in a heritage area with culture."""
    food = route(PetitionKind.PETITION, "food-safety", SURE_PLACE, Level.COMPLEX)
    building = route(PetitionKind.PETITION, "construction", SURE_PLACE, Level.COMPLEX)

    assert ("so-yt", {"so-ct", "so-nnmt", f"ward-{CUA_NAM}"}) == (food.office, set(food.co_offices))
    assert "so-vhtt" in building.co_offices


@pytest.mark.parametrize(
    ("kind", "office"),
    [
        (PetitionKind.EMERGENCY, "ca-tp"),
        (PetitionKind.COMPLAINT, "thanh-tra"),
        (PetitionKind.DENUNCIATION, "thanh-tra"),
        (PetitionKind.SPAM, "tt-pvhcc"),
        (PetitionKind.THANKS, "tt-pvhcc"),
        (PetitionKind.ABUSE, "tt-pvhcc"),
        (PetitionKind.TEST, "tt-pvhcc"),
    ],
)
def test_what_is_no_petition_has_its_own_owner(kind: PetitionKind, office: str) -> None:
    """Whatever category it was given; nothing is thrown away."""
    assert {office} == {route(kind, category, NOWHERE, Level.ORDINARY).office for category in categories()}


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ([f"petition,wste,*,*,*,so-xd,{NOTE}", ALL], 2, "category: 'wste'"),
        ([ALL.replace("*", "petitions", 1)], 2, "kind: 'petitions'"),
        ([f"petition,waste,soon,*,*,so-xd,{NOTE}", ALL], 2, "level: 'soon'"),
        ([f"petition,waste,*,moon,*,so-xd,{NOTE}", ALL], 2, "place: 'moon'"),
        ([f"petition,waste,*,*,moon,so-xd,{NOTE}", ALL], 2, "about: 'moon'"),
        ([f"petition,waste,*,*,alley+moon,so-xd,{NOTE}", ALL], 2, "about: 'moon'"),
        ([f"petition,waste,*,*,*,so-xx,{NOTE}", ALL], 2, "office: 'so-xx'"),
        ([f"petition,waste,*,*,*,,{NOTE}", ALL], 2, "office: missing"),
        ([f"petition,waste,*,unknown,*,@ward,{NOTE}", ALL], 2, "@ward cannot own"),
        ([f"petition,waste,*,*,*,so-xd,so-xd{NOTE}", ALL], 2, "named twice"),
        ([f"petition,waste,*,*,*,so-xd,so-xx{NOTE}", ALL], 2, "co_offices: 'so-xx'"),
        (["petition,waste,*,*,*,so-xd,,,because,,confirmed", ALL], 2, "note_vi: missing"),
        (["petition,waste,*,*,*,so-xd,,vì,,,confirmed", ALL], 2, "note_en: missing"),
        (["petition,waste,*,*,*,so-xd,,vì,because,,maybe", ALL], 2, "status: 'maybe'"),
        ([f"petition,waste,*,*,*,so-xd,{NOTE},b", ALL], 2, "12 fields"),
        ([ALL, f"petition,waste,*,*,*,so-xd,{NOTE}"], 3, "never decides"),
        ([f"*,*,*,*,alley,so-xd,{NOTE}", f"petition,trees,*,*,alley+child,so-xd,{NOTE}".replace("child", "bus"), ALL], 3, "never decides"),
        ([f"petition,*,*,known,*,so-xd,{NOTE}"], 0, "no owner for petition, waste, urgent at an unknown place"),
        ([f"*,*,*,*,alley,so-xd,{NOTE}"], 0, "no owner for petition, waste, urgent"),
        (["# note", "", f"petition,waste,*,moon,*,so-xd,{NOTE}", ALL], 4, "place: 'moon'"),
    ],
)
def test_the_checker_names_each_mistake_with_its_line(lines: list[str], line: int, said: str) -> None:
    """So that an operator finds it."""
    mistakes = check("\n".join([HEADER, *lines]))

    assert any(mistake.line == line and said in mistake.what for mistake in mistakes)


@pytest.mark.parametrize("text", ["", "a,b", HEADER])
def test_a_table_without_rules_is_refused(text: str) -> None:
    """Nothing starts with a table that leaves petitions without an owner."""
    with pytest.raises(BadRoutingError):
        RoutingTable(text)


def test_the_command_fails_on_a_bad_table(tmp_path: Path) -> None:
    """`petitions routing check FILE` prints file:line: mistake and exits with 1; with 0 if all is well."""
    bad = tmp_path / "bad.csv"
    bad.write_text(f"{HEADER}\npetition,wste,*,*,*,so-xd,{NOTE}\n", encoding="utf-8")
    failed = CliRunner().invoke(routing, ["check", str(bad)])
    passed = CliRunner().invoke(routing, ["check"])

    assert (failed.exit_code, f"{bad}:2: category: 'wste'" in failed.output) == (1, True)
    assert (passed.exit_code, passed.output) == (0, "ok: every combination has an owner\n")


def test_the_command_shows_who_owns() -> None:
    """`petitions routing who waste --ward 00082` gives the ward's office."""
    shown = CliRunner().invoke(routing, ["who", "waste", "--ward", CUA_NAM])

    assert (shown.exit_code, f'"office": "{wards()[CUA_NAM].office}"' in shown.output) == (0, True)
