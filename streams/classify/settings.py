"""Settings of the classifier, beside those of place and routing."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from schemas.reference.texts import Language
from streams.classify.place.settings import PlaceSettings


class ClassifySettings(PlaceSettings):
    """What an operator can change about classifying."""

    model_dir: Path | None = Field(
        None,
        description="Directory of promoted models; the newest is taken at start and while running. Without it: the model that is shipped.",
    )
    lexicon: Path | None = Field(None, description="Phrases of urgency (WEIGHT<TAB>PHRASE) in place of the project's own.")
    triage_below: float | None = Field(
        None, ge=0, le=1, description="Confidence below which a person sorts; without it the value calibrated with the model."
    )
    reasons_language: Language = Field("vi", description="Language of the reasons for dispatchers: vi or en.")


def classify_settings() -> ClassifySettings:
    """From the environment."""
    return ClassifySettings()
