"""Every error this program raises on purpose.

A message is one Vietnamese sentence (or a few) that says what happened and what to do: it is shown to
staff as it is. `exit_code` is what the `danvan` command ends with (1: faults that need a person,
2: wrong use or configuration).
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

OS_FAULTS = {
    errno.ENOENT: "không có tệp hay thư mục này",
    errno.EACCES: "không được phép",
    errno.EPERM: "không được phép",
    errno.EISDIR: "đây là thư mục, không phải tệp",
    errno.ENOTDIR: "đường dẫn đi qua một tệp",
    errno.ENOSPC: "đĩa đầy",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENAMETOOLONG: "tên quá dài",
    errno.EADDRINUSE: "cổng đang có chương trình khác dùng",
    errno.EADDRNOTAVAIL: "máy này không có địa chỉ ấy",
}


def os_fault(error: OSError) -> str:
    """What the system says of a file, an address or a disk, in Vietnamese."""
    return OS_FAULTS.get(error.errno or 0) or f"lỗi hệ thống số {error.errno}"


class DanvanError(Exception):
    """Base of all errors of this program. They come back whole from children and workers."""

    exit_code = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Made without `__init__`, whose parameters are not the message."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


class UsageError(DanvanError):
    """The command was given something it cannot work with."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A setting or a data file is wrong. `path` and `line` (1-based) tell where, when known."""

    def __init__(self, message: str, *, path: Path | None = None, line: int | None = None) -> None:
        self.path = path
        self.line = line
        place = "" if path is None else f"{path}{'' if line is None else f', dòng {line}'}: "
        super().__init__(place + message)


class UnknownSourceError(UsageError):
    """A source id that the catalogue does not hold."""

    def __init__(self, source_id: str, suggestions: tuple[str, ...] = ()) -> None:
        self.source_id = source_id
        hint = f" Có phải: {', '.join(suggestions)}?" if suggestions else ""
        super().__init__(
            f"Không có nguồn “{source_id}” trong danh mục.{hint} Xem danh sách bằng lệnh: danvan sources list"
        )


class MissingExtraError(UsageError):
    """A library that only some work needs is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        self.library, self.extra = library, extra
        super().__init__(f"Việc này cần thư viện {library}. Cài bằng: pip install 'danvan-monitor[{extra}]'")


class StoreError(DanvanError):
    """The archive database cannot be opened, read or written."""


class DamagedBodyError(DanvanError):
    """A page's bytes in the archive cannot be unpacked: that page is lost, and no other."""

    def __init__(self) -> None:
        super().__init__("Nội dung gốc của trang này trong kho bị hỏng, không mở được. Khôi phục kho từ bản sao lưu.")


class NoArchiveError(UsageError):
    """There is no archive at the place that the settings name: who only reads makes none."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(
            f"Chưa có kho lưu trữ ở {place}. Thu lượt đầu bằng: danvan run."
            " Nếu kho ở nơi khác, chỉ nơi ấy bằng biến DANVAN_HOME hoặc DANVAN_DATABASE_URL."
        )


class RunLockedError(DanvanError):
    """Another run holds the lock."""


class FetchError(DanvanError):
    """A page that was asked for by hand could not be fetched; the message says why."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"Không tải được {url}: {reason}")
