"""A child process that ends with its parent, writes to a log file and is stopped in order: TERM, then KILL."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_GUARD = str(Path(__file__).with_name("guard.py"))
TAIL = 2000


def guarded(argv: Sequence[str], *, death_signal: int = signal.SIGKILL, user: str = "-") -> list[str]:
    """The command that runs `argv` under the guard (see guard.py), as a child of this process.

    The kernel watches the thread that starts the child: start children from a thread that lives as long as they do.
    """
    return [sys.executable, "-I", "-S", _GUARD, str(os.getpid()), str(int(death_signal)), user, *argv]


@dataclass(frozen=True, slots=True)
class Command:
    """What to run and how it ends. `stop_signal` asks it to finish; `death_signal` comes when the parent dies."""

    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    user: str = "-"


class Child:
    """A running command, in a session of its own so that Ctrl-C at the terminal reaches only the parent.

    A `held` one waits, when it has loaded what it needs, for a line on its standard input, which `release` writes.
    """

    def __init__(self, command: Command, *, held: bool = False) -> None:
        self._command = command
        command.log.parent.mkdir(parents=True, exist_ok=True)
        with command.log.open("ab") as log:
            self._process = subprocess.Popen(
                guarded(command.argv, death_signal=command.death_signal, user=command.user),
                stdin=subprocess.PIPE if held else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=None if command.env is None else dict(command.env),
                cwd=command.cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.poll()

    @property
    def alive(self) -> bool:
        return self.exit_code is None

    def release(self) -> None:
        """Let a held one begin. One that has just died is found dead like any other."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(b"\n")
            self._process.stdin.close()

    def ask_to_stop(self) -> None:
        if self.alive:
            self._process.send_signal(self._command.stop_signal)

    def kill(self) -> None:
        if self.alive:
            self._process.kill()
        self._process.wait()

    def stop(self, limit: float) -> int:
        """Ask it to stop, kill it after `limit` seconds; the exit code."""
        self.ask_to_stop()
        try:
            return self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def last_words(self) -> str:
        """The end of its log, for an error message."""
        return self._command.log.read_text(encoding="utf-8", errors="replace")[-TAIL:]
