"""Puts the classifier and its stage together."""

from __future__ import annotations

from streams.classify.classifier import Classifier
from streams.classify.current import Current
from streams.classify.danger import lexicon
from streams.classify.danger.lexicon import BadLexiconError
from streams.classify.io.stage import ClassifyStage
from streams.classify.model import file
from streams.classify.model.file import BadModelError, Model
from streams.classify.place import BadOutlinesError, Locator
from streams.classify.routing import routes
from streams.classify.routing.routes import BadRoutingError
from streams.classify.settings import ClassifySettings, classify_settings

UNUSABLE = (OSError, UnicodeDecodeError, BadModelError, BadLexiconError, BadRoutingError, BadOutlinesError)
"""What is raised when something that the operator named cannot be used."""


def classifier(settings: ClassifySettings | None = None, *, model: Model | None = None) -> Classifier:
    """From the environment unless told. Raises what is in `UNUSABLE`."""
    settings = settings or classify_settings()
    return Classifier(
        model or file.newest(settings.model_dir),
        lexicon.load(settings.lexicon),
        Locator(settings.wards_geojson, language=settings.reasons_language),
        routes.load(settings.routing_table, language=settings.reasons_language),
        triage_below=settings.triage_below,
        language=settings.reasons_language,
    )


def stage() -> ClassifyStage:
    """With the newest model at all times."""
    settings = classify_settings()
    return ClassifyStage(Current(lambda model: classifier(settings, model=model), settings.model_dir).classify_texts)
