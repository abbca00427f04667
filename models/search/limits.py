"""A time limit for everything that is asked of the database on behalf of a page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from foundation.errors import DanvanError

_STEPS = 20_000
"""SQLite asks for the time every so many of its own steps: a fraction of a millisecond."""


class TooSlowError(DanvanError):
    """A question that the database could not answer in the time given."""

    def __init__(self) -> None:
        super().__init__(
            "Câu tìm này nặng quá, chưa trả lời kịp. Hãy thêm bộ lọc (tỉnh, thời gian) hoặc từ cụ thể hơn."
        )


@contextmanager
def time_limit(session: Session, seconds: float) -> Iterator[None]:
    """End any statement of the session that goes beyond `seconds`. Raises TooSlowError then."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        end = time.monotonic() + seconds
        driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    else:
        connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error.orig) or "statement timeout" in str(error.orig):
            raise TooSlowError from error
        raise
    finally:
        if sqlite:
            driver.set_progress_handler(None, 0)
