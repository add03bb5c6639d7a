"""Who works beside this worker. The workers of a group must all read the same topics, and nobody else may read them: a stage runs on
its own or chained to another, in the whole deployment. Mixed, each topic's partitions would be divided among those who read it, and a
petition's records would reach workers that do not have its partition."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

from schemas.platform.logs import log
from streams.engine.client import Client
from streams.engine.types import Stage
from streams.engine.waiting import Waiting

LOOK_SECONDS = 0.5
_SUBSCRIPTION = 3  # of the fields of a described member


class PeersDiffer(RuntimeError):
    """Workers are running that divide the work in another way; the text says which, and what to do."""


def conflict(mine: Collection[str], members: Iterable[Collection[str]], group: str, *, own: bool) -> str:
    """What is wrong with a group's members, empty for nothing. `mine`: the topics that this worker reads; `members`: those of each of
    the group's members; `own`: whether it is this worker's group."""
    for theirs in map(set, members):
        if theirs != set(mine) if own else theirs & set(mine):
            return (
                f"workers of {group} read {', '.join(sorted(theirs))}, this one {', '.join(sorted(mine))}: "
                "CHAINED must be the same for the workers of all stages; end those, or set it here as they have it"
            )
    return ""


async def subscriptions(client: Client, group: str) -> list[list[str]]:
    """The topics that each member of a group has asked for; nothing of a group in the middle of a rebalance."""
    told = (member[_SUBSCRIPTION] for member in await client.members(group))
    return [list(ConsumerProtocolMemberMetadata.decode(metadata).subscription) for metadata in told if metadata]


@dataclass(frozen=True, slots=True)
class Peers:
    """`beside`: as of `streams.engine.ports.Context`."""

    stage: Stage
    group: str
    beside: tuple[str, ...]

    async def differ(self, client: Client) -> str:
        """What is wrong now, empty for nothing. Blocks while the cluster is away."""
        mine = [topic.name for topic in self.stage.inputs]
        for group in (self.group, *self.beside):
            if why := conflict(mine, await subscriptions(client, group), group, own=group == self.group):
                return why
        return ""

    async def wait_for_others(self, client: Client, patience: float) -> None:
        """Before joining the group: return once nobody differs. One that was killed is a member until its session ends; PeersDiffer if
        somebody still differs after `patience` seconds. Raises KafkaError when no broker can be reached."""
        await client.start()
        try:
            waiting = Waiting()
            while why := await self.differ(client):
                if waiting.seconds > patience:
                    raise PeersDiffer(why)
                if waiting.is_to_be_said():
                    log.warning("workers-differ", stage=self.stage.name, why=why)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await client.stop()
