"""`POST /v1/petitions`: a channel hands in a petition; 202 only after Kafka has acknowledged it."""

from __future__ import annotations

from contextlib import nullcontext

from starlette.requests import Request
from starlette.responses import Response

from producers.http.body import idempotency_key, parse, read_json_body
from producers.http.endpoint import endpoint, publish
from producers.http.refusals import told
from producers.http.state import Intake
from producers.intake.requests import Identity, PetitionRequest, content_digest, event_of, identify
from producers.intake.vault import seal
from schemas.events import phones
from schemas.web import Handler, Problem, json


def submit(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        channel = channel_of(intake, request.headers.get("x-api-key"))
        key = idempotency_key(request)
        petition = parse(PetitionRequest, await read_json_body(request, intake.settings.body_limit))
        if petition.channel != channel:
            raise Problem(403, "foreign-channel")
        return await accept(intake, petition, key)

    return endpoint(handle)


async def accept(intake: Intake, petition: PetitionRequest, key: str | None, client: str = "", *, taken_by: str | None = None) -> Response:
    """`take`, and the receipt."""
    who = await take(intake, petition, key, client, taken_by=taken_by)
    return _receipt(who, public_address(intake))


def public_address(intake: Intake) -> str:
    """Under which citizens reach the service, without a slash at its end; empty where nobody has said it: a request may name any host."""
    return intake.settings.public_url.rstrip("/")


async def take(intake: Intake, petition: PetitionRequest, key: str | None, client: str = "", *, taken_by: str | None = None) -> Identity:
    """Publish a checked petition of a channel that is known to be the caller's; who it is, once Kafka has acknowledged it. Raise
    Problem 503 when it would have to wait too long.

    `client`: who made up the key, on a channel that is open to everybody; `taken_by`: the person who enters it for somebody.
    """
    intake.overload.check()
    named = key is not None or petition.external_id is not None
    secret = await secret_of(intake, petition, key, client) if named else intake.codes.of_channel(petition.channel)
    who = identify(secret, petition.channel, petition.external_id, key, client)
    digest = content_digest(secret, petition)
    async with intake.keys.petition(who.petition_id, digest) if named else nullcontext():
        with told(whole=False):
            files = await intake.files.claiming.claim(who.petition_id, petition.files)
        sealed, now = await _sealed(intake, petition, who), intake.clock.now_ms()
        event = event_of(petition, who, digest, sealed, now, files=files, taken_by=taken_by)
        await publish(intake.publisher, event, who.retry_key)
    return who


async def secret_of(intake: Intake, petition: PetitionRequest, key: str | None, client: str = "") -> bytes:
    """With which the petition's code is made: what was handed in before the secret changed is the same petition when it comes again."""
    before = intake.codes.earlier_of_channel(petition.channel)
    ids = [identify(secret, petition.channel, petition.external_id, key, client).petition_id for secret in before]
    known = await intake.keys.known(ids) if ids else None
    return intake.codes.of_channel(petition.channel) if known is None else before[ids.index(known)]


def channel_of(intake: Intake, key: str | None) -> str:
    """The channel whose intake key this is; Problem 401 for none or an unknown one."""
    if not key:
        raise Problem(401, "no-key")
    channel = intake.callers.channel_of(key)
    if channel is None:
        raise Problem(401, "unknown-key")
    return channel


async def _sealed(intake: Intake, petition: PetitionRequest, who: Identity) -> str | None:
    if petition.contact is None:
        return None
    phone = petition.contact.phone and phones.mark(intake.codes.secrets[-1], petition.contact.phone)
    key = await intake.vault.key_for(who.petition_id, phone or None)
    return None if key is None else seal(key, who.petition_id, petition.contact)


def _receipt(who: Identity, base: str) -> Response:
    status_url = f"{base}/v1/petitions/{who.tracking_code}"
    receipt = {
        "petition_id": who.petition_id,
        "tracking_code": who.tracking_code,
        "status_url": status_url,
        "events_url": f"{status_url}/events",
    }
    return json(receipt, status=202)
