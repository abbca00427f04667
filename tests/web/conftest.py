"""The sample archive and its pages: built once, as nothing on the pages can change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from danvan.web.app import create_app
from foundation.settings import settings as read_settings
from models import names
from models.database import migrate, open_engine, transaction
from notifications.own_channels import give_channel
from tests.web.archive import NOW, Builder
from tests.web.office import PLAIN, ROLES, office, small_archive
from tests.web.sample import Sample, build_sample


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


@pytest.fixture(scope="module")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, TestClient]]:
    """A small archive of an office with names, and a browser in which each role has logged in."""
    folder = tmp_path_factory.mktemp("hostile")
    url = small_archive(folder, _fill, **{role: role for role in ROLES})
    with transaction(open_engine(url)) as session:
        for role in ROLES:
            give_channel(session, role, NOW, mail=f"{role}@coquan.example", subscriber_id=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANVAN_HOME", str(folder))
        read_settings.cache_clear()
        names.forget()
        with office(url, read_settings(), follow_redirects=True, raise_server_exceptions=False) as enter:
            yield {role: enter(role) for role in ROLES}
    read_settings.cache_clear()
    names.forget()


def _fill(builder: Builder) -> None:
    builder.article("Dân vận khéo", published="2026-11-19 07:00")
    builder.document("31-NQ/TW", kind="Nghị quyết", issued_on="2026-08-03", reported="2026-08-04")
