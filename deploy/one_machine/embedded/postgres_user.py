"""PostgreSQL refuses to run as root: as whom it can run here, without making a user or opening root's directories."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from pathlib import Path

from deploy.errors import Failed
from deploy.one_machine.embedded.child import guarded

_CANDIDATES = ("postgres", "nobody")


class NoUser(Failed):
    """This is root, user namespaces are forbidden and there is no unprivileged user to become."""


def server_user() -> str:
    """The guard's USER for the server: `-` when this is not root, else `map:UID` where namespaces work, else `uid:UID`.

    In a user namespace root's own files belong to the server, so nothing has to be given away. Containers often forbid it.
    """
    if os.geteuid() != 0:
        return "-"
    uid = _unprivileged()
    if subprocess.run(guarded(["true"], user=f"map:{uid}"), capture_output=True, check=False).returncode == 0:
        return f"map:{uid}"
    return f"uid:{uid}"


def hand_over(user: str, data: Path, programs: Path) -> None:
    """Let `user` own `data` and reach `data` and `programs`; only needed for another user's account."""
    how, _, number = user.partition(":")
    if how == "-":
        return
    owner = int(number) if how == "uid" else os.geteuid()
    if data.stat().st_uid != owner:
        for path in (data, *data.rglob("*")):
            os.chown(path, owner, -1, follow_symlinks=False)
    if how == "uid":
        for folder in (*data.parents, *programs.parents):
            _let_pass(folder)


def _unprivileged() -> int:
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise NoUser(f"PostgreSQL does not run as root, and there is none of the users {', '.join(_CANDIDATES)}")


def _let_pass(folder: Path) -> None:
    # Passing through is all that is granted: not to list, not to read.
    mode = folder.stat().st_mode
    if not mode & stat.S_IXOTH:
        folder.chmod(mode | stat.S_IXOTH)
