"""`schemathesis` over the published contract: what comes back to anything that the contract allows is what the contract says."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.web.contract import contract
from tests.chaos.instance import Instance
from tests.system.people import City

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
SHORT = SchemathesisConfig.from_dict({"generation": {"max-examples": 12}, "phases": {"coverage": {"enabled": False}}})
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(contract(), config=SHORT).exclude(operation_id=["followPetition", "followQueue"])
"""Streams have no end; `test_life_of_a_petition` reads them."""


@pytest.fixture(scope="module")
def callers(instance: Instance) -> dict[str, str]:
    """The sandbox's developer, who has the administrator's token, too."""
    with City(instance.url, instance.data / "credentials.json") as city:
        return {"X-API-Key": city.credentials["intake"]["sandbox"], **city.token("admin")}


@SCHEMA.parametrize()
def test_every_call_answers_as_the_contract_says(case: Any, instance: Instance, callers: dict[str, str]) -> None:
    """No 500; status, type, headers and body are among those that are published."""
    case.call_and_validate(base_url=instance.url, headers=callers, checks=CHECKS, timeout=30)


def test_the_contract_is_valid_openapi() -> None:
    """By the meta-schema of version 3.1."""
    schemathesis.openapi.from_dict(contract()).validate()
