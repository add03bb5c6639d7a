"""HTTP for the commands: a GET and an event stream, and how an answer becomes an exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    import httpx

REFUSED, UNREACHABLE = 1, 3
# Longer than the pause between two heartbeats.
SILENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Access:
    """`url` without a slash at its end; `data`: the runner's directory with credentials.json."""

    url: str
    data: Path
    token: str | None

    def office_token(self, office: str) -> str:
        """The given token, else the office's from credentials.json."""
        if self.token:
            return self.token
        path = self.data / "credentials.json"
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["departments"][office])
        except FileNotFoundError:
            raise click.UsageError(f"no {path}: give --token or PETITIONS_TOKEN, or the runner's directory with --data") from None
        except KeyError:
            raise click.UsageError(f"{path} has no token of {office}: give --token or PETITIONS_TOKEN") from None


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One Server-Sent Event; `id` is what to resume from."""

    id: str
    name: str
    data: dict[str, Any]


def get(access: Access, path: str, headers: dict[str, str], **parameters: str) -> dict[str, Any]:
    """The answer; ends the command with 1 when it is refused, 3 when nobody answers."""
    import httpx  # here, so that the command line starts quickly

    try:
        answer = httpx.get(f"{access.url}{path}", params=parameters, headers=headers, timeout=15)
    except httpx.HTTPError as error:
        unreachable(access, error)
    check(answer)
    found: dict[str, Any] = answer.json()
    return found


def follow(access: Access, path: str, headers: dict[str, str], **parameters: str) -> Iterator[StreamEvent]:
    """Events as they come, until the service ends the stream."""
    import httpx

    timeout = httpx.Timeout(15, read=SILENCE_SECONDS)
    try:
        with httpx.stream("GET", f"{access.url}{path}", params=parameters, headers=headers, timeout=timeout) as answer:
            if answer.status_code != httpx.codes.OK:
                answer.read()
            check(answer)
            yield from parse(answer.iter_lines())
    except httpx.HTTPError as error:
        unreachable(access, error)


def parse(lines: Iterator[str]) -> Iterator[StreamEvent]:
    """Read the stream's lines; comments and events without data are left out."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        else:
            if "data" in fields:
                yield StreamEvent(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))
            fields = {}


def check(answer: httpx.Response) -> None:
    if answer.status_code >= 400:
        fail(UNREACHABLE if answer.status_code == 503 else REFUSED, explain(answer))


def explain(answer: httpx.Response) -> str:
    """`403 foreign-office: …`."""
    try:
        error = answer.json()["error"]
        return f"{answer.status_code} {error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code}: the answer was not understood"


def unreachable(access: Access, error: Exception) -> NoReturn:
    fail(UNREACHABLE, f"{access.url} cannot be reached ({type(error).__name__}). Is it running? Start it with: petitions up")


def fail(code: int, message: str) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    raise SystemExit(code)
