"""Điểm báo: each story once, under the office's outline, in the prescribed layout."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from sqlalchemy.orm import Session

from danvan.reports.clipping import Clipping, build_clipping, section_labels, section_of
from danvan.reports.docx import clipping_docx
from danvan.reports.html import clipping_html
from danvan.reports.period import period_name
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.views.clipping import gist, sentence_at
from tests.web.archive import Builder

DAY = dt.date(2026, 11, 20)
OFFICE = Settings.model_construct(
    office_name="Ban Tuyên giáo và Dân vận",
    office_superior="Tỉnh ủy Thanh Hóa",
    office_place="Thanh Hóa",
    office_symbol="BTGDVTU",
    office_title="Trưởng ban",
    office_signer="Người ký",
    office_recipients="Thường trực Tỉnh ủy; Lãnh đạo Ban",
)
LEAD = "Ban Thường vụ Tỉnh ủy bàn việc gần dân, sát dân."
NAMING = "Kế hoạch số 21-KH/TU vừa ban hành giao mỗi xã một việc cụ thể."


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = open_engine(database_url)
    migrate(engine)
    with transaction(engine) as session:
        build(Builder(session))
    with Session(engine) as session:
        yield session
    engine.dispose()


def build(builder: Builder) -> None:
    plan = builder.document("21-KH/TU", kind="Kế hoạch", issued_on="2026-11-19", reported="2026-11-20", province="38")
    first = builder.article(
        "Kế hoạch gần dân",
        f"Sáng nay trời mưa. {NAMING} Các xã đã nhận việc.",
        lead=LEAD,
        published="2026-11-20 07:00",
        topics=("van_ban",),
        cites=((plan, "issues"),),
    )
    for source in ("baonghean", "baohaiphong"):
        builder.article(
            "Kế hoạch gần dân",
            NAMING,
            source=source,
            cluster_id=first.id,
            published="2026-11-20 09:00",
            topics=("van_ban",),
        )
    builder.article(
        "Mẹ đỡ đầu", "Hội viên góp gạo.", published="2026-11-20 23:30", grade="related", topics=("mat_tran_doan_the",)
    )
    builder.article("Hôm sau", "Chuyện hôm sau.", published="2026-11-21 00:10", topics=("dan_toc",))
    builder.article("Ngoài việc", "Giá lúa.", published="2026-11-20 10:00", grade="none")


def test_each_story_stands_once_under_its_section_with_the_papers_that_printed_it(session: Session) -> None:
    made = build_clipping(session, DAY, DAY)
    assert [(part.key, [one.title for one in part.stories]) for part in made.sections] == [
        ("cap_uy", ["Kế hoạch gần dân"]),
        ("doan_the", ["Mẹ đỡ đầu"]),
    ]
    story = made.sections[0].stories[0]
    assert story.source == "Báo Thanh Hóa"
    assert set(story.also) == {"Báo Nghệ An", "Báo Hải Phòng"}
    assert story.documents == made.documents == ("21-KH/TU",)
    assert story.gist == (LEAD, NAMING)
    assert made.total == 2


def test_a_span_holds_its_last_day_whole(session: Session) -> None:
    assert build_clipping(session, DAY, dt.date(2026, 11, 21)).total == 3


@pytest.mark.parametrize(
    ("lead", "naming", "lines"),
    [
        ("Sa-pô.", None, ("Sa-pô.",)),
        ("", "Câu nêu văn bản.", ("Câu nêu văn bản.",)),
        ("Sa-pô đã nêu văn bản.", "Sa-pô đã nêu văn bản.", ("Sa-pô đã nêu văn bản.",)),
        ("Câu một ngắn. " + "Từ " * 120, None, ("Câu một ngắn.",)),
    ],
)
def test_a_gist_has_two_lines_at_most(lead: str, naming: str | None, lines: tuple[str, ...]) -> None:
    assert gist(lead, naming) == lines


def test_a_sentence_is_not_cut_at_an_abbreviation() -> None:
    text = "Ngày 3.6.2013, Nghị quyết 25-NQ/T.Ư ra đời. Từ đó đến nay đã lâu.\nĐoạn hai."
    assert sentence_at(text, text.index("25-NQ")) == "Ngày 3.6.2013, Nghị quyết 25-NQ/T.Ư ra đời."
    assert sentence_at(text, text.index("Đoạn")) == "Đoạn hai."


def test_a_topic_that_no_section_holds_stands_with_the_rest() -> None:
    assert section_of(["chu_de_moi"]) == section_of([]) == "cap_uy"
    assert section_of(["chu_de_moi", "ton_giao"]) == "dan_toc_ton_giao"
    assert list(section_labels())[-1] == "kien_nghi"


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2026-11-01", "2026-11-30", "tháng 11/2026"),
        ("2026-10-01", "2026-12-31", "quý IV/2026"),
        ("2026-01-01", "2026-06-30", "6 tháng đầu năm 2026"),
        ("2026-01-01", "2026-12-31", "năm 2026"),
        ("2026-11-16", "2026-11-22", "tuần"),
        ("2026-11-17", "2026-11-23", "kỳ"),
        ("2026-11-17", "2026-11-17", "ngày 17/11/2026"),
    ],
)
def test_a_period_has_the_name_an_office_gives_it(first: str, last: str, name: str) -> None:
    assert period_name(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == name


def read(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def texts(cell: Any) -> list[str]:
    return [one.text for one in cell.paragraphs if one.text.strip()]


def made_of(session: Session, layout: str) -> Any:
    office = OFFICE.model_copy(update={"office_layout": layout})
    return read(clipping_docx(build_clipping(session, DAY, DAY), office, dt.date(2026, 11, 21)))


def test_every_story_links_to_its_paper_and_the_foot_names_recipients_and_signer(session: Session) -> None:
    paper = made_of(session, "party")
    links = {one.target_ref for one in paper.part.rels.values() if one.is_external}
    hyperlinks = paper.element.body.findall(f".//{qn('w:hyperlink')}")
    assert len(hyperlinks) == len(links) == 2
    assert all(link.startswith("https://") for link in links)
    left, right = paper.tables[-1].rows[0].cells
    assert texts(left) == ["Nơi nhận:", "- Thường trực Tỉnh ủy;", "- Lãnh đạo Ban;", "- Lưu."]
    assert texts(right) == ["TRƯỞNG BAN", "Người ký"]
    assert [one.text for one in paper.paragraphs if one.text.startswith("Cùng đưa")]


def test_a_day_without_news_says_so() -> None:
    empty = Clipping(DAY, DAY, ())
    said = "Các báo được theo dõi không có tin, bài về công tác dân vận."
    assert said in clipping_html(empty)
    assert said in [
        one.text
        for one in read(clipping_docx(empty, OFFICE.model_copy(update={"office_layout": "party"}), DAY)).paragraphs
    ]


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        ("(Baomau.vn) - Sáng nay xã họp dân.", "Sáng nay xã họp dân."),
        ("(BMO) – Sáng nay xã họp dân.", "Sáng nay xã họp dân."),
        ("(Kế hoạch 12) - Sáng nay xã họp dân.", "(Kế hoạch 12) - Sáng nay xã họp dân."),
        ("HĐND - UBND xã họp dân.", "HĐND - UBND xã họp dân."),
    ],
)
def test_a_gist_begins_without_the_papers_name(lead: str, told: str) -> None:
    assert gist(lead, None) == (told,)
