"""The accounts of the embedded broker: one file a principal, named like it, whose content is its password (0600, the folder 0700)."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import SecretStr

from deploy.one_machine.embedded.private import private_folder, write_private
from schemas.platform.kafka import KafkaSettings

CONTROLLER, BROKER, OPERATOR = "controller", "broker", "operator"
SUPER_USERS = (CONTROLLER, BROKER, OPERATOR)
"""What the brokers say to the quorum's leader, what they say to each other, and whoever administers them."""
PROTOCOL, MECHANISM = "SASL_PLAINTEXT", "SCRAM-SHA-512"


class Accounts:
    """`folder` may be shared by the brokers of a cluster."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def password(self, principal: str) -> str:
        """Made at the first question, of 192 random bits."""
        path = self.folder / principal
        if not path.exists():
            private_folder(self.folder)
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text(encoding="utf-8").strip()

    def knows(self, principal: str) -> bool:
        """Whether it has a password."""
        return (self.folder / principal).exists()

    def settings(self, servers: str, principal: str = OPERATOR) -> KafkaSettings:
        """To reach the brokers at `servers` as `principal`."""
        return KafkaSettings(
            kafka_bootstrap_servers=servers,
            kafka_security_protocol=PROTOCOL,
            kafka_sasl_mechanism=MECHANISM,
            kafka_username=principal,
            kafka_password=SecretStr(self.password(principal)),
        )

    def environment(self, servers: str, principal: str = OPERATOR) -> dict[str, str]:
        """The same for a child process: where the password is, not what it is. Nothing of the parent's own account is left."""
        self.password(principal)
        return dict.fromkeys(map(str.upper, KafkaSettings.model_fields), "") | {
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "KAFKA_SECURITY_PROTOCOL": PROTOCOL,
            "KAFKA_SASL_MECHANISM": MECHANISM,
            "KAFKA_USERNAME": principal,
            "KAFKA_PASSWORD_FILE": str(self.folder / principal),
        }
