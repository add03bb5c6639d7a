"""Which process may do what in the database: one table, made by `migrate` as PostgreSQL's own roles with no more than that.

A role's password follows from the administrator's (HMAC), so that nobody has to hand any around: who may make the roles knows them.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from psycopg import Connection

_WRITE = "select, insert, update"
_OFFSETS = {"consumer_offset": _WRITE}
_DESK = ("desk_view", "desk_absence", "desk_presence")
GRANTS: Mapping[str, Mapping[str, str]] = {
    "projector": {
        **dict.fromkeys(("petition", "timeline", "event_count", "case_words", "contact_key"), _WRITE),
        "number_search": "select, update",
        **_OFFSETS,
    },
    "incidents": {"incident_petition": f"{_WRITE}, delete", "incident_request": f"{_WRITE}, delete", **_OFFSETS},
    "notifier": {
        **dict.fromkeys(("notice_receiver", "notice_petition", "notice_delivery"), f"{_WRITE}, delete"),
        **dict.fromkeys(("contact_key", "digest_case", "digest_post", "followed_case"), "select"),
        **_OFFSETS,
    },
    "web": {
        **dict.fromkeys(("notice_receiver", "notice_delivery"), f"{_WRITE}, delete"),
        **dict.fromkeys(("petition", "timeline", "event_count", "case_words", "consumer_offset", "incident_petition"), "select"),
        **dict.fromkeys(("person", "person_post", "machine_token"), "select"),
        "contact_key": _WRITE,
        "number_search": "select, insert",
        **dict.fromkeys(("file", "session", "sign_in_failure", "sign_in_visit", "reply_template", *_DESK), f"{_WRITE}, delete"),
    },
}
"""By process, what it may do with which table; with all others nothing. `migrate`, backups and rebuilds are the administrator's."""


def url_for(process: str, admin_url: str) -> str:
    """The database's address as this process uses it; the administrator's own where the process has no grants or there is no password."""
    parts = urlsplit(admin_url)
    if process not in GRANTS or not parts.password:
        return admin_url
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{name_of(process)}:{quote(_password(process, unquote(parts.password)))}@{place}"))


def name_of(process: str) -> str:
    """PostgreSQL's name of the role; the server's databases share it."""
    return f"petitions_{process}"


def _password(process: str, of_admin: str) -> str:
    return hmac.digest(of_admin.encode(), f"database role {process}".encode(), "sha256").hex()


def ensure(connection: Connection[Any], admin_url: str) -> bool:
    """Make the roles, and bring what they may do to `GRANTS`; False where the administrator may make none, or has no password."""
    password = urlsplit(admin_url).password
    if not password or not _may_make_roles(connection):
        return False
    with connection.transaction():
        for process, grants in GRANTS.items():
            _make(connection, name_of(process), _password(process, unquote(password)))
            _grant(connection, name_of(process), grants)
    return True


def _may_make_roles(connection: Connection[Any]) -> bool:
    row = connection.execute("select rolsuper or rolcreaterole from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def _make(connection: Connection[Any], name: str, password: str) -> None:
    from psycopg import sql

    known = connection.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone()
    verb = sql.SQL("alter" if known else "create")
    options = sql.SQL("login nosuperuser nocreatedb nocreaterole noreplication password")
    connection.execute(sql.SQL("{} role {} {} {}").format(verb, sql.Identifier(name), options, sql.Literal(password)))


def _grant(connection: Connection[Any], name: str, grants: Mapping[str, str]) -> None:
    from psycopg import sql

    role = sql.Identifier(name)
    connection.execute(sql.SQL("revoke all on all tables in schema public from {}").format(role))
    for table, allowed in grants.items():
        connection.execute(sql.SQL("grant {} on {} to {}").format(sql.SQL(allowed), sql.Identifier(table), role))
