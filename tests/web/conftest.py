"""The sample archive and its pages: built once, as nothing on the pages can change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from danvan.web.app import create_app
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from tests.web.archive import NOW
from tests.web.sample import Sample, build_sample

PLAIN = Settings.model_construct(web_password=None)


@pytest.fixture(scope="session")
def sample_url(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Sample]:
    """The sample archive on SQLite."""
    return build(f"sqlite:///{tmp_path_factory.mktemp('sample') / 'archive.sqlite3'}")


@pytest.fixture(scope="session")
def sample_on_postgresql(postgresql_url: str) -> tuple[str, Sample]:
    """The sample archive on PostgreSQL."""
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS sample_pages"))
        connection.execute(text("CREATE DATABASE sample_pages"))
    admin.dispose()
    return build(admin.url.set(database="sample_pages").render_as_string(hide_password=False))


def build(url: str) -> tuple[str, Sample]:
    engine = open_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        ids = build_sample(session)
    engine.dispose()
    return url, ids


@pytest.fixture(scope="session")
def sample(sample_url: tuple[str, Sample]) -> Sample:
    return sample_url[1]


@pytest.fixture(scope="session")
def app(sample_url: tuple[str, Sample]) -> FastAPI:
    return create_app(sample_url[0], PLAIN, lambda: NOW)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
