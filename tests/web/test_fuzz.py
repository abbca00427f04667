"""Every route under generated input: no 500; the API answers only what it describes, and each role what it may."""

from __future__ import annotations

import copy
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from starlette.testclient import TestClient

import danvan.web
from tests.web.archive import NOW
from tests.web.office import PLAIN, ROLES
from tests.web.sample import Sample

HEAVY = ("docx", "xlsx")
ENDS_THE_LOGIN = ("/login", "/logout")
EXPECTED = {200, 303, 400, 403, 404, 405, 409, 413, 414, 422, 429, 503}


def generated(operation: Any, examples: int, call: Callable[[Any], None]) -> None:
    """Call with so many generated cases of one route."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        call(case)

    one()


@pytest.mark.parametrize("examples", [16, pytest.param(40, marks=pytest.mark.soak)])
def test_no_input_breaks_a_route(sample_url: tuple[str, Sample], examples: int) -> None:
    from danvan.web.app import create_app

    office = PLAIN.model_copy(update={"public_url": "http://testserver"})
    app: FastAPI = create_app(sample_url[0], office, lambda: NOW)
    checks = [not_a_server_error, status_code_conformance, content_type_conformance]

    def call(case: Any) -> None:
        response = case.call()
        if response.status_code != 503:
            case.validate_response(response, checks=checks)

    schema: Any = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        generated(operation, examples // 4 or 1 if any(kind in operation.path for kind in HEAVY) else examples, call)
    assert len(operations) >= 18


def every_route() -> Iterator[Any]:
    """Pages and forms too, which the API's own description leaves out."""
    parts = (importlib.import_module(f"danvan.web.{one.name}") for one in pkgutil.iter_modules(danvan.web.__path__))
    routes = []
    for part in parts:
        for route in getattr(getattr(part, "router", None), "routes", ()):
            if isinstance(route, APIRoute) and route.path not in ENDS_THE_LOGIN:
                shown = copy.copy(route)
                shown.include_in_schema = True
                routes.append(shown)
    schema: Any = schemathesis.openapi.from_dict(get_openapi(title="mọi trang", version="1", routes=routes))
    return (found.ok() for found in schema.get_all_operations())


def asked(browsers: dict[str, TestClient], role: str, examples: int) -> int:
    """How many routes answered every case as they may; ids are small enough to be held now and then."""
    browser = browsers[role]
    found = re.findall(r'name="form_token" value="(\w+)"', browser.get("/rules").text)
    form_token = found[0]
    count = 0

    def call(case: Any) -> None:
        for name, value in (case.path_parameters or {}).items():
            if isinstance(value, int):
                case.path_parameters[name] = value % 4
        if isinstance(case.body, dict):
            case.body["form_token"] = form_token
        request = case.as_transport_kwargs(base_url="http://127.0.0.1")
        answer = browser.request(**{key: value for key, value in request.items() if key != "cookies"})
        assert answer.status_code in EXPECTED, (role, case.method, case.formatted_path, answer.status_code)
        assert "Traceback" not in answer.text

    for operation in every_route():
        generated(operation, 1 if any(kind in operation.path for kind in HEAVY) else examples, call)
        count += 1
    return count


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("examples", [1, pytest.param(40, marks=pytest.mark.soak)])
def test_no_role_breaks_a_page_or_a_form(browsers: dict[str, TestClient], role: str, examples: int) -> None:
    assert asked(browsers, role, examples) >= 50
