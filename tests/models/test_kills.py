"""SIGKILL at any moment of a harvest, again and again: nothing is lost, nothing stands twice."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from crawlers.values import Find, Page
from models.database import migrate, open_engine, transaction
from models.landing.keeper import DatabaseKeeper
from models.runs.ledger import start_run
from models.storing.store import read_waiting_pages
from models.tables import ArticleRow, DocumentRow, EventRow, LedgerRow
from tests.forked import child
from tests.models.papers import NOW, SOURCES, Press, extract


def paper() -> Iterator[Page]:
    """Eight new documents in four papers' words, articles that only cite, a second address, a bad page, a listing."""
    for source in SOURCES:
        for number in range(1, 9):
            body = (
                f"Ngày 2{number % 8}/8/2026, Bộ Chính trị đã ban hành Nghị quyết số {number}-NQ/TW về lĩnh vực thứ {number}. "
                f"Theo bản tin của {source}, văn bản giao nhiệm vụ cho cấp ủy các cấp trong năm {2026 + number}."
            )
            yield page(source, f"a{number}", {"title": f"Nghị quyết {number}", "text": body})
        yield page(source, "b1", {"title": "Nghị quyết 8", "text": body})
        cited = f"Bản tin {source}: thực hiện Nghị quyết số 25-NQ/TW, ngày 03/6/2013 về công tác dân vận."
        yield page(source, "c1", {"title": "Sơ kết", "text": cited})
        yield page(source, "d1", {"title": "Hỏng", "status": "lạ"})
        yield page(source, "e1", {"title": "Danh mục", "status": "listing"})


def page(source: str, key: str, told: dict[str, Any]) -> Page:
    published = (NOW - timedelta(hours=3)).isoformat()
    body = json.dumps({"published_at": published, **told}, ensure_ascii=False).encode()
    return Page(source, key, f"https://{source}.example/{key}", f"https://{source}.example/{key}", 200, {}, body, NOW)


def announce(session: Session, document_id: int, article_id: int, now: datetime) -> int:
    """An outbox whose unique key refuses a second alert, as the real one's does."""
    key = f"document:{document_id}"
    if session.scalar(select(EventRow.id).where(EventRow.key == key)) is not None:
        return 0
    event = {"document_id": document_id, "article_id": article_id, "payload": {}, "created_at": now}
    session.add(EventRow(key=key, kind="document", **event))
    session.flush()
    return 1


def harvest(url: str, sources: tuple[str, ...] = tuple(SOURCES)) -> None:
    """What a child does: fetch what is due, land it, read what waits."""
    engine = open_engine(url)
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
    keeper = DatabaseKeeper(engine, run_id, lambda: NOW)
    for source in sources:
        pages = {landed.key: landed for landed in paper() if landed.source_id == source}
        keeper.discovered(source, [Find(landed.url, key, "feed") for key, landed in pages.items()])
        for find in keeper.due(source, 1_000):
            keeper.keep(pages[find.key])
        read_waiting_pages(
            engine, SOURCES, now=NOW, extract=extract, announce=announce, source_id=source, run_id=run_id
        )
    engine.dispose()


def kill_again_and_again(url: str, kills: int, chance: random.Random) -> int:
    """Start harvests and kill them at random moments; answers how many were really cut short."""
    cut = 0
    for _ in range(kills):
        begun = child(harvest, url)
        begun.start()
        time.sleep(chance.uniform(0.0, 0.07))
        begun.kill()
        begun.join()
        cut += begun.exitcode == -signal.SIGKILL
    return cut


def content(engine: Engine) -> dict[str, Any]:
    """What an archive says, without ids (they tell the order of work, not what is held).

    a8 and b1 are one article under two addresses: which of them is "the" article depends on who was killed when.
    """
    with transaction(engine) as session:
        articles = session.execute(
            select(ArticleRow.source_id, ArticleRow.key, ArticleRow.title, ArticleRow.text)
        ).all()
        documents = session.execute(
            select(DocumentRow.symbol, DocumentRow.issued_on, DocumentRow.announced_at.is_not(None))
        ).all()
        told = session.execute(select(DocumentRow.symbol).join(EventRow, EventRow.document_id == DocumentRow.id)).all()
        citations = session.execute(
            text(
                "SELECT a.source_id, a.key, c.symbol, c.start, d.issued_on FROM citation c"
                " JOIN article a ON a.id = c.article_id LEFT JOIN document d ON d.id = c.document_id"
            )
        ).all()
        pages = session.execute(text("SELECT source_id, key, read_state FROM page")).all()
        urls = session.execute(text("SELECT source_id, key, state FROM url")).all()
        indexed = session.execute(text("SELECT count(*) FROM search_entry WHERE article_id IS NOT NULL")).scalar()
    named: dict[str, Any] = {
        "articles": articles,
        "documents": documents,
        "told": told,
        "citations": citations,
        "pages": pages,
    }
    return {
        name: sorted(" ".join(map(str, row)).replace(" b1 ", " a8 ") for row in rows)
        for name, rows in {**named, "urls": urls}.items()
    } | {"indexed": indexed}


def settled_once(engine: Engine) -> None:
    """The ledgers of all runs together know each article as new exactly once."""
    with transaction(engine) as session:
        new = session.execute(select(LedgerRow.source_id, LedgerRow.key).where(LedgerRow.state == "new")).all()
        articles = session.execute(select(ArticleRow.source_id, ArticleRow.key)).all()
    assert sorted(map(tuple, new)) == sorted(map(tuple, articles))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    url = f"sqlite:///{tmp_path_factory.mktemp('undisturbed') / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    harvest(url)
    said = content(engine)
    engine.dispose()
    assert len(said["told"]) == 8
    assert len(said["articles"]) == 36
    return said


def differing(said: dict[str, Any], undisturbed: dict[str, Any]) -> None:
    """Fail with the lines that differ, not with two whole archives."""
    for name, lines in undisturbed.items():
        if said[name] != lines and isinstance(lines, list):
            raise AssertionError((name, sorted(set(said[name]) ^ set(lines)), len(said[name]), len(lines)))
    assert said == undisturbed


def kill_and_compare(url: str, engine: Engine, kills: int, undisturbed: dict[str, Any]) -> None:
    engine.dispose()  # children must not inherit an open connection
    cut = kill_again_and_again(url, kills, random.Random(7))
    harvest(url)
    assert cut > kills // 3
    differing(content(engine), undisturbed)
    settled_once(engine)


def test_twenty_kills_lose_nothing_and_double_nothing(
    database_url: str, engine: Engine, undisturbed: dict[str, Any]
) -> None:
    kill_and_compare(database_url, engine, 20, undisturbed)


@pytest.mark.soak
def test_five_hundred_kills(database_url: str, engine: Engine, undisturbed: dict[str, Any]) -> None:
    for _ in range(5):
        kill_and_compare(database_url, engine, 100, undisturbed)


def test_children_side_by_side_find_each_document_once(
    database_url: str, engine: Engine, undisturbed: dict[str, Any]
) -> None:
    engine.dispose()
    children = [child(harvest, database_url, (source,)) for source in SOURCES]
    for one in children:
        one.start()
    for one in children:
        one.join()
    assert [one.exitcode for one in children] == [0] * 4
    differing(content(engine), undisturbed)


def test_two_readers_of_the_same_pages_store_them_once(
    database_url: str, engine: Engine, undisturbed: dict[str, Any]
) -> None:
    engine.dispose()
    children = [child(harvest, database_url) for _ in range(2)]
    for one in children:
        one.start()
    for one in children:
        one.join()
    differing(content(engine), undisturbed)


def test_a_restored_backup_alerts_again_only_for_what_it_never_knew(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    press = Press(engine)
    for number in range(1, 6):
        press.print("trung-uong", str(number), f"Nghị quyết {number}", issued(number))
    backup = tmp_path / "backup.sqlite3"
    with sqlite3.connect(tmp_path / "archive.sqlite3") as live, sqlite3.connect(backup) as copy:
        live.backup(copy)
    press.print("trung-uong", "6", "Nghị quyết 6", issued(6))
    assert len(press.told) == 6
    press.engine.dispose()

    restored = Press(open_engine(f"sqlite:///{backup}"), now=NOW + timedelta(days=2))
    for number in range(1, 7):
        restored.land("trung-uong", str(number), f"Nghị quyết {number}", issued(number), on="2026-09-05")
        restored.land("nghe-an", str(number), f"Bản tin {number}", issued(number) + " Thêm.", on="2026-09-05")
    assert restored.read().documents_new == 1
    assert [row.symbol for row in restored.documents() if row.announced_at == restored.now] == ["6-NQ/TW"]


def issued(number: int) -> str:
    return f"Ngày 2{number}/8/2026, Bộ Chính trị đã ban hành Nghị quyết số {number}-NQ/TW về lĩnh vực thứ {number} của năm."
