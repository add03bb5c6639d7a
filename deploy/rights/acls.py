"""Brings the brokers' access control lists to the table of principals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deploy.cluster.kafka import KafkaUnreachable, administering
from deploy.rights.principals import Grant, grants, is_ours
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka.admin import ACL, KafkaAdminClient


@dataclass(frozen=True, slots=True)
class Applied:
    """How many entries were added and removed; `hindered`: why nothing could be, in a person's words, else empty."""

    added: int = 0
    removed: int = 0
    hindered: str = ""


def ensure_acls(settings: ProcessSettings) -> Applied:
    """Add what is missing, then remove what principals of ours may do beyond the table; foreign principals' entries are left alone.

    Where the brokers have no authorizer, or do not let this principal, nothing is done and that is said. Raises KafkaUnreachable.
    """
    from kafka.errors import ClusterAuthorizationFailedError, SecurityDisabledError

    with administering(settings) as admin:
        try:
            found = _found(admin)
        except SecurityDisabledError:
            return Applied(hindered="the brokers have no authorizer: whoever reaches them may read and write everything")
        except ClusterAuthorizationFailedError:
            return Applied(hindered="this principal may not change who may do what; apply what `petitions export acls` writes")
        wanted = {_entry(grant) for grant in grants()}
        missing, beyond = wanted - found, {entry for entry in found - wanted if is_ours(entry.principal.removeprefix("User:"))}
        _add(admin, missing)
        _remove(admin, beyond)
    return Applied(len(missing), len(beyond))


def _entry(grant: Grant) -> ACL:
    from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType

    kind, operation = (name.upper().replace("-", "_") for name in (grant.kind, grant.operation))
    pattern = ACLResourcePatternType.PREFIXED if grant.prefix else ACLResourcePatternType.LITERAL
    resource = ResourcePattern(ResourceType[kind], grant.name, pattern)
    return ACL(f"User:{grant.principal}", "*", ACLOperation[operation], ACLPermissionType.ALLOW, resource)


def _found(admin: KafkaAdminClient) -> set[Any]:
    from kafka.admin import ACLFilter, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePatternFilter, ResourceType

    every = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    entries, error = admin.describe_acls(ACLFilter(None, None, ACLOperation.ANY, ACLPermissionType.ANY, every))
    if error.errno:
        raise error("the access control lists cannot be read")
    return set(entries)


def _add(admin: KafkaAdminClient, entries: set[Any]) -> None:
    refused = admin.create_acls(list(entries))["failed"] if entries else []
    if refused:
        raise KafkaUnreachable(f"Kafka refused {len(refused)} entries of access control lists: {refused[0].__name__}")


def _remove(admin: KafkaAdminClient, entries: set[Any]) -> None:
    from kafka.admin import ACLFilter, ResourcePatternFilter

    for entry in entries:
        at = entry.resource_pattern
        resource = ResourcePatternFilter(at.resource_type, at.resource_name, at.pattern_type)
        ((_, _, error),) = admin.delete_acls([ACLFilter(entry.principal, entry.host, entry.operation, entry.permission_type, resource)])
        if error.errno:
            raise KafkaUnreachable(f"Kafka does not take back what {entry.principal} may do: {error.__name__}")
