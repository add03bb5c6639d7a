"""`petitions export settings` and `petitions export architecture`: the generated pages that need to know every part."""

from __future__ import annotations

from pathlib import Path

from deploy.publishing import architecture
from deploy.roles import ROLES
from schemas.publishing import reference
from schemas.publishing.export import export, page_command


def _settings() -> str:
    return reference.settings({role.name: role.settings_classes() for role in ROLES})


export.add_command(page_command("settings", _settings, "Page of the settings of every role."))
export.add_command(page_command("architecture", architecture.page, "Page of the roles, topics and rooms.", Path("docs")))

__all__ = ["export"]
