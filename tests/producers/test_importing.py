"""What people import: the forms in which they have it, and what becomes of each row."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.ports import free_port
from producers.commands.cli import import_petitions
from producers.importing.columns import BadMapping, petition_fields, read_mapping
from producers.importing.command import _digest
from producers.importing.publishing import Importer, Outcome, Plan, publish_all
from producers.importing.sealing import Sealer
from producers.importing.sources import Row, Unreadable, opened, rows
from producers.intake.making import Maker
from producers.intake.requests import identify
from producers.intake.vault import PostgresVault, unseal
from producers.kafka.bulk import BulkPublisher, Parcel
from producers.kafka.publisher import Outgoing, Unavailable
from producers.settings import HttpSettings
from schemas.commands.failing import UNREACHABLE
from schemas.events import phones
from schemas.events.catalogue import SUBMITTED
from tests.producers.support import SECRET, on_topic

TABLE = "Nội dung;Mã;Vĩ độ;Kinh độ;Địa chỉ;Khẩn;Ghi chú\nRác đổ ven sông;A-1;21,03;105,85;Phố Huế;có;\n\nĐèn hỏng;A-2;;;;;x\n"
MAPPING = 'text = "Nội dung"\nexternal_id = "Mã"\nurgent = "Khẩn"\n[location]\nlat = "Vĩ độ"\nlong = "Kinh độ"\naddress = "Địa chỉ"\n'


def read(content: bytes, *given: Any) -> list[Row]:
    return list(rows(io.BytesIO(content), *given))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_table_as_an_office_has_it_becomes_petitions(mark: bytes) -> None:
    """Semicolons, decimal commas, a byte-order mark, columns of their own names, a cell that nobody asked for, an empty line."""
    first, second = read(mark + TABLE.encode())
    columns = read_mapping(MAPPING)
    place = {"lat": "21.03", "long": "105.85", "address": "Phố Huế"}

    assert petition_fields(first.fields or {}, "csv", columns) == {
        "text": "Rác đổ ven sông",
        "external_id": "A-1",
        "urgent": True,
        "location": place,
    }
    assert petition_fields(second.fields or {}, "csv", columns) == {"text": "Đèn hỏng", "external_id": "A-2"}
    assert (first.line, second.line) == (2, 4)


def test_each_format_is_told_by_its_first_letter() -> None:
    """JSON lines, a dump of Open311 with or without its frame, and a table whose columns are called like the fields."""
    request = {
        "service_request_id": "7",
        "service_code": "waste",
        "description": "Rác",
        "lat": 21.0,
        "long": 105.8,
        "media_url": "https://a.vn/1.jpg",
    }
    (line,) = read(b'{"text": "a"}\n')
    (dumped,) = read(json.dumps([request]).encode())
    (framed,) = read(json.dumps({"service_requests": [request]}).encode(), "open311")
    (cell,) = read('text,location.address\n"Rác, rất nhiều",Phố Huế\n'.encode())

    assert (line.format, dumped.format, cell.format) == ("jsonl", "open311", "csv")
    assert (
        petition_fields(dumped.fields or {}, "open311", None)
        == petition_fields(framed.fields or {}, "open311", None)
        == {
            "text": "Rác",
            "external_id": "7",
            "category": "waste",
            "location": {"lat": 21.0, "long": 105.8},
            "media_urls": ["https://a.vn/1.jpg"],
        }
    )
    assert petition_fields(cell.fields or {}, "csv", None) == {"text": "Rác, rất nhiều", "location": {"address": "Phố Huế"}}


@pytest.mark.parametrize(
    ("content", "format_", "why"),
    [(b"text\n\xff\xfe\n", None, "UTF-8"), (b"[1, 2", None, "Open311"), (b'{"a": 1}', "open311", "Open311")],
)
def test_a_file_that_is_none_is_named(content: bytes, format_: Any, why: str) -> None:
    """What is wrong with the whole is told once, and not for each row."""
    with pytest.raises(Unreadable, match=why):
        read(content, format_)


@pytest.mark.parametrize("text", ['colour = "A"', "text = ", '[contact]\nfax = "F"'])
def test_a_mapping_that_names_no_field_is_refused(text: str) -> None:
    """By the field's name, and with those that there are."""
    with pytest.raises(BadMapping):
        read_mapping(text)


def test_a_packed_file_is_unpacked_and_its_bar_follows_the_file(tmp_path: Path) -> None:
    """What is told is how much of the packed file was read."""
    file, told = tmp_path / "a.csv.gz", Counter[str]()
    file.write_bytes(gzip.compress(TABLE.encode()))
    with opened(file, lambda more: told.update(read=more)) as source:
        found = list(rows(source))

    assert [row.line for row in found] == [2, 4]
    assert told["read"] == file.stat().st_size


def run(broker: EmbeddedKafka, *arguments: str, given: bytes | None = None, **more: str) -> tuple[int, dict[str, Any]]:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap, "TRACKING_SECRET": SECRET, **more}
    result = CliRunner().invoke(import_petitions, [*arguments, "--json"], env=environment, input=given)
    return result.exit_code, json.loads(result.output.splitlines()[-1])


def test_a_file_is_imported_once_however_often(broker: EmbeddedKafka, tmp_path: Path) -> None:
    """A dry run publishes nothing; a row without an id of its own is the same petition in the same file; standard input goes, too."""
    file = tmp_path / "once.csv"
    file.write_text("text,external_id\nHố ga mất nắp,once-1\nHố ga mất nắp ở ngõ,\n", encoding="utf-8")
    options = (str(file), "--channel", "import-once")
    dry = run(broker, *options, "--dry-run")
    twice = [run(broker, *options) for _ in range(2)]
    piped = run(broker, "-", "--channel", "import-once", given=b'{"text": "Qua pipe", "external_id": "once-1"}\n')
    by_id = identify(SECRET.encode(), "import-once", "once-1", None).petition_id
    by_line = identify(SECRET.encode(), "import-once", None, f"import-{_digest(file)}-3").petition_id

    assert dry == (0, {"good": 2, "rejected": 0})
    assert twice == [(0, {"published": 2, "rejected": 0})] * 2
    assert piped == (0, {"published": 1, "rejected": 0})
    assert [len(on_topic(broker.bootstrap, SUBMITTED, one)) for one in (by_id, by_line)] == [3, 2]
    assert not list(tmp_path.glob("*.rejects.jsonl"))


def test_what_was_left_is_gone_on_with(broker: EmbeddedKafka, tmp_path: Path) -> None:
    """From the line that was noted; a file that has changed since is not mixed with the one before."""
    file, state = tmp_path / "left.jsonl", tmp_path / "left.jsonl.import-state.json"
    file.write_text("".join(f'{{"text": "Dòng thứ {n}", "external_id": "left-{n}"}}\n' for n in range(5)), encoding="utf-8")
    run(broker, str(file), "--dry-run")
    state.write_text(json.dumps({"source": _digest(file), "line": 3}))
    went_on = run(broker, str(file), "--resume")
    state.write_text(json.dumps({"source": "another", "line": 3}))
    refused = CliRunner().invoke(import_petitions, [str(file), "--resume"], env={"TRACKING_SECRET": SECRET})

    assert went_on == (0, {"published": 2, "rejected": 0})
    assert refused.exit_code == 2
    assert "has changed" in refused.output


def test_contacts_are_sealed_and_their_numbers_marked_as_at_the_other_doors(
    broker: EmbeddedKafka, settings: HttpSettings, tmp_path: Path
) -> None:
    """Many at once, one petition twice among them; what was erased stays so; without a database such a row is rejected, and said why."""
    database = settings.database_url.get_secret_value()
    people = [("An", "0912 345 678"), ("Bình", "+84 912 345 679"), ("An", "0912 345 678")]
    lines = [{"text": "Cây đổ", "external_id": f"sealed-{name}", "contact": {"name": name, "phone": phone}} for name, phone in people]
    file = tmp_path / "sealed.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    an, binh = (identify(SECRET.encode(), "import-sealed", f"sealed-{name}", None).petition_id for name in ("An", "Bình"))
    options = (str(file), "--channel", "import-sealed")
    without = run(broker, *options)
    why = [json.loads(line)["reason"] for line in (tmp_path / "sealed.jsonl.rejects.jsonl").read_bytes().splitlines()]
    imported = run(broker, *options, DATABASE_URL=database)
    with closing(PostgresVault(database)) as vault, psycopg.connect(database) as connection:
        first, again = on_topic(broker.bootstrap, SUBMITTED, an)
        opened_ = [unseal(vault.read(an), an, one.data.contact_sealed) for one in (first, again)]
        marks = connection.execute(
            "select phone from contact_key where petition_id = any(%s) order by petition_id = %s", ([an, binh], binh)
        )
        vault.erase(an)
        run(broker, *options, DATABASE_URL=database)

        assert without == (1, {"published": 0, "rejected": 3})
        assert all("vault" in reason for reason in why)
        assert imported == (0, {"published": 3, "rejected": 0})
        assert [contact.name for contact in opened_] == ["An", "An"]
        assert [row[0] for row in marks] == [phones.mark(SECRET.encode(), phone) for _, phone in people[:2]]
        assert [one.data.contact_sealed is None for one in on_topic(broker.bootstrap, SUBMITTED, an)] == [False, False, True, True]


def test_more_than_fits_into_one_batch_arrives_whole_and_in_order(broker: EmbeddedKafka) -> None:
    """Two megabytes over few partitions; the first petition is there again at their end, with other words."""
    words = ["đầu", *(f"giữa {number}" for number in range(100)), "cuối"]
    ids = ["large-0", *(f"large-{number}" for number in range(1, 101)), "large-0"]
    lines = [{"text": f"{word} {'x' * 19_000}", "external_id": external_id} for word, external_id in zip(words, ids, strict=True)]
    piped = "".join(json.dumps(line) + "\n" for line in lines).encode()
    imported = run(broker, "-", "--channel", "import-large", given=piped)
    first = identify(SECRET.encode(), "import-large", "large-0", None).petition_id

    assert imported == (0, {"published": 102, "rejected": 0})
    assert [one.data.text.split()[0] for one in on_topic(broker.bootstrap, SUBMITTED, first)] == ["đầu", "cuối"]


def test_without_kafka_an_import_ends_and_tells_where_it_stands(tmp_path: Path) -> None:
    """As unreachable, and not as a failure of the file."""
    file = tmp_path / "nowhere.jsonl"
    file.write_text('{"text": "Cây đổ"}\n', encoding="utf-8")
    environment = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}", "TRACKING_SECRET": SECRET}
    result = CliRunner().invoke(import_petitions, [str(file)], env=environment)

    assert result.exit_code == UNREACHABLE
    assert "0 petitions were published before, up to line 0" in result.output


class Forgetful(BulkPublisher):
    """A publisher to which Kafka never acknowledges the second parcel."""

    def __init__(self) -> None:
        self.parcels = 0

    async def send(self, events: Sequence[Outgoing]) -> Parcel:
        self.parcels += bool(events)
        parcel = asyncio.get_running_loop().create_future()
        parcel.set_result(self.parcels)
        return parcel

    async def wait(self, parcel: Parcel) -> None:
        if await parcel == 2:
            raise Unavailable("Kafka has not answered in time")


async def test_what_follows_a_parcel_that_is_lost_counts_for_nothing() -> None:
    """So that going on begins with the lost one, and not behind it."""
    outcome, settled = Outcome(), list[int]()
    lines = b"".join(b'{"text": "D\xc3\xb2ng %d"}\n' % number if number % 2 else b"{}\n" for number in range(10_000))
    importer = Importer(Forgetful(), Maker(SECRET.encode()), Sealer(None, SECRET.encode()))
    with pytest.raises(Unavailable):
        await publish_all(importer, rows(io.BytesIO(lines)), Plan(None, "import-lost", "file"), outcome, settled.append)

    assert (settled, outcome.done) == ([2000], 2000)
    assert outcome.counts["published"] == 1000
