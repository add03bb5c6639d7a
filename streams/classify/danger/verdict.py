"""Urgent, maybe urgent or neither: the linear score and the lexicon's phrases, put together."""

from __future__ import annotations

import msgspec

from streams.classify.danger import calls
from streams.classify.danger.lexicon import Hits
from streams.classify.model.file import Calibration

_SHOWN = 6
_SPEAKS_FOR_ITSELF = 4.0
"""Weight of phrases, one of which names a danger, from which on a text is at least maybe urgent, whatever the score."""
_DISCREET_FROM = 2.0
"""Weight of the phrases of a person's own distress from which on a text is treated with discretion, urgent or not."""
_DISTRESS_SPEAKS = 3.0
"""The same from which on it is at least maybe urgent, whatever the score."""


class Danger(msgspec.Struct, frozen=True, gc=False):
    """`sure`: the text says that it is urgent; `maybe`: it may say so. `words`: the phrases that raise it, `kinds`: the dangers that they
    name, those that weigh most first."""

    sure: bool = False
    maybe: bool = False
    words: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    discreet: bool = False

    @property
    def any(self) -> bool:
        return self.sure or self.maybe

    @property
    def threatens_life(self) -> bool:
        """Surely urgent, by phrases that name a danger for which there is a number to call."""
        return self.sure and bool(self.kinds)


NONE = Danger()


def log_odds(linear: float, hits: Hits, calibration: Calibration) -> float:
    """Natural logarithm, shifted so that a positive value means urgent (rather one false alarm than one missed danger)."""
    return calibration.urgent_slope * linear + calibration.urgent_lexicon * hits.weight + calibration.urgent_intercept


def verdict(odds: float, hits: Hits, margin: float) -> Danger:
    """What the log odds and the phrases make of a text; `margin`: so far below the line it may be urgent still."""
    discreet = calls.is_discreet(hits.dangers) and hits.weight >= _DISCREET_FROM
    speaks = bool(hits.dangers) and hits.weight >= (_DISTRESS_SPEAKS if discreet else _SPEAKS_FOR_ITSELF)
    if odds <= -margin and not speaks:
        return Danger(discreet=True) if discreet else NONE
    sure = odds > 0
    return Danger(sure, not sure, hits.raising[:_SHOWN], hits.dangers, discreet)
