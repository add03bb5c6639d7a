"""A database with many cases, made by the database itself: for measuring, and for looking at plans."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg

OFFICE = "so-xd"
COMMON, RARE = 2, 2_900
"""Words as their marks: `COMMON` stands in many cases, `RARE` in few. Low numbers are frequent, as words are."""
_VIEW = """
json_build_object('state', state, 'category', 'drainage', 'level', level, 'office', office, 'co_offices', '[]'::json, 'ward_code', '00070',
    'received_at', received_at, 'deadline', due, 'clocks', json_build_array(json_build_object('name', 'answer', 'started_at', received_at,
    'due_at', due)), 'missed', n % 13 = 0, 'followers', n % 17 / 16, 'officer', null, 'policy_version', '2025-12')
"""
_CASES: LiteralString = f"""
insert into petition (petition_id, seq, state, category, level, office, ward_code, channel, received_at, deadline, escalation, is_open,
    queue_office, urgency, due, late_from, escalated_to, officer, view, petition, updated_at)
select petition_id, 3, state, 'drainage', level, office, '00070', 'ihanoi', received_at, due, 0, is_open,
    case when is_open then office end, case level when 'urgent' then 1 else 3 end, due, due,
    case when is_open and n % 500 = 0 then 'vp-ubnd' end, case when is_open and n % 3 = 0 then 'p-' || n % 40 end,
    {_VIEW}, json_build_object('channel', 'ihanoi', 'text', 'Nắp cống trước số ' || n || ' phố Huế bị vỡ'), received_at
from (
    select n, lpad(to_hex(n), 26, '0') as petition_id, n <= %(open)s or n %% 20 = 0 as is_open,
        case when n <= %(open)s then %(office)s when n %% 7 = 0 then %(office)s else 'ward-' || lpad((n %% 120 + 1)::text, 5, '0') end
            as office,
        case when n <= %(open)s or n %% 20 = 0 then 'accepted' else 'closed' end as state,
        case when n %% 11 = 0 then 'urgent' else 'ordinary' end as level,
        now() - make_interval(mins => n) as received_at, now() + make_interval(mins => (n * 7919) %% 20000 - 2000) as due
    from generate_series(1, %(cases)s) as n
) as made
"""
_CASES_SQL = _CASES.replace("n % ", "n %% ")
_WORDS = """
insert into case_words (petition_id, offices, words, photos)
select p.petition_id, case when n %% 10 = 0 then array[p.office, 'tt-pvhcc'] else array[p.office] end,
    array(select distinct floor(power(random(), 3) * 3000)::bigint + 0 * n from generate_series(1, %(words)s)), n %% 3 = 0
from (select petition_id, office, row_number() over () as n from petition) as p
"""


def seed(connection: psycopg.Connection[Any], cases: int, open_in_office: int, words: int = 14) -> None:
    """`cases` in all, a seventh of them the office's, of which `open_in_office` and some more are open; one in twenty of the others is.
    `words`: marks of a case at most; a real one has some fifty."""
    connection.execute(_CASES_SQL, {"cases": cases, "open": open_in_office, "office": OFFICE})
    connection.execute(_WORDS, {"words": words})
    connection.execute("vacuum analyze petition, case_words")
