"""Rows 65 to 82 of the table of faults for every channel: each has its own way of failing, and all end alike.

What only one of them can do (a group's new number, tags that are refused, edits) stands with that channel's tests.
"""

from __future__ import annotations

import json
import logging
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, delete

from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.tables import Base, SubscriberRow
from notifications.outbox import add_report, announce
from notifications.values import State
from tests import zaloapi
from tests.botapi.server import running as telegram_running
from tests.botapi.state import TOKEN, BotApi
from tests.notifications.conftest import HASTY, NOW, Office
from tests.notifications.sender import RACE, SURVIVOR, deliver_with
from tests.notifications.test_email import Mailbox, mail_server
from tests.notifications.test_kills import START, use_real_time
from tests.notifications.test_webhook import Receiver, receiving
from tests.zaloapi import ZaloApi

BRIEF = replace(HASTY, patience=0.2)
"""What has to wait waits for the next delivery."""

SECRET = "mật-khẩu-của-máy"


@dataclass
class Line:
    """One channel with a reader at its end. `ill` makes the next hand-overs fail (`times` None: all)."""

    name: str
    address: str
    settings: dict[str, Any]
    texts: Callable[[], list[str]]
    ill: Callable[[str, int | None], None]
    well: Callable[[], None]
    secrets: tuple[str, ...]
    longest: int
    can_deny: bool = True
    other: str = ""
    """Another reader of the channel, of whom nothing is asked but that he be served."""


def _telegram(stack: ExitStack) -> Line:
    api = BotApi(limits=False)
    url = stack.enter_context(telegram_running(api))
    kinds: dict[str, dict[str, Any]] = {
        "busy": {"kind": "html502"}, "flood": {"kind": "flood", "retry_after": 30},
        "lost": {"kind": "cut", "delivered": True}, "gone": {"kind": "blocked"}, "denied": {"kind": "unauthorized"},
    }  # fmt: skip

    def ill(kind: str, times: int | None) -> None:
        only: dict[str, Any] = {} if kind == "denied" else {"chat": 7007007}
        api.fault(**kinds[kind], times=times, **only)

    return Line(
        "telegram", "7007007", {"telegram_token": SecretStr(TOKEN), "telegram_base_url": url},
        lambda: [sent.text for sent in api.of(7007007)], ill, api.clear, (TOKEN, "7007007"), 4096, other="8",
    )  # fmt: skip


def _zalo(stack: ExitStack) -> Line:
    api = ZaloApi(known={"an-7007007", "binh"})
    url = stack.enter_context(zaloapi.running(api))
    kinds = {"busy": "html502", "flood": "flood", "lost": "cut", "gone": "blocked", "denied": "denied"}

    def ill(kind: str, times: int | None) -> None:
        api.fault, api.times, api.struck = kinds[kind], times, None if kind == "denied" else "an-7007007"

    def well() -> None:
        api.fault = None

    return Line(
        "zalo", "an-7007007", {"zalo_token": SecretStr(zaloapi.TOKEN), "zalo_base_url": url},
        lambda: api.of("an-7007007"), ill, well, (zaloapi.TOKEN, "7007007"), 2000, other="binh",
    )  # fmt: skip


def _mail(stack: ExitStack) -> Line:
    box = Mailbox()
    url = stack.enter_context(mail_server(box))
    who = "phong7007007@xa.example"

    def ill(kind: str, times: int | None) -> None:
        box.refuse_to, box.times = None if kind == "denied" else who, times
        box.hang_up_after_data = kind == "lost"
        refusals = {"busy": ("DATA", "451 Try later"), "flood": ("RCPT", "450 Greylisted"), "gone": ("RCPT", "550 No")}
        refusals["denied"] = ("AUTH", "535 Wrong")
        box.refuse = dict([refusals[kind]]) if kind in refusals else {}

    def well() -> None:
        box.refuse, box.hang_up_after_data = {}, False

    def texts() -> list[str]:
        bodies = [letter.get_body(("plain",)) for to, letter in box.letters if to == who]
        return [body.get_content() for body in bodies if body is not None]

    return Line(
        "email", who, {"smtp_url": SecretStr(url), "smtp_from": "tin@danvan.example"}, texts, ill, well,
        ("dung-roi", "dung%2Droi", "7007007"), 100_000, other="binh@xa.example",
    )  # fmt: skip


def _webhook(stack: ExitStack) -> Line:
    receiver: Receiver = stack.enter_context(receiving())
    kinds: dict[str, Any] = {"busy": 503, "flood": (429, "30"), "lost": "cut", "gone": 410}
    address = receiver.url + "?khoa=7007007"

    def ill(kind: str, times: int | None) -> None:
        receiver.answers[:] = [kinds[kind]] * (times or 100)

    return Line(
        "webhook", address,
        {"webhook_secret": SecretStr(SECRET), "allow_hosts": ("127.0.0.1",)},
        lambda: [json.dumps(json.loads(body), ensure_ascii=False) for path, body in receiver.kept if "7007007" in path],
        ill, receiver.answers.clear, (SECRET, "7007007"), 10_000_000, can_deny=False, other=receiver.url + "?b",
    )  # fmt: skip


MAKERS: dict[str, Callable[[ExitStack], Line]] = {
    "telegram": _telegram, "zalo": _zalo, "email": _mail, "webhook": _webhook,
}  # fmt: skip


@pytest.fixture(autouse=True)
def libraries_that_talk() -> None:
    """As in a process that has just begun: what one channel turns off does not hide what another lets out."""
    for name in ("telegram", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One archive for all tests here, emptied between them."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('archive') / 'archive.sqlite3'}"
    else:
        url = request.getfixturevalue("shared_postgresql_database")
    engine = open_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=list(MAKERS))
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    with ExitStack() as stack:
        yield MAKERS[request.param](stack)


@pytest.fixture
def office(archive: Engine, line: Line) -> Office:
    with transaction(archive) as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
    office = Office(archive, Settings(_env_file=None, **line.settings))
    office.chat(line.address, channel=line.name, urgent=True)
    return office


def later(office: Office, **more: float) -> Any:
    office.clock.skip(**more)
    return office.deliver(BRIEF)


def codes(texts: list[str]) -> list[str]:
    """The messages' own numbers, in the order of arrival."""
    return [code for text in texts for code in dict.fromkeys(re.findall(r"VB-\d+", text))]


@pytest.mark.parametrize("kind", ["busy", "flood"])
def test_65_73_what_is_refused_for_now_goes_out_in_order_and_others_are_served(
    office: Office, line: Line, kind: str
) -> None:
    office.chat(line.other, channel=line.name, urgent=True)
    for _ in range(3):
        office.news()
    line.ill(kind, None)
    office.deliver(BRIEF)
    assert line.texts() == []
    assert [row.state for row in office.alerts() if row.subscriber_id == _first(office)] == ["queued"] * 3
    if kind == "flood":
        assert [row.state for row in office.alerts() if row.subscriber_id != _first(office)] == ["sent"] * 3
    line.well()
    for _ in range(2):
        later(office, minutes=20)
    arrived = codes(line.texts())
    assert arrived == sorted(arrived, key=lambda code: int(code[3:]))
    assert len(arrived) == 3
    assert set(office.states()) == {"sent"}


def _first(office: Office) -> int:
    return min(row.subscriber_id for row in office.alerts())


def test_66_67_what_may_have_arrived_is_unknown_and_repeated_once_with_its_number(office: Office, line: Line) -> None:
    office.news()
    line.ill("lost", None)
    office.deliver(BRIEF)
    assert office.states() == ["unknown"]
    for _ in range(2):
        later(office, hours=1)
    assert len(line.texts()) == 2
    assert len(set(codes(line.texts()))) == 1


@pytest.mark.parametrize("line", ["zalo", "email", "webhook"], indirect=True)
def test_67_kills_at_random_moments(office: Office, line: Line) -> None:
    """As Telegram's (test_kills): nothing is lost, and twice comes only what was unknown."""
    use_real_time(office)
    for _ in range(14):
        office.news()
    chance, url = random.Random(67), office.engine.url.render_as_string(hide_password=False)
    for _ in range(5):
        child = START.Process(target=deliver_with, args=(url, office.settings))
        child.start()
        child.join(chance.uniform(0.1, 0.5))
        child.kill()
        child.join()
    time.sleep(RACE.lease)
    assert office.deliver(SURVIVOR).waiting == 0
    arrived, rows = Counter(codes(line.texts())), office.alerts()
    assert all(row.state == "sent" or (row.state == "unknown" and row.unknowns > 1) for row in rows)
    assert set(arrived) == {f"VB-{row.id}" for row in rows}
    assert all(1 <= arrived[f"VB-{row.id}"] <= 1 + row.unknowns for row in rows)


def test_68_69_75_any_title_any_length_any_number_arrives(office: Office, line: Line) -> None:
    title = "Về <b>dân vận</b> & *đối_thoại* </a> &lt; " + "công tác dân vận " * 300
    document, article = office.document(title=title), office.article(title=title)
    with transaction(office.engine) as session:
        announce(session, document, article, NOW)
    for _ in range(12):
        office.news(title="về việc nâng cao chất lượng công tác dân vận của các cơ quan trong tỉnh " * 3)
    for _ in range(2):
        later(office, minutes=20)
    together = "\n".join(line.texts())
    assert all(f"VB-{row.id}" in together for row in office.alerts())
    assert all(len(text.encode("utf-16-le")) // 2 <= line.longest for text in line.texts())
    assert "Về <b>dân vận</b> & *đối_thoại* </a> &lt;" in together
    assert set(office.states()) == {"sent"}


def test_70_a_reader_who_is_gone_is_switched_off_and_others_are_served(office: Office, line: Line) -> None:
    office.chat(line.other, channel=line.name, urgent=True)
    office.news()
    line.ill("gone", 1)
    report = office.deliver(BRIEF)
    assert (report.switched_off, line.texts()) == (1, [])
    states = {row.subscriber_id: row.state for row in office.alerts()}
    assert list(states.values()).count(State.SENT) >= 1
    with transaction(office.engine) as session:
        row = session.get_one(SubscriberRow, min(states))
        assert (row.active, bool(row.off_reason)) == (False, True)


@pytest.mark.parametrize("line", ["telegram", "zalo", "email"], indirect=True)
def test_72_refused_credentials_stop_the_channel_keep_all_and_are_told_once(
    office: Office, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    """A webhook has no login: its receiver's 401 is the receiver's fault, and is tried again."""
    office.news()
    line.ill("denied", None)
    for _ in range(2):
        assert later(office, minutes=5).stopped
    assert line.texts() == []
    told = capsys.readouterr().out
    assert told.count("DANVAN_") == 1, told
    line.well()
    later(office, minutes=20)
    assert len(line.texts()) == 1


def test_78_later_papers_make_no_second_alert(office: Office, line: Line) -> None:
    document = office.news()
    office.deliver(BRIEF)
    for number in range(2):
        report = office.article(f"bao{number}")
        with transaction(office.engine) as session:
            assert add_report(session, document, report, office.clock()) in {0, 1}
        later(office, minutes=30)
    assert len(line.texts()) == 1


def test_80_81_no_secret_is_said_and_every_alert_says_why(
    office: Office, line: Line, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    reports = []
    for kind in ("busy", "lost", "flood", *(("denied",) if line.can_deny else ()), "gone"):
        office.news()
        line.ill(kind, 1)
        reports.append(later(office, hours=1))
        line.well()
    reports.append(later(office, hours=1))
    heard = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]  # the server's
    said = "\n".join(heard) + "".join(capsys.readouterr()) + repr(reports) + repr(office.settings)
    said += "".join(row.error or "" for row in office.alerts()) + "".join(office.texts_to_operators())
    for secret in line.secrets:
        assert secret not in said
    assert "Văn bản về dân vận" in line.texts()[0], "whose rule"
    assert "Báo Thanh Hóa" in line.texts()[0], "which paper"
