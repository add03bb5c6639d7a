"""The published contract of the calls over HTTP, and the page that shows it."""

from __future__ import annotations

import re
from unittest.mock import MagicMock

import httpx
import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from consumers.http import Showing
from deploy.web.answer_check import answer_check_route
from deploy.web.calendar import calendar_route
from deploy.web.contract import contract, contract_routes
from deploy.web.contract.routes import OPERATIONS
from deploy.web.draft import draft_route
from deploy.web.server import application
from producers.http.app import routes_of
from producers.http.contract import SUBMIT
from schemas.platform.settings import ProcessSettings
from schemas.web.contract import Operation
from schemas.web.problems import texts

CHECKING = answer_check_route(ProcessSettings(), MagicMock(), MagicMock())
ROUTES: list[Route] = [
    *routes_of(MagicMock()),
    *Showing(MagicMock(**{"settings.tiles_origin": ""})),
    CHECKING,
    calendar_route(ProcessSettings()),
    draft_route(1000),
]
PUBLISHED = ("/v1/", "/open311/")


def schema_of(part: dict[str, object]) -> Draft202012Validator:
    """A validator of one part of the document, which finds what the part refers to."""
    return Draft202012Validator({**part, "components": contract()["components"]})


def test_every_route_for_programs_is_in_the_contract_and_nothing_else_is() -> None:
    """Pages, the page's own form, and signing in are no part of it: they are for people. The link in a notice is both: a mail program
    posts to it (RFC 8058)."""
    programs = [route for route in ROUTES if route.path.startswith(PUBLISHED) and not route.path.startswith("/v1/session")]
    programs += [route for route in ROUTES if route.path.startswith("/notices/") and "POST" in (route.methods or ())]
    # Starlette answers HEAD wherever there is a GET; what is for HEAD alone is meant.
    routed = {(method, route.path) for route in programs for method in route.methods or () if method != "HEAD" or route.methods == {"HEAD"}}
    published = {(method.upper(), path) for path, calls in contract()["paths"].items() for method in calls}

    assert published == routed


def test_no_two_operations_have_the_same_name() -> None:
    """Programs that make clients of the contract name functions by it."""
    names = [one.name for one in OPERATIONS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.body], ids=lambda one: one.name)
def test_the_examples_of_a_body_are_what_its_schema_says(operation: Operation) -> None:
    """So a reader may begin with them."""
    body = contract()["paths"][operation.path][operation.method.lower()]["requestBody"]
    for content in body["content"].values():
        validator = schema_of(content["schema"])

        assert content["examples"]
        assert [error.message for one in content["examples"].values() for error in validator.iter_errors(one["value"])] == []


def test_a_field_that_nobody_knows_breaks_the_published_schema() -> None:
    """As the service refuses it: at the top, and further down."""
    body = contract()["paths"][SUBMIT.path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    petition = {"channel": "sandbox", "text": "Cây đổ chắn ngang đường"}

    assert schema_of(body).is_valid(petition)
    assert not schema_of(body).is_valid({**petition, "lat": 21.03})
    assert not schema_of(body).is_valid({**petition, "location": {"latitude": 21.03}})


def test_every_problem_of_an_operation_has_its_text_in_both_languages() -> None:
    """The examples are made of the texts themselves."""
    for one in OPERATIONS:
        answers = contract()["paths"][one.path][one.method.lower()]["responses"]
        for status, code in one.refusals:
            (content,) = answers[str(status)]["content"].values()
            shown = {lang: content["examples"][f"{code}.{lang}"]["value"] for lang in ("vi", "en")}

            assert {lang: example["title"] for lang, example in shown.items()} == texts()["problem"][code]["title"]
            assert all(schema_of(content["schema"]).is_valid(example) for example in shown.values())


async def test_the_document_and_its_page_load_nothing_from_elsewhere() -> None:
    """One is JSON; the other has every operation, no script, and addresses of this service only."""
    routes = contract_routes()
    transport = httpx.ASGITransport(application(routes, lambda: True))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        document, page = await client.get("/openapi.json"), await client.get("/docs")
        style = await client.get("/assets/contract/contract.css")

    assert document.json() == contract()
    assert all(f'id="{one.name}"' in page.text for one in OPERATIONS)
    assert "<script" not in page.text
    assert [link for link in re.findall(r'(?:src|href)="([^"]+)"', page.text) if not re.match(r"/(?!/)|#", link)] == []
    assert style.status_code == 200
