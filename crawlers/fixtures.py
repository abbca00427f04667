"""Fixture pairs: a page in the shape of its site, its words replaced by ours, beside what must be read out of it.

No sentence of a paper goes into a pair: markup, dates, addresses and labels are kept, running text is not.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from crawlers.dates import parse_date
from crawlers.extraction import extract
from crawlers.extraction.encoding import decode
from crawlers.keys import canonical_key
from crawlers.marked_yaml import written
from crawlers.source import Source
from crawlers.values import Extract, Page
from foundation.errors import UsageError

TITLE = "Xã Mẫu mời bà con bàn việc chung của thôn"
AUTHOR = "Người Viết Mẫu"
_STORY = """
Buổi sáng ở xã Mẫu bắt đầu bằng tiếng trống của nhà văn hóa thôn và những câu hỏi về con đường mới. Cán bộ ngồi cùng
hàng ghế với bà con, ghi từng ý kiến vào sổ rồi đọc lại cho mọi người cùng nghe. Việc nào làm ngay được thì hẹn ngày,
việc nào phải chờ thì nói rõ vì sao phải chờ và chờ ai. Tổ tự quản nhận phần mương phía đông, hội phụ nữ nhận hàng cây
dọc lối vào trường học của các cháu. Đến trưa danh sách đã kín chữ, chiếc bút được chuyền tay cho cụ cao tuổi nhất.
"""
_WORDS = _STORY.split()
_BEGINNINGS = [0, *(n + 1 for n, word in enumerate(_WORDS[:-1]) if word.endswith("."))]
_SENTENCE = 8
"""So many words together are a sentence of the paper's; less is a label or a menu."""
_DATE_LINE = 16
"""A line with a date in it is kept up to so many words."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A page and what must be read out of it, as YAML; unfinished until a person has looked at every line."""

    name: str
    family: str
    page: bytes
    expected: str

    def write(self, folder: Path) -> Path:
        """Write both files under the family's folder; answers the one of what is expected. Raises UsageError."""
        path = folder / self.family / f"{self.name}.yaml"
        if path.exists():
            raise UsageError(f"Đã có {path}; xóa hoặc đổi tên rồi chạy lại.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.expected, encoding="utf-8")
        path.with_suffix(".html").write_bytes(self.page)
        return path


def pair_of(page: Page, source: Source) -> Pair:
    """The pair of a fetched page."""
    text = decode(page.body, page.headers, source.encoding).text or ""
    body = reworded(text, extract(page, source), source).encode()
    url, fetched = page.final_url, page.fetched_at.replace(microsecond=0)
    again = Page(source.id, page.key, url, url, 200, {"content-type": "text/html; charset=utf-8"}, body, fetched)
    told: dict[str, Any] = {
        "unfinished": "xem từng dòng dưới “expect”, sửa cho đúng với trang bên cạnh, rồi xóa dòng này",
        "source": source.id,
        "url": url,
        "fetched_at": fetched,
        "traps": [],
        "expect": expected(extract(again, source)),
    }
    number = re.sub(r"[^A-Za-z0-9]+", "-", canonical_key(url, source).partition(":")[2]).strip("-")[-40:]
    text = written(told)
    return Pair(f"{source.id}_{number}", source.family, body, text)


def expected(found: Extract) -> dict[str, Any]:
    """What a pair says of a page."""
    return {
        "status": found.status.value,
        "title": found.title,
        "lead": found.lead,
        "author": found.author,
        "published_at": found.published_at.isoformat() if found.published_at else None,
        "date_from": found.date_from,
        "text": found.text,
    }


def reworded(text: str, found: Extract, source: Source) -> str:
    """A page's markup with our words in the place of its sentences, its title and its author."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(
        r"(<script\b[^>]*>)(.*?)(</script>)", lambda m: _script(m, source), text, flags=re.DOTALL | re.IGNORECASE
    )
    text = re.sub(r"charset=([\"']?)[\w-]+", r"charset=\1utf-8", text, flags=re.IGNORECASE)
    for words, ours in ((found.title, TITLE), (found.author, AUTHOR)):
        for printed in {words, escape(words)} if words else ():
            text = text.replace(printed, ours)
    text = re.sub(r">([^<>]+)<", lambda m: f">{_ours(m[1], source)}<", text)
    return re.sub(
        r"""(=\s*)("[^"<>]*"|'[^'<>]*')""", lambda m: m[1] + m[2][0] + _ours(m[2][1:-1], source) + m[2][0], text
    )


def _script(found: re.Match[str], source: Source) -> str:
    """A script that holds data keeps its shape; any other is emptied."""
    opening, content, closing = found.groups()
    holds_data = "json" in opening.lower() or (source.body_script and source.body_script in content)
    if not holds_data:
        return opening + closing
    return opening + re.sub(r'"((?:[^"\\]|\\.)*)"', lambda m: f'"{_ours(m[1], source)}"', content) + closing


def _ours(text: str, source: Source) -> str:
    """`text` if it is a label, an address, a date or a title of ours; else as many words of ours."""
    words = text.split()
    if len(words) < _SENTENCE or TITLE in text:
        return text
    if len(words) <= _DATE_LINE and parse_date(text.strip()) is not None:
        return text
    signed = next((mark for mark in source.signatures if text.lstrip().startswith(mark)), "")
    start = _BEGINNINGS[zlib.crc32(text.strip().encode()) % len(_BEGINNINGS)]
    ours = " ".join(_WORDS[(start + n) % len(_WORDS)] for n in range(len(words) - len(signed.split())))
    ours = ours[0].upper() + ours[1:].rstrip(".,") + ("." if text.rstrip().endswith((".", "…")) else "")
    return text[: len(text) - len(text.lstrip())] + f"{signed} {ours}".strip() + text[len(text.rstrip()) :]
