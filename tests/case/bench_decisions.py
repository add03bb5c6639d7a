"""How fast decisions are, without I/O: `python tests/case/bench_decisions.py` prints JSON (decisions per second, one core)."""

import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from schemas.events.actions import Accept, Answer, Rate, ResultKind
from schemas.events.base import Actor, Level, Role
from schemas.events.intake import PetitionKind
from schemas.platform.clock import HANOI, to_ms
from streams.case.decide.handlers.registration import Register
from streams.case.decide.machine import Command, decide, fire
from streams.case.decide.state import Case, decode, encode, next_due
from streams.case.decide.turn import Setting
from streams.case.io.render import event_output
from streams.case.policy.book import Book
from streams.case.policy.load import DEFAULT_FILE, load

NOW = to_ms(datetime(2026, 11, 25, 9, 0, tzinfo=HANOI))
SENT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
COUNT = 50_000


def registration(number: int) -> Register:
    return Register(
        petition_id=f"{number:026x}",
        submitted=NOW + number,
        text_mark=number,
        kind=PetitionKind.PETITION,
        category="road-damage",
        level=Level.ORDINARY,
        office="so-xd",
        co_offices=(),
        ward="00070",
        triage=False,
        petition=msgspec.Raw(b'{"text":"..."}'),
        classification=msgspec.Raw(b'{"category":"road-damage"}'),
    )


def rate(count: int, work: Callable[[int], object]) -> int:
    """Calls per second of processor time; the best of three, since the machine is shared."""
    best = 0.0
    for _ in range(3):
        started = time.process_time()
        for number in range(count):
            work(number)
        best = max(best, count / (time.process_time() - started))
    return round(best)


def main() -> None:
    setting = Setting(Book.of(load(DEFAULT_FILE).policy))
    calendar = setting.book.current.levels[Level.ORDINARY].calendar
    commands = [registration(number) for number in range(COUNT)]
    opened = [case for command in commands[:1000] if (case := decide(None, command, "e", NOW, setting).case)]
    office = Actor(role=Role.OFFICE, office="so-xd")

    def asked(kind: type, **fields: object) -> Command:
        return Command(kind(petition_id="0" * 26, requested_at=SENT, **{"actor": office, **fields}), NOW)

    accept, stars = asked(Accept), asked(Rate, stars=5, actor=Actor(role=Role.CITIZEN))
    answer = asked(
        Answer, result=ResultKind.DONE, text="Đã vá ổ gà trước số nhà 12 phố Huế hôm nay.", evidence_urls=("https://a.vn/1.jpg",)
    )

    def act(cases: list[Case], what: Command) -> Callable[[int], object]:
        return lambda number: decide(cases[number % 1000], what, f"a{number}", NOW + 60_000, setting)

    accepted = [case for found in opened if (case := decide(found, accept, "b", NOW, setting).case)]
    answered = [case for found in accepted if (case := decide(found, answer, "c", NOW, setting).case)]
    events = decide(None, commands[0], "e", NOW, setting).events
    stored = encode(accepted[0])
    gc.freeze()
    results = {
        "calendar.add": rate(COUNT, lambda number: calendar.add(NOW + number, calendar.day_ms * 5)),
        "register": rate(COUNT, lambda number: decide(None, commands[number], "e", NOW + COUNT, setting)),
        "accept": rate(COUNT, act(opened, accept)),
        "answer": rate(COUNT, act(accepted, answer)),
        "rate (two events)": rate(COUNT, act(answered, stars)),
        "timer": rate(COUNT, lambda number: fire(opened[number % 1000], next_due(opened[number % 1000]) or 0, setting)),
        "render one event": rate(COUNT, lambda _: event_output(b"k", events[0], bytes(32), lambda _path, event: event)),
        "encode and decode a case": rate(COUNT, lambda _: encode(decode(stored))),
    }
    life = ("register", "accept", "answer", "rate (two events)")
    results["a case's life of these four"] = round(len(life) / sum(1 / results[name] for name in life))
    json.dump(results, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
