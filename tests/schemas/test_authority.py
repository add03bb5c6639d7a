"""Who may do what on a case: the one table, and who somebody is on a case. Pure."""

from __future__ import annotations

import pytest

from schemas.authority import (
    AUTHORITY,
    CITIZEN_ACTIONS,
    OFFICE_ACTIONS,
    RELATIONS,
    Denial,
    Holding,
    Relation,
    entitled_to,
    open_to,
    refusal,
    relation,
    speaks_as,
)
from schemas.events.actions import ACTION
from schemas.events.base import Role
from schemas.reference import CITY_CHAIRMAN, above, offices
from schemas.reference.texts import LANGUAGES, rule_text

ASSIGNED = Holding("assigned", "so-xd", ("so-ct",))
DISPUTE = Holding("decision-required", "evn-hanoi", (), "vp-ubnd")
WAITING = Holding("received")


@pytest.mark.parametrize(
    ("role", "office", "case", "found"),
    [
        (Role.OFFICE, "so-xd", ASSIGNED, Relation.OWNER),
        (Role.OFFICE, "so-ct", ASSIGNED, Relation.CO_OFFICE),
        (Role.OFFICE, "so-yt", ASSIGNED, None),
        (Role.OFFICE, None, WAITING, None),
        (Role.OFFICE, "tt-pvhcc", WAITING, None),
        (Role.OFFICE, "so-xd", Holding("assigned", "so-xd", ("so-xd",)), Relation.OWNER),
        (Role.SUPERIOR, "vp-ubnd", ASSIGNED, Relation.SUPERIOR),
        (Role.SUPERIOR, "so-ct", ASSIGNED, None),
        (Role.SUPERIOR, "vp-ubnd", WAITING, Relation.SUPERIOR),
        (Role.SUPERIOR, "vp-ubnd", DISPUTE, Relation.SUPERIOR),
        (Role.SUPERIOR, "ubnd-tp", DISPUTE, Relation.SUPERIOR),
        (Role.SUPERIOR, "so-ct", DISPUTE, None),
        (Role.SUPERIOR, None, ASSIGNED, None),
        (Role.TRIAGE, "tt-pvhcc", WAITING, Relation.TRIAGE),
        (Role.TRIAGE, "tt-pvhcc", Holding("refused", "so-xd"), Relation.TRIAGE),
        (Role.TRIAGE, "tt-pvhcc", ASSIGNED, Relation.CLEARING),
        (Role.OPERATOR, "so-xd", ASSIGNED, Relation.OPERATOR),
        (Role.CITIZEN, None, ASSIGNED, Relation.CITIZEN),
        (Role.SYSTEM, None, ASSIGNED, Relation.SYSTEM),
    ],
)
def test_who_somebody_is_follows_from_role_office_and_case(role: Role, office: str | None, case: Holding, found: Relation | None) -> None:
    """In a dispute the office's direct superior has no say unless it is the decider or stands above him."""
    assert relation(role, office, case) == found


def test_the_chairman_alone_is_above_himself() -> None:
    """The hierarchy is a tree with him at its top."""
    assert all(above(code)[-1] == CITY_CHAIRMAN for code in offices())
    assert [code for code in offices() if code in above(code)] == [CITY_CHAIRMAN]


def test_every_action_and_every_relation_stands_in_the_table() -> None:
    """A new action without authority, or one that no relation has any part in, would be forgotten; each row has its rule."""
    schema = ACTION.json_schema()

    assert set(schema["discriminator"]["mapping"]) == set(AUTHORITY)
    assert set().union(*(permission.who for permission in AUTHORITY.values())) == set(Relation) == set(RELATIONS)
    assert all(permission.who and permission.states and permission.source for permission in AUTHORITY.values())


def test_every_denial_has_its_words() -> None:
    """In both languages."""
    assert all(rule_text(denial, lang) != denial for denial in Denial for lang in LANGUAGES)


def test_a_co_office_contributes_and_nothing_else() -> None:
    """It may not accept, transfer, extend, answer, reject or ask."""
    assert open_to("so-ct", ASSIGNED) == entitled_to("so-ct", ASSIGNED) == ("contribute",)


@pytest.mark.parametrize(
    ("office", "case", "actions"),
    [
        ("so-xd", ASSIGNED, ("accept", "answer", "add-information", "transfer", "reject", "reveal-contact")),
        ("so-yt", ASSIGNED, ()),
        ("vp-ubnd", ASSIGNED, ("add-information", "assign", "reject", "merge", "propose-merge")),
        ("tt-pvhcc", ASSIGNED, ("add-information", "merge")),
        ("tt-pvhcc", WAITING, ("request-information", "add-information", "assign", "reject", "merge", "propose-merge")),
        ("tt-pvhcc", Holding("refused", "so-xd"), ("assign",)),
        ("so-xd", Holding("closed", "so-xd"), ()),
        ("evn-hanoi", DISPUTE, ("add-information", "reject", "reveal-contact")),
        ("so-ct", DISPUTE, ()),
    ],
)
def test_what_is_open_to_an_office(office: str, case: Holding, actions: tuple[str, ...]) -> None:
    """What its desk shows as buttons, in the table's order."""
    assert open_to(office, case) == actions


def test_an_office_with_two_relations_speaks_in_the_one_that_may() -> None:
    """A superior that is a co-office, too, contributes as an office and assigns as a superior."""
    case = Holding("assigned", "so-xd", ("vp-ubnd",))

    assert speaks_as("vp-ubnd", case, "contribute") == (Role.OFFICE, None)
    assert speaks_as("vp-ubnd", case, "assign") == (Role.SUPERIOR, None)


def test_who_is_not_entitled_does_not_learn_the_state() -> None:
    """The case is closed, which only those hear whose case it is."""
    case = Holding("closed", "so-xd", ("so-ct",))

    assert [refusal(Role.OFFICE, office, case, "accept") for office in ("so-xd", "so-ct", "so-yt")] == [
        Denial.WRONG_STATE,
        Denial.ROLE_NOT_ALLOWED,
        Denial.NOT_YOUR_CASE,
    ]


def test_citizens_and_offices_have_their_own_actions() -> None:
    """What both may do is to add information."""
    assert set(CITIZEN_ACTIONS) & set(OFFICE_ACTIONS) == {"add-information"}
