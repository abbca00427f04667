"""The whole reading of an article: fields, shared documents, place, the topic of new documents."""

from __future__ import annotations

import datetime as dt
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reading import read
from analysis.relevance import rules_version
from analysis.values import Field, Grade, Role

TITLE = "Thành ủy Hải Phòng ban hành Chỉ thị số 19-CT/TU về công tác dân vận"
LEAD = "Ngày 5-3-2026, Ban Thường vụ Thành ủy ban hành Chỉ thị số 19-CT/TU, thay thế văn bản năm 2016."
TEXT = (
    "Chỉ thị này yêu cầu cấp ủy các cấp nghe báo cáo về công tác dân vận hai lần mỗi năm.\n"
    "Chỉ thị 19 cũng nêu việc thực hiện Nghị quyết số 25-NQ/TW ngày 3-6-2013 của Ban Chấp hành Trung ương khóa XI."
)
DAY = dt.date(2026, 3, 6)


def test_mentions_share_a_document_across_fields_and_point_into_their_own() -> None:
    reading = read(TITLE, LEAD, TEXT, province="31", published=DAY)
    strings = {Field.TITLE: TITLE, Field.LEAD: LEAD, Field.TEXT: TEXT}
    for citation in reading.citations:
        assert strings[citation.field][citation.start : citation.end] == citation.text
    of_directive = [c for c in reading.citations if c.document == reading.citations[0].document]
    assert {c.field for c in of_directive} == set(Field)
    assert {c.symbol for c in of_directive} == {"19-CT/TU"}
    assert any(c.role is Role.ISSUES for c in of_directive)
    assert "25-NQ/TW" in {c.symbol for c in reading.citations}


def test_links_name_the_documents_of_the_reading() -> None:
    reading = read(
        "Kế hoạch số 31-KH/TU thực hiện Chỉ thị số 46-CT/TW",
        "",
        "Tỉnh ủy ban hành kế hoạch.",
        province="22",
        published=DAY,
    )
    symbols = {citation.document: citation.symbol for citation in reading.citations}
    assert [(symbols[link.subject], symbols[link.target], link.role) for link in reading.links] == [
        ("31-KH/TU", "46-CT/TW", Role.IMPLEMENTS)
    ]


def test_grade_topics_and_version() -> None:
    reading = read(TITLE, LEAD, TEXT, province="31", published=DAY)
    assert reading.relevance.grade is Grade.CORE
    assert "van_ban" in {topic.key for topic in reading.topics}
    assert reading.rules == rules_version()


def test_a_document_issued_by_its_symbol_alone_is_the_reason_of_its_topic() -> None:
    lead = "Hướng dẫn số 31-HD/BTGDVTU vừa được gửi tới các đảng ủy xã."
    reading = read("Phong trào thi đua “Dân vận khéo” năm 2026 có gì mới", lead, "", province="96", published=DAY)
    topic = next(topic for topic in reading.topics if topic.key == "van_ban")
    assert [(reason.field, lead[reason.start : reason.end]) for reason in topic.reasons] == [
        (Field.LEAD, "Hướng dẫn số 31-HD/BTGDVTU")
    ]
    assert topic.score == sum(reason.weight for reason in topic.reasons)
    assert all(topic.reasons for topic in reading.topics)


def test_the_place_is_the_papers_else_the_first_named_in_title_or_lead() -> None:
    assert read(TITLE, LEAD, TEXT, province="22").province == "22"
    assert read(TITLE, LEAD, TEXT).province == "31"
    assert read("Một hội nghị", "Diễn ra tại tỉnh Hà Giang.", "").province == "08"
    assert read("Một hội nghị", "", "Diễn ra ở thủ đô nước bạn.").province is None


def test_an_irrelevant_article_keeps_its_documents_but_has_no_topics() -> None:
    reading = read(
        "Tỉnh ủy ban hành Nghị quyết số 8-NQ/TU về cảng biển", "", "Cảng mới dài 2 km.", province="22", published=DAY
    )
    assert reading.relevance.grade is Grade.NONE
    assert reading.topics == ()
    assert [citation.symbol for citation in reading.citations] == ["8-NQ/TU"]


def test_an_empty_article() -> None:
    reading = read("", "", "")
    assert (reading.relevance.grade, reading.citations, reading.links, reading.province) == (Grade.NONE, (), (), None)


PIECES = st.sampled_from([TITLE, LEAD, TEXT, "Nghị quyết này", "số 25-NQ/TW", "\n", "Kế hoạch số 1-KH/", "TU", ""])


@given(st.lists(PIECES, max_size=4), st.lists(PIECES, max_size=4), st.lists(PIECES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_offset_points_into_its_field(title: list[str], lead: list[str], text: list[str]) -> None:
    strings = {Field.TITLE: " ".join(title), Field.LEAD: " ".join(lead), Field.TEXT: "\n".join(text)}
    reading = read(*strings.values(), province="22", published=DAY)
    for citation in reading.citations:
        assert 0 <= citation.start < citation.end
        assert strings[citation.field][citation.start : citation.end] == citation.text


def test_reading_is_linear() -> None:
    """Thirty-two times the text costs about as many times as much, not the thousand of a square."""

    def seconds(size: int) -> float:
        start = time.process_time()
        read(TITLE, LEAD, (TEXT + "\n") * 15 * size, province="31", published=DAY)
        return time.process_time() - start

    small = min(seconds(1) for _ in range(3))
    assert min(seconds(32) for _ in range(2)) < 100 * small + 0.5
