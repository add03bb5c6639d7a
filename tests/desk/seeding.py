"""A database with many cases, made by the database itself: for measuring, and for looking at plans."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg

OFFICE = "so-xd"
COMMON, RARE = 2, 2_900
"""Words as their marks: `COMMON` stands in many cases, `RARE` in few. Low numbers are frequent, as words are."""
_VIEW = """
json_build_object('state', state, 'category', category, 'level', level, 'office', office, 'co_offices', '[]'::json, 'ward_code', ward,
    'received_at', received_at, 'deadline', due, 'clocks', json_build_array(json_build_object('name', 'answer', 'started_at', received_at,
    'due_at', due)), 'missed', n % 13 = 0, 'followers', n % 17 / 16, 'officer', null, 'policy_version', '2025-12')
"""
_CASES: LiteralString = f"""
insert into petition (petition_id, seq, state, category, level, office, ward_code, channel, received_at, deadline, escalation, is_open,
    queue_office, urgency, due, late_from, escalated_to, officer, former, view, petition, updated_at)
select petition_id, 3, state, category, level, office, ward, 'ihanoi', received_at, due, 0, is_open,
    case when is_open then office end, case level when 'urgent' then 1 else 3 end,
    due, case when is_open then due end,
    case when is_open and n % 500 = 0 then 'vp-ubnd' end, case when is_open and n % 3 = 0 then 'p-' || n % 40 end,
    case when n % 50 = 0 then array[case when office = %(office)s then 'tt-pvhcc' else %(office)s end] end,
    {_VIEW}, json_build_object('channel', 'ihanoi', 'text', 'Nắp cống trước số ' || n || ' phố Huế bị vỡ'), received_at
from (
    select n, lpad(to_hex(n), 26, '0') as petition_id, n <= %(open)s or n % 20 = 0 as is_open,
        case when n <= %(open)s then %(office)s when n % 7 = 0 then %(office)s else 'ward-' || lpad((n % 120 + 1)::text, 5, '0') end
            as office,
        case when n <= %(open)s or n % 20 = 0 then 'accepted' else 'closed' end as state,
        case when n % 11 = 0 then 'urgent' else 'ordinary' end as level,
        ('{{drainage,waste,street-lighting,trees,road-damage,education}}'::text[])[n / 20 % 6 + 1] as category,
        ('{{00070,00004,00008,00025,00082}}'::text[])[n / 120 % 5 + 1] as ward,
        now() - make_interval(mins => n) as received_at,
        now() + make_interval(mins => (n * 7919::bigint % 20000)::int - 2000) as due
    from generate_series(1, %(cases)s) as n
) as made
"""
_WORDS: LiteralString = """
insert into case_words (petition_id, offices, words, photos)
select p.petition_id, array[p.office] || p.former,
    array(select distinct floor(power(random(), 3) * 3000)::bigint + 0 * n from generate_series(1, %(words)s))
        || -to_char(received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMMDD')::bigint
        || -to_char(received_at at time zone 'Asia/Ho_Chi_Minh', 'YYYYMM')::bigint, n % 3 = 0
from (select petition_id, office, former, received_at, row_number() over () as n from petition) as p
"""
_RECORD: LiteralString = """
insert into timeline (petition_id, seq, event_id, type, at, data)
select p.petition_id, nth, md5(p.petition_id || nth), type, least(now(), p.received_at + make_interval(hours => 20 * (nth::int - 1))),
    json_build_object('in_time', p.deadline > now(), 'stars', nth, 'result', 'done', 'case', p.view,
        'text', 'Nắp cống đã được thay mới, xe đi lại an toàn.', 'actor', json_build_object('role', 'office', 'office', p.office))
from petition as p
cross join unnest('{received,assigned,accepted,answered,rated}'::text[]) with ordinality as happened (type, nth)
where nth <= case when p.is_open then 3 else 5 end
"""


def seed(connection: psycopg.Connection[Any], cases: int, open_in_office: int, words: int = 14) -> None:
    """`cases` in all, a seventh of them the office's, of which `open_in_office` and some more are open; one in twenty of the others is.
    `words`: marks of a case at most; a real one has some fifty."""
    connection.execute(_written(_CASES), {"cases": cases, "open": open_in_office, "office": OFFICE})
    connection.execute(_written(_WORDS), {"words": words})
    connection.execute("vacuum analyze petition, case_words")


def seed_record(connection: psycopg.Connection[Any]) -> None:
    """What happened to each of the cases that are there: three events to an open one, five to one that has ended."""
    connection.execute(_RECORD)
    connection.execute("vacuum analyze timeline")


def _written(query: LiteralString) -> LiteralString:
    """With the remainders of divisions as psycopg wants them."""
    return query.replace(" % ", " %% ")
