"""An archive with a few documents, a stand-in of the Bot API, and a clock that can run fast."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from foundation.settings import Settings
from models.database import transaction
from models.tables import AlertRow, ArticleRow, CitationRow, DocumentRow, EventRow, RuleRow, SubscriberRow
from notifications.deliver import deliver
from notifications.outbox import announce
from notifications.values import DeliveryReport, Pace
from notifications.watch import Watch
from tests.botapi.server import running
from tests.botapi.state import TOKEN, BotApi

NOW = datetime(2026, 3, 5, 2, 30, tzinfo=UTC)
"""A Thursday morning, 09:30 in Hà Nội."""
QUICK = Pace(chat_gap=0, group_gap=0, per_second=10_000, backoff_first=0.05, answer_timeout=10, patience=20)
HASTY = replace(QUICK, answer_timeout=1.0)
"""No pacing, short pauses: for tests of anything but the pace."""


@dataclass
class FastClock:
    """A clock that starts at `start` and runs `speed` times as fast; `sleep` waits by it."""

    start: datetime = NOW
    speed: float = 1.0
    begun: float = field(default_factory=time.monotonic)
    skipped: timedelta = timedelta()

    def __call__(self) -> datetime:
        return self.start + self.skipped + timedelta(seconds=(time.monotonic() - self.begun) * self.speed)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)

    def skip(self, **more: float) -> None:
        self.skipped += timedelta(**more)


class Office:
    """An archive in which documents appear, with the chats that are told."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine = engine
        self.settings = settings
        self.clock = FastClock()
        self.number = 0

    def chat(self, address: int | str, *, channel: str = "telegram", operator: bool = False, **rule: Any) -> int:
        with transaction(self.engine) as session:
            row = SubscriberRow(
                channel=channel, address=str(address), name=f"Phòng {address}"[:12], operator=operator, joined_at=NOW
            )
            session.add(row)
            session.flush()
            if not operator:
                given = {"name": "Văn bản về dân vận", "builtin": True, "urgent": False} | rule
                session.add(RuleRow(subscriber_id=row.id, created_at=NOW, **given))
            return row.id

    def document(self, **more: Any) -> int:
        self.number += 1
        given: dict[str, Any] = {
            "symbol": f"{self.number:02}-CT/TU", "kind_code": "CT", "kind": "Chỉ thị", "number": self.number,
            "issuer_code": "TU", "issuer": "Ban Thường vụ Tỉnh ủy", "province": "38", "place": "Thanh Hóa",
            "issued_on": date(2026, 3, 4), "title": "về tăng cường công tác dân vận ở cơ sở",
            "first_seen_at": NOW, "mentioned_at": NOW, "reported_at": NOW, "announced_at": NOW,
        } | more  # fmt: skip
        with transaction(self.engine) as session:
            row = DocumentRow(**given)
            session.add(row)
            session.flush()
            return row.id

    def article(self, source: str = "baothanhhoa", **more: Any) -> int:
        self.number += 1
        text = "Ban Thường vụ Tỉnh ủy vừa ban hành Chỉ thị số 01-CT/TU về công tác dân vận.\n\nĐoạn thứ hai."
        given: dict[str, Any] = {
            "source_id": source, "key": f"k{self.number}", "url": f"https://{source}.vn/bai-{self.number}.htm",
            "status": "article", "title": f"Tỉnh ủy ban hành chỉ thị mới ({self.number})", "lead": "Lời dẫn.",
            "text": text, "published_at": NOW - timedelta(hours=1), "first_seen_at": NOW, "sort_at": NOW,
            "updated_at": NOW, "province": "38", "grade": "core", "score": 3.0, "rules": "1", "text_sha256": "0",
        } | more  # fmt: skip
        with transaction(self.engine) as session:
            row = ArticleRow(**given)
            session.add(row)
            session.flush()
            return row.id

    def mention(self, document: int, article: int, field: str, text: str) -> None:
        with transaction(self.engine) as session:
            words = getattr(session.get_one(ArticleRow, article), field)
            start = words.index(text)
            row = CitationRow(
                article_id=article, document_id=document, local_id=1, field=field, start=start,
                end=start + len(text), text=text, role="issues",
            )  # fmt: skip
            session.add(row)

    def news(self, **more: Any) -> int:
        """A new document, reported by a new article; gives the document's id."""
        document, article = self.document(**more), self.article()
        with transaction(self.engine) as session:
            announce(session, document, article, self.clock())
        return document

    def deliver(self, pace: Pace = QUICK, **more: Any) -> DeliveryReport:
        return deliver(self.engine, self.settings, self.clock, pace=pace, sleep=self.clock.sleep, **more)

    def alerts(self) -> list[AlertRow]:
        with transaction(self.engine) as session:
            return list(session.scalars(select(AlertRow).order_by(AlertRow.id)))

    def states(self) -> list[str]:
        return [row.state for row in self.alerts()]

    def texts_to_operators(self) -> list[str]:
        with transaction(self.engine) as session:
            events = session.scalars(select(EventRow).where(EventRow.kind == "operator").order_by(EventRow.id))
            return [part["html"] for event in events for part in event.payload["parts"]]


@contextmanager
def watching(office: Office, check_every: float = 60) -> Iterator[None]:
    """The watch as a process would run it, in a thread."""
    watch = Watch(
        office.settings,
        office.engine,
        clock=office.clock,
        deliver_every=0.3,
        channels_every=0.3,
        check_every=check_every,
    )
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(watch.run(stop)), daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
        assert not thread.is_alive()


@pytest.fixture
def api() -> BotApi:
    return BotApi(limits=False)


@pytest.fixture
def api_url(api: BotApi) -> Iterator[str]:
    with running(api) as url:
        yield url


@pytest.fixture
def settings(api_url: str) -> Settings:
    return Settings(_env_file=None, telegram_token=SecretStr(TOKEN), telegram_base_url=api_url)


@pytest.fixture
def office(engine: Engine, settings: Settings) -> Office:
    return Office(engine, settings)
