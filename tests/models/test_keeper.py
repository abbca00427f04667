from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from crawlers.values import FeedMemory, Find, Page, PageKeeper, PageStatus, UrlState
from models.database import transaction
from models.landing.keeper import DatabaseKeeper, fit_key
from models.landing.revisits import MOST_ATTEMPTS, next_visit, retry_after
from models.runs.ledger import start_run
from models.storing.reading import page_value
from models.tables import LedgerRow, PageRow, UrlRow
from tests.models.papers import NOW

SOURCE = "thanh-hoa"


class Clock:
    now = NOW

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(engine: Engine, clock: Clock) -> DatabaseKeeper:
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
    return DatabaseKeeper(engine, run_id, clock)


def find(key: str, **told: Any) -> Find:
    return Find(f"https://bao.example/{key}", key, "https://bao.example/rss", **told)


def page(key: str, body: bytes, clock: Clock, **headers: str) -> Page:
    return Page(
        SOURCE, key, f"https://bao.example/{key}", f"https://bao.example/{key}?x", 200, headers, body, clock.now
    )


def ledger(engine: Engine) -> dict[str, tuple[str, str]]:
    with transaction(engine) as session:
        rows = session.execute(select(LedgerRow.key, LedgerRow.state, LedgerRow.reason))
        return {key: (state, reason) for key, state, reason in rows}


def test_it_is_the_keeper_that_the_crawl_expects(keeper: DatabaseKeeper) -> None:
    promised: PageKeeper = keeper
    assert promised is keeper


def test_what_was_found_stays_due_until_it_is_fetched(keeper: DatabaseKeeper, clock: Clock) -> None:
    keeper.discovered(SOURCE, [find("1", title="Một", published="Sat, 05 Sep 2026"), find("2")])
    assert [(f.key, f.title, f.published) for f in keeper.due(SOURCE, 10)] == [
        ("1", "Một", "Sat, 05 Sep 2026"),
        ("2", None, None),
    ]
    assert keeper.known(SOURCE, ["1", "9"]).keys() == {"1"}
    assert keeper.known(SOURCE, ["1"])["1"].due
    assert keeper.keep(page("1", b"<html>", clock)) is UrlState.NEW
    assert [f.key for f in keeper.due(SOURCE, 10)] == ["2"]
    assert not keeper.known(SOURCE, ["1"])["1"].due


def test_a_page_lands_exactly_as_sent(keeper: DatabaseKeeper, engine: Engine, clock: Clock) -> None:
    sent = Page(
        SOURCE, "k", "u", "f", 203, {"etag": '"x"', "x": "lạ"}, bytes(range(256)) * 400, clock.now, {"title": "T"}
    )
    keeper.keep(sent)
    with transaction(engine) as session:
        assert page_value(session.scalars(select(PageRow)).one()) == sent
    known = keeper.known(SOURCE, ["k"])["k"]
    assert known.etag == '"x"'


def test_the_body_decides_whether_a_page_changed(keeper: DatabaseKeeper, engine: Engine, clock: Clock) -> None:
    bodies = [b"a", b"a", b"b", b"a"]
    states = [keeper.keep(page("1", body, clock)) for body in bodies]
    assert states == [UrlState.NEW, UrlState.UNCHANGED, UrlState.CHANGED, UrlState.CHANGED]
    with transaction(engine) as session:
        assert len(session.scalars(select(PageRow.id)).all()) == 2


def test_the_last_word_on_a_key_counts(keeper: DatabaseKeeper, engine: Engine, clock: Clock) -> None:
    keeper.discovered(SOURCE, [find("1"), find("2"), find("3")])
    assert ledger(engine)["1"][0] == "delayed"
    keeper.settle(SOURCE, "1", "u", UrlState.FAILED, "hết giờ", None)
    keeper.keep(page("1", b"x", clock))
    keeper.settle(SOURCE, "2", "u", UrlState.DISALLOWED, "robots.txt", None)
    assert {key: state for key, (state, _) in ledger(engine).items()} == {"1": "new", "2": "disallowed", "3": "delayed"}
    keeper.discovered(SOURCE, [find("1")])
    assert ledger(engine)["1"][0] == "new"  # found again: its state of this run stays


def test_a_known_url_is_known_in_the_next_run(engine: Engine, keeper: DatabaseKeeper, clock: Clock) -> None:
    keeper.discovered(SOURCE, [find("1"), find("2")])
    keeper.keep(page("1", b"x", clock))
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
    later = DatabaseKeeper(engine, run_id, clock)
    later.discovered(SOURCE, [find("1"), find("2")])
    with transaction(engine) as session:
        rows = session.execute(select(LedgerRow.key, LedgerRow.state).where(LedgerRow.run_id == run_id)).tuples().all()
    assert dict(rows) == {"1": "known", "2": "delayed"}


def test_failures_wait_longer_each_time_and_end(keeper: DatabaseKeeper, clock: Clock) -> None:
    waits = []
    for _ in range(MOST_ATTEMPTS):
        keeper.settle(SOURCE, "1", "u", UrlState.FAILED, "hết giờ", None)
        assert not keeper.known(SOURCE, ["1"])["1"].due
        for hours in range(1, 30):
            clock.now += timedelta(hours=1)
            if keeper.due(SOURCE, 9):
                waits.append(hours)
                break
    assert waits == [1, 2, 4, 8, 16, 24, 24]
    clock.now += timedelta(days=30)
    assert keeper.due(SOURCE, 9) == []


def test_a_given_time_is_kept(keeper: DatabaseKeeper, clock: Clock) -> None:
    keeper.settle(SOURCE, "1", "u", UrlState.DELAYED, "báo yêu cầu chờ", NOW + timedelta(hours=3))
    assert keeper.due(SOURCE, 9) == []
    clock.now += timedelta(hours=4)
    assert len(keeper.due(SOURCE, 9)) == 1


def test_feeds_are_remembered(keeper: DatabaseKeeper) -> None:
    assert keeper.feed(SOURCE, "rss") is None
    memory = FeedMemory("rss", '"e"', "Sat", "abc", 50, 2, visited_at=NOW, body=b"Disallow:")
    keeper.keep_feed(SOURCE, memory)
    keeper.keep_feed(SOURCE, memory)
    assert keeper.feed(SOURCE, "rss") == memory


def test_thousands_of_finds_at_once(keeper: DatabaseKeeper) -> None:
    finds = [find(str(number)) for number in range(3_000)]
    keeper.discovered(SOURCE, finds)
    assert len(keeper.known(SOURCE, [f.key for f in finds])) == 3_000
    assert len(keeper.due(SOURCE, 10_000)) == 3_000


def test_strange_words_from_outside_are_stored(keeper: DatabaseKeeper, engine: Engine, clock: Clock) -> None:
    long = "https://bao.example/" + "a" * 5_000
    keeper.discovered(SOURCE, [Find(long, long, "rss", title="NUL \x00 và \ud83d lẻ", summary="\udfff")])
    assert keeper.known(SOURCE, [long])[long].due
    keeper.keep(Page(SOURCE, long, long, long, 200, {"x": "\x00"}, b"x", clock.now, {"title": "\ud800"}))
    keeper.settle(SOURCE, long, long, UrlState.FAILED, "lỗi \x00", None)
    with transaction(engine) as session:
        row = session.scalars(select(UrlRow)).one()
        assert (row.url, row.title) == (long, "NUL \ufffd và \ufffd lẻ")


@given(st.text(max_size=2_000))
def test_keys_fit_and_stay_apart(key: str) -> None:
    assert len(fit_key(key)) <= 512
    assert fit_key(fit_key(key)) == fit_key(key)
    assert fit_key("k" * 600 + key) != fit_key("k" * 600 + key + "x")


def test_visits_and_retries_come_to_an_end() -> None:
    assert next_visit(NOW, NOW) == NOW + timedelta(days=1)
    assert next_visit(NOW, NOW + timedelta(days=2)) == NOW + timedelta(days=7)
    assert next_visit(NOW, NOW + timedelta(days=8)) is None
    assert retry_after(MOST_ATTEMPTS, NOW) is None


def gone(keeper: DatabaseKeeper, key: str) -> None:
    keeper.settle(SOURCE, key, f"https://bao.example/{key}", UrlState.GONE, "HTTP 404", None)


def due(keeper: DatabaseKeeper) -> list[str]:
    return [found.key for found in keeper.due(SOURCE, 10)]


def test_what_is_gone_is_looked_for_twice_again(keeper: DatabaseKeeper, clock: Clock) -> None:
    keeper.discovered(SOURCE, [find("1")])
    gone(keeper, "1")
    assert due(keeper) == []
    for days in (1, 7):
        clock.now = NOW + timedelta(days=days)
        assert due(keeper) == ["1"]
        gone(keeper, "1")
    clock.now = NOW + timedelta(days=400)
    assert due(keeper) == []


def test_a_page_that_is_there_again_is_no_longer_gone(keeper: DatabaseKeeper, engine: Engine, clock: Clock) -> None:
    keeper.keep(page("1", b"<p>x", clock))
    gone(keeper, "1")
    assert keeper.keep(page("1", b"<p>x", clock)) is UrlState.UNCHANGED
    assert keeper.known(SOURCE, ["1"])["1"].state is UrlState.UNCHANGED


def test_a_page_that_still_says_it_is_gone_stays_so(keeper: DatabaseKeeper, engine: Engine, clock: Clock) -> None:
    keeper.keep(page("1", b"<p>Not here", clock))
    with transaction(engine) as session:
        session.execute(update(PageRow).values(page_status=PageStatus.SOFT_404.value))
    gone(keeper, "1")
    keeper.keep(page("1", b"<p>Not here", clock))
    assert keeper.known(SOURCE, ["1"])["1"].state is UrlState.GONE


def test_what_a_clock_that_was_ahead_put_off_is_due(keeper: DatabaseKeeper, engine: Engine, clock: Clock) -> None:
    clock.now = NOW + timedelta(days=1_400)
    keeper.discovered(SOURCE, [find("1"), find("2")])
    keeper.settle(SOURCE, "1", "https://bao.example/1", UrlState.FAILED, "x", None)
    keeper.keep(page("2", b"<p>x", clock))
    keeper.settle(SOURCE, "2", "https://bao.example/2", UrlState.UNCHANGED, "", None)
    clock.now = NOW
    again = DatabaseKeeper(engine, 1, clock)
    assert again.known(SOURCE, ["1"])["1"].due
    assert due(again) == ["1", "2"]
    again.keep(page("2", b"<p>x", clock))
    assert due(again) == ["1"]
    clock.now = NOW + timedelta(days=1)
    assert due(DatabaseKeeper(engine, 1, clock)) == ["1", "2"]
