"""Urgent or not: the linear score and the lexicon's phrases, put together."""

from __future__ import annotations

from streams.classify.danger.lexicon import Hits
from streams.classify.model.file import Calibration


def log_odds(linear: float, hits: Hits, calibration: Calibration) -> float:
    """Natural logarithm, shifted so that a positive value means urgent (rather one false alarm than one missed danger)."""
    return calibration.urgent_slope * linear + calibration.urgent_lexicon * hits.weight + calibration.urgent_intercept
