"""Asking the case stage to forget a petition, and waiting until its keys are destroyed."""

from __future__ import annotations

import time

import psycopg

from deploy.cluster.backup.erasures import noted
from deploy.cluster.site import Site
from deploy.errors import Failed
from producers.client import ActionProducer
from schemas.events import tracking
from schemas.events.base import Actor, Role
from schemas.events.erasures import Forgotten
from schemas.platform.settings import TrackingSettings

_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.5


class NotForgotten(Failed):
    """It was asked for, and nothing came of it in a minute."""


class UnknownCode(Failed):
    """Neither a petition's id nor a tracking code."""


def petition_of(site: Site, given: str) -> str:
    """The petition's id, from it or from its tracking code. Raises UnknownCode."""
    if tracking.is_petition_id(given):
        return given
    try:
        return _known(site, tracking.Keys(_tracking_secrets(site)).candidates(tracking.parse(given)))
    except tracking.BadTrackingCode:
        raise UnknownCode(f"{given} is neither a petition's id nor a tracking code") from None


def _tracking_secrets(site: Site) -> tuple[bytes, ...]:
    if not {"TRACKING_SECRET", "TRACKING_SECRET_FILE"} & site.environment.keys():
        raise UnknownCode("a tracking code needs TRACKING_SECRET; give the petition's id")
    return site.read(TrackingSettings).tracking_secrets()


def _known(site: Site, petition_ids: list[str]) -> str:
    with psycopg.connect(site.database_url) as connection:
        row = connection.execute("select petition_id from petition where petition_id = any(%s)", (petition_ids,)).fetchone()
    if row is None:
        raise UnknownCode("no petition has this tracking code")
    return str(row[0])


def ask(site: Site, petition_id: str) -> Forgotten:
    """Publish the action, as the operator, and wait for the note of the erasure. Raises Unavailable, NotForgotten, KafkaUnreachable."""
    before = noted(site).get(petition_id)
    with ActionProducer(site.settings) as producer:
        producer.submit(petition_id, Actor(role=Role.OPERATOR), {"action": "forget"})
    until = time.monotonic() + _PATIENCE_SECONDS
    while (found := noted(site).get(petition_id)) == before:
        if time.monotonic() > until:
            raise NotForgotten(f"{petition_id}: not forgotten after {_PATIENCE_SECONDS:.0f} s; do the stage case and the projector run?")
        time.sleep(_POLL_SECONDS)
    assert found is not None
    return found
