"""The office's reply: an answer ends its clocks, a promise adds one, "not ours" goes to the superior."""

from __future__ import annotations

from schemas.events.actions import Answer, ResultKind
from schemas.events.files import plain
from schemas.events.standing import ClockName, State
from schemas.platform.instants import to_datetime
from schemas.reference import superior
from streams.case.decide import clocks
from streams.case.decide.handlers.common import WORK_CLOCKS, run_again
from streams.case.decide.handlers.ownership import accept_now, require_decision
from streams.case.decide.handlers.substance import Basis, weakness
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn, UsedText
from streams.case.time.whole_day import end_of


def answer(turn: Turn, action: Answer) -> None:
    """Judge the reply; one without substance is sent back with the reason and the clock runs on."""
    fault = weakness(Basis(turn.policy, turn.case.category, turn.case.level, turn.asked, turn.copies), action)
    if fault is not None:
        turn.tell("answer-returned", {"rule": fault.value, "text": action.text})
        return
    if action.result is ResultKind.NOT_OURS and turn.case.binding:
        raise NotAllowed(Rule.BINDING_ASSIGNMENT)
    if action.result is ResultKind.WILL_BE_DONE and turn.case.promises >= turn.policy.promises_at_most:
        raise NotAllowed(Rule.PROMISES_USED_UP)
    _take_up(turn)
    if action.result is ResultKind.WILL_BE_DONE:
        _promise(turn, action)
    elif action.result is ResultKind.NOT_OURS:
        _disown(turn, action)
    else:
        _answer(turn, action)


def _take_up(turn: Turn) -> None:
    """Who answers has accepted, and waits for no information any more."""
    if turn.case.state is State.ASSIGNED:
        accept_now(turn)
    elif turn.case.state is State.INFORMATION_REQUESTED:
        run_again(turn, turn.asked, "answered")


def _answer(turn: Turn, action: Answer) -> None:
    case, office, in_time = turn.case, turn.case.office, _in_time(turn)
    assert office is not None
    rating = clocks.start(ClockName.RATING, turn.now, turn.rules.rating_ms, turn.rules)
    turn.tell(
        "answered",
        {
            "result": action.result,
            "text": action.text,
            "evidence_urls": [str(url) for url in action.evidence_urls],
            "files": plain(action.files),
            "answer_cause": action.cause,
            "in_time": in_time,
            "public": action.public,
        },
        state=State.ANSWERED,
        clocks=(*clocks.without(case.clocks, *WORK_CLOCKS), rating),
        deadline=case.answer_due,
        settled=turn.now,
        missed=tuple(name for name in case.missed if name is not ClockName.ANSWER) if in_time else case.missed,
    )
    turn.copy = UsedText(office, turn.mark, case.id, turn.rules.calendar.add(turn.now, turn.rules.copies_within_ms))


def _in_time(turn: Turn) -> bool:
    """Whether the broker took it in by the answer's deadline, whenever the pipeline came to it."""
    due = turn.case.answer_due
    assert due is not None
    return turn.asked <= due


def _promise(turn: Turn, action: Answer) -> None:
    """A second deadline beside the first: a promise is not an answer, so the answer clock runs on."""
    assert action.promise_date is not None
    due = end_of(action.promise_date, turn.rules.calendar)
    promise = clocks.until(ClockName.PROMISE, turn.asked, due, turn.rules)
    turn.tell(
        "promised",
        {
            "text": action.text,
            "promise_date": to_datetime(due),
            "evidence_urls": [str(url) for url in action.evidence_urls],
            "files": plain(action.files),
        },
        state=State.PROMISED,
        clocks=clocks.with_clock(turn.case.clocks, promise),
        promises=turn.case.promises + 1,
        deadline=due,
    )


def _disown(turn: Turn, action: Answer) -> None:
    """Nobody gets rid of a case by saying so: the superior decides who must answer."""
    office = turn.case.office
    assert office is not None
    turn.reason = action.cause
    require_decision(turn, superior(office), office, "not-ours")
