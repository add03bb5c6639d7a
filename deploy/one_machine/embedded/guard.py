"""Turns itself into a child process that cannot outlive its parent. Run as a script, with the standard library only.

    python -I -S guard.py PARENT_PID DEATH_SIGNAL USER COMMAND ARGUMENT…

DEATH_SIGNAL is the number of the signal that the kernel sends when the parent is gone. USER says whom to become when this
is root: `-` nobody else; `map:UID` that user in a user namespace of its own, in which root's files belong to it; `uid:UID` that
user.

It is a program of its own, because the code between fork and exec of a process with threads must not run Python.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
GONE = 70  # exit code when the parent ended before its child began


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc(), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 -- pathlib takes longer to import than all of this to run
        file.write(text)


def _map_root_to(uid: int) -> None:
    outer_uid, outer_gid = os.geteuid(), os.getegid()
    _call("unshare", _CLONE_NEWUSER)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/gid_map", f"{uid} {outer_gid} 1")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")


def _become(user: str) -> None:
    how, _, number = user.partition(":")
    if how == "map":
        _map_root_to(int(number))
    elif how == "uid":
        os.setgroups([])
        os.setresgid(int(number), int(number), int(number))
        os.setresuid(int(number), int(number), int(number))


def main(parent: str, death_signal: str, user: str, *command: str) -> None:
    _become(user)
    if sys.platform == "linux":
        # After the change of user, which would clear it.
        _call("prctl", _PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(GONE)
    os.execvp(command[0], command)  # noqa: S606 -- that is what this program is for


if __name__ == "__main__":
    main(*sys.argv[1:])
