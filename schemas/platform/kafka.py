"""How to reach Kafka, and as whom: the one class that every client of it reads, whichever library it is made with."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# kafka-python warns of a password in the clear at each connection without TLS. SCRAM never sends one.
logging.getLogger("kafka.net.sasl.scram").setLevel(logging.ERROR)

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


def given(settings: type[BaseSettings], environment: Mapping[str, str]) -> dict[str, Any]:
    """By field, what an environment says; secrets also from the files that it names. Raises OSError."""
    named = {name: environment.get(name.upper()) for name in settings.model_fields}
    return {**secrets_from_files(settings, environment), **{name: value for name, value in named.items() if value}}


def secrets_from_files(settings: type[BaseSettings], environment: Mapping[str, str]) -> dict[str, str]:
    """By field, the secrets whose files are named. Raises OSError."""
    secret = [name for name, field in settings.model_fields.items() if field.annotation in (SecretStr, SecretStr | None)]
    paths = {name: environment.get(f"{name.upper()}_FILE") for name in secret}
    return {name: Path(path).read_text(encoding="utf-8").strip() for name, path in paths.items() if path}


class FileSecrets(BaseSettings):
    """Values come from the environment; a secret NAME may come from the file that NAME_FILE names."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {**secrets_from_files(cls, os.environ), **values}


class KafkaSettings(FileSecrets):
    """The brokers, the account, and what TLS needs. Raises ValidationError for a combination that no broker would take."""

    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", description="Kafka brokers, `host:port,host:port`.")
    kafka_security_protocol: Protocol = Field(
        "PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; between machines SASL_SSL."
    )
    kafka_sasl_mechanism: Mechanism = Field(
        "SCRAM-SHA-512", description="With SASL: how the password is proven. PLAIN sends it, so only with TLS."
    )
    kafka_username: str = Field("", description="With SASL: the principal; what it may do is in docs/reference/principals.md.")
    kafka_password: SecretStr | None = Field(None, description="With SASL: the principal's password.")
    kafka_ca_file: Path | None = Field(
        None, description="With TLS: who may have signed the brokers' certificates (PEM); else the system's."
    )
    kafka_cert_file: Path | None = Field(None, description="With TLS: this client's own certificate (PEM), where brokers ask for one.")
    kafka_key_file: Path | None = Field(None, description="The private key of KAFKA_CERT_FILE (PEM, without a passphrase).")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self._sasl and not (self.kafka_username and self.kafka_password):
            raise ValueError(f"KAFKA_SECURITY_PROTOCOL={self.kafka_security_protocol} needs KAFKA_USERNAME and KAFKA_PASSWORD")
        if self.kafka_username and not self._sasl:
            raise ValueError("KAFKA_USERNAME needs KAFKA_SECURITY_PROTOCOL=SASL_SSL (on one machine SASL_PLAINTEXT): it would not be told")
        if (self.kafka_cert_file is None) != (self.kafka_key_file is None):
            raise ValueError("KAFKA_CERT_FILE and KAFKA_KEY_FILE belong together")
        if not self._tls and (self.kafka_ca_file or self.kafka_cert_file):
            raise ValueError("KAFKA_CA_FILE and KAFKA_CERT_FILE need KAFKA_SECURITY_PROTOCOL=SASL_SSL or SSL: they would not be used")
        return self

    def client(self) -> dict[str, Any]:
        """The keyword arguments that say where and as whom; kafka-python and aiokafka call them the same.

        Raises OSError and ssl.SSLError for files that cannot be read.
        """
        found: dict[str, Any] = {
            "bootstrap_servers": self.kafka_bootstrap_servers.split(","),
            "security_protocol": self.kafka_security_protocol,
        }
        if self._tls:
            found["ssl_context"] = self._context()
        if self._sasl and self.kafka_password:
            found["sasl_mechanism"] = self.kafka_sasl_mechanism
            found["sasl_plain_username"] = self.kafka_username
            found["sasl_plain_password"] = self.kafka_password.get_secret_value()
        return found

    @property
    def _sasl(self) -> bool:
        return self.kafka_security_protocol.startswith("SASL")

    @property
    def _tls(self) -> bool:
        return self.kafka_security_protocol.endswith("SSL")

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.kafka_ca_file)
        if self.kafka_cert_file:
            context.load_cert_chain(self.kafka_cert_file, self.kafka_key_file)
        return context
