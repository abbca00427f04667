"""Nothing that a harvest asks for each page walks a whole table: the archive may hold a million articles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event

from models.database import migrate, open_engine, transaction
from models.runs.health import health
from tests.models.papers import NOW, SOURCES, Press

BODY = "Ban Thường vụ Tỉnh ủy vừa ban hành Chỉ thị số 05-CT/TU ngày 20/8/2026 về công tác dân vận ở cơ sở. " * 12
FEW_ROWS = "SCAN source"
"""One row a paper."""


def test_every_question_of_a_harvest_is_answered_by_an_index(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    press = Press(engine)
    asked: dict[str, Any] = {}

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            asked[statement] = parameters

    press.print("thanh-hoa", "1", "Mới", BODY)
    press.print("nghe-an", "1", "Mới", BODY)
    press.print("nghe-an", "1", "Mới, đã sửa", BODY + "Sửa.")
    press.keeper.due("nghe-an", 10)
    with transaction(engine) as session:
        health(session, SOURCES, NOW)
    assert len(asked) > 20
    connection = engine.raw_connection()
    for statement, parameters in asked.items():
        steps = [row[3] for row in connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert not [step for step in steps if "SCAN" in step and step != FEW_ROWS], statement
    connection.close()
    engine.dispose()
