"""Before anything is brought back: does the backup fit the site."""

from __future__ import annotations

from collections.abc import Collection

from deploy.cluster.backup.archive import BadArchive
from deploy.cluster.backup.manifest import FORMAT, Head
from deploy.cluster.kafka import administering
from deploy.cluster.migrate import current_name, migrations
from deploy.cluster.site import Site
from deploy.errors import Failed
from schemas.platform.settings import ProcessSettings


class DoesNotFit(Failed):
    """The backup cannot be brought back to this site as it is set up."""


def check_head(head: Head, site: Site, parts: Collection[str]) -> None:
    """Raises BadArchive and DoesNotFit."""
    if head.format != FORMAT:
        raise BadArchive(f"the backup has format {head.format}, this release reads {FORMAT}: use the release that made it ({head.release})")
    later = {current_name(name) for name in head.migrations} - {migration.name for migration in migrations()}
    if later:
        raise DoesNotFit(f"the backup is of a later release ({head.release}), with the migrations {', '.join(sorted(later))}")
    if head.partitions != site.settings.partitions:
        raise DoesNotFit(
            f"the backup has {head.partitions} partitions, PARTITIONS is {site.settings.partitions}: set it to {head.partitions}"
        )
    if "record" in parts and "database" not in parts:
        raise DoesNotFit("the record alone would not fit the database, which keeps its consumers' places: restore both")
    if "database" in parts and "record" not in parts:
        _check_cluster(head, site.settings)


def _check_cluster(head: Head, settings: ProcessSettings) -> None:
    """Alone the database fits only the topics that it was made from: its offsets are theirs."""
    with administering(settings) as admin:
        cluster = admin.describe_cluster()["cluster_id"]
    if cluster != head.cluster:
        raise DoesNotFit(f"the backup is of the Kafka cluster {head.cluster}, this is {cluster}: restore the record as well")
