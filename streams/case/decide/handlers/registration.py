"""A petition becomes a case: assigned at once, sorted by a person first, or refused with the right address."""

from __future__ import annotations

import msgspec

from schemas.events.actions import RefusalKind
from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.events.standing import State
from schemas.reference.texts import right_address
from streams.case.decide.handlers.common import opening_clocks
from streams.case.decide.handlers.upkeep import away
from streams.case.decide.state import Case
from streams.case.decide.turn import SYSTEM, Decision, Setting, Turn, Who
from streams.case.policy.book import Book

REFUSED_KINDS = {
    PetitionKind.COMPLAINT: RefusalKind.COMPLAINT,
    PetitionKind.DENUNCIATION: RefusalKind.DENUNCIATION,
    PetitionKind.SPAM: RefusalKind.SPAM,
    PetitionKind.TEST: RefusalKind.TEST,
    PetitionKind.THANKS: RefusalKind.THANKS,
    PetitionKind.ABUSE: RefusalKind.ABUSE,
}
"""Kinds that are answered at once and not worked on. The citizen may reopen, triage may assign: nothing is thrown away."""


class Register(msgspec.Struct, frozen=True, gc=False):
    """A classified petition. `petition` and `classification` are the JSON that its first event carries on.

    `text_mark`: a fingerprint of its text; `content`: of all that was handed in, by the producer's keyed digest (0: it made none).
    `sandbox`: it came over the channel for trying out. `owner_rule`: the JSON of why this office.
    `origin`: the petition that it was split from, by `who`.
    """

    petition_id: str
    submitted: int
    text_mark: int
    kind: PetitionKind
    category: str
    level: Level
    office: str
    co_offices: tuple[str, ...]
    ward: str | None
    triage: bool
    petition: msgspec.Raw
    classification: msgspec.Raw
    content: int = 0
    sandbox: bool = False
    language: str = "vi"
    owner_rule: msgspec.Raw = msgspec.Raw(b"null")
    origin: str | None = None
    who: Who = SYSTEM

    def is_repeat_of(self, case: Case) -> bool:
        """The same text, and as far as both say so the same of everything else."""
        return self.text_mark == case.text_mark and (self.content == case.content or 0 in (self.content, case.content))


class ConflictingResubmission(ValueError):
    """A petition with this id is registered already, with another content."""


def register(known: Case | None, command: Register, cause: str, now: int, setting: Setting) -> Decision:
    """Open a case. The same petition again is ignored; raise ConflictingResubmission if its content is another."""
    if known is not None:
        if not command.is_repeat_of(known):
            raise ConflictingResubmission("this petition id is registered already, with another content")
        return Decision(known, ignored=True)
    turn = Turn(_opened(command, now, setting.book), setting, now, command.who, cause)
    detail = {"petition": command.petition, "classification": command.classification, "origin": command.origin}
    if command.sandbox or command.kind in REFUSED_KINDS:
        turn.tell("received", detail)
        _refuse(turn, RefusalKind.TEST if command.sandbox else REFUSED_KINDS[command.kind])
        return turn.decision()
    if command.kind is PetitionKind.EMERGENCY:
        turn.reason = right_address("emergency")
    opened = turn.case
    recent = opened.received >= now - turn.policy.backdate_ms
    started = opened.received if recent else now
    accept, answer = opening_clocks(turn, started, opened.category, opened.level)
    timing = {"clocks": (accept, answer), "deadline": answer.due, "answer_due": answer.due}
    if command.triage:
        turn.tell("received", detail, **timing)
    else:
        turn.tell(
            "assigned",
            {"from_office": None, "to_office": command.office, "binding": False, "owner_rule": command.owner_rule, **detail},
            state=State.ASSIGNED,
            office=command.office,
            had=(command.office,),
            **timing,
        )
    if now - started > turn.tolerance:
        away(turn, started, now)
    return turn.decision()


def _opened(command: Register, now: int, book: Book) -> Case:
    return Case(
        id=command.petition_id,
        category=command.category,
        level=Level.URGENT if command.kind is PetitionKind.EMERGENCY else command.level,
        co_offices=command.co_offices,
        ward=command.ward,
        received=min(command.submitted, now),
        policy=book.current.version,
        text_mark=command.text_mark,
        content=command.content,
        sandbox=command.sandbox,
        language=command.language,
        origin=command.origin,
    )


def _refuse(turn: Turn, kind: RefusalKind) -> None:
    words = right_address("sandbox" if turn.case.sandbox else kind)
    turn.tell("refused", {"kind": kind, "right_address": words}, state=State.REFUSED, settled=turn.now)
