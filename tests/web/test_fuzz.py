"""Every route of the OpenAPI description under generated input: no 500, and only answers that are described."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from tests.web.archive import NOW
from tests.web.conftest import PLAIN


def _schema(tmp: str) -> Any:
    from danvan.web.app import create_app
    from models.database import migrate, open_engine, transaction
    from tests.web.sample import build_sample

    url = f"sqlite:///{tmp}/fuzz.sqlite3"
    engine = open_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        build_sample(session)
    office = PLAIN.model_copy(update={"public_url": "http://testserver"})
    return schemathesis.openapi.from_asgi("/api/openapi.json", create_app(url, office, lambda: NOW))


def test_no_input_breaks_a_route(tmp_path_factory: pytest.TempPathFactory) -> None:
    schema = _schema(str(tmp_path_factory.mktemp("fuzz")))
    routes = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()
        examples = 4 if "docx" in operation.path or "xlsx" in operation.path else 16

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
            response = case.call()
            checks = [not_a_server_error, status_code_conformance, content_type_conformance]
            if response.status_code != 503:
                case.validate_response(response, checks=checks)

        one()
        routes += 1
    assert routes >= 18
