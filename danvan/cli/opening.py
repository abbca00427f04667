"""What commands open: the archive, to write or only to read; and days and symbols as people type them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING

from foundation.clock import read_day
from foundation.errors import StoreError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from foundation.settings import Settings


def settings() -> Settings:
    """The settings, read when they are first asked for. Raises ConfigurationError naming what is wrong."""
    from foundation.settings import settings as read

    return read()


def archive(config: Settings | None = None) -> Engine:
    """The archive of the settings, to write: made where there is none, brought to the newest shape."""
    from models.database import migrate, open_engine

    engine = open_engine((config or settings()).database_url)
    migrate(engine)
    return engine


def reading_archive(config: Settings | None = None) -> Engine:
    """The archive of the settings, only to read. Connecting raises NoArchiveError where there is none."""
    from models.read_only import open_reading

    return open_reading((config or settings()).database_url)


def existing_archive() -> Engine:
    """The same for work on what is there already. Raises NoArchiveError where there is none."""
    with suppress(StoreError), reading():
        pass  # of an older shape, or not to be read: opening it brings it up to date, or says what is wrong
    return archive()


@contextmanager
def writing(*, first: bool = False) -> Iterator[Session]:
    """A session for one change to the archive of the settings: kept as a whole, or not at all.

    Raises NoArchiveError where there is none, but for what may be the `first` thing in it: then it is made.
    """
    from models.database import transaction

    with transaction(archive() if first else existing_archive()) as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A session for one look at the archive. Raises NoArchiveError, StoreError, TooSlowError."""
    from models.read_only import reading as look

    engine = reading_archive()
    try:
        with look(engine) as session:
            yield session
    finally:
        engine.dispose()


def day(words: str | None, option: str) -> date | None:
    """A day given on the command line, as 01/11/2026 or 2026-11-01. Raises UsageError."""
    found = read_day(words) if words is not None else None
    if words is None or found is not None:
        return found
    raise UsageError(f"{option}: “{words}” không phải là ngày. Ghi như 01/11/2026 hoặc 2026-11-01 (NĂM-THÁNG-NGÀY).")


def check_symbol(words: str) -> None:
    """Raises UsageError for words that are no symbol of a document, in whatever spelling."""
    from analysis.citations import read_symbol

    if read_symbol(words) is None:
        raise UsageError(f"“{words}” không phải ký hiệu văn bản. Ví dụ: 25-NQ/TW, 16/CT-TTg, 01/2022/NQ-HĐND.")
