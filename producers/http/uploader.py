"""Who uploads: an app with its channel's key, an office's person or system, or whoever has our form open."""

from __future__ import annotations

from starlette.requests import Request

from producers.files.files import of_address
from producers.http.guard import same_origin
from producers.http.petitions import channel_of
from producers.http.state import Intake
from schemas.authority import Call
from schemas.identity.callers import FORM_TOKEN
from schemas.web import Problem, caller_address


async def uploader(intake: Intake, request: Request) -> tuple[str, bool]:
    """By what he is counted, and whether he is known by more than his address.

    Raise Problem 401 for a key, token or session that does not hold, 403 for one whose duties have nothing to upload for, or for a form of
    another site.
    """
    if key := request.headers.get("x-api-key"):
        return f"channel:{channel_of(intake, key)}", True
    if "authorization" in request.headers or FORM_TOKEN in request.headers:
        who = await intake.callers.allowed(request, Call.ACT)
        return f"person:{who.person.id}" if who.person else f"office:{who.posts[0].office or who.posts[0].duty}", True
    if not same_origin(request.headers, intake.settings.public_url):
        raise Problem(403, "foreign-page")
    return of_address(intake.codes.secrets[0], caller_address(request)), False
