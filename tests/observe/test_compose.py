"""The compose file: every role, settings that exist, no secret and no open port."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from deploy.cluster.compose.secrets import KAFKA_ACCOUNTS, generate, write_missing
from deploy.one_machine.embedded.accounts import OPERATOR, Accounts
from deploy.one_machine.embedded.kafka_config import Node, properties
from deploy.roles import BY_NAME
from schemas.events.brokers import BROKER_SETTINGS, BrokerSetting, Compare
from schemas.platform.credentials import Credentials, Holder, Kind, digest

FOLDER = Path(__file__).parents[2] / "deploy/cluster/compose"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PROMETHEUS = yaml.safe_load((FOLDER.parents[1] / "observe/prometheus/prometheus.yaml").read_text(encoding="utf-8"))


def test_every_role_has_a_service() -> None:
    """Each role of `petitions run` is a service of its name, which runs it."""
    assert {role: ["run", role] for role in BY_NAME} == {role: SERVICES[role]["command"] for role in BY_NAME}


@pytest.mark.parametrize("role", BY_NAME)
def test_settings_exist(role: str) -> None:
    """Each variable that a role's service sets is one that the role reads, or Python itself (TMPDIR); NAME_FILE only for a secret."""
    fields = {name.upper(): field for found in BY_NAME[role].settings_classes() for name, field in found.model_fields.items()}
    files = {f"{name}_FILE" for name, field in fields.items() if field.annotation in (SecretStr, SecretStr | None)}

    assert [name for name in SERVICES[role]["environment"] if name not in {*fields, *files, "TMPDIR"}] == []


@pytest.mark.parametrize("role", BY_NAME)
def test_required_settings_are_set(role: str) -> None:
    """What a role cannot start without is there."""
    given = SERVICES[role]["environment"]
    required = {
        name.upper() for found in BY_NAME[role].settings_classes() for name, field in found.model_fields.items() if field.is_required()
    }

    assert [name for name in required if name not in given and f"{name}_FILE" not in given] == []


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_pinned_limited_and_closed(name: str) -> None:
    """Images have a version, ports are published on the loopback address, memory is limited, what dies comes back."""
    service = SERVICES[name]

    assert re.search(r":(v?\d|\$\{PETITIONS_VERSION:-\d)", service["image"])
    assert all(port.startswith("${BIND:-127.0.0.1}:") for port in service.get("ports", []))
    assert service["deploy"]["resources"]["limits"]["memory"]
    assert service["restart"] == ("on-failure" if name == "migrate" else "unless-stopped")
    assert "healthcheck" in service or name == "migrate"


@pytest.mark.parametrize("role", [role for role in BY_NAME if role != "migrate"])
def test_role_waits_and_is_watched(role: str) -> None:
    """A role starts after the migration, is asked for /readyz and scraped at a port of its own, which is not published."""
    service = SERVICES[role]
    port = service["environment"]["METRICS_PORT"]
    jobs = {job["job_name"]: job for job in PROMETHEUS["scrape_configs"]}
    (found,) = jobs[role]["dns_sd_configs"]

    assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert f"127.0.0.1:{port}/readyz" in service["healthcheck"]["test"][-1]
    assert ([role], int(port)) == (found["names"], found["port"])
    assert not any(published.endswith(f":{port}") for published in service.get("ports", []))


@pytest.mark.parametrize("setting", BROKER_SETTINGS, ids=lambda setting: setting.name)
def test_the_broker_is_set_as_the_catalogue_asks(setting: BrokerSetting, tmp_path: Path) -> None:
    """What a guarantee or a time hangs on is in the compose file, with a value that will do; so it is for the embedded broker."""
    name = "KAFKA_" + setting.name.upper().replace(".", "_")
    embedded = properties(Node(1, 9092, 9093, {1: 9093}, tmp_path), Accounts(tmp_path))

    assert setting.holds(SERVICES["kafka"]["environment"][name])
    assert setting.holds(embedded[setting.name])


def test_a_broker_setting_is_held_against_its_bound() -> None:
    """At least, at most, or exactly; the words say which."""
    least, most = BrokerSetting("a", Compare.AT_LEAST, "10", ""), BrokerSetting("b", Compare.AT_MOST, "10", "")
    exact = BrokerSetting("c", Compare.IS, "false", "")

    assert [least.holds(found) for found in ("9", "10", "11")] == [False, True, True]
    assert [most.holds(found) for found in ("9", "10", "11")] == [True, True, False]
    assert [exact.holds(found) for found in ("false", "true")] == [True, False]
    assert [one.wanted for one in (least, most, exact)] == ["at least 10", "at most 10", "false"]


def test_citizens_behind_a_proxy_are_told_apart_unless_somebody_says_otherwise() -> None:
    """The port is this machine's own, so there is a proxy in front; without that all of the city would be one caller."""
    assert SERVICES["web"]["environment"]["FORWARDED_HOPS"] == "${FORWARDED_HOPS:-1}"


def test_no_secret_in_the_file() -> None:
    """Passwords, keys and URLs with them come from files that are not committed."""
    variables = {name: value for service in SERVICES.values() for name, value in service.get("environment", {}).items()}
    suspicious = [name for name in variables if re.search(r"PASSWORD|SECRET|TOKEN|DATABASE_URL|CREDENTIALS", name)]

    assert all(variables[name].startswith("/run/secrets/") for name in suspicious)
    assert "secrets/" in (FOLDER / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_secrets_are_those_that_are_mounted(tmp_path: Path) -> None:
    """The command makes each file that the compose file mounts; the folder is closed to others."""
    folder = tmp_path / "secrets"
    write_missing(folder, generate("http://pager.example/alerts"))

    mounted = {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()}
    assert mounted == {path.name for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "postgres-password").read_text() in (folder / "database-url").read_text()
    token = json.loads((folder / "credentials.json").read_text())["admin"]
    assert Credentials.load(folder / "credentials.json").holders[digest(token)] == Holder(Kind.ADMINISTRATOR)


def test_secrets_are_kept(tmp_path: Path) -> None:
    """A second call changes nothing: a new tracking secret would cut off every citizen's code."""
    write_missing(tmp_path, generate("http://pager.example/alerts"))
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}

    assert write_missing(tmp_path, generate("http://pager.example/alerts")) == []
    assert before == {path.name: path.read_text() for path in tmp_path.iterdir()}


@pytest.mark.parametrize("known", ["postgres-password", "kafka-operator", "kafka-security"])
def test_half_a_secret_is_refused(tmp_path: Path, known: str) -> None:
    """A password without its URL, or an account without the broker's settings, is not completed with another password."""
    (tmp_path / known).write_text("known")

    with pytest.raises(FileExistsError, match=f"only {known} of"):
        write_missing(tmp_path, generate("http://pager.example/alerts"))


def test_the_mailroom_comes_to_no_broker_and_no_database() -> None:
    """It has the key of its channel, and the passwords of mailbox and mail server."""
    service = SERVICES["mailroom"]

    assert [name for name in service["environment"] if name.startswith(("KAFKA_", "DATABASE_", "TRACKING_", "KEYRING_"))] == []
    assert service["secrets"] == ["intake_key_email", "imap_password", "smtp_password"]
    assert service.get("volumes", []) == []


@pytest.mark.parametrize("role", ["migrate", *KAFKA_ACCOUNTS])
def test_each_service_comes_to_the_broker_as_itself(role: str) -> None:
    """With its own password and no other's; `migrate` comes as the operator, and tells the broker everybody else's."""
    service, secret = SERVICES[role], re.compile(r"^kafka_")
    who = role if role in KAFKA_ACCOUNTS else OPERATOR
    about = service["environment"]
    mounted = [name for name in service["secrets"] if isinstance(name, str) and secret.match(name)]
    told = {one["target"]: one["source"] for one in service["secrets"] if isinstance(one, dict)}

    assert (about["KAFKA_SECURITY_PROTOCOL"], about["KAFKA_USERNAME"]) == ("SASL_PLAINTEXT", who)
    assert (about["KAFKA_PASSWORD_FILE"], mounted) == (f"/run/secrets/kafka_{who}", [f"kafka_{who}"])
    others = [name for name in KAFKA_ACCOUNTS if name != OPERATOR] if role == "migrate" else []
    assert told == {f"{about.get('KAFKA_ACCOUNTS_DIR')}/{name}": f"kafka_{name}" for name in others}


def test_whoever_knows_the_broker_has_an_account_and_nobody_else() -> None:
    """A role that has nothing to do with it is not told where it is."""
    about = [service.get("environment", {}) for service in SERVICES.values()]
    told = {one["KAFKA_USERNAME"] for one in about if "KAFKA_BOOTSTRAP_SERVERS" in one}

    assert set(KAFKA_ACCOUNTS) == told


def _starts(folder: Path, script: Path) -> subprocess.CompletedProcess[str]:
    about = {name: str(value) for name, value in SERVICES["kafka"]["environment"].items()}
    about |= {"CLUSTER_ID": "A" * 22, "KAFKA_LOG_DIRS": str(folder / "data"), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(["bash", script], env=about, capture_output=True, text=True, check=True)


def test_the_broker_has_accounts_from_its_first_start_on(tmp_path: Path) -> None:
    """Its storage is made once, with the accounts of brokers and operator; settings of the file and of the secret are together in one that
    nobody else reads; and no password stands on a command line."""
    for name in ("bin", "data", "run", "kafka/bin"):
        (tmp_path / name).mkdir(parents=True)
    write_missing(tmp_path / "secrets", generate("http://pager.example/alerts"))
    for name in ("security", "first-accounts"):
        (tmp_path / "secrets" / f"kafka_{name.replace('-', '_')}").write_bytes((tmp_path / "secrets" / f"kafka-{name}").read_bytes())
    own = (FOLDER / "kafka.sh").read_text(encoding="utf-8")
    for there, here in (("/run/secrets", "secrets"), ("/opt/kafka", "kafka"), ("/run/kafka/", "run/")):
        own = own.replace(there, f"{tmp_path}/{here}")
    (script := tmp_path / "kafka.sh").write_text(own, encoding="utf-8")
    _program(tmp_path / "bin/java", f'echo "java $*"; cat "${{1#@}}"; touch {tmp_path}/data/meta.properties')
    _program(tmp_path / "kafka/bin/kafka-server-start.sh", 'echo "broker $*"; ls -l "$1"; cat "$1"')
    first, second = _starts(tmp_path, script).stdout, _starts(tmp_path, script).stdout
    operator = (tmp_path / "secrets/kafka-operator").read_text()

    assert f"SCRAM-SHA-512=[name=operator,password={operator}]" in first.splitlines()
    assert "SCRAM-SHA-512=[name=operator" not in second
    assert all(operator not in line for line in first.splitlines() if line.startswith(("java ", "broker ")))
    for line in ("inter.broker.listener.name=CLIENTS", "auto.create.topics.enable=false", "process.roles=broker,controller"):
        assert line in second.splitlines()
    assert "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer" in second
    assert "-rw-------" in second
    assert not (tmp_path / "run/format").exists()


def _program(path: Path, lines: str) -> None:
    path.write_text(f"#!/bin/bash\n{lines}\n", encoding="utf-8")
    path.chmod(0o755)
