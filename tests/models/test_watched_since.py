"""Who adds a paper is not woken by what it printed before that day."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from crawlers.source import Source
from models.database import migrate
from models.storing.store import read_waiting_pages
from tests.models.papers import NOW, Press, extract

TITLE = "Ban Thường vụ Tỉnh ủy ban hành Chỉ thị số {}-CT/TU về công tác dân vận"
TODAY, YESTERDAY = "2026-09-05", "2026-09-04"


@pytest.fixture
def press(engine: Engine) -> Press:
    migrate(engine)
    return Press(engine)


def told(press: Press, watched_since: date | None) -> int:
    press.land("moi", "1", TITLE.format(21), on=YESTERDAY)
    press.land("moi", "2", TITLE.format(22), on=TODAY)
    source = Source(id="moi", name="Báo Mới", domain="moi.example", province="38", watched_since=watched_since)
    report = read_waiting_pages(press.engine, {"moi": source}, now=NOW, extract=extract, announce=press.announce)
    assert report.articles_new == 2
    assert len(press.documents()) == 2, "stored all the same"
    return report.alerts_queued


@pytest.mark.parametrize(
    ("watched_since", "alerts"),
    [
        (None, 1),  # the archive meets the paper today
        (date(2026, 9, 5), 1),
        (date(2026, 9, 4), 2),
        (date(2026, 9, 6), 0),
    ],
)
def test_only_what_was_printed_since_then_is_told(press: Press, watched_since: date | None, alerts: int) -> None:
    assert told(press, watched_since) == alerts


def test_a_paper_met_last_month_tells_yesterdays_news(press: Press) -> None:
    press.now = NOW.replace(month=8)
    press.land("moi", "0", "Tin của tháng trước", on="2026-08-05")
    press.now = NOW
    press.land("moi", "1", TITLE.format(21), on=YESTERDAY)
    source = Source(id="moi", name="Báo Mới", domain="moi.example", province="38")
    read = read_waiting_pages(press.engine, {"moi": source}, now=NOW, extract=extract, announce=press.announce)
    assert read.alerts_queued == 1
