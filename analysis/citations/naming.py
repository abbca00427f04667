"""The kind or name of a document that stands further before its number, with words in between."""

from __future__ import annotations

import re

from analysis.citations.stages import Found, Title

_LAW = re.compile(
    r"(?:Bộ luật|Luật|Pháp lệnh) ([^\W\d_][^,.;:()\n\"]{2,110}?"
    r"(?: \([Ss]ửa đổi[^)]{0,30}\))?),? (?:[Ss]ố )?$"
)


def name_law(text: str, found: Found) -> Found:
    """Of "Luật Việc làm số 74/2025/QH15" the mention begins at "Luật", and the title stands inside."""
    low = max(0, found.start - 130)
    so = found.start if not text[found.start : found.start + 2].isalpha() else found.start + 3
    at = max(text.rfind("Luật ", low, so), text.rfind("Bộ luật ", low, so), text.rfind("Pháp lệnh ", low, so))
    match = _LAW.match(text, at, so) if at >= 0 else None
    if match is None:
        return found
    return found._replace(start=at, said=found.said._replace(title=Title(match[1], *match.span(1), quoted=False)))


_KIND_GAP = re.compile(r"[^,.;:\n\"\d]{1,100}")


def name_kind(text: str, found: Found) -> Found:
    """Of "Quyết định thi hành kỷ luật số 123-QĐ/UBKTTU" the kind stands further before, its words in between."""
    low = max(0, found.start - 130)
    window = text[low : found.start].lower()
    if len(window) != found.start - low:
        return found
    at = max((window.rfind(words) for words in found.kind.words if " " in words), default=-1)
    if at < 0:
        return found
    words = next(words for words in found.kind.words if window.startswith(words, at))
    gap_start = low + at + len(words)
    gap = text[gap_start : found.start].rstrip(" (")
    if text[low + at].isupper() and _KIND_GAP.fullmatch(gap) and gap[:1] == " ":
        return found._replace(start=low + at, inner=(gap_start, gap_start + len(gap)))
    return found
