"""The part of the broker's configuration that says who may come in, and as whom; there is no configuration without it.

Clients, and the brokers among each other, prove a password with SCRAM-SHA-512, which Kafka keeps (salted) in its own log. The quorum of
controllers cannot: it must stand before that log can be read, so its members know each other by PLAIN, with an account for nothing else.
Whoever is known and is no super user may do what `petitions export acls` prints, and nothing else (StandardAuthorizer).
"""

from __future__ import annotations

from typing import Protocol

from deploy.one_machine.embedded.accounts import BROKER, CONTROLLER, MECHANISM, OPERATOR, PROTOCOL, SUPER_USERS

CLIENTS, CONTROLLERS = "CLIENTS", "CONTROLLER"
"""The names of the two listeners."""
_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


class Passwords(Protocol):
    """`Accounts`, or others that are kept elsewhere."""

    def password(self, principal: str) -> str: ...


def security(accounts: Passwords) -> dict[str, str]:
    """Settings of both listeners and of the authorizer. Passwords stand in them: the file must be closed to others."""
    clients, controllers = f"listener.name.{CLIENTS.lower()}", f"listener.name.{CONTROLLERS.lower()}"
    return {
        "listener.security.protocol.map": f"{CLIENTS}:{PROTOCOL},{CONTROLLERS}:{PROTOCOL}",
        "controller.listener.names": CONTROLLERS,
        "inter.broker.listener.name": CLIENTS,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        f"{clients}.sasl.enabled.mechanisms": MECHANISM,
        f"{clients}.{MECHANISM.lower()}.sasl.jaas.config": f'{_SCRAM} required username="{BROKER}" password="{accounts.password(BROKER)}";',
        "sasl.mechanism.controller.protocol": "PLAIN",
        f"{controllers}.sasl.enabled.mechanisms": "PLAIN",
        f"{controllers}.plain.sasl.jaas.config": accepting(accounts, CONTROLLER),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": ";".join(f"User:{name}" for name in SUPER_USERS),
    }


def unlocked(accounts: Passwords) -> dict[str, str]:
    """What is changed for the one start in which a broker that knows no accounts yet is told them: PLAIN, as the broker itself."""
    clients = f"listener.name.{CLIENTS.lower()}"
    return {
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        f"{clients}.sasl.enabled.mechanisms": "PLAIN",
        f"{clients}.plain.sasl.jaas.config": accepting(accounts, BROKER),
    }


def first_accounts(accounts: Passwords) -> list[str]:
    """Arguments of `kafka-storage format`: the accounts that a new broker knows from the beginning."""
    users = [f"{MECHANISM}=[name={name},password={accounts.password(name)}]" for name in (BROKER, OPERATOR)]
    return [part for user in users for part in ("--add-scram", user)]


def accepting(accounts: Passwords, principal: str) -> str:
    """PLAIN for one principal, in both directions."""
    password = accounts.password(principal)
    return f'{_PLAIN} required username="{principal}" password="{password}" user_{principal}="{password}";'
