"""The data directory: secrets, ports, clock."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import pytest

from deploy.one_machine.runner.clock import ClockChoice, ClockConflict, choose, parse_start, settle
from deploy.one_machine.runner.directory import Directory
from schemas.authority import MACHINES, Duty
from schemas.identity.passwords import LENGTH_AT_LEAST

WALL = 1_800_000_000_000
START = 1_767_574_800_000  # 2026-01-05T08:00+07:00


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    """Credentials, accounts and tracking secret have mode 0600 and stay the same at the next start; no two have one password."""
    directory = Directory(tmp_path / "data")
    with directory.locked():
        directory.ensure_secrets()
        secrets = (directory.credentials, directory.tracking_secret, directory.accounts)
        first = [path.read_text() for path in secrets]
        directory.ensure_secrets()

    assert [path.read_text() for path in secrets] == first
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}
    credentials = json.loads(first[0])
    assert set(credentials) == {"intake", "departments", "admin"}
    assert len(first[1]) >= 32
    passwords = [one["password"] for one in json.loads(first[2])]
    assert len(set(passwords)) == len(passwords) == len(set(Duty) - MACHINES)
    assert min(map(len, passwords)) >= LENGTH_AT_LEAST


def test_an_older_instance_gets_the_keys_that_are_new(tmp_path: Path) -> None:
    """What it had stays as it was, a channel of its own included."""
    directory = Directory(tmp_path)
    old = {"intake": {"ihanoi": "k1", "hotline": "k2"}, "departments": {"so-xd": "t1"}, "admin": "a"}
    directory.credentials.write_text(json.dumps(old), encoding="utf-8")
    directory.ensure_secrets()
    found = json.loads(directory.credentials.read_text(encoding="utf-8"))

    assert {**found["intake"], **old["intake"]} == found["intake"]
    assert (found["departments"]["so-xd"], found["admin"]) == ("t1", "a")
    assert len(found["intake"]["sandbox"]) >= 32
    assert "so-nnmt" in found["departments"]


def test_ports_are_kept_unless_somebody_took_them(tmp_path: Path) -> None:
    """An instance finds its ports again; one that is taken meanwhile is replaced."""
    directory = Directory(tmp_path)
    first = directory.ports(["kafka", "web"])
    with socket.create_server(("127.0.0.1", first["web"])):
        second = directory.ports(["kafka", "web"])

    assert second["kafka"] == first["kafka"]
    assert second["web"] != first["web"]


def test_logs_of_the_run_before_are_kept_once(tmp_path: Path) -> None:
    """At the start each log is put aside as NAME.log.1."""
    directory = Directory(tmp_path)
    directory.logs.mkdir()
    directory.log("web").write_text("before")
    directory.turn_logs()

    assert (directory.logs / "web.log.1").read_text() == "before"
    assert not directory.log("web").exists()


def test_a_start_without_offset_is_hanoi_time() -> None:
    """`2026-01-05T08:00` means eight in the morning in Hanoi."""
    assert parse_start("2026-01-05T08:00") == START
    assert parse_start("2026-01-05T01:00+00:00") == START


def test_without_options_the_clock_stays_what_it_was() -> None:
    """No option: the wall clock for a new instance, the scaled one that it has for an old one."""
    known = ClockChoice(60, START, WALL)

    assert choose(None, None, None, WALL, fresh=True) is None
    assert choose(known, None, None, WALL + 5000, fresh=False) == known


def test_the_scaled_clock_goes_on_after_a_restart(tmp_path: Path) -> None:
    """The same options at the second start give the same clock, not one that begins anew."""
    path = tmp_path / "clock.json"
    first = settle(path, 60, START, fresh=True)

    assert first is not None
    assert first.start_ms == START
    assert settle(path, 60, START, fresh=False) == first
    assert settle(path, None, None, fresh=False) == first


def test_another_scale_goes_on_from_the_time_that_it_is() -> None:
    """Changing the speed never makes time jump."""
    known = ClockChoice(60, START, WALL)
    changed = choose(known, 1.0, None, WALL + 10_000, fresh=False)

    assert changed is not None
    assert changed.epoch_ms == WALL + 10_000
    assert abs(changed.start_ms - known.now_ms()) >= 0
    assert changed.scale == 1.0


def test_another_start_for_an_instance_with_data_is_refused() -> None:
    """Time cannot be set for cases that exist."""
    with pytest.raises(ClockConflict):
        choose(None, None, START, WALL, fresh=False)


def test_a_directory_that_others_could_read_is_closed(tmp_path: Path) -> None:
    """Also one that was there before, with the citizens' words in its files."""
    (tmp_path / "data").mkdir(mode=0o755)
    with Directory(tmp_path / "data").locked():
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
