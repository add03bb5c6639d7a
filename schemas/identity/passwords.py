"""Passwords: Argon2id, which makes each guess cost what a sign-in costs."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_AT_LEAST, LENGTH_AT_MOST = 12, 200
_HASHER = PasswordHasher()  # the library's choice is RFC 9106's for machines with little memory: 64 MiB, 3 passes


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")


def hashed(password: str) -> str:
    """What is kept instead of the password: algorithm, parameters, salt and hash. Takes some 50 ms of a core."""
    return _HASHER.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password; without one kept it never is, and that takes as long."""
    try:
        return _HASHER.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
