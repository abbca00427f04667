"""Faults of the database itself, told apart from faults of our data and said in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)

from foundation.errors import StoreError

CAUSES = {
    "unable to open database": "không mở được tệp",
    "readonly database": "chỉ được đọc",
    "read-only": "chỉ được đọc",
    "disk is full": "đĩa đầy",
    "locked": "một tiến trình khác đang ghi",
    "not a database": "tệp không phải kho SQLite",
    "malformed": "tệp hỏng",
    "connection refused": "máy chủ không nhận kết nối",
    "password": "sai tên hoặc mật khẩu",
    "does not exist": "không có cơ sở dữ liệu hoặc người dùng này",
    "translate host name": "không tìm thấy máy chủ",
    "resolve host": "không tìm thấy máy chủ",
    "timeout": "máy chủ không trả lời kịp",
    "terminating connection": "máy chủ ngắt kết nối",
    "closed the connection": "máy chủ ngắt kết nối",
    "connection to server": "máy chủ không chạy hoặc không tới được",
}
"""What the two drivers say in English, by words of it; anything else is shown as it is."""


def explain(engine: Engine, error: SQLAlchemyError) -> str:
    """What failed, and what to look at."""
    place = engine.url.render_as_string(hide_password=True)
    said = str(error.orig).strip() if isinstance(error, DBAPIError) else str(error)
    cause = next((words for part, words in CAUSES.items() if part in said.casefold()), said.partition("\n")[0])
    return (
        f"Không mở hoặc không ghi được kho lưu trữ {place} ({cause}). "
        "Kiểm tra đường dẫn, quyền ghi, chỗ trống trên đĩa và biến DANVAN_DATABASE_URL."
    )


FAULTS = (OperationalError, InterfaceError, InternalError)
"""Faults of the database itself; what is wrong with our data (DataError, IntegrityError …) is told apart."""


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turn faults of the database itself into StoreError, whose sentence says what to look at."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error, FAULTS) or type(error) is DatabaseError:
            raise StoreError(explain(engine, error)) from error
        raise
