"""What is counted of what happened, said once: for who asks the record's rows, and for the projector, which counts them as they come."""

from __future__ import annotations

ANSWERED, RATED = "type = 'answered'", "type = 'rated'"
IN_TIME, STARS = f"({ANSWERED} and (data->>'in_time')::boolean)", "(data->>'stars')::int"
"""What an answer, a rating, an answer in time and the stars of a rating are, of a row of `timeline`; for everybody who counts them."""

COUNTED = ("answered", "rated", "closed", "reopened", "breached", "escalated", "answer-returned", "transferred")
"""Events that the projector counts by day and office (table `event_count`), each as often as it stands in `timeline`."""
COUNT_SQL = f"""
select (at at time zone 'Asia/Ho_Chi_Minh')::date, coalesce(data->'case'->>'office', ''), type, count(*),
       count(*) filter (where {IN_TIME}), coalesce(sum({STARS}) filter (where {RATED}), 0)
from {{}} where type in ({", ".join(f"'{what}'" for what in COUNTED)}) group by 1, 2, 3 order by 1, 2, 3
"""  # noqa: S608 -- made of constants
"""Rows of `event_count`, made of rows of `timeline`, in the order in which whoever adds to them locks them."""
