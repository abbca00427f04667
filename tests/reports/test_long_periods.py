"""A period with more than a page can hold: what is left out is counted and said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from danvan.reports import docx, period
from danvan.reports.clipping import build_clipping, chosen_clipping
from danvan.reports.docx import clipping_docx, report_docx
from danvan.reports.html import clipping_html, report_html
from danvan.reports.period import build_report, summary
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.desk.clippings import Item, keep_clipping
from models.views import clipping, worth
from tests.reports.test_clipping import OFFICE, read
from tests.web.archive import Builder

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
NOW = dt.datetime(2026, 11, 2, 1, tzinfo=dt.UTC)
LEFT_OUT = "còn 3 tin cũ hơn chưa xét"


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Nine articles in October, each about a document of its own: one of the centre, reported last."""
    engine = open_engine(database_url)
    migrate(engine)
    with transaction(engine) as session:
        builder = Builder(session)
        for day in range(1, 10):
            symbol, province = (f"{day}-KH/TU", "38") if day < 9 else ("9-CT/TW", None)
            reported = f"2026-10-{day:02}"
            plan = builder.document(symbol, kind="Kế hoạch", issued_on=reported, reported=reported, province=province)
            builder.article(
                f"Việc gần dân {day}", "Xã giao việc.", published=f"{reported} 07:00", cites=((plan, "issues"),)
            )
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def office() -> Settings:
    return OFFICE


def words(content: bytes) -> str:
    """The paragraphs of a Word file."""
    return "\n".join(paragraph.text for paragraph in read(content).paragraphs)


def test_a_report_counts_all_documents_and_lists_what_is_worth_reading_first(
    session: Session, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(period, "MOST_DOCUMENTS", 4)
    report = build_report(session, FIRST, LAST)
    assert "Báo đưa 9 văn bản mới ban hành." in summary(report)
    assert report.documents[0].symbol == "9-CT/TW"
    assert len(report.documents) == 4
    for shown in (report_html(report), words(report_docx(report, office, LAST))):
        assert "Và 5 văn bản khác, ở trang Văn bản của kho." in shown


def test_what_is_worth_reading_is_asked_in_portions(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database takes so many values in one question; a year of all provinces has more documents."""
    asked: list[int] = []
    look_up = worth._following

    def counting(session: Session, ids: Sequence[int]) -> set[int]:
        asked.append(len(ids))
        return look_up(session, ids)

    whole = build_report(session, FIRST, LAST)
    monkeypatch.setattr(worth, "AT_ONCE", 4)
    monkeypatch.setattr(worth, "_following", counting)
    assert build_report(session, FIRST, LAST) == whole
    assert asked == [4, 4, 1]


def test_a_report_that_lists_all_says_nothing(session: Session) -> None:
    report = build_report(session, FIRST, LAST)
    assert (len(report.documents), report.documents_note, report.note) == (9, "", "")


def test_a_clipping_says_what_it_did_not_look_at(
    session: Session, office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipping, "MOST", 6)
    made = build_clipping(session, FIRST, LAST)
    assert (made.total, made.older) == (6, 3)
    report = build_report(session, FIRST, LAST)
    for shown in (
        clipping_html(made),
        words(clipping_docx(made, office, LAST)),
        report_html(report),
        words(report_docx(report, office, LAST)),
    ):
        assert LEFT_OUT in shown
    assert LEFT_OUT not in clipping_html(build_clipping(session, dt.date(2026, 10, 4), LAST))


def test_what_somebody_chose_is_kept_however_many_came_after_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = build_clipping(session, FIRST, FIRST).sections[0].stories[0]
    keep_clipping(
        session, FIRST, LAST, [Item(oldest.article_id, "cap_uy", "Lời tóm.", "")], "", version=0, by="A", now=NOW
    )
    monkeypatch.setattr(clipping, "MOST", 6)
    made = chosen_clipping(session, FIRST, LAST)
    assert [(story.title, story.gist) for part in made.sections for story in part.stories] == [
        ("Việc gần dân 1", ("Lời tóm.",))
    ]


def test_a_long_period_is_drawn_by_months_and_named_by_its_days(session: Session, office: Settings) -> None:
    """Seven hundred columns of days were a line that nobody could read, under days without a year."""
    first = dt.date(2025, 3, 10)
    report = build_report(session, first, LAST)
    assert report.columns[0][0] == "3/2025"
    assert report.columns[-1] == ("10/2026", sum(day.core for day in report.days), report.total - report.core_total)
    assert len(report.columns) == 20
    assert "Số tin mỗi tháng" in report_html(report)
    assert "công tác dân vận qua báo chí từ ngày\N{NO-BREAK SPACE}10/03/2025" in words(
        report_docx(report, office, LAST)
    )
    assert build_report(session, FIRST, LAST).columns[0] == ("1/10", 1, 0)
    assert build_report(session, FIRST, FIRST).when == "ngày 01/10/2026"
    assert build_report(session, FIRST, LAST).when == "tháng 10/2026 (từ ngày 01/10/2026 đến ngày 31/10/2026)"


def test_names_of_months_stand_apart_below_a_picture(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """At twelve of them "9/2025" and "11/2025" ran into each other."""
    held: list[Any] = []
    monkeypatch.setattr(docx, "_png", held.append)
    docx._days_picture(build_report(session, dt.date(2025, 1, 1), LAST))
    assert len(held[0].axes[0].get_xticklabels()) <= 7


def test_an_empty_period_is_a_sentence_and_nothing_is_compared_with_nothing(session: Session, office: Settings) -> None:
    nothing = build_report(session, dt.date(2026, 1, 1), dt.date(2026, 1, 31))
    assert summary(nothing) == (
        "Trong tháng 1/2026, các báo được theo dõi không có tin, bài về công tác dân vận và không đưa văn bản mới nào."
    )
    assert "kỳ trước" not in summary(build_report(session, FIRST, LAST))
    later = build_report(session, LAST, LAST + dt.timedelta(days=30))
    assert "kỳ trước" not in summary(later)  # it says in one sentence that there is nothing
    assert "(kỳ trước 5 tin)" in summary(build_report(session, dt.date(2026, 10, 6), dt.date(2026, 10, 10)))


def test_parts_of_a_report_are_numbered_in_a_row_and_what_is_not_drawn_is_said(
    session: Session, office: Settings
) -> None:
    report = build_report(session, FIRST, LAST)
    many = tuple((f"Tỉnh {number}", 40 - number) for number in range(20))
    told = words(report_docx(replace(report, topics=(), provinces=many), office, LAST))
    assert "III. TIN THEO TỈNH, THÀNH PHỐ" in told
    assert "Hình chỉ vẽ 12 tỉnh, thành phố có nhiều tin nhất, trong 20 tỉnh, thành phố có tin." in told
