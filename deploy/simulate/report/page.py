"""Puts the page together from measures, plots and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from importlib import resources

from deploy.simulate.measures.measures import Measures, by_office, measures
from deploy.simulate.report import plots, words
from deploy.simulate.report.words import Words
from deploy.simulate.run import Outcome, Scenario
from schemas.platform.clock import HANOI, to_datetime
from schemas.reference.texts import LANGUAGES, Language

_GOOD, _FAIR = 0.9, 0.7
_LAG_HOURS = 0.5
"""Simulated hours: a longer way through the pipeline than this bends the figures."""
_PAGE = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{css}</style>
</head>
<body data-lang="vi">
<main>
<header><div><h1>{heading}</h1>{lead}</div><button class="switch">{switch}</button></header>
<div class="grid">{cards}</div>
<div class="grid plots">{plots}</div>
<div class="grid"><section><h2>{table_title}</h2><p>{table_note}</p><div class="scroll">{table}</div></section></div>
</main>
<script>{js}</script>
</body>
</html>
"""


def page(scenario: Scenario, outcome: Outcome) -> str:
    """The whole page."""
    whole, own = measures(outcome.facts), by_office(outcome.facts)
    return _PAGE.format(
        title=words.TITLE.vi,
        css=_file("page.css"),
        js=_file("page.js"),
        heading=_both(words.TITLE),
        lead=_lead(scenario, outcome, whole),
        switch='<span lang="vi">English</span><span lang="en">Tiếng Việt</span>',
        cards=_cards(whole),
        plots=_plots(outcome, whole, own),
        table_title=_both(words.TABLE),
        table_note=_both(words.TABLE_NOTE),
        table=_table(own),
    )


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _both(text: Words, **values: object) -> str:
    return "".join(f'<span lang="{lang}">{escape(text.of(lang).format(**values))}</span>' for lang in LANGUAGES)


def _lead(scenario: Scenario, outcome: Outcome, whole: Measures) -> str:
    start, until = (f"{to_datetime(ms).astimezone(HANOI):%d/%m/%Y}" for ms in (outcome.start, outcome.until - 1))
    about = {"days": scenario.days, "start": start, "until": until, "petitions": f"{whole.petitions:,}".replace(",", "\u202f")}
    crowd = words.CROWDS[scenario.crowd]
    lead = "".join(f'<span lang="{lang}">{escape(words.LEAD.of(lang).format(**about, crowd=crowd.of(lang)))}</span>' for lang in LANGUAGES)
    median, high = (f"{hours:.1f}" for hours in outcome.lag)
    lag = _both(words.LAG, scale=round(scenario.scale), median=median, high=high)
    warning = f'<p class="warning">{_both(words.LAGGED)}</p>' if outcome.lag[0] > _LAG_HOURS else ""
    return f"<p>{lead}</p><p>{lag}</p>{warning}"


Line = tuple[str, str]
"""A figure and the HTML of what it is."""


def _cards(whole: Measures) -> str:
    fast, right, effective, end = whole.fast, whole.right, whole.effective, whole.to_the_end
    return "".join(
        (
            _card(
                words.FAST,
                "blue",
                (percent(fast.in_time), _both(words.IN_TIME)),
                [
                    (_number(fast.hours_to_accept), _both(words.HOURS_TO_ACCEPT)),
                    (_number(fast.hours_to_answer), _both(words.HOURS_TO_ANSWER)),
                ],
            ),
            _card(
                words.RIGHT,
                "green",
                (percent(right.first_office), _both(words.FIRST_OFFICE)),
                [(_number(right.transfers_each, 2), _both(words.TRANSFERS_EACH)), (str(right.disputed), _both(words.DISPUTED))],
            ),
            _card(
                words.EFFECTIVE,
                "amber",
                (_number(effective.stars), _both(words.STARS, count=effective.ratings)),
                [
                    (percent(effective.dissatisfied), _both(words.DISSATISFIED)),
                    (percent(effective.reopened), _both(words.REOPENED)),
                    (str(effective.answers_returned), _both(words.RETURNED)),
                ],
            ),
            _card(
                words.TO_THE_END,
                "red",
                (str(end.open), _both(words.OPEN)),
                [
                    (str(end.late), _both(words.OPEN_LATE)),
                    (_number(end.oldest_days), _both(words.OLDEST)),
                    (str(end.closed_by_rating), _both(words.BY_RATING)),
                    (str(end.closed_by_window), _both(words.BY_WINDOW)),
                ],
            ),
        )
    )


def _card(name: Words, tone: str, big: Line, lines: Sequence[Line]) -> str:
    rows = "".join(f"<dt>{figure}</dt><dd>{what}</dd>" for figure, what in lines)
    return (
        f'<section class="measure" style="--tone: var(--{tone})"><h2>{_both(name)}</h2>'
        f'<div class="big">{big[0]}</div><div class="what">{big[1]}</div><dl>{rows}</dl></section>'
    )


def _plots(outcome: Outcome, whole: Measures, own: dict[str, Measures]) -> str:
    drawn: tuple[tuple[Words, Callable[[Language], str]], ...] = (
        (words.FLOW, lambda lang: plots.flow(outcome, lang)),
        (words.BACKLOG_TITLE, lambda lang: plots.backlog(outcome, lang)),
        (words.WAITING, lambda lang: plots.waiting(outcome.facts, lang)),
        (words.LADDER, lambda lang: plots.ladder(whole, lang)),
        (words.OFFICES_IN_TIME, lambda lang: plots.in_time(own, lang)),
        (words.OFFICES_STARS, lambda lang: plots.stars(outcome.facts, lang)),
    )
    return "".join(
        f"<section><h2>{_both(title)}</h2>" + "".join(f'<div lang="{lang}">{draw(lang)}</div>' for lang in LANGUAGES) + "</section>"
        for title, draw in drawn
    )


def _table(own: dict[str, Measures]) -> str:
    heads = "".join(f"<th>{_both(column)}</th>" for column in words.COLUMNS)
    ordered = sorted(own, key=lambda code: -own[code].petitions)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(_row(code, own[code]) for code in ordered)}</tbody></table>"


def _row(code: str, own: Measures) -> str:
    fast, right, effective, end = own.fast, own.right, own.effective, own.to_the_end
    name = Words(plots.office_name(code, "vi"), plots.office_name(code, "en"))
    cells = (
        f'<td data-sort="{escape(name.vi)}">{_both(name)}</td>',
        _cell(own.petitions, str(own.petitions)),
        _cell(fast.in_time, percent(fast.in_time), _grade(fast.in_time)),
        _cell(fast.hours_to_accept, _number(fast.hours_to_accept)),
        _cell(fast.hours_to_answer, _number(fast.hours_to_answer)),
        _cell(right.first_office, percent(right.first_office)),
        _cell(right.passed_on, str(right.passed_on)),
        _cell(effective.stars, _number(effective.stars)),
        _cell(effective.reopened, percent(effective.reopened)),
        _cell(effective.answers_returned, str(effective.answers_returned)),
        _cell(end.open, str(end.open)),
        _cell(end.oldest_days, _number(end.oldest_days)),
        _cell(sum(end.reached), " / ".join(str(sum(end.reached[rung:])) for rung in range(3))),
    )
    return f"<tr>{''.join(cells)}</tr>"


def _cell(value: float | None, shown: str, grade: str = "") -> str:
    return f'<td class="{grade}" data-sort="{-1 if value is None else value}">{shown}</td>'


def _grade(share: float | None) -> str:
    if share is None:
        return ""
    return "good" if share >= _GOOD else "fair" if share >= _FAIR else "poor"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}%"


def number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _number(value: float | None, digits: int = 1) -> str:
    """With a decimal comma in Vietnamese."""
    shown = number(value, digits)
    return f'<span lang="vi">{shown.replace(".", ",")}</span><span lang="en">{shown}</span>' if "." in shown else shown
