"""Settings of place and routing."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from schemas.platform.settings import ProcessSettings


class PlaceSettings(ProcessSettings):
    """What an operator can put in place of the project's own data."""

    wards_geojson: Path | None = Field(
        None, description="GeoJSON with the 126 wards' outlines (properties code, name); without it coordinates are a guess."
    )
    routing_table: Path | None = Field(None, description="Routing table (CSV); checked by `petitions routing check FILE`.")
    street_managers: Path | None = Field(
        None, description="Who manages which street (CSV); checked by `petitions routing check --streets FILE`."
    )


def place_settings() -> PlaceSettings:
    """From the environment."""
    return PlaceSettings()
