"""What a harvest asks for each page, and staff with each page they open, walks no whole table: an archive may hold a
million articles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, UniqueConstraint, event, select

from models.database import migrate, open_engine, transaction
from models.runs.health import health
from models.runs.ledger import last_finished
from models.tables import ArticleRow, Base, DocumentRow, load_all
from models.views.article_page import article_page
from models.views.document_map import document_map
from models.views.document_page import document_page
from tests.models.papers import NOW, SOURCES, Press

BODY = "Ban Thường vụ Tỉnh ủy vừa ban hành Chỉ thị số 05-CT/TU ngày 20/8/2026 về công tác dân vận ở cơ sở. " * 12
FEW_ROWS = {"SCAN source", "SCAN run", "SCAN CONSTANT ROW", "SCAN sharing"}
"""One row a paper, four runs a day; what is no table; and twenty articles that may be copied (`storing.copies.MOST`)."""


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    yield Press(engine)
    engine.dispose()


def walks(engine: Engine, work: Callable[[], object]) -> list[tuple[str, str]]:
    """The whole tables that are walked by what is asked meanwhile, each with its statement.

    So are the articles of all sources, where those of a span of days are wanted.
    """
    asked: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            asked[statement] = parameters

    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) > 5
    connection = engine.raw_connection()
    steps = [
        (row[3], statement)
        for statement, parameters in asked.items()
        for row in connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    connection.close()
    return [
        (step, statement)
        for step, statement in steps
        if ("SCAN" in step and step.partition(" USING ")[0] not in FEW_ROWS)
        or ("article USING INDEX ix_article_source_order" in step and "first_seen_at >=" in statement)
    ]


def test_every_question_of_a_harvest_is_answered_by_an_index(press: Press) -> None:
    def harvest() -> None:
        press.print("thanh-hoa", "1", "Mới", BODY)
        press.print("nghe-an", "1", "Mới", BODY)
        press.print("nghe-an", "1", "Mới, đã sửa", BODY + "Sửa.")
        press.keeper.due("nghe-an", 10)
        with transaction(press.engine) as session:
            health(session, SOURCES, NOW)

    assert walks(press.engine, harvest) == []


def test_every_question_of_a_page_is_answered_by_an_index(press: Press) -> None:
    press.print("thanh-hoa", "1", "Mới", BODY)

    def look() -> None:
        with transaction(press.engine) as session:
            document, article = session.scalar(select(DocumentRow.id)), session.scalar(select(ArticleRow.id))
            assert document_page(session, document or 0)
            assert document_map(session, document or 0)
            assert article_page(session, article or 0)
            last_finished(session, kind="harvest")

    found = [step for step in walks(press.engine, look) if not step[1].endswith(("FROM document", "FROM article"))]
    assert found == []


NEVER_DELETED = {"run", "article"}
"""Rows that the program never deletes: nobody looks for what points to them."""
FEW = {("person_channel", "subscriber_id"), ("person_code", "person_id"), ("alert", "rule_id")}
"""Tables of a few rows; and rules, which a person deletes one by one (a tenth of a second at a million messages)."""


def test_what_points_to_a_row_that_goes_is_found_by_an_index() -> None:
    """A database looks for it at every deletion, in a table of a million rows: `danvan prune` deletes pages by hundreds."""
    load_all()
    without = {
        (table.name, key.parent.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name not in NEVER_DELETED and key.parent.name not in _first_columns(table)
    }
    assert without == FEW


def _first_columns(table: Table) -> set[str]:
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    columns = [
        [*table.primary_key.columns],
        *([*one.columns] for one in unique),
        *([*one.columns] for one in table.indexes),
    ]
    return {key[0].name for key in columns if key}
