"""The measures in a few lines, for the terminal."""

from __future__ import annotations

from deploy.simulate.measures.measures import Measures
from deploy.simulate.report.page import number, percent
from deploy.simulate.run import Outcome


def summary(whole: Measures, outcome: Outcome) -> str:
    """Five lines in English: the four measures, and what the pipeline itself took of the time."""
    fast, right, effective, end = whole.fast, whole.right, whole.effective, whole.to_the_end
    lines = {
        "fast": (
            f"{percent(fast.in_time)} of {fast.due:,} due in time; "
            f"working hours (median): {number(fast.hours_to_accept)} to accept, {number(fast.hours_to_answer)} to answer"
        ),
        "right": (
            f"{percent(right.first_office)} answered by the first office; "
            f"{number(right.transfers_each, 2)} transfers a petition, {right.disputed} decided by a superior"
        ),
        "effective": (
            f"{number(effective.stars)} stars of {effective.ratings:,} ratings, {percent(effective.dissatisfied)} dissatisfied; "
            f"{percent(effective.reopened)} reopened, {effective.answers_returned} empty answers sent back"
        ),
        "to the end": (
            f"{end.open:,} open, {end.late:,} of these late now, the oldest for {number(end.oldest_days)} days; "
            f"closed: {end.closed_by_rating:,} by rating, {end.closed_by_window:,} after the window; "
            f"cases whose highest rung was 1/2/3: {'/'.join(map(str, end.reached))}"
        ),
        "pipeline": (
            f"took {number(outcome.lag[0], 2)} simulated hours from citizen to office at the median, {number(outcome.lag[1], 2)} at 95 %"
        ),
    }
    return "\n".join(f"{name:<11} {line}" for name, line in lines.items())
