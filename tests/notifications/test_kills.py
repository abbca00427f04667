"""Nothing lost, nothing twice: senders killed at any moment, two at once, thousands of rows."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.database import transaction
from models.tables import AlertRow, EventRow, RuleRow, SubscriberRow
from notifications.outbox import announce
from notifications.values import DeliveryReport
from tests.botapi.server import running
from tests.botapi.state import BotApi
from tests.notifications.conftest import NOW, QUICK, Office
from tests.notifications.sender import RACE, STEPS, SURVIVOR, deliver_and_measure, deliver_until_killed

START = multiprocessing.get_context("forkserver")
START.set_forkserver_preload(["tests.notifications.sender", "notifications.channels.telegram", "crawlers.catalogue"])


def fill(office: Office, chats: int, documents: int) -> None:
    for chat in range(1, chats + 1):
        office.chat(chat)
    for _ in range(documents):
        office.news()


def codes(api: BotApi) -> Counter[str]:
    with api.lock:
        found = [re.search(r"Mã tin: (VB-\d+)", sent.text) for sent in api.messages]
    return Counter(one[1] for one in found if one is not None)


def check_nothing_lost_nothing_twice(office: Office, api: BotApi) -> int:
    """Every row arrived; more than once only what was unknown, and no oftener than it was unknown. Gives the repeats."""
    arrived = codes(api)
    rows = office.alerts()
    assert {row.state for row in rows} == {"sent"}
    assert set(arrived) == {f"VB-{row.id}" for row in rows}
    for row in rows:
        assert 1 <= arrived[f"VB-{row.id}"] <= 1 + row.unknowns
    return sum(arrived.values()) - len(rows)


def kill_often(office: Office, api: BotApi, database_url: str, api_url: str, kills: int, longest: float) -> int:
    chance = random.Random(82)
    killed = 0
    while killed < kills:
        child = START.Process(target=deliver_until_killed, args=(database_url, api_url))
        child.start()
        child.join(chance.uniform(0.08, longest))
        if child.is_alive():
            child.kill()
            killed += 1
        child.join()
        if not {"queued", "sending", "unknown"} & set(office.states()):
            fill_more(office)
    time.sleep(RACE.lease)
    office.clock.skip(seconds=5)
    report = office.deliver(SURVIVOR)
    assert report.waiting == 0
    return killed


def fill_more(office: Office) -> None:
    for _ in range(4):
        office.news()


@pytest.fixture
def slow_api(api: BotApi) -> BotApi:
    """An API that takes a moment, so that a kill falls between sending and the answer."""
    api.latency = 0.01
    return api


def test_67_kills_at_random_moments(office: Office, slow_api: BotApi, api_url: str, database_url: str) -> None:
    use_real_time(office)
    fill(office, 6, 12)
    kill_often(office, slow_api, database_url, api_url, kills=20, longest=0.45)
    check_nothing_lost_nothing_twice(office, slow_api)


@pytest.mark.soak
def test_67_hundreds_of_kills(office: Office, slow_api: BotApi, api_url: str, database_url: str) -> None:
    use_real_time(office)
    fill(office, 40, 20)
    kill_often(office, slow_api, database_url, api_url, kills=400, longest=0.6)
    repeats = check_nothing_lost_nothing_twice(office, slow_api)
    assert repeats <= sum(row.unknowns for row in office.alerts())


@pytest.mark.parametrize("step", STEPS)
def test_67_kill_at_each_step(office: Office, slow_api: BotApi, api_url: str, database_url: str, step: str) -> None:
    use_real_time(office)
    fill(office, 3, 3)
    child = START.Process(target=deliver_until_killed, args=(database_url, api_url, step))
    child.start()
    child.join(20)
    assert child.exitcode == -9
    time.sleep(RACE.lease)
    office.deliver(SURVIVOR)
    repeats = check_nothing_lost_nothing_twice(office, slow_api)
    unknown = sum(row.unknowns for row in office.alerts())
    assert (repeats > 0) <= (unknown > 0)
    if step == "taken":
        assert unknown == 0


def use_real_time(office: Office) -> None:
    """Children run on the real clock: so must what they are given."""
    from datetime import UTC, datetime

    office.clock.start = datetime.now(UTC)
    office.clock.begun = time.monotonic()
    with transaction(office.engine) as session:
        for row in session.scalars(select(SubscriberRow)):
            row.quiet_from = row.quiet_to = "00:00"
    original = office.chat

    def awake(address: int, **more: Any) -> int:
        return original(address, **{"urgent": True, **more})

    office.chat = awake  # type: ignore[method-assign,assignment]  # alerts of this office ignore the night
    fresh = office.article

    def today(source: str = "baothanhhoa", **more: object) -> int:
        return fresh(source, published_at=office.clock(), **more)

    office.article = today  # type: ignore[method-assign]


def test_67_announcement_that_is_rolled_back_leaves_nothing(office: Office) -> None:
    office.chat(7)
    document, article = office.document(), office.article()
    with pytest.raises(ZeroDivisionError), transaction(office.engine) as session:
        raise ZeroDivisionError(announce(session, document, article, NOW))
    with transaction(office.engine) as session:
        assert session.query(EventRow).count() == 0
        assert announce(session, document, article, NOW) == 1


def test_two_stores_that_announce_one_document_at_once(office: Office) -> None:
    office.chat(7)
    document, articles = office.document(), [office.article(), office.article("baonghean")]
    counts: list[int] = []

    def store(article: int) -> None:
        with transaction(office.engine) as session:
            counts.append(announce(session, document, article, NOW))

    threads = [threading.Thread(target=store, args=(article,)) for article in articles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 1]
    with transaction(office.engine) as session:
        assert sorted(session.scalars(select(EventRow)).one().payload["reports"]) == sorted(articles)


def test_two_senders_at_once_never_send_the_same_row(office: Office, api: BotApi) -> None:
    fill(office, 8, 15)
    pace = replace(QUICK, at_once=3, list_over=1000)
    reports: list[DeliveryReport] = []
    threads = [threading.Thread(target=lambda: reports.append(office.deliver(pace))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == 120
    assert min(report.sent for report in reports) > 0
    assert set(codes(api).values()) == {1}
    assert in_order(api)


def in_order(api: BotApi) -> bool:
    numbers: dict[int, list[int]] = {}
    for sent in api.messages:
        found = re.search(r"Mã tin: VB-(\d+)", sent.text)
        assert found is not None
        numbers.setdefault(sent.chat, []).append(int(found[1]))
    return all(given == sorted(given) for given in numbers.values())


def queue_many(office: Office, chats: int, alerts: int) -> None:
    """Chats and rows in bulk, as announcements would have left them."""
    documents = [office.document() for _ in range(alerts)]
    article = office.article()
    with transaction(office.engine) as session:
        session.execute(
            insert(SubscriberRow),
            [{"channel": "telegram", "address": str(at), "joined_at": NOW} for at in range(1, chats + 1)],
        )
        ids = session.scalars(select(SubscriberRow.id).order_by(SubscriberRow.id)).all()
        session.execute(insert(RuleRow), [{"subscriber_id": ids[0], "name": "Mọi văn bản", "created_at": NOW}])
        for document in documents:
            event = EventRow(
                key=f"document:{document}", kind="document", document_id=document,
                payload={"reports": [article]}, created_at=NOW,
            )  # fmt: skip
            session.add(event)
            session.flush()
            row = {"event_id": event.id, "queued_at": NOW, "not_before": NOW, "reasons": {"rule": "Mọi văn bản"}}
            session.execute(insert(AlertRow), [row | {"subscriber_id": key} for key in ids])


@contextmanager
def limited(speed: float) -> Iterator[tuple[BotApi, str]]:
    api = BotApi(limits=True, speed=speed)
    with running(api) as url:
        yield api, url


def go_out(office: Office, database_url: str, chats: int, alerts: int, speed: float) -> list[float]:
    """Let all go out at the permitted pace; gives the sender's memory (MiB) over time."""
    queue_many(office, chats, alerts)
    with limited(speed) as (api, url):
        mine, theirs = multiprocessing.Pipe()
        child = START.Process(target=deliver_and_measure, args=(database_url, url, speed, theirs))
        begun = api.now()
        child.start()
        assert mine.poll(1200)
        sent, retried, waiting, memory = mine.recv()
        child.join()
        took = api.now() - begun
        assert (sent, waiting) == (chats * alerts, 0)
        assert retried <= chats * alerts * 0.2  # a busy machine sends unevenly, and is told to wait
        assert took >= chats * alerts / 30
        assert set(codes(api).values()) == {1}
        assert in_order(api)
        times = sorted(message.at for message in api.messages)
        assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(times[::31]))
    return list(memory)


def test_50_chats_with_4_alerts_each_in_order_at_the_pace(office: Office, database_url: str) -> None:
    go_out(office, database_url, 50, 4, speed=4)


@pytest.mark.soak
def test_1000_chats_with_20_alerts_each_memory_flat(office: Office, database_url: str) -> None:
    memory = go_out(office, database_url, 1000, 20, speed=3)
    settled = memory[len(memory) // 5 :]
    assert max(settled) - min(settled) < 30
