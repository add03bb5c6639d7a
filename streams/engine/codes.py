"""What must follow on each of Kafka's error codes, for each request that the engine makes. Data; `client.py` acts on it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Literal

from aiokafka.errors import kafka_errors


class Then(Enum):
    """What follows on an error code. Sending the same again is harmless: a batch is recognised by its number, an end by its epoch."""

    AGAIN = "send the same again, in a moment"
    LOOK = "learn anew who leads or coordinates, then send the same again"
    FENCED = "another has taken over: end; nothing may be written any more"
    END = "end: what is open of the transaction is aborted by the process that comes next, which begins anew"
    PERSON = "end and tell: it comes again until somebody changes a setting, a right or a clock"


Request = Literal[
    "Produce",
    "TxnOffsetCommit",
    "EndTxn",
    "InitProducerId",
    "FindCoordinator",
    "Metadata",
    "ListOffsets",
    "OffsetFetch",
    "DescribeGroups",
]

CONCURRENT_TRANSACTIONS, UNSTABLE_OFFSET_COMMIT = 51, 88

_NEWER = {
    74: "FencedLeaderEpoch",
    75: "UnknownLeaderEpoch",
    76: "UnsupportedCompressionType",
    78: "OffsetNotAvailable",
    81: "GroupMaxSizeReached",
    82: "FencedInstanceId",
    87: "InvalidRecord",
    88: "UnstableOffsetCommit",
    89: "ThrottlingQuotaExceeded",
    90: "ProducerFenced",
    100: "UnknownTopicId",
    103: "InconsistentTopicId",
    105: "TransactionalIdNotFound",
    113: "StaleMemberEpoch",
    120: "TransactionAbortable",
}
"""Codes that aiokafka does not know yet."""

NAMES: Mapping[int, str] = {code: error.__name__ for code, error in kafka_errors.items() if code} | _NEWER

_EVERYWHERE: Mapping[Then, frozenset[int]] = {
    # 7 timed out, 13 disconnected, 14 the coordinator loads, 19 and 20 too few replicas (also while a transaction is checked), 51 markers
    # under way, 78 the leader is new, 89 throttled
    Then.AGAIN: frozenset({7, 13, 14, 19, 20, CONCURRENT_TRANSACTIONS, 78, 89}),
    # 3 unknown topic or partition (so it is for a moment after a broker's start), 5 and 6 no leader or another, 8 and 9 broker or replica
    # away, 15 and 16 no coordinator or another, 41 another controller, 56 a broken disk, whose partitions move, 72 no such listener yet,
    # 74 and 75 the leader's epoch
    Then.LOOK: frozenset({3, 5, 6, 8, 9, 15, 16, 41, 56, 72, 74, 75}),
    # 22, 25, 27, 79, 82, 113 the group has gone on without this member; 47 an old epoch; 90 the same transactional id elsewhere
    Then.FENCED: frozenset({22, 25, 27, 47, 79, 82, 90, 113}),
    # 10, 12, 18, 28 too large; 29, 30, 31, 53 no right, 33, 34, 54, 58 and 61 to 67 no credentials; 32 a clock; 35 and 43 a version;
    # 17, 24 a name; 21, 26, 36 to 40, 44, 50, 76, 81 a setting
    Then.PERSON: frozenset({10, 12, 17, 18, 21, 24, 26, *range(28, 41), 43, 44, 50, 53, 54, 58, *range(61, 68), 76, 81}),
    # -1 and 42 a mistake on either side; 45, 46, 48, 49, 59, 120 the broker and the writer disagree about the transaction; the rest is
    # never an answer to these requests
    Then.END: frozenset({-1, 1, 2, 4, 11, 23, 42, 45, 46, 48, 49, 52, 55, 57, 59, 60, 68, 69, 70, 71, 87, 88, 100, 103, 105, 120}),
}
_OWN: Mapping[Request, Mapping[int, Then]] = {
    "Produce": {2: Then.AGAIN},  # the batch was damaged on its way
    "ListOffsets": {1: Then.AGAIN},  # the log was cut back at this moment
}

ADVICE: Mapping[int, str] = {
    10: "the topic's max.message.bytes is below what the engine makes (step.MAX_OUTPUT_BYTES); `petitions run migrate` sets it",
    29: "give this role the right to read or write the topic",
    30: "give this role the right to read as this group",
    32: "this machine's clock is far ahead of the broker's: set it",
    35: "the broker is too old or too new for this release",
    50: "the broker's transaction.max.timeout.ms is below the writer's TRANSACTION_TIMEOUT_MS",
    53: "give this role the right to write with its transactional id",
}


def follows(request: Request, code: int) -> Then:
    """What follows on this error code (not 0) of this request. A code that nobody knows is final: going on could be wrong."""
    if (own := _OWN.get(request, {}).get(code)) is not None:
        return own
    return next((then for then, codes in _EVERYWHERE.items() if code in codes), Then.END)


def told(request: Request, code: int) -> str:
    """The error as a person reads it, with what to do where that is known."""
    advice = f"; {ADVICE[code]}" if code in ADVICE else ""
    return f"{request}: {NAMES.get(code, 'unknown error')} ({code}){advice}"
