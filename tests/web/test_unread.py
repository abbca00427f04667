"""Read and unread for a name: new until opened, or until all is marked as read; one person's reading is their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Engine
from starlette.testclient import TestClient

from danvan.web.app import create_app
from foundation.settings import Settings
from models.database import transaction
from models.desk.people import add_person, role_named
from models.desk.seen import seen_by
from tests.web.archive import NOW, Builder

PASSWORD = "một mật khẩu dài"
FRESH = '<span class="fresh">mới</span>'


@contextmanager
def browser(engine: Engine, name: str, password: str | None = None) -> Iterator[TestClient]:
    config = Settings.model_construct(web_password=None)
    app = create_app(engine.url.render_as_string(hide_password=False), config, lambda: NOW + timedelta(hours=1))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        client.post("/login", data={"name": name, "password": password or PASSWORD})
        yield client
    app.state.engine.dispose()
    app.state.writer.dispose()


def news(client: TestClient) -> list[str]:
    """The titles that a search marks as new."""
    page = client.get("/search", params={"q": "tin", "grade": "all"}).text
    return re.findall(FRESH + r' <a href="/articles/\d+">(?:<mark>)?(Tin)', page)


def test_new_until_opened_or_marked_and_for_each_person_alone(engine: Engine) -> None:
    with transaction(engine) as session:
        for name in ("An", "Bình"):
            add_person(session, name, role_named("reader"), NOW - timedelta(days=365), by="thử", password=PASSWORD)
        builder = Builder(session)
        first = builder.article("Tin một", "Câu.", published="2026-11-20 01:00").id
        builder.article("Tin hai", "Câu.", published="2026-11-20 02:00")
    with browser(engine, "An") as client:
        assert len(news(client)) == 2
        for _ in range(2):
            client.get(f"/articles/{first}")
        assert len(news(client)) == 1
        token = re.search(
            r'action="/read-all"><input type="hidden" name="form_token" value="([^"]+)"', client.get("/").text
        )
        assert token is not None
        assert client.post("/read-all", data={"form_token": "x"}).status_code == 403
        answer = client.post(
            "/read-all", data={"form_token": token[1], "back": "//ngoai.example"}, follow_redirects=False
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert news(client) == []
    with browser(engine, "Bình") as client:
        assert len(news(client)) == 2
    with transaction(engine) as session:
        assert seen_by(session, 1).opened == frozenset()
        assert not seen_by(session, None).unread("article", first, NOW)
