"""What people corrected: triage's assignment, or a superior's binding one, is a label for the petition's text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.events import catalogue
from schemas.events.base import Level, Role
from schemas.events.case import Assigned, Received
from schemas.events.envelope import Headers
from schemas.events.envelope import read as read_event
from streams.classify.learning.corpus import Labelled
from streams.classify.text.folding import fold

_HELD_BACK = 3
"""Every third correction (by its text, so that the same text always falls on the same side) only measures."""
FIRST_OR_ASSIGNED = tuple(catalogue.EVENT_TYPES[catalogue.type_name(model.what)] for model in (Received, Assigned))
_WANTED = frozenset(entry.type.encode() for entry in FIRST_OR_ASSIGNED)


@dataclass(slots=True)
class _Petition:
    text: str = ""
    given: str = ""
    label: Labelled | None = None


class Collector:
    """Reads the event record in order; `labels` has the last word on each petition."""

    def __init__(self) -> None:
        self._petitions: dict[str, _Petition] = {}

    def add(self, value: bytes | None, headers: Headers) -> None:
        """One record of `petitions.events`. Raises `schemas.events.envelope.BadEvent` for one that is no such event."""
        if dict(headers).get("ce_type") not in _WANTED:
            return
        event = read_event(value, headers, FIRST_OR_ASSIGNED).data
        petition = self._petitions.setdefault(event.petition_id, _Petition())
        if event.petition:
            petition.text = event.petition.text
            petition.given = event.classification.category if event.classification else ""
        if isinstance(event, Assigned):
            self._assigned(petition, event)

    def _assigned(self, petition: _Petition, event: Assigned) -> None:
        decided = event.actor.role is Role.TRIAGE or (event.binding and event.case.category != petition.given)
        if decided and petition.text:
            urgent = event.case.level is Level.URGENT
            petition.label = Labelled(petition.text, event.case.category, "full", urgent, id=event.petition_id)

    def labels(self) -> list[Labelled]:
        """In the order in which the petitions came."""
        return [petition.label for petition in self._petitions.values() if petition.label]


def split(labels: Iterable[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """To learn from, and to be held back. Texts that differ only in case, accents or spaces stay together."""
    learnt: list[Labelled] = []
    held_back: list[Labelled] = []
    for label in labels:
        digest = hashlib.blake2b(" ".join(fold(label.text).split()).encode("utf-8", "replace"), digest_size=2).digest()
        (held_back if digest[0] % _HELD_BACK == 0 else learnt).append(label)
    return learnt, held_back


def without(labels: Sequence[Labelled], known: Iterable[str]) -> list[Labelled]:
    """Those whose text is not among `known`, so that nothing that measures is learnt."""
    seen = {" ".join(fold(text).split()) for text in known}
    return [label for label in labels if " ".join(fold(label.text).split()) not in seen]
