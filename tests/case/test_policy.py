"""Policy files: checked in full, taken up without a restart, kept by version."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.events.base import Level
from streams.case.policy.directory import PolicyDirectory
from streams.case.policy.load import DEFAULT_DIRECTORY, DEFAULT_FILE, BadPolicy, load
from streams.commands.policy import policy as command

Edit = Callable[[str, str], Path]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A policy directory with the shipped policy in force."""
    shutil.copy(DEFAULT_FILE, tmp_path / "current.toml")
    shutil.copy(DEFAULT_DIRECTORY / "calendar-overrides.toml", tmp_path)
    return tmp_path


@pytest.fixture
def edit(directory: Path) -> Edit:
    """Replace text in the policy in force."""

    def replace(old: str, new: str) -> Path:
        path = directory / "current.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return replace


def line_with(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "place", "mark"),
    [
        ('answer = "5d"', 'answer = "fast"', "levels.ordinary.answer", '"fast"'),
        ('answer = "5d"', 'anser = "5d"', "levels.ordinary.anser", "anser"),
        ('to = "ubnd-tp"', 'to = "nobody"', "ladders.default.4.to", 'to = "nobody"'),
        ('"08:00-12:00"', '"12:00-08:00"', "calendars.working.periods.0", "12:00-08:00"),
        ('"08:00-12:00", "13:30-17:30"', '"08:00-12:00", "11:30-17:30"', "calendars.working", "[calendars.working]"),
        ("share = 0.5", "share = 1.5", "extension.share", "share = 1.5"),
        ('tolerance = "10m"', 'tolerance = "0.5m"', "outage", "[outage]"),
        ('"reopen",', '"reopening",', "to_be_confirmed", "to_be_confirmed"),
        ('{ at = "80%", do = "warn" }', '{ at = "40%", do = "warn" }', "ladders", "[ladders]"),
        ('[levels.complex]\ncalendar = "working"', '[levels.complex]\ncalendar = "idle"', "", None),
    ],
)
def test_a_mistake_is_named_with_its_place(edit: Edit, old: str, new: str, place: str, mark: str | None) -> None:
    """File, line, path of keys."""
    path = edit(old, new)
    with pytest.raises(BadPolicy) as caught:
        load(path)
    (mistake,) = (found for found in caught.value.mistakes if found.message != "Field required")

    assert mistake.path == place
    assert mistake.line == (line_with(path, mark) if mark else None)


def test_all_mistakes_are_named_at_once(edit: Edit) -> None:
    """Nobody has to mend a file error by error."""
    edit('answer = "5d"', 'answer = "fast"')
    path = edit("share = 0.5", "share = 7")

    result = CliRunner().invoke(command, ["check", str(path)])

    assert result.exit_code == 1
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["levels.ordinary.answer", "extension.share"]


def test_a_file_that_is_no_toml_is_named_with_its_line(edit: Edit) -> None:
    """The parser's own position."""
    path = edit("[pause]", "[pause")
    with pytest.raises(BadPolicy) as caught:
        load(path)

    assert caught.value.mistakes[0].line == line_with(path, "[pause")


def test_mistakes_in_the_override_file_are_named_too(directory: Path) -> None:
    """A decree's date that is no date must not pass silently."""
    path = directory / "calendar-overrides.toml"
    path.write_text('[[off]]\nday = "soon"\n', encoding="utf-8")
    with pytest.raises(BadPolicy) as caught:
        load(directory / "current.toml")

    assert str(caught.value.mistakes[0]).startswith("calendar-overrides.toml:2: off.0.day")


def test_a_changed_file_is_taken_up_without_a_restart_and_the_old_version_stays_known(directory: Path, edit: Edit) -> None:
    """New cases get the new version, running ones keep theirs."""
    book = PolicyDirectory(directory, every_s=0)
    before = book.book()
    edit('version = "2026.1"', 'version = "2026.2"')
    edit('answer = "5d"', 'answer = "3d"')
    after = book.book()

    assert (before.current.version, after.current.version) == ("2026.1", "2026.2")
    assert [after.get(version).levels[Level.ORDINARY].answer_ms / 28_800_000 for version in ("2026.1", "2026.2")] == [5, 3]


@pytest.mark.parametrize(("old", "new"), [('answer = "5d"', 'answer = "3d"'), ("[pause]", "[pause"), ('answer = "5d"', "")])
def test_a_bad_change_is_refused_and_what_was_in_force_stays(directory: Path, edit: Edit, old: str, new: str) -> None:
    """A file with mistakes, or other content under the same version, changes nothing."""
    book = PolicyDirectory(directory, every_s=0)
    before = book.book()
    edit(old, new)

    assert book.book() is before


def test_apply_keeps_the_version_before_beside_the_new_one(directory: Path, tmp_path: Path, edit: Edit) -> None:
    """So that cases that began under it find it after a restart."""
    source = tmp_path / "next"
    shutil.copytree(directory, source, ignore=shutil.ignore_patterns("next"))
    new = source / "current.toml"
    new.write_text(new.read_text(encoding="utf-8").replace("2026.1", "2026.2"), encoding="utf-8")

    result = CliRunner().invoke(command, ["apply", str(new), "--dir", str(directory)])

    assert result.exit_code == 0, result.output
    assert set(PolicyDirectory(directory).book().versions) == {"2026.1", "2026.2"}
    assert PolicyDirectory(directory).book().current.version == "2026.2"


def test_the_first_apply_keeps_the_shipped_version(tmp_path: Path) -> None:
    """Cases may have begun under the default before there was a directory."""
    new = tmp_path / "new.toml"
    new.write_text(DEFAULT_FILE.read_text(encoding="utf-8").replace("2026.1", "2026.2"), encoding="utf-8")
    shutil.copy(DEFAULT_DIRECTORY / "calendar-overrides.toml", tmp_path)

    CliRunner().invoke(command, ["apply", str(new), "--dir", str(tmp_path / "policies")], catch_exceptions=False)

    assert set(PolicyDirectory(tmp_path / "policies").book().versions) == {"2026.1", "2026.2"}


def test_show_marks_what_the_operator_must_confirm() -> None:
    """Defaults that no decision gives are not passed off as rules."""
    result = CliRunner().invoke(command, ["show", str(DEFAULT_FILE)])

    assert "levels.ordinary.answer     5d  (to be confirmed)" in result.output
    assert "levels.urgent.answer       4h\n" in result.output
