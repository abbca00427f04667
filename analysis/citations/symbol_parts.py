"""The lettered parts of a symbol, as far as they belong to it: kind, issuers, and what stands between them.

Papers lose the dash ("NĐCP"), print a point for it ("CĐ.UBND") or spaces around it ("BDVTW – BCSĐCP"); a sentence that
goes on behind a dash ("25-NQ/TW - HĐND tỉnh") is none of the symbol.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from analysis.issuers import issuer_by_code
from analysis.kinds import Kind, kind_by_code

# A word glued to the symbol ends it: "12-CT/TUngày 5/3", "45/KH-UBNDvề".
_GLUED = (
    r"[A-ZĐƯ][A-ZĐƯ0-9&.]{0,17}g?(?=(?:[Nn]gày|về|của|do|vừa|được|đã|và|quy định|yêu cầu|nêu|có|là|sẽ|tại|trong)(?!\w))"
)
SEGMENT = rf"(?:{_GLUED}|[A-ZĐƯ][A-ZĐƯa-zđư0-9&.]{{0,17}}(?!\w))"
GAP = r" {0,4}(?:\n(?!\n) {0,4})?"
_PART = re.compile(rf"({GAP}[-/.]?{GAP})({SEGMENT})")


class Part(NamedTuple):
    """One lettered part as printed, what stands before it, and where it ends."""

    code: str
    separator: str
    end: int


def kind_of_code(code: str) -> Kind | None:
    """The kind behind a printed code, in any case of letters that is used for it."""
    return kind_by_code().get(code) or (kind_by_code().get(code.upper()) if len(code) > 1 else None)


def read_parts(text: str, start: int, end: int) -> list[Part]:
    """The lettered parts of a token, as far as they belong to a symbol."""
    parts: list[Part] = []
    at = start
    while at < end and (match := _PART.match(text, at, min(end + 12, len(text)))):
        code, stop = match[2], match.end()
        if "." in code and code.rstrip(".").upper() not in issuer_by_code():
            code = code.split(".", 1)[0]
            stop = match.start(2) + len(code)
        code = code.rstrip(".&")
        stop = match.start(2) + len(code)
        parts.append(Part(code, match[1], stop))
        if stop != match.end() and not _pointed(text, parts, stop):
            break
        at = stop
    return _without_prose(_joined_kind(parts), text)


def _pointed(text: str, parts: list[Part], stop: int) -> bool:
    """Whether a point stands for a separator: "12/CĐ.UBND", "01/1999/QĐ.UB", "15/QĐ.UBND.NV", "6/QC-TT.HĐND-UBND"."""
    following = _PART.match(text, stop)
    if following is None or following[1] != ".":
        return False
    code = following[2].split(".", 1)[0]
    if len(parts) == 1:
        return parts[0].code in kind_by_code() and _is_known(code)
    standing = len(parts) == 2 and parts[1].code in ("TT", "BTT") and _is_known(code)
    return standing or (len(parts) == 2 and parts[1].separator == "." and code.isupper())


def _joined_kind(parts: list[Part]) -> list[Part]:
    """A kind code printed with a hyphen inside ("NQ-LT") is one part."""
    if len(parts) < 3 or f"{parts[0].code}-{parts[1].code}" not in kind_by_code():
        return parts
    whole = Part(f"{parts[0].code}-{parts[1].code}", parts[0].separator, parts[1].end)
    return [whole, *parts[2:]]


def _is_known(code: str) -> bool:
    return code in issuer_by_code() or (len(code) > 1 and code.upper() in issuer_by_code())


def _without_prose(parts: list[Part], text: str) -> list[Part]:
    """Cut what follows a whole symbol behind a spaced dash: "25-NQ/TW - HĐND tỉnh" ends at TW."""
    for at in range(1, len(parts)):
        part = parts[at]
        lower = sum(char.islower() for char in part.code)
        known = _is_known(part.code)
        if not known and (lower > 2 or (lower and part.code not in kind_by_code())):
            return parts[:at]
        loose = part.separator != part.separator.strip()
        if at >= 2 and loose and not _joins(text, parts, part, known=known):
            return parts[:at]
        if "\n" in part.separator and at >= 2:
            return parts[:at]
    return parts


_ATTRIBUTE = re.compile(r"[ \n]{0,2}(?:ngày|về|của|giữa|năm|giai đoạn)(?!\w)|[ ]?[,.;)(]|\s*\Z")


def _joins(text: str, parts: list[Part], part: Part, *, known: bool) -> bool:
    """Whether a code behind a spaced dash is a further issuer: "79-CTr/BDVTW – BCSĐCP về …", not "… - HĐND tỉnh"."""
    beside = _ATTRIBUTE.match(text, part.end, part.end + 16) is not None
    if not known:
        return beside and parts[1].code in issuer_by_code() and part.code.isupper() and len(part.code) > 2
    after = text[part.end : part.end + 2]
    return beside or not (after[:1] == " " and after[1:].islower())


def unglued(parts: list[Part], word: Kind | None) -> list[Part]:
    """Kind and issuer apart where the dash between them was lost ("61/2018/NĐCP", "45/2003/QĐUB"): never against the
    kind that a word names.
    """
    first = parts[0]
    code = first.code
    if len(parts) > 1 or code in issuer_by_code():
        return parts
    for size in range(len(code) - 2, 1, -1):
        kind = kind_by_code().get(code[:size]) if code[size:] in issuer_by_code() else None
        if kind is not None and (word is None or kind.family == word.family):
            between = "/" if first.separator.strip() == "-" else "-"
            kept = first._replace(code=code[:size], end=first.end - len(code) + size)
            return [kept, Part(code[size:], between, first.end)]
    return parts
