"""The comparison job on Quix Streams, exactly once. Runs in an environment of its own, see requirements.lock."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from quixstreams import Application, State, message_context
from quixstreams.kafka.configuration import ConnectionConfig
from quixstreams.state.rocksdb.options import RocksDBOptions


def handle(value: dict[str, Any], state: State) -> dict[str, Any]:
    known = state.get("case") or {"count": 0}
    known["count"] += 1
    known["text"] = value.get("text", "")[:200]
    state.set("case", known)
    return {"id": value["id"], "count": known["count"], "offset": message_context().offset}


def main() -> int:
    environment = os.environ
    app = Application(
        ConnectionConfig(
            bootstrap_servers=environment["KAFKA_BOOTSTRAP_SERVERS"],
            security_protocol=environment["KAFKA_SECURITY_PROTOCOL"],
            sasl_mechanism=environment["KAFKA_SASL_MECHANISM"],
            sasl_username=environment["KAFKA_USERNAME"],
            sasl_password=environment["KAFKA_PASSWORD"],
        ),
        consumer_group=environment["GROUP"],
        state_dir=Path(environment["STATE_DIR"]),
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=float(environment.get("COMMIT_SECONDS", "5")),
        rocksdb_options=RocksDBOptions(use_fsync=False),
        consumer_extra_config={"fetch.min.bytes": 1, "queued.min.messages": 100_000},
        producer_extra_config={"compression.type": "lz4", "linger.ms": 20},
        max_partition_buffer_size=50_000,
        loglevel="WARNING",
    )
    frame = app.dataframe(app.topic(environment["INPUT"], key_deserializer="bytes", value_deserializer="json"))
    frame = frame.apply(handle, stateful=True)
    frame.to_topic(app.topic(environment["OUTPUT"], key_serializer="bytes", value_serializer="json"))
    app.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
