"""The requests of a transaction in Kafka's newer protocol (KIP-890, part 2: `transaction.version` 2), which aiokafka does not have yet.

The first produce request to a partition and the first commit of a group's offsets add themselves to the transaction, which saves two
requests each transaction; and each transaction has an epoch of its own, so a request that comes late can never get into the next one.
The layouts are those of Kafka's message definitions (`clients/src/main/resources/common/message`).
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any, Self

from aiokafka.protocol.api import RequestStruct, Response, ResponseHeader_v0
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactBytes,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

_STRING = CompactString("utf-8")
_TAGS = ("tags", TaggedFields)
NO_TAGS: dict[int, bytes] = {}


class NotSpoken(RuntimeError):
    """The broker does not speak the one version of a request that the engine does."""


class _OneVersion:
    """A request whose meaning here hangs on its version: it is checked against what the broker at the other end of the connection
    speaks. (Of its own requests aiokafka picks the newest version that both speak.)"""

    API_KEY: int
    API_VERSION: int

    def prepare(self, versions: Mapping[int, tuple[int, int]]) -> Self:
        """The request as it is sent. Raises NotSpoken; `versions` has the broker's lowest and highest by API key."""
        lowest, highest = versions.get(self.API_KEY, (-1, -1))
        if not lowest <= self.API_VERSION <= highest:
            raise NotSpoken(f"{type(self).__name__}: version {self.API_VERSION} is needed, the broker speaks {lowest} to {highest}")
        return self


class ProduceResponse(Response):
    API_KEY, API_VERSION = 0, 12
    _ERRORS = CompactArray(("index", Int32), ("message", _STRING), _TAGS)
    _PARTITIONS = CompactArray(
        ("partition", Int32),
        ("error_code", Int16),
        ("base_offset", Int64),
        ("append_time", Int64),
        ("log_start_offset", Int64),
        ("record_errors", _ERRORS),
        ("error_message", _STRING),
        _TAGS,
    )
    SCHEMA = Schema(("topics", CompactArray(("topic", _STRING), ("partitions", _PARTITIONS), _TAGS)), ("throttle_ms", Int32), _TAGS)


class ProduceRequest(_OneVersion, RequestStruct):
    """(transactional id, acks, timeout ms, [(topic, [(partition, record batch, tags)], tags)], tags)."""

    API_KEY, API_VERSION, FLEXIBLE_VERSION, RESPONSE_TYPE = 0, 12, True, ProduceResponse
    _PARTITIONS = CompactArray(("partition", Int32), ("batch", CompactBytes), _TAGS)
    SCHEMA = Schema(
        ("transactional_id", _STRING),
        ("acks", Int16),
        ("timeout_ms", Int32),
        ("topics", CompactArray(("topic", _STRING), ("partitions", _PARTITIONS), _TAGS)),
        _TAGS,
    )


class TxnOffsetCommitResponse(Response):
    API_KEY, API_VERSION = 28, 5
    _PARTITIONS = CompactArray(("partition", Int32), ("error_code", Int16), _TAGS)
    SCHEMA = Schema(("throttle_ms", Int32), ("topics", CompactArray(("topic", _STRING), ("partitions", _PARTITIONS), _TAGS)), _TAGS)


class TxnOffsetCommitRequest(_OneVersion, RequestStruct):
    """(transactional id, group, producer id, its epoch, generation, member, instance,
    [(topic, [(partition, offset, leader epoch, metadata, tags)], tags)], tags)."""

    API_KEY, API_VERSION, FLEXIBLE_VERSION, RESPONSE_TYPE = 28, 5, True, TxnOffsetCommitResponse
    _PARTITIONS = CompactArray(("partition", Int32), ("offset", Int64), ("leader_epoch", Int32), ("metadata", _STRING), _TAGS)
    SCHEMA = Schema(
        ("transactional_id", _STRING),
        ("group_id", _STRING),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("generation_id", Int32),
        ("member_id", _STRING),
        ("group_instance_id", _STRING),
        ("topics", CompactArray(("topic", _STRING), ("partitions", _PARTITIONS), _TAGS)),
        _TAGS,
    )


class OffsetFetchResponse(Response):
    API_KEY, API_VERSION = 9, 7
    _PARTITIONS = CompactArray(
        ("partition", Int32), ("offset", Int64), ("leader_epoch", Int32), ("metadata", _STRING), ("error_code", Int16), _TAGS
    )
    SCHEMA = Schema(
        ("throttle_ms", Int32),
        ("topics", CompactArray(("topic", _STRING), ("partitions", _PARTITIONS), _TAGS)),
        ("error_code", Int16),
        _TAGS,
    )


class OffsetFetchRequest(_OneVersion, RequestStruct):
    """(group, [(topic, [partition], tags)], whether to wait for transactions under way, tags). aiokafka's own cannot tell those."""

    API_KEY, API_VERSION, FLEXIBLE_VERSION, RESPONSE_TYPE = 9, 7, True, OffsetFetchResponse
    SCHEMA = Schema(
        ("group_id", _STRING),
        ("topics", CompactArray(("topic", _STRING), ("partitions", CompactArray(Int32)), _TAGS)),
        ("require_stable", Boolean),
        _TAGS,
    )


class EndTxnResponse(Response):
    """Tells the producer id and the epoch of the next transaction."""

    API_KEY, API_VERSION = 26, 5
    SCHEMA = Schema(("throttle_ms", Int32), ("error_code", Int16), ("producer_id", Int64), ("producer_epoch", Int16), _TAGS)


class EndTxnRequest(_OneVersion, RequestStruct):
    """(transactional id, producer id, its epoch, whether to commit, tags)."""

    API_KEY, API_VERSION, FLEXIBLE_VERSION, RESPONSE_TYPE = 26, 5, True, EndTxnResponse
    SCHEMA = Schema(("transactional_id", _STRING), ("producer_id", Int64), ("producer_epoch", Int16), ("committed", Boolean), _TAGS)


class ApiVersionsResponse(Response):
    API_KEY, API_VERSION = 18, 3
    _VERSIONS = CompactArray(("api_key", Int16), ("lowest", Int16), ("highest", Int16), _TAGS)
    SCHEMA = Schema(("error_code", Int16), ("versions", _VERSIONS), ("throttle_ms", Int32), _TAGS)


class ApiVersionsRequest(_OneVersion, RequestStruct):
    """Tells the broker who asks."""

    API_KEY, API_VERSION, FLEXIBLE_VERSION, RESPONSE_TYPE = 18, 3, True, ApiVersionsResponse
    SCHEMA = Schema(("name", _STRING), ("version", _STRING), _TAGS)

    def __init__(self) -> None:
        super().__init__("hanoi-petitions", "1", NO_TAGS)

    def parse_response_header(self, read_buffer: BytesIO | bytes) -> Any:
        # This answer alone has an old header, so that clients of any age can read it.
        return ResponseHeader_v0.decode(read_buffer)


_SUPPORTED_FEATURES, _FINALIZED_FEATURES = 0, 2
_SUPPORTED = CompactArray(("name", _STRING), ("lowest", Int16), ("highest", Int16), _TAGS)
_FEATURES = CompactArray(("name", _STRING), ("level", Int16), ("lowest", Int16), _TAGS)


def highest_levels(answer: Any) -> dict[str, int]:
    """The highest level of each feature that this broker can have, by name, of an ApiVersionsResponse."""
    raw = answer.tags.get(_SUPPORTED_FEATURES)
    return {name: highest for name, _, highest, *_ in _SUPPORTED.decode(BytesIO(raw)) or ()} if raw else {}


def feature_levels(answer: Any) -> dict[str, int]:
    """The cluster's features (name → level in force) of an ApiVersionsResponse."""
    raw = answer.tags.get(_FINALIZED_FEATURES)
    return {name: level for name, level, *_ in _FEATURES.decode(BytesIO(raw)) or ()} if raw else {}
