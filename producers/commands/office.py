"""What an office does on a case: one command for each action of the table of authority that an office may ask for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import orjson

from producers.commands.given import given
from producers.commands.outcome import TURNED_DOWN, in_words, outcome
from schemas.authority import AUTHORITY, OFFICE_ACTIONS
from schemas.commands.access import Access, Command, Option, with_options, with_token
from schemas.commands.calls import bearer, post
from schemas.commands.failing import FAILED, fail
from schemas.events.actions import ContributionKind, RefusalKind, ResultKind
from schemas.events.base import Level


@dataclass(frozen=True, slots=True)
class Form:
    """What a command says of itself, and the options for the action's fields."""

    help: str
    options: tuple[Option, ...] = ()


_REASON = click.option("--reason", required=True)
_TO = click.option("--to", "to_office", required=True, help="Code of the office.")
_INTO = click.option("--into", required=True, help="Id of the leading petition.")
_TEXT = click.option("--text", required=True)
_EVIDENCE = click.option("--evidence", "evidence_urls", multiple=True, help="URL of a picture or document; may be repeated.")


def _kind(kinds: type[ContributionKind | RefusalKind]) -> Option:
    return click.option("--kind", type=click.Choice([kind.value for kind in kinds]), required=True)


FORMS: Mapping[str, Form] = {
    "accept": Form("Take up PETITION_ID."),
    "answer": Form(
        "Answer PETITION_ID.",
        (
            click.option("--result", type=click.Choice([kind.value for kind in ResultKind]), required=True),
            _TEXT,
            _EVIDENCE,
            click.option("--promise-date", help="With will-be-done: a date, or an instant in ISO 8601."),
            click.option("--public", is_flag=True, help="Those who reported the same matter may read it, too: it names nobody."),
            click.option("--cause", help="With not-done and not-ours: because of what."),
        ),
    ),
    "request-information": Form("Ask the petitioner of PETITION_ID a question.", (click.option("--question", required=True),)),
    "add-information": Form(
        "Add to PETITION_ID what the petitioner may read, too; it is no answer.",
        (_TEXT, click.option("--media", "media_urls", multiple=True, help="URL of a picture or document; may be repeated.")),
    ),
    "contribute": Form(
        "As a co-office, hand the owner of PETITION_ID a note or a part of the answer.", (_kind(ContributionKind), _TEXT, _EVIDENCE)
    ),
    "transfer": Form("Hand PETITION_ID on to the proposed office; the deadline stays.", (_TO, _REASON)),
    "extend": Form("Extend the deadline of PETITION_ID, once.", (click.option("--working-hours", type=float, required=True), _REASON)),
    "assign": Form(
        "Assign PETITION_ID bindingly: triage, a superior or the administrator.",
        (_TO, _REASON, click.option("--category"), click.option("--level", type=click.Choice([level.value for level in Level]))),
    ),
    "reveal-contact": Form("Put on record why the office must see the contact of PETITION_ID; the petitioner reads it.", (_REASON,)),
    "reject": Form(
        "Refuse to take up PETITION_ID, with the right address for the citizen.",
        (_kind(RefusalKind), _REASON, click.option("--right-address")),
    ),
    "merge": Form("Let PETITION_ID follow another petition on the same matter.", (_INTO, _REASON)),
    "propose-merge": Form(
        "Say that PETITION_ID may be the same matter as another; a person decides.",
        (_INTO, click.option("--similarity", type=click.FloatRange(0, 1), default=1.0, show_default=True), _REASON),
    ),
    "split": Form(
        "Make a petition of its own of one matter of PETITION_ID; both keep a clock of their own.",
        (
            click.option("--category", required=True),
            click.option("--text", required=True, help="The words that tell of the matter."),
            click.option("--level", type=click.Choice([level.value for level in Level]), default=Level.ORDINARY.value, show_default=True),
            click.option("--to", "to_office", help="Code of the office; without it triage decides."),
            _REASON,
        ),
    ),
    "unmerge": Form("Let PETITION_ID go its own way again.", (_REASON,)),
    "decline-merge": Form("Say that PETITION_ID is not the same matter as the other one.", (_INTO, _REASON)),
    "note": Form("Write a note on PETITION_ID that no citizen reads.", (_TEXT,)),
    "urge": Form(
        "As a superior, remind the owner of PETITION_ID.",
        (_TEXT, click.option("--reply-by", required=True, help="By when you want to hear of it: an instant in ISO 8601.")),
    ),
    "take": Form("Take PETITION_ID for oneself; for persons, who sign in at the desk: a token is refused.", ()),
    "hand-over": Form(
        "Give PETITION_ID to a person of the office, or back to all of them.",
        (click.option("--to", help="The person's id; without: nobody in particular."), click.option("--reason")),
    ),
}


def _command(action: str, form: Form) -> click.Command:
    decorated = with_options(
        click.argument("petition_id"),
        click.option("--office", required=True, help="Code of the acting office, for example so-xd."),
        click.option("--wait/--no-wait", "waiting", default=True, show_default=True, help="Wait for what comes of it."),
        *form.options,
        with_token,
    )(_acting(action))
    return click.command(action, help=form.help, epilog=_entitled(action))(decorated)


def _entitled(action: str) -> str:
    permission = AUTHORITY[action]
    return f"May be asked for by: {', '.join(sorted(permission.who))}. In the states: {', '.join(sorted(permission.states))}."


def _acting(action: str) -> Command:
    def run(*, petition_id: str, office: str, waiting: bool, access: Access, as_json: bool, **fields: Any) -> None:
        path, headers = f"/v1/departments/{office}/queue/{petition_id}", bearer(access.office_token(office))
        found = post(access, f"{path}/actions", {"action": action, **given(**fields)}, {**headers, "Idempotency-Key": uuid.uuid4().hex})
        line = outcome(access, path, headers, found["action_id"]) if waiting else None
        if as_json:
            click.echo(orjson.dumps({**found, "outcome": line}, option=orjson.OPT_INDENT_2).decode())
        elif line is None:
            click.echo(f"{action}: taken for {petition_id} (action {found['action_id']}); the case's events show what came of it.")
        elif line["type"] not in TURNED_DOWN:
            click.echo(f"{petition_id}  {in_words(line)}")
        if line is not None and line["type"] in TURNED_DOWN:
            fail(FAILED, in_words(line))

    return run


COMMANDS: list[click.Command] = [_command(action, FORMS[action]) for action in OFFICE_ACTIONS]
