"""The watch: begins without any channel, tells what cannot be reached, survives whatever goes wrong, ends at once."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from foundation.errors import ConfigurationError
from foundation.settings import Settings
from foundation.settings import settings as read_settings
from models.database import transaction
from models.runs.ledger import finish_run, last_finished, start_run
from models.tables import RunSourceRow, SubscriberRow
from notifications import channel_health, database_watch
from notifications import deliver as delivering
from notifications import watch as watching_module
from notifications.checks import check_disk, check_slow_runs
from notifications.subscribers import add_subscriber, create_invitation, set_second
from tests import zaloapi
from tests.botapi.server import serve
from tests.botapi.state import TOKEN, BotApi
from tests.notifications.conftest import HASTY, NOW, Office, watching
from tests.notifications.proxies import proxy
from tests.notifications.test_bot import until
from tests.notifications.test_email import Mailbox, mailbox, smtp_url
from tests.zaloapi import ZaloApi

__all__ = ["mailbox", "smtp_url"]  # fixtures of the neighbours


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_health, "TOLD_AFTER", timedelta(seconds=1))
    monkeypatch.setattr("notifications.bot.telegram.RETRY_AFTER", 0.3)


def texts(box: Mailbox, address: str) -> list[str]:
    letters = [letter for to, letter in box.letters if to == address]
    return [str(letter.get_body(("plain",)).get_content()) for letter in letters]  # type: ignore[union-attr]


@contextmanager
def telegram_on(api: BotApi, port: int) -> Iterator[None]:
    import threading

    server = serve(api, port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("refused", [{"Telegram"}, {"Zalo"}, {"Telegram", "Zalo"}], ids=["telegram", "zalo", "both"])
def test_who_is_refused_at_the_connection_is_told_once_and_nothing_is_lost_or_doubled(
    engine: Engine, api: BotApi, mailbox: Mailbox, smtp_url: str, refused: set[str]
) -> None:
    """Refused from the beginning; the others get everything; all is made up for when they come back."""
    ports, zalo = {name: free_port() for name in ("Telegram", "Zalo")}, ZaloApi(known={"an"})
    open_again: dict[str, Callable[[], AbstractContextManager[Any]]] = {
        "Telegram": lambda: telegram_on(api, ports["Telegram"]),
        "Zalo": lambda: zaloapi.running(zalo, ports["Zalo"]),
    }
    reached: dict[str, Callable[[], list[object]]] = {
        "Telegram": lambda: [*api.of(7)],
        "Zalo": lambda: [*zalo.of("an")],
    }
    config = Settings(
        _env_file=None,
        telegram_token=SecretStr(TOKEN), telegram_base_url=f"http://127.0.0.1:{ports['Telegram']}",
        zalo_token=SecretStr(zaloapi.TOKEN), zalo_base_url=f"http://127.0.0.1:{ports['Zalo']}/bot",
        smtp_url=SecretStr(smtp_url), admin_email="truc@danvan.example",
    )  # fmt: skip
    office = Office(engine, config)
    office.chat(7)
    office.chat("an", channel="zalo")
    office.chat("phong@xa.example", channel="email")

    def told(words: str) -> list[str]:
        return [text for text in texts(mailbox, "truc@danvan.example") if words in text]

    with ExitStack() as well, ExitStack() as back:
        for name in ports.keys() - refused:
            well.enter_context(open_again[name]())
        with watching(office):
            office.news()
            until(lambda: all(told(f"{name} không liên lạc được từ") for name in refused), 40)
            office.news()
            until(lambda: len(texts(mailbox, "phong@xa.example")) == 2, 20)
            until(lambda: all(len(reached[name]()) == 2 for name in ports.keys() - refused), 20)
            assert not any(reached[name]() for name in refused)
            for name in refused:
                back.enter_context(open_again[name]())
            until(lambda: all(len(reached[name]()) == 2 for name in refused), 60)
            until(lambda: all(told(f"{name} đã liên lạc lại được") for name in refused), 20)
            begun = time.monotonic()
        assert time.monotonic() - begun < 5
    for name in ports:
        expected = [1, 1] if name in refused else [0, 0]
        assert [len(told(f"{name} không liên lạc được")), len(told(f"{name} đã liên lạc lại được"))] == expected
        assert len(reached[name]()) == 2
    assert len(texts(mailbox, "phong@xa.example")) == 2
    assert set(office.states()) == {"sent"}


def test_a_second_channel_takes_over_after_an_hour(engine: Engine, mailbox: Mailbox, smtp_url: str) -> None:
    config = Settings(
        _env_file=None, telegram_token=SecretStr(TOKEN), telegram_base_url="http://127.0.0.1:9",
        smtp_url=SecretStr(smtp_url),
    )  # fmt: skip
    office = Office(engine, config)
    chat = office.chat(7)
    with transaction(engine) as session:
        set_second(session.get_one(SubscriberRow, chat), "email", "phong@xa.example")
    from dataclasses import replace

    pace = replace(HASTY, patience=0.4)
    office.news()
    office.deliver(pace)
    assert mailbox.letters == []
    office.clock.skip(minutes=70)
    office.news()
    office.deliver(pace)
    assert len(texts(mailbox, "phong@xa.example")) == 2
    assert office.states()[:2] == ["sent", "sent"]


def test_a_fault_that_is_nobodys_is_told_and_the_work_goes_on(
    office: Office, api: BotApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    office.chat(99, operator=True)
    office.chat(7)
    times = [0]
    really = delivering.deliver_async

    async def fails_twice(*given: object, **more: object) -> object:
        times[0] += 1
        if times[0] <= 2:
            raise ZeroDivisionError
        return await really(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(watching_module, "deliver_async", fails_twice)
    office.news()
    with watching(office):
        until(lambda: len(api.of(7)) == 1, 20)
        until(lambda: len(api.of(99)) == 1, 20)
    assert "Việc “gửi tin” gặp lỗi chưa lường trước (ZeroDivisionError)" in api.of(99)[0].text
    assert "ZeroDivisionError" in caplog.text


@contextmanager
def command(tmp_path: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("DANVAN_")}
    env |= {"DANVAN_HOME": str(tmp_path), **{f"DANVAN_{k.upper()}": v for k, v in settings.items()}}
    words = [sys.executable, "-c", "from danvan.cli import main; main(['watch', '--json'])"]
    process = subprocess.Popen(
        words, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


BLACK_HOLE = "http://10.255.255.1"
"""Nobody answers here, and nobody refuses."""


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            "telegram_token": TOKEN,
            "telegram_base_url": "http://127.0.0.1:9",
            "zalo_token": "1:a",
            "zalo_base_url": "http://127.0.0.1:9/bot",
        },
        {"telegram_token": TOKEN, "telegram_base_url": BLACK_HOLE, "zalo_token": "1:a", "zalo_base_url": BLACK_HOLE},
        {"smtp_url": "smtp://10.255.255.1:2525", "admin_email": "a@b.vn"},
        {"database_url": "postgresql://nobody@10.255.255.1/none"},
    ],
    ids=["no channel", "refused", "black hole", "mail server that hangs", "database gone"],
)
def test_the_watch_begins_and_ends_within_five_seconds_of_sigterm(tmp_path: Path, settings: dict[str, str]) -> None:
    with command(tmp_path, **settings) as process:
        assert process.stdout is not None
        assert '"watch"' in process.stdout.readline()
        time.sleep(3)
        assert process.poll() is None, process.stdout.read()
        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        assert process.wait(20) == 0
        assert time.monotonic() - begun < 5


def test_a_database_that_is_gone_is_told_by_mail(
    engine: Engine, mailbox: Mailbox, smtp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.database import open_engine

    monkeypatch.setattr(database_watch, "GONE_AFTER", timedelta(0))
    config = Settings(_env_file=None, smtp_url=SecretStr(smtp_url), admin_email="truc@danvan.example")
    gone = Office(open_engine("sqlite:////nowhere/at/all/archive.sqlite3"), config)
    with watching(gone):
        until(lambda: texts(mailbox, "truc@danvan.example"), 20)
        time.sleep(1)
    (told,) = texts(mailbox, "truc@danvan.example")
    assert "Kho lưu trữ không dùng được từ" in told


def test_an_archive_whose_file_goes_and_comes_back_is_told_twice(
    tmp_path: Path, mailbox: Mailbox, smtp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.database import open_engine

    monkeypatch.setattr(database_watch, "GONE_AFTER", timedelta(0))
    config = Settings(_env_file=None, smtp_url=SecretStr(smtp_url), admin_email="truc@danvan.example")
    file, aside = tmp_path / "archive.sqlite3", tmp_path / "aside"
    with watching(Office(open_engine(f"sqlite:///{file}"), config)):
        until(file.is_file, 20)
        time.sleep(2)
        file.rename(aside)
        until(lambda: any("không còn ở chỗ cũ" in text for text in texts(mailbox, "truc@danvan.example")), 20)
        assert not file.exists()
        aside.rename(file)
        until(lambda: any("đã dùng lại được" in text for text in texts(mailbox, "truc@danvan.example")), 20)


@pytest.mark.parametrize("name", ["token", "proxy", "proxy kind"])
def test_a_malformed_token_or_proxy_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    variable, value = {
        "token": ("DANVAN_TELEGRAM_TOKEN", "not a token"),
        "proxy": ("DANVAN_TELEGRAM_PROXY", "127.0.0.1:1080"),
        "proxy kind": ("DANVAN_TELEGRAM_PROXY", "ftp://127.0.0.1:21"),
    }[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(variable, value)
    read_settings.cache_clear()
    with pytest.raises(ConfigurationError, match=variable) as raised:
        read_settings()
    read_settings.cache_clear()
    assert raised.value.exit_code == 2
    assert value not in str(raised.value)


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_both_of_telegrams_clients_go_through_the_proxy(office: Office, api: BotApi, kind: str) -> None:
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=1, now=NOW)
    with proxy(kind) as (address, through):
        # The name stands for nothing: only the proxy knows the way.
        office.settings = office.settings.model_copy(update={"telegram_proxy": SecretStr(address)})
        office.chat(8)
        office.news()
        assert office.deliver(HASTY).sent == 1
        sent = len(through)
        with watching(office):
            api.write(7, f"/start {code}")
            until(lambda: len(api.of(7)) == 1, 20)
    assert sent >= 1
    assert len(through) > sent + 1
    assert {f"{port}" for port in through} == {re.sub(r"\D", "", office.settings.telegram_base_url.rpartition(":")[2])}


def test_a_forum_keeps_its_topic_and_a_closed_one_switches_nothing_off(office: Office, api: BotApi) -> None:
    office.chat(99, operator=True)
    with transaction(office.engine) as session:
        code = create_invitation(session, "Phòng", operator=False, uses=1, now=NOW)
    with watching(office):
        api.write(-100777, f"/start {code}", thread=5)
        until(lambda: len(api.of(-100777)) == 1)
        assert api.of(-100777)[0].thread == 5
        office.news()
        until(lambda: len(api.of(-100777)) == 2)
        api.closed.add((-100777, 5))
        office.news()
        until(lambda: len(api.of(-100777)) == 3, 20)
        until(lambda: len(api.of(99)) == 1, 20)
    assert [sent.thread for sent in api.of(-100777)] == [5, 5, None]
    assert "đã đóng hoặc bị xóa" in api.of(99)[0].text
    with transaction(office.engine) as session:
        assert all(session.scalars(select(SubscriberRow.active)))


def test_a_closed_general_waits_and_goes_on_when_it_is_opened(office: Office, api: BotApi) -> None:
    office.chat(-100777)
    api.closed.add((-100777, None))
    office.news()
    office.deliver(HASTY)
    assert office.states()[0] == "queued"
    api.closed.clear()
    office.clock.skip(minutes=20)
    office.deliver(HASTY)
    assert office.states()[0] == "sent"


def test_a_channel_joins_by_a_post(office: Office, api: BotApi) -> None:
    with transaction(office.engine) as session:
        code = create_invitation(session, "Kênh", operator=False, uses=1, now=NOW)
    with watching(office):
        api.write(-1009, f"/start {code}", channel=True)
        until(lambda: len(api.of(-1009)) == 1)
        office.news()
        until(lambda: len(api.of(-1009)) == 2)


def test_a_disk_that_is_nearly_full_is_told_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shutil.disk_usage(Path())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: whole._replace(free=10**8))
    assert check_disk(office.engine, office.settings, NOW)
    assert check_disk(office.engine, office.settings, NOW)
    assert [text for text in office.texts_to_operators() if "Ổ đĩa" in text and "0,1 GB" in text].__len__() == 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: whole._replace(free=whole.total))
    assert not check_disk(office.engine, office.settings, NOW)


def test_a_run_that_hangs_is_told_once(office: Office) -> None:
    with transaction(office.engine) as session:
        start_run(session, kind="harvest", now=NOW - timedelta(hours=7))
    assert check_slow_runs(office.engine, office.settings, NOW) == 1
    assert check_slow_runs(office.engine, office.settings, NOW) == 1
    assert len(office.texts_to_operators()) == 1


def test_a_run_in_which_everything_failed_is_no_success(office: Office) -> None:
    with transaction(office.engine) as session:
        run = start_run(session, kind="harvest", now=NOW)
        session.add(RunSourceRow(run_id=run, source_id="a", status="unreachable", message="", seconds=1.0))
        finish_run(session, run, faults=True, totals={}, now=NOW)
        assert last_finished(session, kind="harvest") is None
        session.add(RunSourceRow(run_id=run, source_id="b", status="ok", message="", seconds=1.0))
        session.flush()
        assert last_finished(session, kind="harvest") == NOW


def test_mail_alone_makes_a_complete_office(engine: Engine, mailbox: Mailbox, smtp_url: str) -> None:
    config = Settings(
        _env_file=None, smtp_url=SecretStr(smtp_url), smtp_from="tin@danvan.example", public_url="https://kho.example"
    )
    office = Office(engine, config)
    with transaction(engine) as session:
        add_subscriber(session, "email", "phong@xa.example", "Phòng Dân vận", NOW)
    with watching(office):
        office.news()
        until(lambda: mailbox.letters, 20)
    ((_, letter),) = mailbox.letters
    assert letter["List-Unsubscribe"].strip() == "<mailto:tin@danvan.example?subject=Th%C3%B4i%20nh%E1%BA%ADn%20tin>"
    assert "https://kho.example/documents/" in texts(mailbox, "phong@xa.example")[0]
