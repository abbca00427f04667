"""A period with more than a page can hold: what is left out is counted and said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy.orm import Session

from danvan.reports import period
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
