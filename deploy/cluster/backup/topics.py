"""The topics on their way back: empty at first, then with the records of the backup in their order and with their times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from consumers.queues import offsets as queue_offsets
from deploy.cluster.backup.manifest import Copied, Head, differences
from deploy.cluster.backup.records import Bringer, Key, Offsets, name_of
from deploy.cluster.groups import DISPATCHER
from deploy.cluster.kafka import KafkaUnreachable, administering, alter
from deploy.cluster.reading import Reader, partitions_of, reading, spans
from deploy.cluster.topics import ensure_topics
from deploy.errors import Failed
from schemas.events.topics import QUEUE_POSITIONS, all_topics
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka import TopicPartition
    from kafka.admin import KafkaAdminClient
    from kafka.structs import OffsetAndMetadata

Consumer = tuple[str, str, int]
"""A consumer that keeps its place in the database, with topic and partition."""


class TopicsNotEmpty(Failed):
    """Records would be mixed with those of the backup."""


class TopicsBack:
    """Topics that are being filled. `consumers`: the old next offsets of those who keep them in the database."""

    def __init__(self, settings: ProcessSettings, head: Head, consumers: Mapping[Consumer, int]) -> None:
        """Make the topics and see that they are empty. Raises TopicsNotEmpty, and what `ensure_topics` raises."""
        self._settings, self._head, self._consumers = settings, head, consumers
        ensure_topics(settings)
        with administering(settings) as admin, reading(settings) as reader:
            self._begins = _empty(admin, reader)
            # With the times that the records had: by them deadlines are judged and retention counts.
            alter(admin, {topic.name: {"message.timestamp.type": "CreateTime"} for topic in all_topics()})
        self._offsets = Offsets(self._wanted())
        self._bringer = Bringer(settings, self._offsets)

    def _wanted(self) -> dict[Key, set[int]]:
        wanted: dict[Key, set[int]] = {}
        for places in self._head.groups.values():
            for place in places:
                wanted.setdefault((place.topic, place.partition), set()).add(place.offset)
        for (_, topic, partition), offset in self._consumers.items():
            wanted.setdefault((topic, partition), set()).add(offset)
        return wanted

    def bring(self, key: Key, content: bytes) -> int:
        """Write a member's records; how many."""
        return self._bringer.bring(key, content)

    def close(self) -> None:
        self._bringer.close()

    def finish(self, wanted: list[Copied]) -> list[str]:
        """Compare with what was copied; when it is the same (an empty answer) tell the groups where they stand now."""
        wrong = differences(wanted, {name_of(key): digest.told for key, digest in self._bringer.digests.items()})
        with administering(self._settings) as admin:
            wrong = wrong or self._short(admin)
            if not wrong:
                self._tell_groups(admin)
        if not wrong:
            ensure_topics(self._settings)  # from now on the broker's time again
        return wrong

    def _short(self, admin: KafkaAdminClient) -> list[str]:
        """Partitions that do not end where they must."""
        ends = {
            (tp.topic, tp.partition): end for tp, (_, end) in spans(admin, partitions_of(admin, (key[0] for key in self._begins))).items()
        }
        expected = {key: begin + self._bringer.digests[key].count for key, begin in self._begins.items()}
        return [f"{name_of(key)} ends at {ends[key]}, not {end}" for key, end in expected.items() if ends[key] != end]

    def _tell_groups(self, admin: KafkaAdminClient) -> None:
        for group, places in self._head.groups.items():
            offsets = dict(self._now(place.topic, place.partition, place.offset) for place in places)
            refused = [str(tp) for tp, error in admin.alter_group_offsets(group, offsets).items() if error.errno != 0]
            if refused:
                raise KafkaUnreachable(f"the offsets of {group} were refused: {', '.join(refused)}")
            if group == DISPATCHER:
                self._keep(group, offsets)

    def _now(self, topic: str, partition: int, offset: int) -> tuple[TopicPartition, OffsetAndMetadata]:
        from kafka import TopicPartition
        from kafka.structs import OffsetAndMetadata

        now = self._offsets.of((topic, partition), offset, self._begins[topic, partition])
        return TopicPartition(topic, partition), OffsetAndMetadata(now, "", -1)

    def _keep(self, group: str, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        from kafka import KafkaProducer

        producer = KafkaProducer(**self._settings.client(), acks="all")
        sent = [producer.send(QUEUE_POSITIONS.name, key=key, value=value, partition=0) for key, value in queue_offsets.kept(group, offsets)]
        for future in sent:
            future.get(timeout=15)
        producer.close(timeout=3)

    def consumer_offsets(self) -> dict[Consumer, int]:
        """The next offsets that the database must have now."""
        return {
            (consumer, topic, partition): self._offsets.of((topic, partition), offset, self._begins[topic, partition])
            for (consumer, topic, partition), offset in self._consumers.items()
        }


def _empty(admin: KafkaAdminClient, reader: Reader) -> dict[Key, int]:
    """Where each partition's first record will be. Raises TopicsNotEmpty; what transactions have left behind is no record."""
    found = spans(admin, partitions_of(admin, (topic.name for topic in all_topics())))
    full = sorted({tp.topic for tp, span in found.items() if any(reader.between(tp, *span))})
    if full:
        raise TopicsNotEmpty(f"topics are not empty ({', '.join(full[:5])}): restore to an empty cluster, or delete these topics first")
    return {(tp.topic, tp.partition): end for tp, (_, end) in found.items()}
