"""The table of persons, for the commands that add them, give them their posts and disable them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.authority import MACHINES, Duty, Post
from schemas.identity.passwords import hashed

if TYPE_CHECKING:
    from psycopg import Connection

_INSERT = "insert into person (id, login, name, password, subject) values (%s, lower(%s), %s, %s, %s) on conflict do nothing returning id"
_POST = "insert into person_post (person_id, duty, office) values (%s, %s, %s) on conflict do nothing"
_NO_POST = "delete from person_post where person_id = %s and duty = %s and office = %s"
_LIST = """
select p.id, p.login, p.name, p.disabled_at is not null, p.password is not null, p.subject is not null,
       coalesce(json_agg(json_build_array(o.duty, o.office) order by o.duty, o.office) filter (where o.duty is not null), '[]')
from person p left join person_post o on o.person_id = p.id group by p.id order by p.login
"""
_DISABLE = "update person set disabled_at = case when %s then now() end where login = lower(%s) returning id"
_CHANGE = "update person set password = %s where login = lower(%s) returning id"
_SESSIONS = "delete from session where person_id = %s"


class UnknownPerson(Exception):
    """Nobody has this login."""


class LoginTaken(Exception):
    """Somebody has this login, or this subject at the provider, already."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as the list shows him; `password`, `provider`: how he may sign in."""

    id: str
    login: str
    name: str
    disabled: bool
    password: bool
    provider: bool
    posts: tuple[Post, ...]


def post(text: str) -> Post:
    """`officer@so-xd` or `auditor`. Raises ValueError that says what is wrong."""
    duty, _, office = text.partition("@")
    known = [one.value for one in Duty if one not in MACHINES]
    if duty not in known:
        raise ValueError(f"{duty!r} is no duty of a person; there are {', '.join(known)}")
    found = Post(Duty(duty), office or None)
    if mistake := found.mistake():
        raise ValueError(mistake)
    return found


def add(
    connection: Connection[Any], login: str, name: str, posts: Iterable[Post], *, password: str | None = None, subject: str | None = None
) -> str:
    """A new person's id: random, so that it says nothing of him. Raises LoginTaken."""
    with connection.transaction():
        row = connection.execute(_INSERT, (f"p-{secrets.token_hex(8)}", login, name, password and hashed(password), subject)).fetchone()
        if row is None:
            raise LoginTaken(login)
        give(connection, row[0], posts)
    return str(row[0])


def give(connection: Connection[Any], person: str, posts: Iterable[Post]) -> None:
    """Further posts of the person; those that he has stay."""
    for one in posts:
        connection.execute(_POST, (person, one.duty, one.office or ""))


def take(connection: Connection[Any], person: str, posts: Iterable[Post]) -> None:
    """He has them no more, from his next call on."""
    for one in posts:
        connection.execute(_NO_POST, (person, one.duty, one.office or ""))


def id_of(connection: Connection[Any], login: str) -> str:
    """Raises UnknownPerson."""
    return _one(connection.execute("select id from person where login = lower(%s)", (login,)).fetchone(), login)


def listed(connection: Connection[Any]) -> list[Listed]:
    rows: list[tuple[Any, ...]] = connection.execute(_LIST).fetchall()
    return [Listed(id_, login, name, out, word, provider, posts_of(posts)) for id_, login, name, out, word, provider, posts in rows]


def posts_of(rows: Iterable[tuple[str, str]]) -> tuple[Post, ...]:
    """Duty and office of each, as the table has them."""
    return tuple(Post(Duty(duty), office or None) for duty, office in rows)


def disable(connection: Connection[Any], login: str, *, disabled: bool) -> None:
    """End his sessions and let him begin none; or let him in again. Nobody is deleted: events name him. Raises UnknownPerson."""
    with connection.transaction():
        person = _one(connection.execute(_DISABLE, (disabled, login)).fetchone(), login)
        connection.execute(_SESSIONS, (person,))


def set_password(connection: Connection[Any], login: str, password: str) -> None:
    """A new password; whoever was signed in with the old one is not any more. Raises UnknownPerson."""
    with connection.transaction():
        person = _one(connection.execute(_CHANGE, (hashed(password), login)).fetchone(), login)
        connection.execute(_SESSIONS, (person,))


def _one(row: tuple[Any, ...] | None, login: str) -> str:
    if row is None:
        raise UnknownPerson(login)
    return str(row[0])
