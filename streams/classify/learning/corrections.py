"""What people corrected, as labels for the petitions' texts: triage's assignment; a superior's binding one; the sender's own choice of
category, where an office answered under it; and for a merged petition what its leader was found to be.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from schemas.events import catalogue
from schemas.events.base import Level, Role
from schemas.events.case import Answered, Assigned, Merged, Received, Unmerged
from schemas.events.envelope import Headers
from schemas.events.envelope import read as read_event
from schemas.events.standing import CaseEvent
from schemas.platform.masking import Kind, find
from schemas.reference.texts import words
from streams.classify.learning.corpus import Labelled
from streams.classify.text.folding import fold

_HELD_BACK = 3
"""Every third correction (by its text, so that the same text always falls on the same side) only measures."""
_MODELS = (Received, Assigned, Answered, Merged, Unmerged)
TOLD = tuple(catalogue.EVENT_TYPES[catalogue.type_name(model.what)] for model in _MODELS)
"""The events that tell of a correction."""
_WANTED = frozenset(entry.type.encode() for entry in TOLD)


@dataclass(slots=True)
class _Petition:
    """`given`: the classifier's category; `chosen`: the sender's own; `leader`: the petition that it is merged into."""

    text: str = ""
    given: str = ""
    chosen: str | None = None
    leader: str = ""
    label: Labelled | None = None


class Collector:
    """Reads the event record in order; `labels` has the last word on each petition."""

    def __init__(self) -> None:
        self._petitions: dict[str, _Petition] = {}

    def add(self, value: bytes | None, headers: Headers) -> None:
        """One record of `petitions.events`. Raises `schemas.events.envelope.BadEvent` for one that is no such event."""
        if dict(headers).get("ce_type") not in _WANTED:
            return
        event = read_event(value, headers, TOLD).data
        petition = self._petitions.setdefault(event.petition_id, _Petition())
        match event:
            case Received() | Assigned():
                self._assigned(petition, event)
            case Answered() if petition.chosen == event.case.category and petition.label is None:
                _label(petition, event)
            case Merged():
                petition.leader = event.into
            case Unmerged():
                petition.leader = ""

    def _assigned(self, petition: _Petition, event: Received | Assigned) -> None:
        if event.petition:
            petition.text = without_personal(event.petition.text)
            petition.given = event.classification.category if event.classification else ""
            petition.chosen = event.petition.category
        if isinstance(event, Assigned) and (event.actor.role is Role.TRIAGE or (event.binding and event.case.category != petition.given)):
            _label(petition, event)

    def labels(self) -> list[Labelled]:
        """In the order in which the petitions came. A petition that was merged is about what its leader is about."""
        found = ((petition, petition.label or self._of_leader(id_, petition)) for id_, petition in self._petitions.items())
        return [label for petition, label in found if label and petition.text]

    def _of_leader(self, id_: str, petition: _Petition) -> Labelled | None:
        leader = self._petitions.get(petition.leader)
        return replace(leader.label, text=petition.text, id=id_) if leader and leader.label else None


def _label(petition: _Petition, event: CaseEvent) -> None:
    if petition.text:
        petition.label = Labelled(
            petition.text, event.case.category, "full", event.case.level is Level.URGENT, id=event.petition_id, voice="corrections"
        )


def without_personal(text: str) -> str:
    """The text without telephone numbers, identity numbers, plates and addresses of mail, and without the words that mask them: neither
    is to become a word of the model."""
    kept, at = [], 0
    for _, (start, end) in find(text):
        kept.append(text[at:start])
        at = end
    return _MASKS.sub("", "".join((*kept, text[at:])))


_MASKS = re.compile("|".join(re.escape(words("masked", kind, language)) for kind in Kind for language in ("vi", "en")))


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
