"""The directory of policy files: looked at now and then, so that a changed file is taken up without a restart."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from schemas.platform.logs import log
from streams.case.policy.book import Book
from streams.case.policy.load import DEFAULT_FILE, BadPolicy, Loaded, Mistake, load

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class PolicyDirectory:
    """Reads the policies (`*.toml`) of a directory: `current.toml` is for new cases, every other file an earlier version.

    Looks for changes at most once in `every_s` seconds. A file with mistakes is refused with a log line, and what was in force
    stays. A version that has been seen stays known, and its content cannot change under the same name. Without a directory the
    shipped default holds.
    """

    directory: Path | None = None
    every_s: float = 1.0
    _seen: dict[str, Loaded] = field(default_factory=dict)
    _stamp: Stamp | None = None
    _checked: float = 0.0
    _book: Book | None = None

    def book(self) -> Book:
        """The versions now in force; raise BadPolicy if there is none yet (at start)."""
        now = time.monotonic()
        if self._book is None or now - self._checked >= self.every_s:
            self._checked = now
            self._refresh()
        assert self._book is not None
        return self._book

    def _refresh(self) -> None:
        stamp = self._look()
        if stamp == self._stamp:
            return
        try:
            book = self._read()
        except BadPolicy as error:
            if self._book is None:
                raise
            log.error("policy-rejected", mistakes=[str(mistake) for mistake in error.mistakes])
        else:
            if self._book is None or book.current.version != self._book.current.version:
                log.info("policy-loaded", version=book.current.version)
            self._book = book
        self._stamp = stamp

    def _files(self) -> list[Path]:
        """Earlier versions first, the current one last."""
        if self.directory is None:
            return [DEFAULT_FILE]
        found = sorted(self.directory.glob("*.toml"))
        return sorted((path for path in found if "overrides" not in path.name), key=lambda path: path.stem == "current")

    def _look(self) -> Stamp:
        paths = sorted(self.directory.glob("*.toml")) if self.directory else [DEFAULT_FILE]
        return tuple((path.name, stat.st_mtime_ns, stat.st_size) for path in paths for stat in [path.stat()])

    def _read(self) -> Book:
        files = self._files()
        if not files:
            raise BadPolicy([Mistake(str(self.directory), None, "", "has no policy file")])
        loaded = [load(path) for path in files]
        for path, found in zip(files, loaded, strict=True):
            known = self._seen.get(found.file.version)
            if known is not None and known.digest != found.digest:
                message = f"version {found.file.version!r} was taken up with other content; a change needs a new version"
                raise BadPolicy([Mistake(path.name, None, "version", message)])
        self._seen.update({found.file.version: found for found in loaded})
        return Book(loaded[-1].policy, {version: found.policy for version, found in self._seen.items()})
