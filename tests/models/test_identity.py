"""Documents over time: what later articles complete, join and split, and what staff are told meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select

from models.tables import CitationRow, DocumentRow
from tests.models.papers import Press

ISSUED = (
    "Bộ Chính trị vừa ban hành Nghị quyết số 25-NQ/TW. Văn bản giao các cấp ủy tổ chức thực hiện ngay trong năm nay."
)
DATED = "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về công tác tư tưởng trong tình hình mới."
OLD = "Mười năm thực hiện Nghị quyết số 25-NQ/TW, ngày 03/6/2013 của Ban Chấp hành Trung ương khóa XI về công tác dân vận."
BARE = "Các chi bộ tiếp tục thực hiện Nghị quyết số 25-NQ/TW, gắn với phong trào thi đua ở cơ sở và nếp sống mới."


@pytest.fixture
def press(engine: Engine) -> Press:
    return Press(engine)


def joined(press: Press, article: int) -> list[str | None]:
    """The dates of the documents that an article's full citations mean (None: open; "?": undated)."""
    rows: Any = press.rows(
        lambda s: s.execute(
            select(CitationRow.document_id, DocumentRow.issued_on)
            .outerjoin(DocumentRow, DocumentRow.id == CitationRow.document_id)
            .where(CitationRow.article_id == article, CitationRow.symbol.is_not(None))
        ).all()
    )
    return [None if document is None else (str(day) if day else "?") for document, day in rows]


def test_three_documents_of_one_symbol_stay_three(press: Press) -> None:
    religion = "Nghị quyết số 25-NQ/TW, ngày 12/3/2003 của Ban Chấp hành Trung ương khóa IX về công tác tôn giáo."
    for number, body in enumerate((OLD, DATED, religion)):
        press.print("trung-uong", str(number), f"Bài {number}", body)
    assert press.names() == [("25-NQ/TW", day) for day in ("2003-03-12", "2013-06-03", "2026-08-22")]
    assert len(press.told) == 1


def test_news_without_a_date_alerts_at_once_and_the_date_comes_later_without_a_second_alert(press: Press) -> None:
    press.print("trung-uong", "0", "Chuyện cũ", OLD)
    press.print("trung-uong", "1", "Nghị quyết mới", ISSUED)
    assert len(press.told) == 1
    press.print("thanh-hoa", "2", "Nghị quyết mới của Bộ Chính trị", DATED)
    press.print("nghe-an", "3", "Nghị quyết mới, thêm một báo", DATED.replace("22/8", "23/8"))
    assert press.names() == [("25-NQ/TW", "2013-06-03"), ("25-NQ/TW", "2026-08-22")]
    assert len(press.told) == 1
    assert joined(press, 2) == ["2026-08-22"]


def test_a_document_first_cited_and_then_reported_is_told_once(press: Press) -> None:
    press.print("thanh-hoa", "1", "Triển khai nghị quyết", BARE)
    assert press.told == []
    press.print("trung-uong", "2", "Nghị quyết mới", DATED)
    press.print("trung-uong", "3", "Nghị quyết mới lần nữa", DATED + " Tin thêm.")
    assert press.names() == [("25-NQ/TW", "2026-08-22")]
    assert len(press.told) == 1


def test_an_undated_mention_joined_the_only_document_and_opens_when_a_second_one_appears(press: Press) -> None:
    press.print("trung-uong", "0", "Chuyện cũ", OLD, on="2026-08-20")
    press.print("thanh-hoa", "1", "Nhắc năm 2019", BARE, on="2019-05-02")
    press.print("thanh-hoa", "2", "Nhắc sau", BARE + " Thêm.", on="2026-09-01")
    assert joined(press, 2) == joined(press, 3) == ["2013-06-03"]
    press.print("trung-uong", "3", "Nghị quyết mới", DATED)
    assert joined(press, 2) == ["2013-06-03"]
    assert joined(press, 3) == [None]
    assert len(press.told) == 1


def test_an_open_mention_joins_when_later_evidence_tells(press: Press) -> None:
    local = "Cơ quan thực hiện Chỉ thị số 12-CT/TU về công tác dân vận của hệ thống chính trị ở thôn bản."
    press.print("trung-uong", "1", "Tin từ một tỉnh", local)
    assert joined(press, 1) == [None]
    assert press.documents() == []


def test_an_undated_document_that_turns_out_to_be_the_old_one_lets_go_of_the_new(press: Press) -> None:
    press.print("thanh-hoa", "1", "Nhắc trước", BARE, on="2019-05-02")
    assert press.names() == [("25-NQ/TW", "")]
    press.print("trung-uong", "2", "Nghị quyết mới", DATED)
    assert press.names() == [("25-NQ/TW", ""), ("25-NQ/TW", "2026-08-22")]
    press.print("trung-uong", "3", "Chuyện cũ", OLD)
    assert press.names() == [("25-NQ/TW", "2013-06-03"), ("25-NQ/TW", "2026-08-22")]
    assert joined(press, 1) == ["2013-06-03"]
    assert len(press.told) == 1


def test_the_date_that_most_papers_print_wins(press: Press) -> None:
    press.print("trung-uong", "1", "Một", DATED.replace("22/8", "21/8"))
    press.print("thanh-hoa", "2", "Hai", DATED + " Bản hai.")
    assert press.names() == [("25-NQ/TW", "2026-08-21")]
    press.print("nghe-an", "3", "Ba", DATED + " Bản ba.")
    assert press.names() == [("25-NQ/TW", "2026-08-22")]
    assert len(press.told) == 1


def test_two_provinces_have_two_documents_and_two_alerts(press: Press) -> None:
    body = "Ban Thường vụ Tỉnh ủy vừa ban hành Nghị quyết số 17-NQ/TU ngày 20/8/2026 về công tác dân vận ở cơ sở."
    press.print("thanh-hoa", "1", "Nghị quyết của tỉnh", body)
    press.print("nghe-an", "2", "Nghị quyết của tỉnh", body + " Tin thêm của báo bạn.")
    assert [document.province for document in press.documents()] == ["38", "40"]
    assert len(press.told) == 2


def test_two_incomplete_rows_become_one_when_an_article_names_both_their_evidence(press: Press) -> None:
    bare = "Các cơ quan thực hiện Chỉ thị số 12-CT/TU của Ban Thường vụ Tỉnh ủy"
    dated = "Các cơ quan thực hiện Chỉ thị số 12-CT/TU, ngày 10/6/2022 của Ban Thường vụ Tỉnh ủy"
    press.print("thanh-hoa", "1", "Một", f"{bare} khóa XVIII.", on="2022-07-05")
    press.print("thanh-hoa", "2", "Hai", f"{bare} khóa XIX.", on="2022-07-06")
    press.print("thanh-hoa", "3", "Ba", f"{dated}.", on="2022-07-07")
    assert len(press.documents()) == 3  # which of the two the date belongs to, nobody has said
    press.print("thanh-hoa", "4", "Bốn", f"{dated} khóa XIX.", on="2022-08-05")
    assert press.names() == [("12-CT/TU", ""), ("12-CT/TU", "2022-06-10")]
    assert joined(press, 1) == ["?"]
    assert joined(press, 2) == joined(press, 3) == joined(press, 4) == ["2022-06-10"]


def test_links_follow_their_documents(press: Press) -> None:
    body = (
        "Ban Thường vụ Tỉnh ủy vừa ban hành Kế hoạch số 114-KH/TU ngày 25/8/2026 về việc thực hiện Nghị quyết số 25-NQ/TW, "
        "ngày 22/8/2026 của Bộ Chính trị."
    )
    press.print("thanh-hoa", "1", "Kế hoạch mới", body)
    links: Any = press.rows(lambda s: s.execute(select(DocumentRow.symbol)).scalars().all())
    assert sorted(links) == ["114-KH/TU", "25-NQ/TW"]
    assert press.one("SELECT count(*) FROM document_link WHERE role = 'implements'") == 1
    assert len(press.told) == 1  # the plan is new; the resolution is carried out here


def test_a_later_report_of_what_was_only_carried_out_before_is_still_told(press: Press) -> None:
    test_links_follow_their_documents(press)
    press.print("trung-uong", "2", "Nghị quyết mới", DATED)
    assert len(press.told) == 2
    assert len(press.documents()) == 2


def test_a_number_told_as_issued_without_its_symbol_alerts_and_the_symbol_joins_it_later(press: Press) -> None:
    press.print(
        "trung-uong", "1", "Kết luận mới", "Thường trực Ban Bí thư vừa ký ban hành Kết luận 95 của Bộ Chính trị."
    )
    assert press.names() == [("95-KL/TW", "")]
    press.print(
        "thanh-hoa", "2", "Kết luận mới", "Bộ Chính trị ban hành Kết luận số 95-KL/TW, ngày 24/8/2026 về dân vận."
    )
    press.print(
        "nghe-an", "3", "Nhắc lại", "Các chi bộ học tập Kết luận 95 của Bộ Chính trị và Kết luận 96 của Bộ Chính trị."
    )
    assert press.names() == [("95-KL/TW", "2026-08-24")]
    assert len(press.told) == 1


def test_a_decision_bears_its_name_until_a_paper_prints_its_symbol(press: Press) -> None:
    press.print("thanh-hoa", "1", "Một", "Ngày 24/8, UBND tỉnh ban hành Quyết định số 15 về quy chế tiếp công dân.")
    assert press.names() == [("Quyết định số 15", "2026-08-24")]
    full = "UBND tỉnh ban hành Quyết định số 15/2026/QĐ-UBND ngày 24/8/2026 về quy chế tiếp công dân."
    press.print("thanh-hoa", "2", "Hai", full)
    assert press.names() == [("15/2026/QĐ-UBND", "2026-08-24")]
    assert len(press.told) == 1
