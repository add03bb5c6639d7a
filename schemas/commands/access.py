"""Where the service is and who calls, and the options from which that follows."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from schemas.reference.texts import LANGUAGES, Language

Command = Callable[..., Any]
Option = Callable[[Command], Command]
URL = "http://127.0.0.1:8080"

url_option: Option = click.option(
    "--url", default=URL, envvar="PETITIONS_URL", show_default=True, show_envvar=True, help="Address of the service."
)
data_option: Option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".data"),
    envvar="PETITIONS_DATA",
    show_default=True,
    help="Directory of the instance.",
)
json_option: Option = click.option("--json", "as_json", is_flag=True, help="Machine-readable: JSON, of a stream one line an event.")
lang_option: Option = click.option(
    "--lang", type=click.Choice(LANGUAGES), default="vi", show_default=True, help="Language of what the service says."
)


@dataclass(frozen=True, slots=True)
class Access:
    """`url` without a slash at its end; `data`: the instance's directory, with credentials.json; `secret`: a token or key."""

    url: str
    lang: Language = "vi"
    data: Path = Path()
    secret: str | None = None

    def intake_key(self, channel: str) -> str:
        """The given key, else the channel's from credentials.json; wrong usage without either."""
        return self.secret or self._stored("intake", channel, "--key-file or PETITIONS_KEY")

    def office_token(self, office: str) -> str:
        """The given token, else the office's from credentials.json; wrong usage without either."""
        return self.secret or self._stored("departments", office, "--token-file or PETITIONS_TOKEN")

    def _stored(self, kind: str, name: str, instead: str) -> str:
        path = self.data / "credentials.json"
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))[kind][name])
        except FileNotFoundError:
            raise click.UsageError(f"no {path}: give {instead}, or the instance's directory with --data") from None
        except KeyError:
            raise click.UsageError(f"{path} has no entry {kind}/{name}: give {instead}") from None


def with_options(*options: Option) -> Option:
    """Several options, shown in this order."""
    return lambda command: functools.reduce(lambda found, option: option(found), reversed(options), command)


def public(command: Command) -> Command:
    """For what needs no secret: --url, --lang and --json; the function gets `access` and `as_json`."""
    return with_options(url_option, lang_option, json_option)(_taking_access(command))


def with_secret(name: str, env: str) -> Option:
    """The same with an option for a file with a secret, and --data for the one in credentials.json. Never the secret itself: every
    local user sees the arguments of a process.
    """
    told = f"File with it, - for standard input; default: the environment's {env}, else from credentials.json."
    file = click.option(name, "secret_file", type=click.File(encoding="utf-8"), help=told)
    return lambda command: with_options(url_option, file, data_option, lang_option, json_option)(_taking_access(command, env))


with_key = with_secret("--key-file", "PETITIONS_KEY")
with_token = with_secret("--token-file", "PETITIONS_TOKEN")


def _taking_access(command: Command, env: str = "") -> Command:
    @functools.wraps(command)
    def called(*, url: str, lang: Language, data: Path = Path(), secret_file: TextIO | None = None, **rest: Any) -> Any:
        secret = secret_file.read().strip() if secret_file else os.environ.get(env)
        return command(access=Access(url.rstrip("/"), lang, data, secret), **rest)

    return called
