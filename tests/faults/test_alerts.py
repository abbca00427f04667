"""Alerts: what arrives in the middle of a digest, and what must never be written anywhere (77, 80)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows.child import child_environment
from flows.ledger import ledger_markdown
from foundation.settings import Settings
from models.database import transaction
from models.search import index_article
from models.tables import ArticleRow
from models.tables.base import Base
from notifications import digest, digest_queue
from notifications.digest_queue import send_digest
from tests.botapi.server import running
from tests.botapi.state import BotApi
from tests.faults.papers import Press, now, story
from tests.faults.test_run_store_schedule import answer, start
from tests.faultserver import response
from tests.notifications.conftest import NOW, FastClock, Office

CHAT = "-100777123456"


@pytest.fixture
def api() -> Iterator[tuple[BotApi, str]]:
    made = BotApi(limits=False)
    with running(made) as url:
        yield made, url


def core_story(office: Office, title: str) -> None:
    key = office.article(title=title)
    with transaction(office.engine) as session:
        index_article(session, session.get_one(ArticleRow, key))


def test_77_what_arrives_while_a_digest_is_built_stands_in_the_next(
    engine: Engine, api: tuple[BotApi, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, url = api
    config = Settings.model_validate({"telegram_token": bot.token, "telegram_base_url": url, "admin_chat": None})
    office = Office(engine, config)
    office.chat(7, delivery="daily", grades=["core"])
    core_story(office, "Tin có trước")
    build = digest.build_digest
    arrivals: list[threading.Thread] = []

    def build_slowly(*given: Any, **more: Any) -> Any:
        built = build(*given, **more)
        if not arrivals:
            arrivals.append(threading.Thread(target=core_story, args=(office, "Tin đến giữa chừng")))
            arrivals[0].start()
            arrivals[0].join(0.5)
        return built

    monkeypatch.setattr(digest_queue, "build_digest", build_slowly)
    morning = NOW + timedelta(days=1)
    for day in range(2):
        office.clock = FastClock(start=morning + timedelta(days=day))
        send_digest(engine, config, date(2026, 3, 6 + day), morning + timedelta(days=day))
        arrivals[0].join()
        office.deliver()
    first, second = (sent.text for sent in bot.of(7))
    assert ("Tin có trước" in first, "Tin đến giữa chừng" in first) == (True, False)
    assert ("Tin có trước" in second, "Tin đến giữa chừng" in second) == (False, True)


def written(engine: Engine) -> str:
    """Every row of every table, but the one that must hold the chats' addresses."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "subscriber"]
    with transaction(engine) as session:
        return "\n".join(str(tuple(row)) for table in tables for row in session.execute(select(table)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["unauthorized", "not_found"])
def test_80_token_and_chat_are_in_no_output_log_row_or_artifact(
    press: Press, api: tuple[BotApi, str], kind: str
) -> None:
    bot, url = api
    bot.fault(kind, times=None)
    secrets = {"TELEGRAM_TOKEN": bot.token, "TELEGRAM_BASE_URL": url, "ADMIN_CHAT": CHAT, "LOG_LEVEL": "DEBUG"}
    press.paper("bao-thu", 1)
    today = f"{datetime.now(now().tzinfo):%d/%m/%Y}"
    issued = f"<p>Ngày {today}, Tỉnh ủy Thanh Hóa đã ban hành Chỉ thị số 31-CT/TU về công tác dân vận.</p>"
    press.server.answers["/dan-van-kheo-101.html"] = response(story(1, issued + issued.replace("đã", "vừa")))
    code, out, err = answer(start(press, "run", "--source", "bao-thu", "--json", **secrets))
    form = json.loads(out)
    assert form["alerts_queued"] >= 1
    assert form["alerts_sent"] == 0
    assert bot.requests
    assert code == 1
    said = out + err + written(press.engine) + ledger_markdown(form)
    config = press.config.model_copy(update={"telegram_token": Settings(telegram_token=bot.token).telegram_token})
    said += repr(config) + str(child_environment(config))
    for secret in (bot.token, bot.token.partition(":")[2], CHAT.lstrip("-")):
        assert secret not in said
