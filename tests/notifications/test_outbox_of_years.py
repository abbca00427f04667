"""An outbox of years holds a million rows that were sent: no look for what is due walks through them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from models.database import transaction
from models.views.figures import figures
from notifications.checks import check_waiting
from tests.notifications.conftest import NOW, QUICK, Office

THROUGH_ALL = ("SCAN alert", "SEARCH alert USING INDEX ix_alert_chat (subscriber_id=?)")
"""Steps that look at every row of the outbox, or of a chat; so does one by a state, where that is "sent"."""
BY_STATE = "ix_alert_due (state=?)"
BOUNDED = ("GROUP BY alert.state", "UPDATE alert SET state")
"""Counts for a page and for Prometheus, said to look at all; and what a dead sender had in hand, by chat and state."""


def test_no_look_for_what_is_due_walks_through_what_was_sent(office: Office) -> None:
    asked: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if "alert" in statement and statement.lstrip().startswith(("SELECT", "UPDATE")):
            asked[statement] = parameters

    office.chat(1)
    office.chat(2)
    event.listen(office.engine, "before_cursor_execute", note)
    for _ in range(3):
        office.news()
        office.deliver(QUICK)
    check_waiting(office.engine, office.settings, NOW)
    with transaction(office.engine) as session:
        figures(session, NOW)
    event.remove(office.engine, "before_cursor_execute", note)
    assert len(asked) > 12
    if office.engine.dialect.name != "sqlite":
        return  # PostgreSQL knows how few rows wait; SQLite chooses by the words of a question alone
    connection = office.engine.raw_connection()
    walks = [
        (row[3], statement)
        for statement, parameters in asked.items()
        for row in connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        if (row[3].startswith(THROUGH_ALL) and not row[3].endswith("(subscriber_id=? AND state=?)"))
        or (row[3].endswith(BY_STATE) and "sent" in parameters)
    ]
    connection.close()
    assert [step for step in walks if not any(words in step[1] for words in BOUNDED)] == []
