"""How a client of Kafka says who it is: one class, from the environment, from files, or from what an instance tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.platform.kafka import KafkaSettings, given

ACCOUNT = {"kafka_username": "office-so-xd", "kafka_password": "s3cret"}


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no account."""
    for name in KafkaSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_client_is_told_where_and_as_whom() -> None:
    """In the words that kafka-python and aiokafka share; without an account nothing about one."""
    named = KafkaSettings(kafka_bootstrap_servers="a:1,b:2", kafka_security_protocol="SASL_PLAINTEXT", **ACCOUNT)

    assert named.client() == {
        "bootstrap_servers": ["a:1", "b:2"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "office-so-xd",
        "sasl_plain_password": "s3cret",
    }
    assert KafkaSettings().client() == {"bootstrap_servers": ["127.0.0.1:9092"], "security_protocol": "PLAINTEXT"}


def test_tls_checks_the_brokers_certificate() -> None:
    """Name and signature, by whoever the file or the system trusts."""
    context = KafkaSettings(kafka_security_protocol="SASL_SSL", **ACCOUNT).client()["ssl_context"]

    assert (context.check_hostname, context.verify_mode.name) == (True, "CERT_REQUIRED")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kafka_security_protocol": "SASL_SSL"}, "needs KAFKA_USERNAME and KAFKA_PASSWORD"),
        (ACCOUNT, "KAFKA_USERNAME needs KAFKA_SECURITY_PROTOCOL"),
        ({"kafka_security_protocol": "SSL", "kafka_cert_file": "a.pem"}, "belong together"),
        ({"kafka_ca_file": "ca.pem"}, "would not be used"),
    ],
)
def test_what_would_be_refused_or_not_used_is_said_at_once(fields: dict[str, str], said: str) -> None:
    """Naming the settings, never the password."""
    with pytest.raises(ValidationError, match=said) as refused:
        KafkaSettings.model_validate(fields)

    assert "s3cret" not in str(refused.value)


def test_a_password_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the process's own environment, or of one that an instance wrote down."""
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    environment = {
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_USERNAME": "web",
        "KAFKA_PASSWORD": "",
        "KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
    }
    told = KafkaSettings(**given(KafkaSettings, environment))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert told == KafkaSettings()
    assert told.client()["sasl_plain_password"] == "s3cret"
