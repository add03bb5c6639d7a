"""`petitions export settings`: the one generated page that needs to know every part's settings."""

from __future__ import annotations

from consumers.settings import DispatcherSettings, IncidentSettings, ProjectorSettings, ViewSettings
from deploy.cluster.migrate import MigrateSettings
from deploy.web.server import WebSettings
from producers.settings import HttpSettings
from schemas.platform.settings import ProcessSettings
from schemas.publishing import reference
from schemas.publishing.export import export, page_command
from streams.classify.place.settings import PlaceSettings
from streams.settings import StreamSettings

ROLE_SETTINGS: dict[str, tuple[type[ProcessSettings], ...]] = {
    "classify": (StreamSettings, PlaceSettings),
    "case": (StreamSettings,),
    "projector": (ProjectorSettings,),
    "dispatcher": (DispatcherSettings,),
    "incidents": (IncidentSettings,),
    "web": (WebSettings, HttpSettings, ViewSettings),
    "migrate": (MigrateSettings,),
}
"""What each role reads from its environment."""

export.add_command(page_command("settings", lambda: reference.settings(ROLE_SETTINGS), "Page of the settings of every role."))

__all__ = ["ROLE_SETTINGS", "export"]
