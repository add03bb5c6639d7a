"""Kafka's jars by Maven coordinate, fetched once into the user's cache directory."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs

from deploy.errors import Failed

if TYPE_CHECKING:
    from jgo.maven import Artifact, MavenContext
    from jgo.parse import Coordinate

KAFKA_VERSION = "4.3.1"
_LOGGER = "org.slf4j:slf4j-simple:1.7.36"
_DOWNLOADS = 8


class JarsUnavailable(Failed):
    """The jars are not in the cache and could not be fetched."""


def cache_dir() -> Path:
    return platformdirs.user_cache_path("hanoi-petitions", appauthor=False)


def kafka(version: str = KAFKA_VERSION) -> tuple[str, ...]:
    """The coordinates of a broker, and of what writes its log."""
    return (f"org.apache.kafka:kafka_2.13:{version}", _LOGGER)


def kafka_classpath(version: str = KAFKA_VERSION) -> str:
    """The class path of the broker; fetches what is missing, with progress on standard error."""
    return ":".join(str(path) for path in jars(kafka(version), cache_dir() / f"kafka-{version}.json"))


def jars(coordinates: tuple[str, ...], index: Path) -> list[Path]:
    """The jar files of `coordinates` and all they need; `index` remembers the answer. Raises JarsUnavailable."""
    known = _read(index)
    if known:
        return known
    with alone():
        found = _read(index) or _fetch_or_explain(coordinates)  # another process may have fetched them meanwhile
        part = index.with_suffix(".part")
        part.write_text(json.dumps([str(path) for path in found]), encoding="utf-8")
        part.replace(index)
    return found


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time works on the cache: several instances may start for the first time together."""
    cache_dir().mkdir(parents=True, exist_ok=True)
    with (cache_dir() / "lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_or_explain(coordinates: tuple[str, ...]) -> list[Path]:
    # requests' errors are OSErrors; the resolver raises RuntimeError for what it cannot find.
    try:
        return _fetch(coordinates)
    except (OSError, RuntimeError) as error:
        raise JarsUnavailable(f"could not fetch {coordinates[0]}: {error}") from error


def _read(index: Path) -> list[Path]:
    if not index.exists():
        return []
    paths = [Path(name) for name in json.loads(index.read_text(encoding="utf-8"))]
    return paths if all(path.exists() for path in paths) else []


def _fetch(coordinates: tuple[str, ...]) -> list[Path]:
    _say(f"resolving {coordinates[0]} (once; kept in {cache_dir()})")
    context = _context()
    inputs, others = context.resolver.resolve([context.create_dependency(_compiled(name)) for name in coordinates])
    artifacts = [one.artifact for one in (*inputs, *(other for other in others if other.scope in ("compile", "runtime")))]
    with ThreadPoolExecutor(_DOWNLOADS) as pool:
        paths = []
        for number, path in enumerate(pool.map(_download, artifacts), start=1):
            paths.append(path)
            _say(f"  {number}/{len(artifacts)} {path.name}")
    return paths


def _compiled(name: str) -> Coordinate:
    from jgo.parse import Coordinate

    return replace(Coordinate.parse(name), scope="compile")


def _context() -> MavenContext:
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext

    settings = GlobalSettings.load()
    # A mirror in the user's own jgo configuration is asked as well.
    return MavenContext(
        repo_cache=cache_dir() / "maven",
        local_repos=[settings.repo_cache] if settings.repo_cache.is_dir() else [],
        remote_repos={**settings.repositories, "central": MAVEN_CENTRAL_URL},
        timeout=60,
    )


def _download(artifact: Artifact) -> Path:
    return Path(artifact.resolve())


def _say(line: str) -> None:
    click.echo(line, err=True)
