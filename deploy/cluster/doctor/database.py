"""The database: that it answers, and has the tables of this release."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.cluster.doctor.finding import Finding, fine, mind, or_fine, wrong
from deploy.cluster.doctor.patient import Patient
from deploy.cluster.migrate import applied, migrations

_LOWEST = 15


def answers(site: Patient) -> Iterator[Finding]:
    """New enough as well."""
    major = site.database.info.server_version // 10_000
    if major < _LOWEST:
        yield wrong(f"PostgreSQL {major}", f"upgrade it to {_LOWEST} or newer")
    else:
        yield fine(f"PostgreSQL {major}")


def migrated(site: Patient) -> list[Finding]:
    """Every migration applied, and none of a later release."""
    row = site.database.execute("select to_regclass('schema_migration') is not null").fetchone()
    done = applied(site.database) if row is not None and row[0] else set()
    known = {migration.name for migration in migrations()}
    return or_fine(_differences(done, known), f"{len(known)} migrations")


def _differences(done: set[str], known: set[str]) -> Iterator[Finding]:
    if missing := sorted(known - done):
        yield wrong(f"not applied: {', '.join(missing)}", "petitions run migrate")
    if later := sorted(done - known):
        yield mind(
            f"applied by a later release: {', '.join(later)}", "use that release; its changelog says whether this one can work with it"
        )
