"""A document without a title is shown by what is known of it."""

from __future__ import annotations

from sqlalchemy import Engine, select

from models.database import transaction
from models.tables import DocumentRow
from models.views.document_lists import DocumentFilter, list_documents
from models.views.documents_page import document_lines
from tests.models.papers import Press

ISSUED = "Ngày 3/9/2026, UBND tỉnh Thanh Hóa đã ban hành Kế hoạch số 31/KH-UBND"


def _shown(engine: Engine, title: str, body: str) -> list[tuple[str | None, str | None]]:
    press = Press(engine)
    press.land("thanh-hoa", "1", title, body)
    press.read(press.announce)
    with transaction(engine) as session:
        assert session.scalars(select(DocumentRow)).first() is not None
        return [
            (line.title, line.about)
            for line in document_lines(session, list_documents(session, DocumentFilter(reported=True)))
        ]


def test_by_its_own_title(engine: Engine) -> None:
    (shown,) = _shown(engine, "Tin", f"{ISSUED} về gặp gỡ, lắng nghe người dân.")
    assert shown == ("gặp gỡ, lắng nghe người dân", None)


def test_by_what_it_carries_out(engine: Engine) -> None:
    (shown,) = _shown(
        engine, "Tin", f"{ISSUED} để thực hiện Chỉ thị số 16/CT-TTg ngày 5/8/2025 của Thủ tướng Chính phủ."
    )
    assert shown == (None, "thực hiện Chỉ thị số 16/CT-TTg")


def test_else_by_the_paper_s_words_marked_as_such(engine: Engine) -> None:
    (shown,) = _shown(engine, "Thanh Hóa có kế hoạch mới", f"{ISSUED}.")
    assert shown == (None, "báo viết: “Thanh Hóa có kế hoạch mới”")
