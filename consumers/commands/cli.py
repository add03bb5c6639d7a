"""`petitions track`, `petitions queue` and `petitions dlq`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

import click

from consumers.commands.dlq import dlq
from schemas.commands.access import Access, public, with_token
from schemas.commands.calls import StreamEvent, bearer, follow, get
from schemas.commands.tables import show
from schemas.platform.instants import local


@click.command()
@click.argument("code")
@click.option("--follow", "following", is_flag=True, help="Stay and show what happens.")
@public
def track(*, code: str, following: bool, access: Access, as_json: bool) -> None:
    """Show what happened to the petition with tracking CODE."""
    path = f"/v1/petitions/{quote(code, safe='')}"
    if following:
        _print_events(follow(access, f"{path}/events"), _track_line, as_json=as_json)
        return
    found = get(access, path)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    office, deadline = found["office"], local(found["deadline"])
    click.echo(f"{found['tracking_code']}  {found['state_name']}  |  {found['category_name']}")
    click.echo(f"{office['name']}  |  {deadline}\n")
    show(("", "", ""), [(local(line["time"]), line["title"], line["message"]) for line in found["timeline"]])


def _track_line(event: StreamEvent) -> str:
    return f"{local(event.data['time'])}  {event.data['title']}: {event.data['message']}"


@click.command()
@click.argument("office")
@click.option("--follow", "following", is_flag=True, help="Stay and show changes as they happen.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--state", help="Only cases in this state.")
@click.option("--category", help="Only cases of this category.")
@click.option(
    "--overdue", is_flag=True, help="Only cases that are late now: a clock to answer or to keep a promise runs and is past its due."
)
@with_token
def queue(
    *,
    office: str,
    following: bool,
    limit: int,
    state: str | None,
    category: str | None,
    overdue: bool,
    access: Access,
    as_json: bool,
) -> None:
    """Show OFFICE's open work, most urgent first."""
    path, headers = f"/v1/departments/{office}/queue", bearer(access.office_token(office))
    if following:
        _print_events(follow(access, f"{path}/events", headers), _queue_line, as_json=as_json)
        return
    given = {"limit": str(limit), "state": state, "category": category, "overdue": "true" if overdue else None}
    found = get(access, path, headers, **{name: value for name, value in given.items() if value is not None})
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    show(("petition", "level", "state", "deadline", "category", "text"), [_row(item) for item in found["items"]])
    if found["next"]:
        click.echo(f"More follows: --limit up to 500, or GET {path}?cursor={found['next']}", err=True)


def _row(item: dict[str, Any]) -> tuple[str, ...]:
    late = " !" if item["overdue"] or item["escalation"] else ""
    text = " ".join(item["text"].split())
    return (
        item["petition_id"],
        item["level"] + late,
        item["state"],
        local(item["deadline"]),
        item["category_name"],
        text if len(text) <= 60 else text[:59] + "…",
    )


def _queue_line(event: StreamEvent) -> str:
    data = event.data
    left = "  (left the queue)" if event.name == "left" else ""
    return f"{local(data['time'])}  {data['petition_id']}  {data['title']}{left}"


def _print_events(events: Iterable[StreamEvent], line: Callable[[StreamEvent], str], *, as_json: bool) -> None:
    """Print events until the stream ends or Ctrl-C."""
    try:
        for event in events:
            if as_json:
                click.echo(json.dumps({"id": event.id, "event": event.name, "data": event.data}, ensure_ascii=False))
            else:
                click.echo(line(event))
    except KeyboardInterrupt:
        return


commands: list[click.Command] = [track, queue, dlq]
