"""What people may sensibly ask for in each state, for tests that make up histories."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from schemas.events import actions as do
from schemas.events.base import Level
from schemas.events.standing import State
from schemas.platform.clock import to_datetime
from schemas.reference import above
from streams.case.decide.state import Case
from tests.case.world import EVIDENCE, GOOD_TEXT, pid

OFFICES = ("so-xd", "ca-tp", "evn-hanoi", "so-ct", "ward-00070", "vp-ubnd", "ubnd-tp", "tt-pvhcc")
REASON = "vì lý do này"
Fields = st.SearchStrategy[dict[str, Any]]
Request = tuple[type[Any], str, Fields]
"""An action, who asks for it, and its fields."""

some_office = st.sampled_from(OFFICES)
reason = st.just(REASON)
ACTIONS: list[tuple[type[Any], Fields]] = [
    (do.Accept, st.just({})),
    (do.Transfer, st.fixed_dictionaries({"to_office": some_office, "reason": reason})),
    (do.RequestInformation, st.just({"question": "Ở đâu?"})),
    (do.AddInformation, st.fixed_dictionaries({"text": st.just("Ở đây"), "urgent": st.sampled_from([None, None, True])})),
    (do.Extend, st.fixed_dictionaries({"working_hours": st.sampled_from([1, 2, 20, 60, 100]), "reason": reason})),
    (do.Reject, st.fixed_dictionaries({"kind": st.sampled_from(list(do.RefusalKind)), "reason": reason})),
    (do.Rate, st.fixed_dictionaries({"stars": st.integers(1, 5)})),
    (do.Reopen, st.just({"reason": REASON})),
    (do.Withdraw, st.just({})),
    (do.Correct, st.sampled_from([{"category": "trees"}, {"ward_code": "00082"}, {"reason": REASON}])),
    (
        do.Assign,
        st.fixed_dictionaries(
            {"to_office": some_office, "reason": reason},
            optional={"level": st.sampled_from(list(Level)), "category": st.sampled_from(["waste", "trees"])},
        ),
    ),
    (do.Merge, st.fixed_dictionaries({"into": st.sampled_from([pid(number) for number in range(1, 5)]), "reason": reason})),
    (do.Unmerge, st.just({"reason": REASON})),
]
FIELDS: dict[type[Any], Fields] = dict(ACTIONS)


@st.composite
def answers(draw: st.DrawFn, now: int) -> dict[str, Any]:
    """Good and poor answers of every kind; about every second one has what it needs."""
    result = draw(st.sampled_from(list(do.ResultKind)))
    sound = draw(st.booleans())
    days = draw(st.integers(1, 60) if sound else st.integers(-1, 120))
    return {
        "result": result,
        "text": draw(st.sampled_from([GOOD_TEXT, GOOD_TEXT + " Đã dọn sạch.", "Đã xử lý."][: 2 if sound else 3])),
        "evidence_urls": EVIDENCE if sound else (),
        "promise_date": to_datetime(now) + timedelta(days=days, hours=3) if result is do.ResultKind.WILL_BE_DONE else None,
        "cause": "chờ vật tư về kho" if sound else None,
    }


def sound_answers(now: int) -> list[dict[str, Any]]:
    """One answer of each kind that has what it needs."""
    promise = to_datetime(now + 10 * 86_400_000)
    fields = {"text": GOOD_TEXT, "evidence_urls": EVIDENCE, "cause": "chờ vật tư về kho", "promise_date": promise}
    return [{"result": result, **fields} for result in do.ResultKind]


def sensible(case: Case, now: int) -> list[Request]:
    """Requests that a reasonable person might make on this case now; the rules need not allow each."""
    owner, citizen = case.office or "tt-pvhcc", "citizen"
    superior = f"superior:{case.decider or above(owner)[0]}"
    answer = (do.Answer, owner, answers(now))
    by_owner = _with(owner)
    choices: dict[State, list[Request]] = {
        State.RECEIVED: [*_with("triage")(do.Assign, do.Assign, do.RequestInformation, do.Reject, do.Merge)],
        State.ASSIGNED: [
            *by_owner(do.Accept, do.Accept, do.Transfer, do.Transfer),
            answer,
            *_with(superior)(do.Assign, do.Merge),
            *_with(citizen)(do.Correct),
        ],
        State.ACCEPTED: [*by_owner(do.RequestInformation, do.Extend, do.Extend, do.Transfer, do.Reject), answer, answer],
        State.INFORMATION_REQUESTED: [*_with(citizen)(do.AddInformation), answer],
        State.DECISION_REQUIRED: [*_with(superior)(do.Assign, do.Merge)],
        State.PROMISED: [answer, answer],
        State.ANSWERED: [*_with(citizen)(do.Rate, do.Reopen)],
        State.CLOSED: [*_with(citizen)(do.Reopen)],
        State.REFUSED: [*_with(citizen)(do.Reopen), *_with("triage")(do.Assign)],
        State.MERGED: [*_with(citizen)(do.Reopen, do.Rate, do.AddInformation), *_with("triage")(do.Unmerge)],
        State.WITHDRAWN: [],
    }
    return [*choices[case.state], *_with(citizen)(do.AddInformation)]


def _with(who: str) -> Callable[..., list[Request]]:
    return lambda *kinds: [(kind, who, FIELDS[kind]) for kind in kinds]
