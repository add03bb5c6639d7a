"""The disk that can be filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.disk import mounted, why_not


def test_a_filled_disk_takes_nothing_and_a_freed_one_does(tmp_path: Path) -> None:
    """Who writes is told that no space is left; what stood there is still there."""
    if (reason := why_not(tmp_path)) is not None:
        pytest.skip(reason)
    with mounted(tmp_path / "disk", 8 * 2**20) as disk:
        (disk.path / "kept").write_bytes(b"kept")
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (disk.path / "more").write_bytes(bytes(2**20))
        disk.free()
        (disk.path / "more").write_bytes(bytes(2**20))

        assert (disk.path / "kept").read_bytes() == b"kept"
    assert not (tmp_path / "disk" / "kept").exists()
