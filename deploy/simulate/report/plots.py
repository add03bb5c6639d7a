"""Plots as inline SVG.

pygal: pure Python, makes nothing but SVG, takes its colours from the page's style, and needs no numerics stack or browser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pygal  # type: ignore[import-untyped]  # it has no types
from pygal.style import Style  # type: ignore[import-untyped]

from deploy.simulate.measures.facts import Acceptance, Days, Fact, Rating, Reply
from deploy.simulate.measures.measures import Measures
from deploy.simulate.measures.survival import ended_share
from deploy.simulate.report import words
from deploy.simulate.run import Outcome
from schemas.platform.clock import HANOI, to_datetime
from schemas.reference import offices
from schemas.reference.texts import Language

_FONT = "inherit"
_MOST_OFFICES = 16
_MOST_HOURS = 120.0


def _style(*colors: str) -> Style:
    """Colours are the page's variables, so that a plot follows its light and dark form."""
    names = colors or ("blue", "green", "amber", "red")
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--soft)",
        foreground_strong="var(--ink)",
        foreground_subtle="var(--line)",
        guide_stroke_color="var(--line)",
        major_guide_stroke_color="var(--line)",
        opacity=".85",
        opacity_hover="1",
        transition="150ms",
        colors=tuple(f"var(--{name})" for name in names),
        font_family=_FONT,
        label_font_size=12,
        major_label_font_size=12,
        legend_font_size=13,
        value_font_size=12,
        title_font_size=13,
        tooltip_font_size=12,
    )


def _options(style: Style, **more: Any) -> dict[str, Any]:
    return {
        "style": style,
        "js": (),
        "width": 560,
        "height": 270,
        "margin": 8,
        "legend_at_bottom": True,
        "legend_box_size": 10,
        "legend_at_bottom_columns": 3,
        "disable_xml_declaration": True,
        "no_data_text": "–",
        "truncate_label": -1,
        **more,
    }


_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def _svg(chart: Any) -> str:
    return _COMMENT.sub("", chart.render(is_unicode=True))


def flow(outcome: Outcome, lang: Language) -> str:
    """Received, answered, and answered late by day."""
    days = _days(outcome)
    chart = pygal.Bar(**_options(_style("blue", "green", "red"), show_minor_x_labels=False, spacing=4))
    chart.x_labels, chart.x_labels_major = _day_labels(days)
    found: Days = outcome.days
    chart.add(words.RECEIVED.of(lang), [found.received[day] for day in days])
    chart.add(words.ANSWERED.of(lang), [found.answered[day] for day in days])
    chart.add(words.LATE.of(lang), [found.late[day] for day in days])
    return _svg(chart)


def backlog(outcome: Outcome, lang: Language) -> str:
    """Cases that somebody had to work on at the end of each day."""
    days, open_now, line = _days(outcome), 0, []
    for day in days:
        open_now += outcome.days.begun[day] - outcome.days.ended[day]
        line.append(open_now)
    chart = pygal.Line(
        **_options(_style("amber"), fill=True, show_dots=False, show_legend=False, show_minor_x_labels=False, range=(0, max([*line, 1])))
    )
    chart.x_labels, chart.x_labels_major = _day_labels(days)
    chart.add(words.BACKLOG.of(lang), line)
    return _svg(chart)


def waiting(facts: Sequence[Fact], lang: Language) -> str:
    """Share that was accepted, and answered, within so many working hours."""
    chart = pygal.XY(
        **_options(_style("blue", "green"), show_dots=False, range=(0, 100), margin_bottom=26),
        formatter=lambda share: f"{share:.0f}%",
        x_value_formatter=lambda hours: f"{hours:.0f}",
    )
    for kind, name in ((Acceptance, words.ACCEPTED_SHARE), (Reply, words.ANSWERED_SHARE)):
        curve = ended_share((fact.hours, fact.done) for fact in facts if isinstance(fact, kind))
        chart.add(name.of(lang), [(hours, 100 * share) for hours, share in _thinned(curve) if hours <= _MOST_HOURS])
    return _svg(chart)


def in_time(own: dict[str, Measures], lang: Language) -> str:
    """The share in time of the offices with most petitions that were due."""
    chosen = sorted(own, key=lambda code: own[code].fast.due)[-_MOST_OFFICES:]
    chart = pygal.HorizontalBar(**_options(_style("green"), show_legend=False, range=(0, 100), height=430, spacing=6))
    chart.x_labels = [office_name(code, lang) for code in chosen]
    chart.y_labels = [0, 25, 50, 75, 100]
    values = [(code, own[code].fast.in_time) for code in chosen]
    chart.add(
        words.IN_TIME.of(lang),
        [None if share is None else {"value": round(100 * share, 1), "color": _grade(share)} for _, share in values],
    )
    return _svg(chart)


def stars(facts: Sequence[Fact], lang: Language) -> str:
    chart = pygal.Bar(**_options(_style("amber"), show_legend=False, spacing=20))
    chart.x_labels = [f"{number} ★" for number in range(1, 6)]
    given = [fact.stars for fact in facts if isinstance(fact, Rating)]
    chart.add(words.OFFICES_STARS.of(lang), [given.count(number) for number in range(1, 6)])
    return _svg(chart)


def ladder(whole: Measures, lang: Language) -> str:
    """How many cases climbed at least so high."""
    chart = pygal.Bar(**_options(_style("red"), show_legend=False, spacing=40))
    reached = whole.to_the_end.reached
    chart.x_labels = [rung.of(lang) for rung in words.RUNGS]
    chart.add(words.LADDER.of(lang), [sum(reached[rung:]) for rung in range(3)])
    return _svg(chart)


def office_name(code: str, lang: Language) -> str:
    office = offices()[code]
    return office.name_vi if lang == "vi" else office.name_en


def _days(outcome: Outcome) -> list[Any]:
    first = to_datetime(outcome.start).astimezone(HANOI).date()
    last = to_datetime(outcome.until - 1).astimezone(HANOI).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _day_labels(days: Sequence[Any]) -> tuple[list[str], list[str]]:
    """All labels, and those that are shown: Mondays in a long run, every day in a short one."""
    labels = [f"{day.day}/{day.month}" for day in days]
    shown = [label for label, day in zip(labels, days, strict=True) if len(days) <= 10 or day.weekday() == 0]
    return labels, shown


def _thinned(curve: list[tuple[float, float]], points: int = 300) -> list[tuple[float, float]]:
    step = max(1, len(curve) // points)
    return [*curve[::step], curve[-1]]


def _grade(share: float) -> str:
    return "var(--green)" if share >= 0.9 else "var(--amber)" if share >= 0.7 else "var(--red)"
