"""`petitions persons`: who may sign in, and with which duties."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.errors import Failed
from deploy.identity.database import database
from schemas.commands.access import data_option, json_option
from schemas.commands.tables import show

if TYPE_CHECKING:
    from schemas.authority import Post
    from schemas.identity.persons import Listed


class NotDone(Failed):
    """The table of persons has no such person, or has him already."""


class Duties(click.ParamType):
    """`officer@so-xd`, `auditor`."""

    name = "post"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Post:
        from schemas.identity.persons import post

        try:
            return post(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


posts_argument = click.argument("posts", nargs=-1, required=True, type=Duties(), metavar="DUTY[@OFFICE]...")


@click.group(short_help="Persons: add, list, disable, role, password, searches.")
def persons() -> None:
    """Persons who may sign in: officers, heads, the city office, triage, leaders, the operations centre, auditors, operators.

    A change holds from the person's next call on. The database is that of DATABASE_URL, else of the instance in DIR.
    """


@persons.command()
@click.argument("login")
@posts_argument
@click.option("--name", required=True, help="As the person's own pages show it; it stands in no event.")
@click.option("--subject", help="Signs in at the provider: its address (issuer), a space, the person's id there (sub).")
@data_option
def add(*, login: str, posts: tuple[Post, ...], name: str, subject: str | None, data: Path) -> None:
    """Add a person with duties such as officer@so-xd or auditor.

    The password is read from standard input, or asked for; none with --subject.
    """
    from schemas.identity import persons as table

    password = None if subject else _password()
    with database(data) as connection:
        try:
            click.echo(table.add(connection, login, name, posts, password=password, subject=subject))
        except table.LoginTaken:
            raise NotDone(f"there is somebody with the login {login} or this subject already") from None


@persons.command("list")
@data_option
@json_option
def list_(*, data: Path, as_json: bool) -> None:
    """Show all persons and their duties."""
    from schemas.identity import persons as table

    with database(data) as connection:
        rows = table.listed(connection)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return
    show(
        ("id", "login", "name", "signs in with", "duties"),
        [(row.id, row.login, row.name, _ways(row), _posts(row.posts)) for row in rows],
    )


@persons.command()
@click.argument("login")
@click.option("--undo", is_flag=True, help="Let the person in again.")
@data_option
def disable(*, login: str, undo: bool, data: Path) -> None:
    """End a person's sessions and let him begin none. Nobody is deleted: events name him by his id."""
    from schemas.identity import persons as table

    with database(data) as connection, _known(login):
        table.disable(connection, login, disabled=not undo)


@persons.command()
@click.argument("login")
@posts_argument
@click.option("--withdraw", is_flag=True, help="Take these duties away.")
@data_option
def role(*, login: str, posts: tuple[Post, ...], withdraw: bool, data: Path) -> None:
    """Give a person further duties, or take some away."""
    from schemas.identity import persons as table

    with database(data) as connection, _known(login):
        change = table.take if withdraw else table.give
        change(connection, table.id_of(connection, login), posts)


@persons.command()
@click.argument("login")
@data_option
def password(*, login: str, data: Path) -> None:
    """Set a person's password, read from standard input or asked for; whoever is signed in as him must sign in again."""
    from schemas.identity import persons as table

    new = _password()
    with database(data) as connection, _known(login):
        table.set_password(connection, login, new)


@persons.command()
@click.option("--days", type=click.IntRange(1, 36_500), default=30, show_default=True, help="How far back.")
@click.option("--number", is_flag=True, help="Only those for one phone number, read from standard input or asked for.")
@data_option
@json_option
def searches(*, days: int, number: bool, data: Path, as_json: bool) -> None:
    """Show who of the hotline has searched for callers by their numbers, and how many petitions each search found."""
    from consumers.read_model.callers import SEARCHES

    phone = _mark(data, _number()) if number else None
    with database(data) as connection:
        rows = connection.execute(SEARCHES, {"days": days, "phone": phone}).fetchall()
    names = ("at", "login", "name", "found", "known")
    if as_json:
        click.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], ensure_ascii=False, default=str))
        return
    show(names[:-1], [(f"{at:%Y-%m-%d %H:%M}", login, name, str(found)) for at, login, name, found, _ in rows])


def _number() -> str:
    """Never an argument, as a password is none."""
    return str(click.prompt("Number", hide_input=True)) if sys.stdin.isatty() else sys.stdin.readline().strip()


def _mark(data: Path, number: str) -> bytes:
    from deploy.cluster.site import Site
    from deploy.one_machine.reach import environment
    from deploy.one_machine.runner.directory import Directory
    from schemas.events import phones
    from schemas.platform.settings import TrackingSettings

    directory = Directory(data)
    return phones.mark(Site(environment(directory, os.environ), directory).read(TrackingSettings).tracking_secrets()[-1], number)


@contextmanager
def _known(login: str) -> Iterator[None]:
    from schemas.identity.persons import UnknownPerson

    try:
        yield
    except UnknownPerson:
        raise NotDone(f"nobody has the login {login}; `petitions persons list` shows all") from None


def _password() -> str:
    """Never an argument: those stand in the list of processes."""
    from schemas.identity.passwords import LENGTH_AT_LEAST, LENGTH_AT_MOST

    if sys.stdin.isatty():
        given = str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        given = sys.stdin.readline().rstrip("\n")
    if not LENGTH_AT_LEAST <= len(given) <= LENGTH_AT_MOST:
        raise click.UsageError(f"a password has {LENGTH_AT_LEAST} to {LENGTH_AT_MOST} characters")
    return given


def _ways(row: Listed) -> str:
    if row.disabled:
        return "disabled"
    return ", ".join(way for way, has in (("password", row.password), ("provider", row.provider)) if has) or "-"


def _posts(posts: tuple[Post, ...]) -> str:
    shown = [f"{post.duty}@{post.office}" if post.office else post.duty.value for post in posts]
    return ", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")
