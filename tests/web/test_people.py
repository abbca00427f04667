"""People log in by name; what each may do follows from the role, and every change leaves a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from danvan.web.app import create_app
from danvan.web.serving import serve
from foundation.errors import UsageError
from foundation.settings import Settings
from models.database import transaction
from models.desk.changes import changes_of
from models.desk.people import (
    LOGIN_HOURS,
    add_person,
    by_link,
    change_role,
    logged_in,
    new_link,
    open_login,
    recognised,
    role_named,
    turn_off,
    use_link,
)
from models.tables import LoginRow, PersonRow
from tests.web.archive import NOW

PASSWORD = "một mật khẩu dài"
ROLES = ("reader", "clerk", "operator")


@dataclass
class Clock:
    now: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(engine: Engine, clock: Clock) -> Iterator[Callable[[], TestClient]]:
    """New browsers on an archive with one person a role."""
    with transaction(engine) as session:
        for role in ROLES:
            add_person(session, f"Cô {role}", role_named(role), NOW, by="thử", password=PASSWORD)
    url = engine.url.render_as_string(hide_password=False)
    app = create_app(url, Settings.model_construct(web_password=None), clock)
    yield lambda: TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)
    app.state.engine.dispose()
    app.state.writer.dispose()


def enter(browser: TestClient, name: str, password: str = PASSWORD) -> int:
    answer = browser.post("/login", data={"name": name, "password": password})
    return int(answer.status_code)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/", ROLES),
        ("/search", ROLES),
        ("/clipping", ROLES),
        ("/sources", ("clerk", "operator")),
        ("/runs", ("operator",)),
        ("/outbox", ("operator",)),
        ("/api/outbox", ("operator",)),
        ("/api/search", ROLES),
    ],
)
def test_each_role_sees_its_own(office: Callable[[], TestClient], address: str, allowed: tuple[str, ...]) -> None:
    for role in ROLES:
        browser = office()
        assert enter(browser, f"cô {role}") == 303
        answer = browser.get(address)
        assert answer.status_code == (200 if role in allowed else 403), role
        if answer.status_code == 200 and not address.startswith(("/api", "/clipping")):
            assert (">Hộp gửi</a>" in answer.text) == (role == "operator")
            assert f"Cô {role}" in answer.text


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(office: Callable[[], TestClient]) -> None:
    for name, password in (("Cô reader", "sai mật khẩu"), ("Không ai", PASSWORD), ("", PASSWORD)):
        answer = office().post("/login", data={"name": name, "password": password})
        assert answer.status_code == 401
        assert "Tên hoặc mật khẩu không đúng." in answer.text


def test_a_login_ends_with_the_logout_in_the_archive_too(office: Callable[[], TestClient], engine: Engine) -> None:
    browser = office()
    enter(browser, "Cô clerk")
    stolen = dict(browser.cookies)
    browser.post("/logout")
    assert browser.get("/").status_code == 303
    other = office()
    other.cookies.update(stolen)
    assert other.get("/").status_code == 303
    with transaction(engine) as session:
        assert session.scalars(select(LoginRow)).all() == []


def test_a_login_runs_out(office: Callable[[], TestClient], clock: Clock) -> None:
    browser = office()
    enter(browser, "Cô clerk")
    clock.now += dt.timedelta(hours=LOGIN_HOURS, minutes=1)
    assert browser.get("/").status_code == 303


def test_whoever_is_turned_off_is_out_at_once(office: Callable[[], TestClient], engine: Engine) -> None:
    browser = office()
    enter(browser, "Cô clerk")
    with transaction(engine) as session:
        turn_off(session, "cô clerk", NOW, by="thử")
    assert browser.get("/").status_code == 303
    assert enter(office(), "Cô clerk") == 401


def test_guessing_one_name_does_not_shut_out_a_colleague(office: Callable[[], TestClient]) -> None:
    browser = office()
    statuses = [enter(browser, "Cô clerk", f"sai lần {number}") for number in range(7)]
    assert statuses[-1] == 429
    assert enter(office(), "Cô clerk") == 429
    assert enter(office(), "Cô reader") == 303


def test_whoever_is_turned_off_has_no_feed_either(office: Callable[[], TestClient], engine: Engine) -> None:
    browser = office()
    assert browser.get("/feed.atom", auth=("Cô reader", PASSWORD)).status_code == 200
    with transaction(engine) as session:
        turn_off(session, "Cô reader", NOW, by="thử")
    assert browser.get("/feed.atom", auth=("Cô reader", PASSWORD)).status_code == 401


def test_made_up_names_are_slowed_down_as_one(office: Callable[[], TestClient]) -> None:
    browser = office()
    assert [enter(browser, f"tên bịa {number}", "sai mật khẩu") for number in range(7)][-1] == 429


def test_a_feed_opens_with_name_and_password(office: Callable[[], TestClient]) -> None:
    assert office().get("/feed.atom", auth=("Cô reader", PASSWORD)).status_code == 200
    assert office().get("/feed.atom", auth=("Cô reader", "sai")).status_code == 401
    assert office().get("/api/runs", auth=("Cô reader", PASSWORD)).status_code == 403


def test_a_new_person_chooses_a_password_once(office: Callable[[], TestClient], engine: Engine) -> None:
    with transaction(engine) as session:
        token = add_person(session, "Chú mới", role_named("clerk"), NOW, by="thử")
    address = f"/login/link/{token}"
    browser = office()
    assert "Chú mới" in browser.get(address).text
    short = browser.post(address, data={"password": "ngắn"})
    assert (short.status_code, "10" in short.text) == (400, True)
    assert browser.post(address, data={"password": "mật khẩu của chú"}).status_code == 303
    assert "Chú mới" in browser.get("/").text
    assert office().get(address).status_code == 404
    assert office().post(address, data={"password": "mật khẩu thứ hai"}).status_code == 404
    assert enter(office(), "chú mới", "mật khẩu của chú") == 303


def test_a_link_runs_out_and_a_new_one_ends_the_old_password(engine: Engine) -> None:
    with transaction(engine) as session:
        token = add_person(session, "An", role_named("reader"), NOW, by="thử") or ""
        assert by_link(session, token, NOW + dt.timedelta(days=8)) is None
        person = use_link(session, token, PASSWORD, NOW)
        assert person is not None
        login = open_login(session, person, NOW)
        assert logged_in(session, login, NOW) == person
        again = new_link(session, "an", NOW, by="thử") or ""
        assert logged_in(session, login, NOW) is None
        assert recognised(session, "An", PASSWORD) is None
        assert by_link(session, again, NOW) is not None


def test_passwords_are_kept_as_argon2_and_changes_by_name(engine: Engine) -> None:
    with transaction(engine) as session:
        add_person(session, "An", role_named("reader"), NOW, by="danvan", password=PASSWORD)
        change_role(session, "An", role_named("operator"), NOW, by="Bình")
        row = session.scalars(select(PersonRow)).one()
        assert (row.password_hash or "").startswith("$argon2id$")
        acts = [(one.by, one.act, one.before, one.after) for one in changes_of(session, "person", row.id)]
    assert acts[0] == ("Bình", "role", "reader", "operator")
    assert acts[-1][:2] == ("danvan", "add")


@pytest.mark.parametrize("name", ["", " ", "An", "aN", "x" * 65, "a\nb"])
def test_a_name_that_cannot_be_used_is_said(engine: Engine, name: str) -> None:
    with transaction(engine) as session:
        add_person(session, "An", role_named("reader"), NOW, by="thử", password=PASSWORD)
    with pytest.raises(UsageError), transaction(engine) as session:
        add_person(
            session, "a b" if name == "a\nb" else name, role_named("xem" if name == "a\nb" else "reader"), NOW, by="t"
        )


def test_people_are_enough_to_open_the_pages_to_others(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    url = engine.url.render_as_string(hide_password=False)
    settings = Settings.model_construct(web_password=None, database_url=url)
    with pytest.raises(UsageError, match="danvan users add"):
        serve(settings, host="0.0.0.0")
    with transaction(engine) as session:
        add_person(session, "An", role_named("reader"), NOW, by="thử", password=PASSWORD)
    started: list[str] = []
    monkeypatch.setattr("uvicorn.run", lambda _app, host, **_: started.append(host))
    serve(settings, host="0.0.0.0")
    assert started == ["0.0.0.0"]
