"""Taking a partition over: what was committed, the store, the changelog, and from where to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.platform import metrics
from schemas.platform.logs import log
from streams.engine import restore
from streams.engine.ports import Context, Ports
from streams.engine.positions import Committed, Log, next_offsets
from streams.engine.store import Store
from streams.engine.types import Chain, Stage

SAY_RECORDS = 200_000


class OffsetsLost(RuntimeError):
    """The group's offsets are gone while its state is not: beginning anew would do everything again that has been done."""

    def __init__(self, group: str, partition: int) -> None:
        super().__init__(
            f"{group} has state of partition {partition} but no committed offset (Kafka forgets them after offsets.retention.minutes "
            f"without members): set them with `kafka-consumer-groups.sh --group {group} --reset-offsets …` to where the stage had come"
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """`next`: next offset to handle, by topic, a chain's link included. `epochs`: by topic that is read, what fetches from there carry.
    `store`: caught up; None without state."""

    next: Mapping[str, int]
    epochs: Mapping[str, int]
    store: Store | None
    restored: int


class Opening:
    """Opens one partition. `waits` is told how long it has waited for others' transactions, again and again, 0.0 whenever it goes on."""

    def __init__(self, stage: Stage, number: int, ports: Ports, context: Context, waits: Callable[[float], None]) -> None:
        self._stage, self._number, self._ports, self._context, self._waits = stage, number, ports, context, waits
        self._chain: Chain | None = getattr(stage, "chain", None)  # most stages are none

    async def run(self) -> Opened:
        """Take the partition over, after its worker's writer has fenced.

        The order matters; a crash between any two is harmless, and tested.

        1. Read the committed offsets, once no transaction can move them any more: from now on nobody else can. Then how far those had
           come who did its work before.
        2. Open the local store.
        3. Catch it up from the changelog, to the end that it has now.
        4. Seek, and take records in; those first that stages not yet chained had left over in their link.

        Blocks for transactions under way. Raises what clients and store raise, and OffsetsLost, which end the worker. Cancelled, it leaves
        nothing open.
        """
        names = [topic.name for topic in self._stage.inputs]
        committed = await self._committed(names)
        begins = await self._ports.positions.begins([(name, self._number) for name in committed])
        furthest = await self._furthest(committed)
        following = next_offsets(furthest, {name: at for (name, _), at in begins.items()}, self._stage.name, self._number)
        self._context.faults.passing("start:positioned")
        store, restored = await self._restored(committed)
        try:
            self._check_offsets(committed, store)
            self._context.faults.passing("start:caught-up")
            epochs = {name: await self._ports.feed.seek(name, self._number, following[name]) for name in names}
            if self._chain is not None:
                await self._ports.positions.stable_log(self._chain.link.name, self._number, _owners(committed), self._waits)
        except BaseException:
            _close(store)
            raise
        return Opened(following, epochs, store, restored)

    async def _committed(self, names: list[str]) -> dict[str, Committed]:
        """By topic, what this stage's own workers have committed."""
        positions, chain = self._ports.positions, self._chain
        if chain is None:
            return await positions.committed(names, self._number, self._waits)
        await positions.at_rest(f"petitions-{chain.first}", self._waits)
        return await positions.committed([*names, chain.link.name], self._number, self._waits)

    async def _furthest(self, committed: Mapping[str, Committed]) -> dict[str, Committed]:
        """By topic, as far as anybody has come: this stage's workers, or those that did its work before, chained or apart."""
        found = dict(committed)
        for group in self._context.beside:
            theirs = await self._ports.positions.committed_by(group, list(found), self._number)
            found = {name: max(mine, theirs[name], key=_progress) for name, mine in found.items()}
        return found

    def _check_offsets(self, committed: Mapping[str, Committed], store: Store | None) -> None:
        if store is not None and store.position is not None and all(one.offset is None for one in committed.values()):
            raise OffsetsLost(self._context.group, self._number)

    async def _restored(self, committed: Mapping[str, Committed]) -> tuple[Store | None, int]:
        changelog = self._stage.changelog
        if changelog is None:
            return None, 0
        log_ = await self._ports.positions.stable_log(changelog.name, self._number, _owners(committed), self._waits)
        store = await self._fitting(changelog.name, log_)
        self._context.faults.passing("start:opened")
        try:
            return store, await self._caught_up(store, changelog.name, log_)
        except BaseException:
            _close(store)
            raise

    async def _fitting(self, changelog: str, log_: Log) -> Store:
        """The store that is there, or an empty one where that belongs to another changelog."""
        disk, store = self._ports.disk, await self._ports.disk.open(self._number)
        try:
            restore.check_ahead(store, log_, f"{changelog}-{self._number}")
        except restore.StoreAhead as error:
            store.close()
            aside = disk.set_aside(self._number)
            log.error("store-set-aside", stage=self._stage.name, partition=self._number, to=aside, error=str(error))
            return await disk.open(self._number)
        return store

    async def _caught_up(self, store: Store, changelog: str, log_: Log) -> int:
        restored, said = 0, 0
        async for records in restore.catch_up(self._ports.read, store, (changelog, self._number), log_):
            self._waits(0.0)
            restored += records
            metrics.RESTORED().labels(self._stage.name).inc(records)
            if restored - said >= SAY_RECORDS:
                said = restored
                log.warning("restoring", stage=self._stage.name, partition=self._number, restored=restored, end=log_.end)
        return restored


def _progress(committed: Committed) -> int:
    return -1 if committed.offset is None else committed.offset


def _owners(committed: Mapping[str, Committed]) -> set[str]:
    return {one.owner for one in committed.values()}


def _close(store: Store | None) -> None:
    if store is not None:
        store.close()
