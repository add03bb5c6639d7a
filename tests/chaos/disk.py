"""A disk of its own under a directory, which can be filled to the last page at once and be freed again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SLACK = tuple(65536 * 2**number for number in range(8))
"""Bytes that are left over, first try to last."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system in memory: it takes what is written to it, not its `size` (bytes)."""

    path: Path
    size: int

    def fill(self) -> None:
        """Hardly a byte more: its size becomes what it holds. Raises OSError when it grows too fast for that."""
        for slack in SLACK:  # what is written in between must fit, or the kernel refuses
            found = os.statvfs(self.path)
            if self._resize((found.f_blocks - found.f_bfree) * found.f_frsize + slack):
                return
        raise OSError(f"{self.path} cannot be filled")

    def free(self) -> None:
        if not self._resize(self.size):
            raise OSError(f"{self.path} cannot be freed")

    def _resize(self, size: int) -> bool:
        return subprocess.run(["mount", "-o", f"remount,size={size}", str(self.path)], capture_output=True, check=False).returncode == 0


@contextmanager
def mounted(path: Path, size: int) -> Iterator[Disk]:
    """Needs root. Undone at the end, also under processes that still have files open there."""
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "petitions-chaos", str(path)], check=True)
    try:
        yield Disk(path, size)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def why_not(folder: Path) -> str | None:
    """The reason why no disk can be mounted here; None when one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a disk of its own needs Linux and root"
    try:
        with mounted(folder / "trial", 2**20):
            return None
    except (subprocess.CalledProcessError, OSError) as error:
        return f"no disk can be mounted here: {error}"
    finally:
        with suppress(OSError):
            (folder / "trial").rmdir()
