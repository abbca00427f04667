"""Whose work an article is: the author line and the paper it was taken from.

Only the line a paper prints for this purpose is read; no names are looked for in the text.
"""

from __future__ import annotations

import re

from crawlers.extraction.signs import folded, signs
from crawlers.source import Source

_LABEL = re.compile(
    r"^(?:(?:tin|bài|ảnh|tin bài|bài viết|clip|video|thực hiện|tác giả|người viết)(?:\s*(?:,|và|-|&|/)\s*"
    r"(?:tin|bài|ảnh|clip|video))*)\s*:\s*",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"^\(?\s*(?:(?:lược )?theo|nguồn(?: tin)?)\s*:?\s+(?P<who>[^()]{2,60}?)\s*\)?\.?$", re.IGNORECASE)
_BRACKETED = re.compile(r"^\(\s*(?P<who>[^()]{2,40})\s*\)\.?$")
_HOST = re.compile(r"^(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$", re.IGNORECASE)
_PAPER = re.compile(r"^(?:báo|tạp chí|cổng|trang|đài|thông tấn|baó)\s+\S", re.IGNORECASE)
_LOGIN = re.compile(r"^[A-Za-z][A-Za-z0-9_]{5,}$|^\S+@\S+$|^[a-z0-9_]{3,}$")
_NAME_WORD = re.compile(r"^[^\W\d_][\w'’]*(?:\.[^\W\d_])*\.?$")


def origin_of(line: str, source: Source | None) -> str | None:
    """The other paper that a closing line credits ("Theo TTXVN", "Nguồn: …", "(baoquangninh.vn)"), or None.

    A line that credits the paper itself gives "" (it is a credit, but no origin).
    """
    found = _CREDIT.match(line) or _BRACKETED.match(line)
    if not found:
        return None
    who = found["who"].strip(" .:-–")
    if not _names_a_paper(who, strict=_CREDIT.match(line) is None):
        return None
    return "" if source is not None and is_own_name(who, source) else who


def _names_a_paper(who: str, *, strict: bool) -> bool:
    head = re.split(r"\s*[/,(]", who)[0]
    if folded(who) in signs().agencies or folded(head) in signs().agencies or _HOST.match(who) or _PAPER.match(who):
        return True
    return not strict and who[:1].isupper() and len(who.split()) <= 4 and not re.search(r"\d", who)


def is_own_name(words: str, source: Source) -> bool:
    """Whether these words are the paper's own name, short name or address."""
    bare = folded(words).removeprefix("www.")
    names = {source.name, source.full_name or source.name, source.domain, *source.past_domains}
    own = {folded(name) for name in names}
    return bare in own or any(bare == f"{name} {rest}" for name in own for rest in ("điện tử", "online"))


def clean_author(words: str | None, source: Source | None) -> tuple[str | None, str | None]:
    """(author, origin) of an author field. Login names, placeholders and the paper's own name are no author."""
    line = " ".join((words or "").split()).strip(" -–•|,.;:*")
    if not line or len(line) > 120:
        return None, None
    credited = origin_of(line, source)
    if credited is not None:
        return None, credited or None
    label = _LABEL.match(line)
    if label and not re.search(r"[:]", line[label.end() :]):
        line = line[label.end() :].strip()
    name, _, other = line.rpartition("/")
    if name and _names_a_paper(other.strip(), strict=True):
        return clean_author(name, source)[0], other.strip()
    if line.startswith("(") and line.endswith(")"):
        line = line[1:-1].strip()
    return (None, None) if _is_nobody(line, source) else (line, None)


def _is_nobody(line: str, source: Source | None) -> bool:
    bare = folded(line)
    if not bare or bare in signs().no_authors or signs().inside.search(line):
        return True
    if _LOGIN.match(line) and line.isascii():
        return True
    if source is not None and is_own_name(line, source):
        return True
    return re.match(r"^(?:báo|đài|trang|cổng|tạp chí)\s", bare) is not None


def is_signature_line(line: str) -> bool:
    """Whether a closing line is an author's name: two to five capitalised words, or a labelled credit."""
    if "\n" in line or len(line) > 60:
        return False
    name, _, other = line.rpartition("/")
    if name and _names_a_paper(other.strip(), strict=True):
        line = name
    label = _LABEL.match(line)
    rest = line[label.end() :].strip() if label else line.strip(" .()*")
    names = re.split(r"\s*[-–,&/]\s*|\s+", rest)
    if label:
        return 1 <= len(names) <= 8
    letters = [word for word in names if word]
    return (
        2 <= len(letters) <= 6
        and all(w[0].isupper() and _NAME_WORD.match(w) for w in letters)
        and not line.endswith((":", ";"))
    )
