"""Telling a broker that runs its accounts; one whose data are from before there were any is told them once, and is open to nobody after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from deploy.one_machine.embedded.accounts import BROKER, MECHANISM, OPERATOR, Accounts

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient


_START_MS = 60_000


class AccountsRefused(RuntimeError):
    """The broker did not take an account."""


def adopt(servers: str, accounts: Accounts) -> None:
    """Tell the broker at `servers`, whose door is as `kafka_security.unlocked`, the accounts of brokers and operator.

    Accounts stand in a broker's own log, where only a broker that runs can write them. Raises AccountsRefused.
    """
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    door = accounts.settings(servers, BROKER).model_copy(update={"kafka_sasl_mechanism": "PLAIN"})
    try:
        admin = KafkaAdminClient(**door.client(), client_id="petitions-adopt", bootstrap_timeout_ms=_START_MS)
        try:
            tell(admin, {name: accounts.password(name) for name in (BROKER, OPERATOR)})
        finally:
            admin.close()
    except KafkaError as error:
        raise AccountsRefused(repr(error)) from error


def tell(admin: KafkaAdminClient, passwords: Mapping[str, str]) -> None:
    """Let these principals, and no other password of theirs, in. Raises KafkaError, AccountsRefused."""
    from kafka.admin import UserScramCredentialUpsertion

    answers = admin.alter_user_scram_credentials(
        [UserScramCredentialUpsertion(name, MECHANISM, password) for name, password in passwords.items()]
    )
    refused = [f"{name}: {why}" for name, why in answers.items() if why]
    if refused:
        raise AccountsRefused("; ".join(refused))
