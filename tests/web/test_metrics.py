"""Figures for Prometheus: what they say, and who may read them."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from starlette.testclient import TestClient

from danvan.web.app import create_app
from foundation.settings import Settings
from tests.web.archive import NOW
from tests.web.sample import Sample

LOCKED = Settings.model_construct(web_password=SecretStr("một mật khẩu dài"), metrics_token=SecretStr("mã"))
TOKEN = {"Authorization": "Bearer mã".encode()}


@pytest.fixture
def locked(sample_url: tuple[str, Sample]) -> FastAPI:
    return create_app(sample_url[0], LOCKED, lambda: NOW)


def asked(app: FastAPI, client: str, host: str, headers: dict[str, str | bytes]) -> int:
    browser = TestClient(app, base_url=f"http://{host}", client=(client, 50_000))
    status: int = browser.get("/metrics", headers=headers).status_code
    return status


@pytest.mark.parametrize(
    ("client", "host", "headers", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8000", {}, 200),
        ("::1", "localhost:8000", {}, 200),
        ("10.0.0.7", "10.0.0.1", {}, 403),
        ("10.0.0.7", "pages:8000", TOKEN, 200),
        ("10.0.0.7", "pages:8000", {"Authorization": "Bearer sai"}, 403),
        ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("127.0.0.1", "danvan.example.vn", {}, 403),
    ],
)
def test_figures_are_for_this_machine_or_a_token(
    locked: FastAPI, client: str, host: str, headers: dict[str, str | bytes], status: int
) -> None:
    assert asked(locked, client, host, headers) == status


def test_the_archive_and_the_pages_in_numbers(app: FastAPI) -> None:
    client = TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 50_000), raise_server_exceptions=False)
    for address in ("/articles/1", "/articles/2", "/khong-co-trang-nay", "/cung-khong"):
        client.get(address)
    told = client.get("/metrics").text
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }
    names = {name for name, *_ in found}
    assert {"danvan_runs", "danvan_sources", "danvan_outbox", "danvan_alert_waiting_seconds"} <= names
    assert found["danvan_articles",] == client.get("/api/search?grade=all").json()["total"]
    assert found["danvan_request_seconds_count", "GET", "/articles/{article_id}", "200"] >= 2
    assert found["danvan_request_seconds_count", "other", "other", "404"] >= 2
    assert not re.search("khong-co", told)
