"""`petitions submit`, `petitions import`, and what an office does on a case: accept, transfer, answer and so on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson

from producers.commands.calls import REFUSED, Access, fail, post
from producers.commands.outcome import TURNED_DOWN, in_words, outcome
from schemas.events.actions import RefusalKind, ResultKind
from schemas.events.base import Level
from schemas.reference.texts import LANGUAGES

F = TypeVar("F", bound=Callable[..., Any])
URL = "http://127.0.0.1:8080"


def _where(secret: str, env: str) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        options = (
            click.option("--url", default=URL, envvar="PETITIONS_URL", show_default=True, show_envvar=True, help="Address of the service."),
            click.option(secret, "secret", envvar=env, help=f"Default: from credentials.json (environment: {env})."),
            click.option(
                "--data",
                type=click.Path(path_type=Path, file_okay=False),
                default=".data",
                show_default=True,
                envvar="PETITIONS_DATA",
                help="The runner's directory, for its credentials.json.",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print the service's answer as JSON."),
        )
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _given(**values: Any) -> dict[str, Any]:
    """Without what was not given."""
    return {name: value for name, value in values.items() if value not in (None, (), {})}


@click.command()
@click.argument("text")
@click.option("--channel", default="ihanoi", show_default=True)
@click.option("--external-id", help="The channel's own id: the same id is the same petition.")
@click.option("--lat", type=float, help="Latitude, degrees.")
@click.option("--long", "longitude", type=float, help="Longitude, degrees.")
@click.option("--address")
@click.option("--ward", "ward_code", help="Ward or commune, five digits.")
@click.option("--media", "media_urls", multiple=True, help="URL of a picture or document; may be repeated.")
@click.option("--contact-name")
@click.option("--contact-phone")
@click.option("--contact-email")
@click.option("--category")
@click.option("--urgent", is_flag=True, default=None)
@_where("--key", "PETITIONS_KEY")
def submit(*, text: str, url: str, secret: str | None, data: Path, as_json: bool, **given: Any) -> None:
    """Submit a petition with TEXT; prints its tracking code."""
    access = Access(url.rstrip("/"), data, secret)
    headers = {"X-API-Key": access.intake_key(given["channel"]), "Idempotency-Key": uuid.uuid4().hex}
    found = post(access, "/v1/petitions", _petition(text, **given), headers)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"Tracking code  {found['tracking_code']}   (keep it: it is the key to this petition)")
    click.echo(f"Petition       {found['petition_id']}")
    click.echo(f"Status         {found['status_url']}")
    click.echo(f"\nFollow it:     petitions track {found['tracking_code']} --follow --url {access.url}")


def _petition(
    text: str,
    *,
    lat: float | None,
    longitude: float | None,
    address: str | None,
    ward_code: str | None,
    contact_name: str | None,
    contact_phone: str | None,
    contact_email: str | None,
    **plain: Any,
) -> dict[str, Any]:
    location = _given(lat=lat, long=longitude, address=address, ward_code=ward_code)
    contact = _given(name=contact_name, phone=contact_phone, email=contact_email)
    return _given(text=text, location=location, contact=contact, **plain)


def _office_command(action: str, help_: str, *options: Callable[[Any], Any]) -> click.Command:
    def run(
        *, petition_id: str, office: str, waiting: bool, lang: str, url: str, secret: str | None, data: Path, as_json: bool, **fields: Any
    ) -> None:
        access = Access(url.rstrip("/"), data, secret)
        token, path = access.office_token(office), f"/v1/departments/{office}/queue/{petition_id}"
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
        found = post(access, f"{path}/actions", {"action": action, **_given(**fields)}, headers)
        line = outcome(access, path, token, found["action_id"], lang) if waiting else None
        if as_json:
            click.echo(orjson.dumps({**found, "outcome": line}, option=orjson.OPT_INDENT_2).decode())
        elif line is None:
            click.echo(f"{action}: taken for {petition_id} (action {found['action_id']}); the case's events show what came of it.")
        elif line["type"] not in TURNED_DOWN:
            click.echo(f"{petition_id}  {in_words(line)}")
        if line is not None and line["type"] in TURNED_DOWN:
            fail(REFUSED, in_words(line))

    function: Callable[..., Any] = _where("--token", "PETITIONS_TOKEN")(run)
    for option in reversed(options):
        function = option(function)
    function = click.option("--lang", type=click.Choice(LANGUAGES), default="vi", show_default=True, help="Language of what is printed.")(
        function
    )
    function = click.option("--wait/--no-wait", "waiting", default=True, show_default=True, help="Wait for what comes of it.")(function)
    function = click.option("--office", required=True, help="Code of the acting office, for example so-xd.")(function)
    function = click.argument("petition_id")(function)
    return click.command(action, help=help_)(function)


_REASON = click.option("--reason", required=True)
_TO = click.option("--to", "to_office", required=True, help="Code of the office.")

OFFICE_COMMANDS = [
    _office_command("accept", "Take up PETITION_ID."),
    _office_command("transfer", "Hand PETITION_ID on to the proposed office; the deadline stays.", _TO, _REASON),
    _office_command("request-information", "Ask the petitioner of PETITION_ID a question.", click.option("--question", required=True)),
    _office_command(
        "extend",
        "Extend the deadline of PETITION_ID, once.",
        click.option("--working-hours", type=float, required=True),
        _REASON,
    ),
    _office_command(
        "answer",
        "Answer PETITION_ID.",
        click.option("--result", type=click.Choice([kind.value for kind in ResultKind]), required=True),
        click.option("--text", required=True),
        click.option("--evidence", "evidence_urls", multiple=True, help="URL of a picture or document; may be repeated."),
        click.option("--promise-date", help="With will-be-done: ISO 8601, for example 2026-03-01T17:00:00+07:00."),
        click.option("--cause", help="With not-done and not-ours: because of what."),
    ),
    _office_command(
        "reject",
        "Refuse to take up PETITION_ID, with the right address for the citizen.",
        click.option("--kind", type=click.Choice([kind.value for kind in RefusalKind]), required=True),
        _REASON,
        click.option("--right-address"),
    ),
    _office_command(
        "assign",
        "Assign PETITION_ID bindingly: triage, a superior or the administrator.",
        _TO,
        _REASON,
        click.option("--category"),
        click.option("--level", type=click.Choice([level.value for level in Level])),
    ),
]


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--channel", default="import", show_default=True, help="For lines that name no channel.")
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), help="Default: FILE.rejects.jsonl")
@click.option("--json", "as_json", is_flag=True)
def import_petitions(file: Path, channel: str, rejects: Path | None, *, as_json: bool) -> None:
    """Import petitions from FILE, one JSON object a line as in POST /v1/petitions.

    Lines with an external_id can be imported again without becoming a second petition. Needs KAFKA_BOOTSTRAP_SERVERS
    and TRACKING_SECRET, and DATABASE_URL for petitions with a contact.
    """
    from producers.commands.bulk import import_file  # here, so that the other commands start without Kafka's and PostgreSQL's clients

    import_file(file, channel, rejects, as_json=as_json)


commands: list[click.Command] = [submit, *OFFICE_COMMANDS, import_petitions]
