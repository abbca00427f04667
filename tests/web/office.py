"""An office for tests: an archive filled in place, people with roles, browsers in which they have logged in."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from danvan.web.app import create_app
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.desk.people import add_person, role_named
from models.tables import ArticleRow, DocumentRow
from tests.web.archive import NOW, Builder

PASSWORD = "một mật khẩu dài"
PLAIN = Settings.model_construct(web_password=None)
ROLES = ("reader", "clerk", "operator")
Enter = Callable[[str], TestClient]
Fill = Callable[[Builder], None]


def furnish(engine: Engine, fill: Fill, **people: str) -> None:
    """Fill an archive, and add people: name → role, all with the one password."""
    with transaction(engine) as session:
        fill(Builder(session))
        for name, role in people.items():
            add_person(session, name, role_named(role), NOW, by="thử", password=PASSWORD)


def small_archive(folder: Path, fill: Fill, **people: str) -> str:
    """The address of an archive on SQLite, filled so."""
    url = f"sqlite:///{folder / 'a.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    furnish(engine, fill, **people)
    engine.dispose()
    return url


@contextmanager
def office(url: str | Engine, settings: Settings = PLAIN, **client: Any) -> Iterator[Enter]:
    """What answers a browser in which somebody has logged in ("": nobody has to), on an archive."""
    address = url if isinstance(url, str) else url.url.render_as_string(hide_password=False)
    app = create_app(address, settings, lambda: NOW)

    def enter(name: str) -> TestClient:
        browser = TestClient(app, base_url="http://127.0.0.1", **({"follow_redirects": False} | client))
        if name:
            browser.post("/login", data={"name": name, "password": PASSWORD})
        return browser

    yield enter
    app.state.engine.dispose()
    app.state.writer.dispose()


@contextmanager
def served(make: Callable[[str], FastAPI]) -> Iterator[str]:
    """An app behind a real loopback port; it is made once its address is known."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = uvicorn.Server(uvicorn.Config(make(address), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end:
        time.sleep(0.05)
    yield address
    server.should_exit = True
    thread.join(10)


def new_plan(builder: Builder) -> tuple[DocumentRow, ArticleRow]:
    """Adds a central resolution, a province's plan that carries it out, and an article on both; the first and the last."""
    central = builder.document(
        "31-NQ/TW", kind="Nghị quyết", issued_on="2026-08-03", reported="2026-08-03", title="về công tác dân vận",
        issuer="Ban Chấp hành Trung ương",
    )  # fmt: skip
    plan = builder.document(
        "138-KH/TU", kind="Kế hoạch", issued_on="2026-11-18", reported="2026-11-18", province="38", place="Thanh Hóa",
        title="thực hiện dân chủ ở cơ sở", issuer="Ban Thường vụ Tỉnh ủy Thanh Hóa",
    )  # fmt: skip
    first = builder.article(
        "Thanh Hóa thực hiện dân chủ ở cơ sở", "Kế hoạch mới về dân chủ ở cơ sở.", published="2026-11-18 08:00",
        topics=("dan_chu_co_so",), cites=((plan, "issues"), (central, "implements")),
    )  # fmt: skip
    builder.link(plan, central, first)
    return central, first
