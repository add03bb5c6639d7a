"""The classifier as it is shipped."""

from __future__ import annotations

from functools import cache

from streams.classify.build import classifier
from streams.classify.classifier import Classifier


@cache
def shipped() -> Classifier:
    """Built once a process, when a test asks for it: that takes a second."""
    return classifier()
