"""Which metrics and labels a PromQL expression uses, and whether the catalogue has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prometheus_client import Histogram

from schemas.platform.metrics import CATALOGUE

# Labels that Prometheus or the scrape configuration adds, and `le` of histograms.
GIVEN = frozenset({"job", "instance", "le"})
# Of Prometheus itself and of prometheus-client in every process.
FOREIGN = frozenset({"up", "ALERTS", "process_start_time_seconds", "process_resident_memory_bytes", "process_cpu_seconds_total"})
_SELECTOR = re.compile(r"\b(petitions_\w+|up|ALERTS|process_\w+)\b(?:\{([^}]*)\})?")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPING = re.compile(r"\b(?:by|without|on|group_left|group_right)\s*\(([^)]*)\)")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def known() -> dict[str, frozenset[str]]:
    """Every exposed name of the catalogue, with its labels."""
    found: dict[str, frozenset[str]] = {}
    for spec in CATALOGUE:
        suffixes = ("_bucket", "_sum", "_count") if isinstance(spec(), Histogram) else ("",)
        found |= {f"{spec.name}{suffix}": frozenset(spec.labels) | GIVEN for suffix in suffixes}
    return found


def mistakes(expr: str) -> Iterator[str]:
    """One line for each metric or label of the expression that nobody exposes."""
    names, exposed = known(), set[str]()
    bare = _TEXT.sub('""', expr)
    for name, matchers in _SELECTOR.findall(bare):
        if name in FOREIGN:
            exposed |= GIVEN
            continue
        if name not in names:
            yield f"{name} is not in the catalogue"
            continue
        exposed |= names[name]
        yield from (f"{name} has no label {label}" for label in _MATCHER.findall(matchers) if label not in names[name])
    used = {label.strip() for group in _GROUPING.findall(bare) for label in group.split(",") if label.strip()}
    yield from (f"no metric of the expression has the label {label}" for label in sorted(used - exposed))
