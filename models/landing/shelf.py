"""Bodies of old pages, in files by month beside the archive: `pages-2026-03.tar.zst`.

Each file is a tar of the pages as they were sent, packed in frames of pages of one paper, which have most of their
template in common; `tar --zstd -x` reads it, and the archive's row says in which frame a body lies, so that a page
costs one frame. Files only grow; a frame that no row names (a process was killed between the two) does no harm.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from foundation.errors import StoreError
from foundation.settings import settings

try:  # in the standard library from Python 3.14 on
    from compression import zstd  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    from backports import zstd

MARK = b"@"
"""What a body that lies here begins with in its row; no compressed body does."""

LONGEST_PLACE = 120
LEVEL = 10


@dataclass(frozen=True, slots=True)
class Body:
    """A page's bytes, to be shelved."""

    name: str
    content: bytes
    fetched_at: datetime


def shelf() -> Path:
    """The folder of the files."""
    config = settings()
    return config.pages_dir or config.home / "pages"


def put_on_shelf(month: str, bodies: Sequence[Body]) -> list[bytes]:
    """Append bodies as one frame to a month's file, on the disk when this returns; answers what each row is to hold.

    Raises OSError where the folder cannot be written.
    """
    stream, places = BytesIO(), []
    for body in bodies:
        header = tarfile.TarInfo(body.name)
        header.size, header.mtime, header.mode = len(body.content), int(body.fetched_at.timestamp()), 0o600
        stream.write(header.tobuf(tarfile.GNU_FORMAT))
        places.append((stream.tell(), len(body.content)))
        stream.write(body.content + bytes(-len(body.content) % tarfile.BLOCKSIZE))
    frame = bytes(zstd.compress(stream.getvalue(), LEVEL))
    path = shelf() / f"pages-{month}.tar.zst"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        begin = file.seek(0, os.SEEK_END)
        file.write(frame)
        file.flush()
        os.fsync(file.fileno())
    held = _frame(path, begin, len(frame))
    if any(held[at : at + size] != body.content for (at, size), body in zip(places, bodies, strict=True)):
        raise StoreError(f"Tệp {path} ghi xong đọc lại không giống. Kiểm tra ổ đĩa.")
    return [MARK + f"{path.name} {begin} {len(frame)} {at} {size}".encode() for at, size in places]


def from_shelf(place: bytes) -> bytes:
    """The body that a row names. Raises StoreError where its file is not here, or not whole."""
    name, *numbers = place.removeprefix(MARK).decode().split(" ")
    begin, length, at, size = map(int, numbers)
    path = shelf() / name
    try:
        body = _frame(path, begin, length)[at : at + size]
    except (OSError, zstd.ZstdError) as error:
        raise StoreError(
            f"Nội dung gốc của trang này đã dọn sang tệp {path}, tệp ấy không có ở đây hoặc hỏng."
            " Chép lại thư mục ấy, hoặc chỉ nơi có nó bằng biến DANVAN_PAGES_DIR."
        ) from error
    return body


@lru_cache(maxsize=2)
def _frame(path: Path, begin: int, length: int) -> bytes:
    """A frame, unpacked; pages that are read one after the other mostly lie in one."""
    with path.open("rb") as file:
        file.seek(begin)
        return bytes(zstd.decompress(file.read(length)))
