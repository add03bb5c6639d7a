"""The hash chain of the record: each event of a partition of petitions.events carries a hash over itself and the one before it.

`chain` is the last field of an event's JSON: 64 hexadecimal digits of SHA-256 over the chain before it (32 bytes; of the first event,
zeros), the event's type and id with a line's end behind each, and the event's bytes without the field. Whoever knows one of these
hashes (a citizen's receipt, a printed checkpoint) can prove that nothing that stands before it was removed, changed or put elsewhere.
"""

from __future__ import annotations

from hashlib import sha256

BEGIN = bytes(32)
_FIELD, _END = b',"chain":"', b'"}'
_TAIL = len(_FIELD) + 64 + len(_END)


def link(before: bytes, type_: bytes, id_: bytes, body: bytes) -> bytes:
    """The chain after an event (32 bytes). `body`: its JSON object without the field `chain`."""
    return sha256(b"%b%b\n%b\n%b" % (before, type_, id_, body)).digest()


def chained(body: bytes, chain: bytes) -> bytes:
    """The event's JSON with its chain."""
    return b"%b%b%b%b" % (body[:-1], _FIELD, chain.hex().encode(), _END)


def cut(value: bytes) -> tuple[bytes, bytes | None]:
    """The event's JSON without its chain, and the chain; None where it has none (events of releases before)."""
    tail = value[-_TAIL:]
    if not tail.startswith(_FIELD) or not tail.endswith(_END):
        return value, None
    try:
        claimed = bytes.fromhex(tail[len(_FIELD) : -len(_END)].decode("ascii"))
    except ValueError:
        return value, None
    return value[:-_TAIL] + b"}", claimed
