"""Whether the topics are as the setting `PARTITIONS` says. A petition's partition follows from their number."""

from __future__ import annotations

from schemas.platform.logs import log
from streams.engine.positions import Positions
from streams.engine.types import Stage


class PartitionsDiffer(RuntimeError):
    """More partitions than the setting says would be read by nobody; fewer cannot be written to; both put keys elsewhere than others do."""

    def __init__(self, topic: str, found: int, wanted: int) -> None:
        super().__init__(f"{topic} has {found} partitions, PARTITIONS is {wanted}: set it to {found} for every role and start anew")


async def check_partitions(stage: Stage, positions: Positions, wanted: int) -> None:
    """Raise PartitionsDiffer unless all of the stage's topics that share the number have so many partitions. Waits for the topics."""
    for topic in (*stage.inputs, *stage.outputs, *((stage.changelog,) if stage.changelog else ())):
        if topic.partitions is None and (found := await positions.partitions(topic.name)) != wanted:
            log.error("partitions-differ", topic=topic.name, found=found, setting=wanted)
            raise PartitionsDiffer(topic.name, found, wanted)
