"""What the commands need of HTTP: where, with which key, and how an answer becomes an exit code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    import httpx

REFUSED, UNREACHABLE = 1, 3


@dataclass(frozen=True, slots=True)
class Access:
    """`url` without a slash at its end; `data`: the runner's directory with credentials.json."""

    url: str
    data: Path
    secret: str | None

    def intake_key(self, channel: str) -> str:
        return self.secret or self._stored("intake", channel, "--key or PETITIONS_KEY")

    def office_token(self, office: str) -> str:
        return self.secret or self._stored("departments", office, "--token or PETITIONS_TOKEN")

    def _stored(self, kind: str, name: str, instead: str) -> str:
        path = self.data / "credentials.json"
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))[kind][name])
        except FileNotFoundError:
            raise click.UsageError(f"no {path}: give {instead}, or the runner's directory with --data") from None
        except KeyError:
            raise click.UsageError(f"{path} has no entry {kind}/{name}: give {instead}") from None


def post(access: Access, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """The answer of a call that was accepted. Ends the command with 1 when it is refused, 3 when nobody answers."""
    import httpx  # here, so that the command line starts quickly

    try:
        answer = httpx.post(f"{access.url}{path}", json=body, headers={"Accept-Language": "en", **headers}, timeout=15)
    except httpx.HTTPError as error:
        fail(UNREACHABLE, f"{access.url} cannot be reached ({type(error).__name__}). Is it running? Start it with: petitions up")
    if answer.status_code != httpx.codes.ACCEPTED:
        fail(UNREACHABLE if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else REFUSED, explain(answer))
    found: dict[str, Any] = answer.json()
    return found


def explain(answer: httpx.Response) -> str:
    """`403 foreign-office: …`, and one line for each field."""
    try:
        error = answer.json()["error"]
        lines = [f"{answer.status_code} {error['code']}: {error['message']}"]
        lines += [f"  {item['field']}: {item['message']}" for item in error.get("fields", ())]
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code}: the answer was not understood"
    return "\n".join(lines)


def fail(code: int, message: str) -> NoReturn:
    click.echo(f"Error: {message}", err=True)
    raise SystemExit(code)
