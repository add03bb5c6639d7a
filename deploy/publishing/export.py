"""`petitions export settings` and `petitions export architecture`: the generated pages that need to know every part."""

from __future__ import annotations

from pathlib import Path

from deploy.publishing import architecture
from deploy.roles import ROLES
from deploy.web.contract import contract
from schemas.publishing import reference
from schemas.publishing.export import PUBLISHED, check_option, export, out_option, page_command, publish
from schemas.publishing.json_schema import render


def _settings() -> str:
    return reference.settings({role.name: role.settings_classes() for role in ROLES})


@export.command("openapi")
@out_option(PUBLISHED)
@check_option
def export_openapi(out: Path, *, check: bool) -> None:
    """All calls over HTTP as OpenAPI 3.1."""
    publish({"openapi.json": render(contract())}, out, check=check)


export.add_command(page_command("settings", _settings, "Page of the settings of every role."))
export.add_command(page_command("architecture", architecture.page, "Page of the roles, topics and rooms.", Path("docs")))

__all__ = ["export"]
