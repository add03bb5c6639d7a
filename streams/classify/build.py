"""Puts the classify stage together."""

from __future__ import annotations

from streams.classify import keywords
from streams.classify.stage import ClassifyStage


def stage() -> ClassifyStage:
    return ClassifyStage(keywords.classify)
