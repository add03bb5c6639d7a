"""Who may do what on a case: the one table, and who somebody is on a case. Pure."""

from __future__ import annotations

import pytest

from schemas.authority import (
    AUTHORITY,
    CITIZEN_ACTIONS,
    DUTIES,
    OFFICE_ACTIONS,
    RELATIONS,
    Call,
    Denial,
    Duty,
    Holding,
    Post,
    Relation,
    entitled_to,
    may,
    open_to,
    refusal,
    relation,
    roles_at,
    speaks_as,
)
from schemas.events.actions import ACTION
from schemas.events.base import Role
from schemas.reference import CITY_CHAIRMAN, above, offices
from schemas.reference.texts import LANGUAGES, rule_text

ASSIGNED = Holding("assigned", "so-xd", ("so-ct",))
DISPUTE = Holding("decision-required", "evn-hanoi", (), "vp-ubnd")
WAITING = Holding("received")


def machine(office: str) -> tuple[Role, ...]:
    """In which roles an office's own system speaks."""
    return roles_at([Post(Duty.OFFICE_SYSTEM, office)], office)


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


def test_a_co_office_contributes_and_notes_and_nothing_else() -> None:
    """It may not accept, transfer, extend, answer, reject or ask."""
    assert open_to(machine("so-ct"), "so-ct", ASSIGNED) == entitled_to(machine("so-ct"), "so-ct", ASSIGNED) == ("contribute", "note")


@pytest.mark.parametrize(
    ("office", "case", "actions"),
    [
        (
            "so-xd",
            ASSIGNED,
            (
                "accept",
                "answer",
                "add-information",
                "transfer",
                "reject",
                "propose-merge",
                "split",
                "note",
                "reveal-contact",
                "take",
                "hand-over",
            ),
        ),
        ("so-yt", ASSIGNED, ()),
        ("vp-ubnd", ASSIGNED, ("add-information", "assign", "reject", "merge", "propose-merge", "split", "decline-merge", "note", "urge")),
        ("tt-pvhcc", ASSIGNED, ("add-information", "merge", "propose-merge", "split", "decline-merge", "note")),
        (
            "tt-pvhcc",
            WAITING,
            (
                *("request-information", "add-information", "assign", "reject", "merge", "propose-merge", "split", "decline-merge"),
                *("note", "take", "hand-over"),
            ),
        ),
        ("tt-pvhcc", Holding("refused", "so-xd"), ("assign", "note")),
        ("so-xd", Holding("closed", "so-xd"), ("note",)),
        ("evn-hanoi", DISPUTE, ("add-information", "reject", "propose-merge", "split", "note", "reveal-contact", "take", "hand-over")),
        ("so-ct", DISPUTE, ()),
    ],
)
def test_what_is_open_to_an_office(office: str, case: Holding, actions: tuple[str, ...]) -> None:
    """What its desk shows as buttons, in the table's order."""
    assert open_to(machine(office), office, case) == actions


def test_an_office_with_two_relations_speaks_in_the_one_that_may() -> None:
    """A superior that is a co-office, too, contributes as an office and assigns as a superior."""
    case = Holding("assigned", "so-xd", ("vp-ubnd",))

    assert speaks_as(machine("vp-ubnd"), "vp-ubnd", case, "contribute") == (Role.OFFICE, None)
    assert speaks_as(machine("vp-ubnd"), "vp-ubnd", case, "assign") == (Role.SUPERIOR, None)


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


@pytest.mark.parametrize(
    ("duty", "office", "roles"),
    [
        (Duty.OFFICER, "so-xd", (Role.OFFICE,)),
        (Duty.OFFICER, "tt-pvhcc", (Role.OFFICE,)),
        (Duty.HEAD, "so-ct", (Role.OFFICE, Role.SUPERIOR)),
        (Duty.CITY_OFFICE, "vp-ubnd", (Role.OFFICE, Role.SUPERIOR)),
        (Duty.TRIAGE, "tt-pvhcc", (Role.OFFICE, Role.TRIAGE)),
        (Duty.LEADER, "ubnd-tp", (Role.OFFICE, Role.SUPERIOR)),
        (Duty.OPERATIONS, None, ()),
        (Duty.AUDITOR, None, ()),
        (Duty.OPERATOR, None, ()),
        (Duty.OFFICE_SYSTEM, "so-xd", (Role.OFFICE, Role.SUPERIOR)),
        (Duty.OFFICE_SYSTEM, "tt-pvhcc", (Role.OFFICE, Role.SUPERIOR, Role.TRIAGE)),
        (Duty.ADMINISTRATOR, None, (Role.OPERATOR,)),
    ],
)
def test_in_which_roles_each_duty_speaks(duty: Duty, office: str | None, roles: tuple[Role, ...]) -> None:
    """For its own office, and for no other unless it is for the whole city; officers alone never speak as superiors."""
    where = office or "so-xd"

    assert roles_at([Post(duty, office)], where) == roles
    assert roles_at([Post(duty, office)], "so-yt") == (() if office else roles)


def test_every_duty_stands_in_the_table() -> None:
    """Each has at least one call."""
    assert set(DUTIES) == set(Duty)
    assert all(powers.calls for powers in DUTIES.values())


def test_who_sees_nothing_personal_and_who_never_acts() -> None:
    """Operators read numbers alone; auditors read every office's cases and the figures, and speak in no role."""
    operator, auditor = [Post(Duty.OPERATOR)], [Post(Duty.AUDITOR)]

    assert [call for call in Call if may(operator, call)] == [Call.READ_FIGURES]
    assert all(may(auditor, Call.READ_CASES, office) for office in offices())
    assert not may(auditor, Call.ACT)


def test_several_posts_add_up_but_do_not_mix() -> None:
    """A head here and an officer there is no head there."""
    posts = [Post(Duty.HEAD, "so-ct"), Post(Duty.OFFICER, "so-xd")]

    assert (roles_at(posts, "so-ct"), roles_at(posts, "so-xd")) == ((Role.OFFICE, Role.SUPERIOR), (Role.OFFICE,))


@pytest.mark.parametrize(
    ("post", "good"),
    [
        (Post(Duty.OFFICER, "so-xd"), True),
        (Post(Duty.OFFICER, "so-none"), False),
        (Post(Duty.OFFICER), False),
        (Post(Duty.TRIAGE, "tt-pvhcc"), True),
        (Post(Duty.TRIAGE, "so-xd"), False),
        (Post(Duty.LEADER, "so-xd"), False),
        (Post(Duty.AUDITOR), True),
        (Post(Duty.AUDITOR, "so-xd"), False),
    ],
)
def test_some_duties_are_at_one_office_and_some_at_none(post: Post, *, good: bool) -> None:
    """What is wrong is said."""
    assert (post.mistake() is None) is good
