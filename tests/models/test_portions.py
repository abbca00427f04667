"""Pages are stored a few at a time: what is wrong with one of them is no matter of the others."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.orm import Session

from foundation.errors import StoreError
from models.storing import store
from models.storing.page import store_page
from models.storing.store import PORTION
from models.tables import ArticleRow, PageRow
from tests.models.papers import Press, extract

NEWS = "Ngày 4/9/2026, Ban Bí thư đã ban hành Chỉ thị số {}-CT/TW về công tác dân vận trong tình hình mới."


@pytest.fixture
def press(engine: Engine) -> Press:
    return Press(engine)


def land(press: Press, keys: range) -> None:
    for key in keys:
        press.land("trung-uong", f"{key:02}", f"Chỉ thị số {key}", NEWS.format(key))


def states(press: Press) -> str:
    """The states of all pages in the order of their keys, a letter each."""
    pages = press.rows(lambda s: [(p.key, p.read_state) for p in s.scalars(select(PageRow))])
    return "".join(state[0] for _, state in sorted(pages))


def test_one_that_cannot_be_stored_leaves_the_others_as_they_are(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    land(press, range(PORTION + 2))

    def broken(session: Session, row: Any, *others: Any) -> Any:
        stored = store_page(session, row, *others)
        if row.key == "03":  # when its rows stand already
            raise ValueError("mẫu lạ")
        return stored

    monkeypatch.setattr(store, "store_page", broken)
    report = press.read()
    assert (report.pages, report.articles_new) == (PORTION + 2, PORTION + 1)
    assert report.failures == [("https://trung-uong.example/03.html", "ValueError: mẫu lạ")]
    assert states(press) == "rrrf" + "r" * (PORTION - 2)
    assert "03" not in {article.key for article in press.articles()}
    assert len(press.documents()) == report.documents_new == PORTION + 1


def test_one_whose_alert_is_refused_waits_alone(press: Press) -> None:
    land(press, range(4))

    def refuse(session: Session, document_id: int, article_id: int, now: Any) -> int:
        if article_id in {a.id for a in session.scalars(select(ArticleRow)) if a.key == "02"}:
            raise RuntimeError("quy tắc hỏng")
        return 1

    report = press.read(announce=refuse)
    assert (report.articles_new, report.alerts_queued) == (3, 3)
    assert [url for url, _ in report.failures] == ["https://trung-uong.example/02.html"]
    assert states(press) == "rrwr"
    assert press.read().articles_new == 1


def test_a_killed_reader_leaves_its_pages_to_be_read_one_by_one(press: Press) -> None:
    """One of them may be what killed it: the others must not go down with it, visit after visit."""
    land(press, range(5))

    def deadly(page: Any, source: Any) -> Any:
        if page.key == "01":
            raise KeyboardInterrupt
        return extract(page, source)

    with pytest.raises(KeyboardInterrupt):
        press.read(extractor=deadly)
    assert states(press) == "wwwww"
    land(press, range(5, 8))
    with pytest.raises(KeyboardInterrupt):
        press.read(extractor=deadly)
    assert states(press) == "rwwwwrrr"  # the fresh ones first, and then those begun before, each by itself
    for _ in range(25):
        try:
            press.read(extractor=deadly)
        except KeyboardInterrupt:
            continue
    assert states(press) == "rfrrrrrr"


def test_the_later_version_of_a_page_has_the_last_word(press: Press) -> None:
    """It cannot be read: its URL is due again in an hour, not when an article would be."""
    land(press, range(1))
    press.now += timedelta(minutes=1)
    press.land("trung-uong", "00", "Chỉ thị số 0", "Bài đã sửa.")
    press.land("trung-uong", "01", "Chỉ thị số 1", NEWS.format(1))

    def broken(page: Any, source: Any) -> Any:
        found = extract(page, source)
        if found.text == "Bài đã sửa.":
            raise ValueError("mẫu lạ")
        return found

    assert press.read(extractor=broken).articles_new == 2
    assert press.one("SELECT state FROM url WHERE key = '00'") == "failed"


def test_a_second_reader_takes_the_same_pages_in_any_order(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wants rows that the other has: PostgreSQL would end one of them."""
    land(press, range(2))
    monkeypatch.setattr(store, "_waiting", lambda *_: [[2, 1]])  # fetched in another order than landed; both looked
    others: list[threading.Thread] = []
    faults: list[StoreError] = []

    def other() -> None:
        try:
            press.read()
        except StoreError as error:
            faults.append(error)

    def meeting(*given: Any) -> Any:
        stored = store_page(*given)
        if not others:
            others.append(threading.Thread(target=other))
            others[0].start()
            time.sleep(0.3)  # it begins, and waits
        return stored

    monkeypatch.setattr(store, "store_page", meeting)
    assert press.read().articles_new == 2
    others[0].join()
    assert (faults, states(press)) == ([], "rr")


def test_who_is_told_to_stop_keeps_what_was_read(press: Press) -> None:
    land(press, range(6))
    seen: list[str] = []

    def noting(page: Any, source: Any) -> Any:
        seen.append(page.key)
        return extract(page, source)

    report = press.read(extractor=noting, stopped=lambda: len(seen) >= 2)
    assert report.stopped
    assert (report.articles_new, states(press)) == (2, "rrwwww")
    assert press.read().articles_new == 4


def test_articles_of_many_documents_are_not_stored_together(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who decides about documents is alone in the archive: not for longer than a hundred of them take."""
    read: list[int] = [0]

    @event.listens_for(press.engine, "commit")
    def count(connection: Connection) -> None:
        read.append(connection.scalar(text("SELECT count(*) FROM page WHERE read_state = 'read'")) or 0)

    land(press, range(6))
    monkeypatch.setattr(store, "PART", 4)  # each names its document in title and text: two of them are four
    assert press.read().articles_new == 6
    assert max(after - before for before, after in pairwise(read)) == 2
