"""That a page's reading has begun is written before it begins, and of no portion that nobody came to."""

from __future__ import annotations

import multiprocessing
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from crawlers.source import Source
from crawlers.values import Extract, Page
from models.database import migrate, open_engine
from models.landing.outcomes import MOST_TRIES
from models.storing import store
from tests.models.papers import Press, extract

fork = multiprocessing.get_context("fork")
KEYS = ("1", "2", "3", "4")


@pytest.fixture(autouse=True)
def two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PORTION", 2)


@pytest.fixture
def press(engine: Engine) -> Press:
    return landed(engine)


def landed(engine: Engine) -> Press:
    press = Press(engine)
    for key in KEYS:
        press.land("nghe-an", key, f"Bài {key}", f"Nội dung của bài {key}.")
    return press


def tries(press: Press) -> list[int]:
    return [press.one(f"SELECT read_tries FROM page WHERE key = '{key}'") for key in KEYS]


def states(press: Press) -> list[str]:
    return [press.one(f"SELECT read_state FROM page WHERE key = '{key}'") for key in KEYS]


def test_pages_are_counted_when_their_portion_comes(press: Press) -> None:
    seen: list[list[int]] = []

    def looking(page: Page, source: Source | None) -> Extract:
        seen.append(tries(press))
        return extract(page, source)

    passed: list[tuple[int, int]] = []
    press.read(extractor=looking, progress=lambda done, of: passed.append((done, of)))
    assert seen == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]
    assert passed == [(2, 4), (4, 4)]


def test_a_page_that_fails_leaves_the_next_one_its_turn(press: Press) -> None:
    def broken(page: Page, source: Source | None) -> Extract:
        if page.key in {"1", "3"}:
            raise ValueError("hỏng")
        return extract(page, source)

    report = press.read(extractor=broken)
    assert (len(report.failures), report.articles_new) == (2, 2)
    assert states(press) == ["failed", "read", "failed", "read"]
    assert tries(press) == [1, 1, 1, 1]


def test_a_body_that_cannot_be_unpacked_is_one_bad_page(press: Press) -> None:
    with press.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE page SET body = url WHERE key = '2'"
            if press.engine.dialect.name == "sqlite"
            else "UPDATE page SET body = CAST(url AS bytea) WHERE key = '2'"
        )
    assert len(press.read().failures) == 1
    assert states(press) == ["read", "failed", "read", "read"]


def test_a_reader_that_is_told_to_stop_has_not_begun_the_next_portion(press: Press) -> None:
    answers = iter([False, False, True])
    report = press.read(stopped=lambda: next(answers))
    assert (report.pages, report.stopped) == (2, True)
    assert tries(press) == [1, 1, 0, 0]
    assert states(press) == ["read", "read", "waiting", "waiting"]
    report = press.read()
    assert (report.pages, report.stopped) == (2, False)
    assert tries(press) == [1, 1, 1, 1]


def test_a_page_that_goes_back_and_forth_is_none_that_kills_its_reader(press: Press) -> None:
    for turn in range(2 * MOST_TRIES + 4):
        press.now += timedelta(hours=1)
        report = press.print("nghe-an", "1", "Bài 1", f"Nội dung {turn % 2}.", on="2026-09-01")
    assert (report.failures, report.states) == ([], {"changed": 1})


def test_what_another_reader_has_read_is_passed_over(press: Press) -> None:
    def slowly(page: Page, source: Source | None) -> Extract:
        if page.key == "1":
            press.read()
        return extract(page, source)

    report = press.read(extractor=slowly)
    assert (report.pages, states(press)) == (0, ["read"] * 4)
    assert tries(press) == [2, 2, 1, 1]
    assert len(press.articles()) == 4


def test_a_page_that_kills_its_reader_is_counted_and_goes_last(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    press = landed(engine)
    engine.dispose()

    def deadly(page: Page, source: Source | None) -> Extract:
        if page.key == "2":
            os._exit(9)
        return extract(page, source)

    for _ in range(2):
        child = fork.Process(target=press.read, kwargs={"extractor": deadly})
        child.start()
        child.join()
        assert child.exitcode == 9
    assert states(press) == ["read", "waiting", "read", "read"]
    assert tries(press) == [2, 2, 1, 1]
    press.read()
    assert states(press) == ["read"] * 4
