"""The database of the site on which a command works."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection


@contextmanager
def database(data: Path) -> Iterator[Connection[Any]]:
    """That of DATABASE_URL, else of the instance that runs in DIR. Raises Failed when it is not known, DatabaseUnreachable."""
    from deploy.cluster.migrate import connected
    from deploy.cluster.site import Site
    from deploy.one_machine.reach import environment
    from deploy.one_machine.runner.directory import Directory

    directory = Directory(data)
    site = Site(environment(directory, os.environ), directory)
    with connected(site.database_url, autocommit=True) as connection:
        yield connection
