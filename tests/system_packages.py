"""Installs the Debian packages that some tests need, where that is possible: as root on a Debian. Elsewhere those tests skip aloud."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = {"chromium": "chromium", "promtool": "prometheus"}
"""Program → Debian package."""


def main() -> int:
    missing = {program: package for program, package in PACKAGES.items() if shutil.which(program) is None}
    if not missing:
        return 0
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.stderr.write(
            f"tests that need {', '.join(missing)} will be skipped: install the Debian packages {' '.join(missing.values())}\n"
        )
        return 1 if os.environ.get("CI") else 0
    sys.stderr.write(f"installing {' '.join(missing.values())}\n")
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
    done = subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing.values()], check=False, **quiet)
    return done.returncode if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
