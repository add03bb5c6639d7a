"""The roles of a whole instance on one machine, with the environment each of them gets."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.cluster.database_roles import url_for
from deploy.one_machine.embedded.accounts import Accounts
from deploy.one_machine.embedded.child import Command
from deploy.one_machine.embedded.kafka import EmbeddedKafka
from deploy.one_machine.embedded.postgres import EmbeddedPostgres
from deploy.one_machine.runner.clock import ClockChoice
from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.roles import Role, answers_ready
from deploy.rights.principals import principals
from deploy.roles import CONSUMERS, STAGES, stages
from schemas.events.mails import EMAIL
from schemas.platform.kafka import KafkaSettings

_ROOT = Path(__file__).resolve().parents[3]
_MAILROOM = "mailroom"
_SECRETS = (
    *("KAFKA_PASSWORD_FILE", "DATABASE_URL", "TRACKING_SECRET", "TRACKING_SECRET_FILE", "TRACKING_SECRETS_BEFORE"),
    *("TRACKING_SECRETS_BEFORE_FILE", "CREDENTIALS_FILE", "KEYRING_FILE", "ACCOUNTS_FILE"),
)
"""What the mailroom has no business with."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of `petitions up`. `port` is HTTP's; `workers`: processes of each stage; `chained`: the stages that can be
    are done in one process and step; `external_…`: None for its own."""

    directory: Directory
    port: int
    workers: int
    clock: ClockChoice | None
    external_kafka: str | None
    external_database: str | None
    chained: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """`kafka`: what leads a command to the brokers, no secret among it; `prepare`: what takes its time on the first start, done side by
    side before anything is started."""

    roles: tuple[Role, ...]
    kafka: Mapping[str, str]
    runner_port: int
    prepare: tuple[Callable[[], object], ...] = ()


def process_names(workers: int, *, chained: bool = True, mail: bool = True) -> list[str]:
    """The processes of the project itself, in start order; `mail`: there is a mailbox to read."""
    stage_names = (f"{stage}-{number}" for stage in stages(chained=chained) for number in range(1, workers + 1))
    return [*stage_names, *CONSUMERS, "web", *([_MAILROOM] if mail else [])]


def plan(request: Request) -> Plan:
    """Choose ports and lay out the roles: broker and database, then topics and tables, then everything else at once."""
    directory = request.directory
    names = process_names(request.workers, chained=request.chained, mail=bool(os.environ.get("IMAP_HOST")))
    ports = directory.ports(["postgres", "kafka", "kafka-controller", "runner", *names])
    infrastructure: list[Role] = []
    prepare: list[Callable[[], object]] = []
    database = request.external_database
    access: Mapping[str, str] = {"KAFKA_BOOTSTRAP_SERVERS": request.external_kafka or ""}
    if database is None:
        server = EmbeddedPostgres(directory.postgres, port=ports["postgres"], log=directory.log("postgres"))
        infrastructure.append(Role("postgres", server.command, ready=lambda: server.usable, stop_limit=20))
        prepare.append(server.prepare)
        database = server.url
    accounts: Accounts | None = None
    if request.external_kafka is None:
        broker = EmbeddedKafka(directory.kafka, port=ports["kafka"], voters={1: ports["kafka-controller"]}, log=directory.log("kafka"))
        infrastructure.append(Role("kafka", broker.command, ready=lambda: broker.ready, stop_limit=30))
        accounts = broker.accounts
        access = accounts.environment(broker.bootstrap)
        prepare.append(lambda: (broker.prepare(), *map(broker.accounts.password, principals())))
    base = _environment(request, access, database)
    needs = tuple(role.name for role in infrastructure)
    migrate = Role("migrate", lambda: _run(directory, "migrate", "migrate", base | _told(accounts)), needs, once=True, ahead=True)
    others = [
        _role(directory, name, ports[name], (*needs, "migrate"), _of_process(name, request, base, accounts, access)) for name in names
    ]
    return Plan((*infrastructure, migrate, *others), access, ports["runner"], tuple(prepare))


def _environment(request: Request, kafka: Mapping[str, str], database: str) -> dict[str, str]:
    directory = request.directory
    given = dict(os.environ)
    own = {
        **kafka,
        "DATABASE_URL": database,
        "STATE_DIR": str(directory.stores),
        "FILES_DIR": given.get("FILES_DIR", str(directory.path / "files")),
        "OPEN_DATA_DIR": given.get("OPEN_DATA_DIR", str(directory.path / "open-data")),
        "MODEL_DIR": given.get("MODEL_DIR") or str(directory.models),
        "PORT": str(request.port),
        "PUBLIC_URL": (public := given.get("PUBLIC_URL") or f"http://127.0.0.1:{request.port}"),
        "NOTICE_URL": given.get("NOTICE_URL") or public,
        "CHAINED": str(request.chained).lower(),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_ROOT), given.get("PYTHONPATH")))),
        **(request.clock.environment() if request.clock else {}),
    }
    secrets = {
        "CREDENTIALS_FILE": given.get("CREDENTIALS_FILE", str(directory.credentials)),
        "KEYRING_FILE": given.get("KEYRING_FILE", str(directory.keyring)),
        "ACCOUNTS_FILE": given.get("ACCOUNTS_FILE", str(directory.accounts)),
        **({} if "TRACKING_SECRET" in given else {"TRACKING_SECRET_FILE": str(directory.tracking_secret)}),
    }
    return given | own | secrets


def _of_process(
    name: str, request: Request, base: Mapping[str, str], accounts: Accounts | None, access: Mapping[str, str]
) -> dict[str, str]:
    """What a process gets beside what all get: who it is at the brokers and in the database. The mailroom is nobody there: it has the
    service's address, and the key of its channel."""
    if name != _MAILROOM:
        return {**base, **_account(accounts, access, name), **_database(name, base, request)}
    nothing = dict.fromkeys((*map(str.upper, KafkaSettings.model_fields), *_SECRETS), "")
    key = json.loads(request.directory.credentials.read_text(encoding="utf-8"))["intake"][EMAIL]
    return {**base, **nothing, "INTAKE_URL": f"http://127.0.0.1:{request.port}", "INTAKE_KEY": key}


def _database(name: str, base: Mapping[str, str], request: Request) -> dict[str, str]:
    """Each process of ours is in our own database who it is; in another, whose roles are not ours to make, who DATABASE_URL says."""
    return {} if request.external_database else {"DATABASE_URL": url_for(name, base["DATABASE_URL"])}


def _told(accounts: Accounts | None) -> dict[str, str]:
    return {} if accounts is None else {"KAFKA_ACCOUNTS_DIR": str(accounts.folder)}


def _account(accounts: Accounts | None, access: Mapping[str, str], process: str) -> dict[str, str]:
    """With its own broker each role comes in as itself; with another one as whom the environment names."""
    return {} if accounts is None else accounts.environment(access["KAFKA_BOOTSTRAP_SERVERS"], _role_of(process))


def _role_of(process: str) -> str:
    return process.rpartition("-")[0] or process


def _role(directory: Directory, name: str, port: int, needs: tuple[str, ...], base: Mapping[str, str]) -> Role:
    role = _role_of(name)
    environment = {**base, "WORKER_ID": name, "METRICS_PORT": str(port)}
    url = f"http://127.0.0.1:{port}"
    return Role(
        name,
        lambda: _run(directory, name, role, environment),
        needs,
        ready=answers_ready(url),
        metrics_url=f"{url}/metrics",
        ahead=True,
        # A second is saved, on a busy machine three, while everything waits for the stage.
        reserve=role in STAGES,
    )


def _run(directory: Directory, name: str, role: str, environment: Mapping[str, str]) -> Command:
    return Command((sys.executable, "-m", "deploy.cli", "run", role), directory.log(name), env=environment)
