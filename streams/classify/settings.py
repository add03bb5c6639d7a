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


Stamp = tuple[tuple[str, int, int], ...]


def files_stamp() -> Stamp:
    """Which files an operator has put in place of the project's own, and as of when: another answer, another classifier."""
    settings = classify_settings()
    named = [path for path in (settings.lexicon, settings.routing_table, settings.wards_geojson) if path is not None]
    models = sorted(settings.model_dir.glob("*.npz")) if settings.model_dir is not None else []
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path in (*named, *models) if path.exists() for stat in [path.stat()])


def classify_settings() -> ClassifySettings:
    """From the environment."""
    return ClassifySettings()
