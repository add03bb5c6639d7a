"""`petitions export settings`, `architecture`, `principals` and `acls`: what is generated and needs to know every part."""

from __future__ import annotations

from pathlib import Path

from deploy.publishing import architecture
from deploy.rights import pages
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
export.add_command(page_command("principals", pages.page, "Page of who may do what at the brokers."))


@export.command("acls")
@out_option(Path("deploy/rights/exported"))
@check_option
def export_acls(out: Path, *, check: bool) -> None:
    """Who may do what at the brokers, as kafka-acls commands and as Strimzi's KafkaUser resources."""
    publish(pages.files(), out, check=check)


__all__ = ["export"]
