"""A candidate beside the model in use: what each says of the same live petitions, and where they differ. Pure; it decides nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from schemas.platform.masking import mask
from streams.classify.found import Asked, Classification
from streams.classify.io.stage import asked_of
from streams.classify.io.wire import Classified
from streams.classify.text.folding import fold

ASPECTS: dict[str, Callable[[Classification], str]] = {
    "category": lambda one: one.category,
    "level": lambda one: one.level.value,
    "triage": lambda one: "triage" if one.triage else "kept",
    "office": lambda one: one.office,
}
_FEW_WORDS, _MANY_WORDS, _READABLE = 8, 60, 0.5
_SHOWN_LETTERS = 160
_SHOWN_PAIRS = 10


def manner(text: str, found: Classification) -> str:
    """The voice, as far as it shows in the text itself."""
    words = len(text.split())
    if found.understood < _READABLE:
        return "hard to read"
    if found.language != "vi":
        return "english" if found.language == "en" else f"language {found.language}"
    if words <= _FEW_WORDS:
        return "short"
    if fold(text) == text.lower():
        return "no diacritics"
    return "long" if words >= _MANY_WORDS else "full"


class Shadow:
    """Takes petitions as they were classified, asks the candidate, and counts."""

    def __init__(self, classify: Callable[[Sequence[Asked]], Sequence[Classification]], *, examples: int = 10) -> None:
        """`examples`: so many are kept of each aspect in which the two differ."""
        self._classify, self._most = classify, examples
        self.compared = self.differing = 0
        self._models: Counter[str] = Counter()
        self._seen: dict[str, Counter[str]] = {"voice": Counter(), "category": Counter()}
        self._differ: dict[str, dict[str, Counter[str]]] = {name: defaultdict(Counter) for name in self._seen}
        self._pairs: dict[str, Counter[tuple[str, str]]] = {aspect: Counter() for aspect in ASPECTS}
        self._examples: dict[str, list[dict[str, Any]]] = {aspect: [] for aspect in ASPECTS}

    def add(self, live: Sequence[Classified]) -> None:
        """Compare a batch."""
        for one, new in zip(live, self._classify([asked_of(one.petition) for one in live]), strict=True):
            self._compare(one, new)

    def _compare(self, one: Classified, new: Classification) -> None:
        old = one.classification
        groups = {"voice": manner(one.petition.text, new), "category": old.category}
        changed = {name: (aspect(old), aspect(new)) for name, aspect in ASPECTS.items() if aspect(old) != aspect(new)}
        self.compared += 1
        self.differing += bool(changed)
        self._models[old.model_version] += 1
        for by, group in groups.items():
            self._seen[by][group] += 1
            self._differ[by][group].update(changed.keys())
        for name, pair in changed.items():
            self._pairs[name][pair] += 1
            if len(self._examples[name]) < self._most:
                self._examples[name].append(_example(one, new, pair))

    def report(self, candidate: str) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "candidate": candidate,
            "present": dict(self._models.most_common()),
            "compared": self.compared,
            "differing": self.differing,
            "aspects": {name: _aspect(pairs, self.compared) for name, pairs in self._pairs.items()},
            **{f"by_{by}": self._by(by) for by in self._seen},
            "examples": {name: found for name, found in self._examples.items() if found},
        }

    def _by(self, by: str) -> dict[str, dict[str, int]]:
        return {
            group: {"compared": count, **{aspect: self._differ[by][group][aspect] for aspect in ASPECTS}}
            for group, count in self._seen[by].most_common()
        }


def _aspect(pairs: Counter[tuple[str, str]], compared: int) -> dict[str, Any]:
    changes = [{"present": old, "candidate": new, "count": count} for (old, new), count in pairs.most_common(_SHOWN_PAIRS)]
    return {"differing": pairs.total(), "share": round(pairs.total() / compared, 4) if compared else 0.0, "changes": changes}


def _example(one: Classified, new: Classification, pair: tuple[str, str]) -> dict[str, Any]:
    """With the text masked; a person's own distress is not shown at all."""
    old = one.classification
    text = "…" if old.discreet or new.discreet else mask(" ".join(one.petition.text.split()))[:_SHOWN_LETTERS]
    return {
        "petition_id": one.petition.petition_id,
        "text": text,
        "present": pair[0],
        "candidate": pair[1],
        "confidence": [old.confidence, new.confidence],
    }


def lines(report: dict[str, Any]) -> Iterator[str]:
    """The report for people."""
    yield f"candidate {report['candidate']} beside {', '.join(report['present']) or 'no other'}"
    yield f"{report['compared']} petitions compared, {report['differing']} differ"
    for name, aspect in report["aspects"].items():
        yield f"{name:<10}{aspect['differing']:>7} ({aspect['share']:.1%})"
        yield from (f"  {one['present']} → {one['candidate']}: {one['count']}" for one in aspect["changes"])
    for by in ("voice", "category"):
        yield f"{'by ' + by:<22}{'compared':>9}{''.join(f'{name:>10}' for name in ASPECTS)}"
        for group, counts in report[f"by_{by}"].items():
            yield f"  {group:<20}{counts['compared']:>9}{''.join(f'{counts[name]:>10}' for name in ASPECTS)}"
    for name, found in report["examples"].items():
        yield f"examples, {name}"
        yield from (f"  {one['petition_id']}  {one['present']} → {one['candidate']}  {one['text']}" for one in found)
