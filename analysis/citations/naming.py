"""The kind or name of a document that stands further before its number, with words in between."""

from __future__ import annotations

import re

from analysis.citations.mention import Mention

_LAW = re.compile(
    r"(?:Bộ luật|Luật|Pháp lệnh) ([^\W\d_][^,.;:()\n\"]{2,110}?"
    r"(?: \([Ss]ửa đổi[^)]{0,30}\))?),? (?:[Ss]ố )?$"
)


def name_law(text: str, mention: Mention) -> None:
    """Of "Luật Việc làm số 74/2025/QH15" the mention begins at "Luật", and the title stands inside."""
    low = max(0, mention.start - 130)
    so = mention.start if not text[mention.start : mention.start + 2].isalpha() else mention.start + 3
    at = max(text.rfind("Luật ", low, so), text.rfind("Bộ luật ", low, so), text.rfind("Pháp lệnh ", low, so))
    match = _LAW.match(text, at, so) if at >= 0 else None
    if match is not None:
        mention.start, mention.title = at, match[1]
        mention.title_start, mention.title_end = match.span(1)


_KIND_GAP = re.compile(r"[^,.;:\n\"\d]{1,100}")


def name_kind(text: str, mention: Mention) -> None:
    """Of "Quyết định thi hành kỷ luật số 123-QĐ/UBKTTU" the kind stands further before, its words in between."""
    low = max(0, mention.start - 130)
    window = text[low : mention.start].lower()
    if len(window) != mention.start - low:
        return
    at = max((window.rfind(words) for words in mention.kind.words if " " in words), default=-1)
    if at < 0:
        return
    words = next(words for words in mention.kind.words if window.startswith(words, at))
    gap_start = low + at + len(words)
    gap = text[gap_start : mention.start].rstrip(" (")
    if text[low + at].isupper() and _KIND_GAP.fullmatch(gap) and gap[:1] == " ":
        mention.start, mention.inner = low + at, (gap_start, gap_start + len(gap))
