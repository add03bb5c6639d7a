"""The file of a backup: what goes in comes out, for who has the key, and nothing that was touched."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from deploy.cluster.backup.archive import BadArchive, reading, writing
from deploy.cluster.backup.command import _tell
from deploy.cluster.backup.files import Differs, bring, find
from deploy.cluster.backup.key import BadKey, identities, make, recipients
from deploy.cluster.backup.manifest import Copied, Manifest, differences
from deploy.cluster.backup.records import Offsets
from deploy.cluster.backup.take import Taken
from deploy.cluster.rebuild.uploads import references
from deploy.one_machine.reach import environment
from deploy.one_machine.runner.directory import Directory

MEMBERS = [("head.json", b"{}"), ("topics/petitions.events/0/000000", b"Vi\xe1\xbb\x87t" * 100_000), ("empty", b"")]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    make(path)
    return path


@pytest.fixture
def archive(tmp_path: Path, key: Path) -> Path:
    path = tmp_path / "backup.age"
    with writing(path, recipients(key)) as put:
        for name, content in MEMBERS:
            put(name, content)
    return path


def _read(path: Path, key: Path) -> list[tuple[str, bytes]]:
    with reading(path, identities(key)) as members:
        return list(members)


def test_what_goes_in_comes_out(archive: Path, key: Path) -> None:
    """In order; the file is for its owner alone, and has nothing in the clear."""
    assert _read(archive, key) == MEMBERS
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert b"petitions.events" not in archive.read_bytes()
    assert archive.read_bytes().startswith(b"age-encryption.org/v1")


def test_the_public_half_writes_and_does_not_read(tmp_path: Path, key: Path) -> None:
    """The machine that makes backups cannot open them."""
    public = tmp_path / "public"
    public.write_text(f"# nightly\n{identities(key)[0].to_public()}\n")
    with writing(tmp_path / "other.age", recipients(public)) as put:
        put("name", b"content")

    assert _read(tmp_path / "other.age", key) == [("name", b"content")]
    with pytest.raises(BadKey, match="no secret key"):
        identities(public)
    (tmp_path / "nothing").write_text("")
    with pytest.raises(BadKey, match="holds no key"):
        recipients(tmp_path / "nothing")


def test_another_key_opens_nothing(archive: Path, tmp_path: Path) -> None:
    """The error says which file."""
    make(tmp_path / "other")

    with pytest.raises(BadArchive, match=r"backup\.age cannot be read"):
        _read(archive, tmp_path / "other")


@pytest.mark.parametrize("spoil", [lambda raw: raw[: len(raw) - 40], lambda raw: raw[:-30] + b"x" + raw[-29:], lambda raw: raw[:100]])
def test_a_file_that_was_cut_or_touched_is_refused(archive: Path, key: Path, spoil: object) -> None:
    """At its end, in the middle, at its head."""
    assert callable(spoil)
    archive.write_bytes(spoil(archive.read_bytes()))

    with pytest.raises(BadArchive):
        _read(archive, key)


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path, key: Path) -> None:
    """Only a whole one appears under its name; one that is there is not overwritten."""
    path = tmp_path / "backup.age"
    with pytest.raises(TypeError), writing(path, recipients(key)) as put:
        put("name", None)  # type: ignore[arg-type]
    assert not path.exists()

    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError), writing(path, recipients(key)):
        pass
    assert path.read_bytes() == b"mine"


def test_any_age_program_and_tar_open_it(archive: Path, key: Path, tmp_path: Path) -> None:
    """Without this project: age decrypts, tar lists."""
    from pyrage import decrypt_file

    decrypt_file(str(archive), str(tmp_path / "plain.tar"), identities(key))
    listed = subprocess.run(["tar", "-tf", tmp_path / "plain.tar"], capture_output=True, text=True, check=True).stdout.split()

    assert listed == [f"{name}.zst" for name, _ in MEMBERS]


def test_an_old_offset_is_the_number_of_records_before_it() -> None:
    """Markers and what compaction removed take offsets and are no records; the partition may begin anywhere."""
    key = ("petitions.events", 0)
    offsets = Offsets({key: [0, 3, 8, 20]})
    for old in (0, 1, 5, 7, 12):
        offsets.add(key, old)

    assert [offsets.of(key, old, begin=100) for old in (0, 3, 8, 20)] == [100, 102, 104, 105]


def test_what_came_back_is_held_against_what_was_copied() -> None:
    """Fewer, and the same number with another content."""
    copied = [Copied("a", 2, "x"), Copied("b", 2, "y"), Copied("c", 1, "z")]

    assert differences(copied, {"a": (2, "x"), "b": (2, "other"), "c": (0, "")}) == [
        "b: 2 were copied, 2 came back, with another content",
        "c: 1 were copied, 0 came back",
    ]


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """The same one is left; another one is refused; nothing is written outside of the folder."""
    assert bring(tmp_path, "policy/current.toml", b"x")
    assert stat.S_IMODE((tmp_path / "policy/current.toml").stat().st_mode) == 0o600
    assert not bring(tmp_path, "policy/current.toml", b"x\n")
    with pytest.raises(Differs, match="another content"):
        bring(tmp_path, "policy/current.toml", b"y")
    with pytest.raises(Differs, match="outside"):
        bring(tmp_path, "../elsewhere", b"y")


def test_a_backup_that_is_not_there_is_an_error_and_no_wait(tmp_path: Path, key: Path) -> None:
    """Whoever reads it is told, instead of waiting for a first byte."""
    with pytest.raises(BadArchive, match="cannot be read"):
        _read(tmp_path / "none.age", key)


def test_what_was_promoted_goes_with_the_rest(tmp_path: Path) -> None:
    """The models of MODEL_DIR, under names with which a restore puts them in their place; not what lies there half made."""
    directory = Directory(tmp_path)
    directory.models.mkdir()
    (directory.models / "20261127T100000Z-linear-0123456789ab.npz").write_bytes(b"m")
    (directory.models / "new.part").write_bytes(b"half")
    found = find(environment(directory, {}), directory)

    assert {name: content for name, content in found.items() if name.startswith("models/")} == {
        "models/20261127T100000Z-linear-0123456789ab.npz": b"m"
    }


def test_the_record_says_whose_each_file_is() -> None:
    """The petition's own, what a follower added on its leader's page, and a public answer of the leader's on the follower's."""
    one, two, three = ({"id": letter * 32} for letter in "abc")
    own = {"petition_id": "p", "petition": {"files": [one]}, "files": [two]}
    added = {"petition_id": "leader", "follower": "p", "files": [three]}
    news = {"petition_id": "p", "leader": "leader", "detail": {"files": [one]}}

    assert list(references(own)) == [("a" * 32, ("p", one)), ("b" * 32, ("p", two))]
    assert list(references(added)) == [("c" * 32, ("p", three))]
    assert list(references(news)) == [("a" * 32, ("leader", one))]
    assert list(references({"petition_id": "p", "petition": None, "detail": None})) == []


def test_a_bucket_is_told_and_not_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And files that are known and were not found are counted."""
    _tell(
        tmp_path / "b.age",
        Taken(1000, 0.5, Manifest([], [], [], 1.0, [Copied("a/whole", 3, "x"), Copied("a/small", 1, "y")], 2, "phan-anh")),
    )
    told = capsys.readouterr()

    assert "1 uploaded files" in told.out
    assert "not in the backup: they lie in the bucket phan-anh" in told.err
    assert "2 uploaded files are known and were not found" in told.err
