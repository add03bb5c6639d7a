"""Stages under the engine's real parts in a simulated world: a fake clock, a fake Kafka, faults by plan, one thread, seeded.

What is real: processor, partition, inbox, backlog, step, batches, writer, positions, client, opening, restore, chain, and the stages. What
is not: the broker (`broker`, `coordinator`, `log`), the way to it (`network`), the group (`group`, `feed`), disks (`disk`, by the store's
contract), time (`loop`). A history is a `plan`, which a seed makes; it happens in a `world`, to the `worker` of each `machine`, and is
checked by its scenario (`listing`, `cases`), which reads the broker's logs and no code of the engine's. `mutants` shows that breaking a
rule is noticed. `python -m tests.simulation --seed N` runs one again, makes it small and shows it: see CONTRIBUTING.md.
"""
