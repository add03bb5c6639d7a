"""What can go wrong in a way that a person can mend, with the exit code of the command line."""

from __future__ import annotations

from schemas.commands.failing import FAILED, UNREACHABLE


class Failed(RuntimeError):
    """The command could not do its work; the text says why."""

    exit_code = FAILED


class Unreachable(Failed):
    """Kafka, PostgreSQL or another process does not answer; trying again later may help."""

    exit_code = UNREACHABLE
