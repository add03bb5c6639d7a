"""Questions to the citizen and what comes back. Only the answer clock stands meanwhile, no longer than the policy allows."""

from __future__ import annotations

from schemas.events.actions import AddInformation, Contribute, Extend, LookUp, RequestInformation, RevealContact
from schemas.events.base import Role
from schemas.events.files import plain
from schemas.events.standing import ClockName, State
from schemas.platform.instants import to_datetime
from streams.case.decide import clocks
from streams.case.decide.handlers.common import run_again
from streams.case.decide.handlers.stricter import endangered
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn
from streams.case.time.calendar import HOUR_MS

NOTES_AT_MOST = 50
"""Of a petition's citizen: whoever has its code could fill its page, and its office's day, without end."""


def request_information(turn: Turn, action: RequestInformation) -> None:
    """Ask the citizen. A question after the deadline is passed on too, but stops no clock: asking does not cure lateness."""
    case = turn.case
    if case.questions >= turn.policy.questions_at_most:
        raise NotAllowed(Rule.QUESTIONS_USED_UP)
    answer = case.clock(ClockName.ANSWER)
    assert answer is not None
    running = case.clocks if answer.due <= turn.asked else clocks.with_clock(case.clocks, clocks.pause(answer, turn.asked))
    turn.tell(
        "information-requested",
        {"question": action.question},
        state=State.INFORMATION_REQUESTED,
        clocks=running,
        questions=case.questions + 1,
        pause_end=turn.rules.calendar.add(turn.now, turn.rules.pause_ms),
    )


def add_information(turn: Turn, action: AddInformation) -> None:
    """From the citizen it ends the pause, once the office can read it, and danger in it raises the level; a note by an office is
    recorded but is not progress. What is added to a follower is for its leader's office. Beyond so many notes the citizen is heard when he
    was asked, and when there is danger."""
    by_citizen = turn.who.role is Role.CITIZEN
    if by_citizen and turn.case.notes >= NOTES_AT_MOST and turn.case.pause_end is None and not turn.urgent:
        raise NotAllowed(Rule.NOTES_USED_UP)
    media = [str(url) for url in action.media_urls]
    said = {"text": action.text, "media_urls": media, "files": plain(action.files), "urgent": turn.urgent}
    turn.tell("information-added", said, notes=turn.case.notes + by_citizen)
    case = turn.case
    if case.leader is not None:
        turn.send(case.leader, "follower-informed", follower=case.id, received_at=to_datetime(case.received), **said)
        return
    if case.pause_end is not None and by_citizen:
        run_again(turn, min(turn.now, case.pause_end), "information")
    if turn.urgent:
        endangered(turn, "information")


def contribute(turn: Turn, action: Contribute) -> None:
    """For the offices of the case only: no clock and no state knows of it, and the owner answers for what it takes over."""
    evidence = [str(url) for url in action.evidence_urls]
    turn.tell("contributed", {"contribution": action.kind, "text": action.text, "evidence_urls": evidence, "files": plain(action.files)})


def reveal_contact(turn: Turn, _action: RevealContact) -> None:
    """On the record first: only then may the office look (`producers.http.contact`)."""
    turn.tell("contact-revealed", {})


def look_up(turn: Turn, _action: LookUp) -> None:
    """Likewise, before the hotline is shown the case (`consumers.http.hotline`)."""
    turn.tell("looked-up", {})


def extend(turn: Turn, action: Extend) -> None:
    """Once, before the deadline, by at most the allowed share of the limit."""
    case, limits = turn.case, turn.limits
    answer = case.clock(ClockName.ANSWER)
    assert answer is not None
    by = round(action.working_hours * HOUR_MS)
    if case.extensions >= turn.policy.extensions_at_most:
        raise NotAllowed(Rule.ALREADY_EXTENDED)
    if answer.due <= turn.asked:
        raise NotAllowed(Rule.DEADLINE_PASSED)
    if by > limits.answer_ms * turn.policy.extension_share:
        raise NotAllowed(Rule.EXTENSION_TOO_LONG)
    moved = clocks.extend(answer, by, turn.rules)
    turn.tell(
        "extended",
        {"deadline_before": to_datetime(answer.due), "deadline_after": to_datetime(moved.due)},
        clocks=clocks.with_clock(case.clocks, moved),
        extensions=case.extensions + 1,
        deadline=moved.due,
        answer_due=moved.due,
    )
