"""Puts the classifier and its stage together."""

from __future__ import annotations

from streams.classify import lexicon, routing
from streams.classify.classifier import Classifier
from streams.classify.model import file
from streams.classify.model.file import Model
from streams.classify.place import Locator
from streams.classify.settings import ClassifySettings, classify_settings
from streams.classify.stage import ClassifyStage


def classifier(settings: ClassifySettings | None = None, *, model: Model | None = None) -> Classifier:
    """From the environment unless told. Raises `OSError`, `BadModelError`, `BadLexiconError`, `BadRoutingError`,
    `BadOutlinesError` when what the operator named cannot be used."""
    settings = settings or classify_settings()
    return Classifier(
        model or file.newest(settings.model_dir),
        lexicon.load(settings.lexicon),
        Locator(settings.wards_geojson, language=settings.reasons_language),
        routing.load(settings.routing_table, language=settings.reasons_language),
        triage_below=settings.triage_below,
        language=settings.reasons_language,
    )


def stage() -> ClassifyStage:
    return ClassifyStage(classifier().classify)
