"""What is counted of what happened, said once: for who asks the record's rows, and for the projector, which counts them as they come."""

from __future__ import annotations

ANSWERED_SQL = "count(*) filter (where type = 'answered')"
IN_TIME_SQL = "count(*) filter (where type = 'answered' and (data->>'in_time')::boolean)"
STARS_SQL = "avg((data->>'stars')::int) filter (where type = 'rated')"
"""What an answer, one in time and a rating are, of rows of `timeline`; for everybody who counts them."""

COUNTED = ("answered", "rated", "closed", "reopened", "breached", "escalated", "answer-returned", "transferred")
"""Events that the projector counts by day and office (table `event_count`), each as often as it stands in `timeline`."""
COUNT_SQL = f"""
select (at at time zone 'Asia/Ho_Chi_Minh')::date, coalesce(data->'case'->>'office', ''), type, count(*), {IN_TIME_SQL},
       coalesce(sum((data->>'stars')::int) filter (where type = 'rated'), 0)
from {{}} where type in ({", ".join(f"'{what}'" for what in COUNTED)}) group by 1, 2, 3 order by 1, 2, 3
"""  # noqa: S608 -- made of constants
"""Rows of `event_count`, made of rows of `timeline`, in the order in which whoever adds to them locks them."""
