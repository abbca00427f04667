"""Who gets in, what a browser may do, and what a question may cost."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from danvan.web import serve
from danvan.web.app import create_app
from danvan.web.security import FORGOTTEN_AFTER, FREE_TRIES, LONGEST_WAIT, Throttle
from foundation.errors import UsageError
from foundation.settings import Settings
from models.database import migrate, open_engine
from models.read_only import open_reading
from tests.web.archive import NOW
from tests.web.sample import Sample

PASSWORD = "một mật khẩu dài"
LOCKED = Settings.model_construct(web_password=SecretStr(PASSWORD), database_url="sqlite://")


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[TestClient]:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    migrate(open_engine(url))
    with TestClient(
        create_app(url, LOCKED, lambda: NOW), base_url="http://127.0.0.1", follow_redirects=False
    ) as client:
        yield client


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"x:{password}".encode()).decode()}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "archive.example", "10.0.0.1"])
def test_an_address_that_others_reach_needs_a_password(host: str) -> None:
    with pytest.raises(UsageError, match="DANVAN_WEB_PASSWORD"):
        serve(Settings.model_construct(web_password=None, database_url="sqlite://"), host=host)


def test_without_the_password_nothing_is_read(locked: TestClient) -> None:
    for address in ("/", "/search", "/articles/1", "/sources", "/report", "/clipping"):
        answer = locked.get(address)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")
    for address in ("/api/search", "/api/openapi.json", "/feed.atom", "/export.csv"):
        assert locked.get(address).status_code == 401
    assert locked.get("/healthz").status_code == 200
    assert locked.get("/static/style.css").status_code == 200


def test_the_password_opens_by_cookie_and_by_basic(locked: TestClient) -> None:
    assert locked.get("/api/today", headers=basic(PASSWORD)).status_code == 200
    assert locked.get("/api/today", headers=basic("sai")).status_code == 401
    answer = locked.post("/login", data={"password": PASSWORD, "next": "/sources"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert locked.get("/sources").status_code == 200
    locked.post("/logout")
    assert locked.get("/sources").status_code == 303


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_login_leads_nowhere_else(locked: TestClient, target: str) -> None:
    assert locked.post("/login", data={"password": PASSWORD, "next": target}).headers["location"] == "/"


@pytest.mark.parametrize("cookie", ["", ".", "9999999999.00", "x.y", "1." + "0" * 64, "A" * 43])
def test_a_made_up_cookie_opens_nothing(locked: TestClient, cookie: str) -> None:
    assert locked.get("/sources", headers={"Cookie": f"danvan={cookie}"}).status_code == 303


def test_guessing_is_slowed_down(locked: TestClient) -> None:
    statuses = [
        locked.post("/login", data={"password": f"sai {number}"}).status_code for number in range(FREE_TRIES + 2)
    ]
    assert statuses[:FREE_TRIES] == [401] * FREE_TRIES
    assert statuses[-1] == 429
    answer = locked.post("/login", data={"password": PASSWORD})
    assert answer.status_code == 429  # even the right one waits: no oracle
    assert int(answer.headers["retry-after"]) >= 1


def test_the_wait_doubles_ends_is_forgotten_and_meets_nobody_else() -> None:
    time = [0.0]
    throttle = Throttle(clock=lambda: time[0])
    waits = []
    for _ in range(FREE_TRIES + 14):
        throttle.failed("an", "1.2.3.4")
        waits.append(throttle.wait("an", "1.2.3.4"))
    assert waits[: FREE_TRIES - 1] == [0.0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 : FREE_TRIES + 3] == [1.0, 2.0, 4.0, 8.0]
    assert max(waits) == LONGEST_WAIT
    assert throttle.wait("bình", "1.2.3.4") == throttle.wait("an", "9.9.9.9") == 0
    time[0] += LONGEST_WAIT
    assert throttle.wait("an", "1.2.3.4") == 0
    throttle.failed("an", "1.2.3.4")
    assert throttle.wait("an", "1.2.3.4") == LONGEST_WAIT
    time[0] += FORGOTTEN_AFTER + 1
    throttle.failed("an", "1.2.3.4")
    assert throttle.wait("an", "1.2.3.4") == 0


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "localhost.evil.example"])
def test_a_strange_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "192.168.1.5"])
def test_the_machine_s_own_names_are_known(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_twelve_thousand_parameters_are_refused_at_once(client: TestClient) -> None:
    assert client.get("/login?" + "a=1&" * 12_000).status_code == 414


def test_a_form_from_another_site_is_refused(locked: TestClient) -> None:
    sent = locked.post("/login", data={"password": PASSWORD}, headers={"Origin": "https://evil.example"})
    assert sent.status_code == 403


def test_a_shared_link_keeps_its_question_over_the_login(locked: TestClient) -> None:
    asked = locked.get("/search?q=dân vận&province=38&page=2")
    page = locked.get(asked.headers["location"])
    target = page.text.split('name="next" value="')[1].split('"')[0].replace("&amp;", "&")
    answer = locked.post("/login", data={"password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/search?q=d%C3%A2n%20v%E1%BA%ADn&province=38&page=2"


def test_headers_forbid_inline_script_and_frames(client: TestClient, sample: Sample) -> None:
    for address in ("/", f"/articles/{sample.article}", "/api/today", "/nowhere", "/export.csv", "/static/page.js"):
        headers = client.get(address).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_cannot_write(sample_url: tuple[str, Sample], sample_on_postgresql: tuple[str, Sample]) -> None:
    for url, _ in (sample_url, sample_on_postgresql):
        app = create_app(url, LOCKED, lambda: NOW)
        with Session(app.state.engine) as session, pytest.raises(DBAPIError, match=r"read-?\s?only"):
            session.execute(text("DELETE FROM article"))
        with Session(open_reading(url)) as session:
            assert session.execute(text("SELECT count(*) FROM article")).scalar_one() > 0


def test_a_page_asks_for_no_more_than_its_share(client: TestClient) -> None:
    assert client.get("/api/search?page=501").status_code == 422
    assert client.get("/api/search?page=500").json()["hits"] == []
    assert client.get("/api/search?" + "&".join(["province=38"] * 100)).status_code == 422


def test_a_question_over_its_time_is_answered_503(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("danvan.web.sessions.PAGE_SECONDS", -1.0)
    monkeypatch.setattr("models.read_only._STEPS", 1)
    answer = client.get("/search?q=dan")
    assert answer.status_code == 503
    assert "nặng quá" in answer.text
