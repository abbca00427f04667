"""Issuers as papers call them: the longest name of the data that begins at a place, with the place it is of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from analysis.issuers import Body, bodies, body_prefixes, body_starts, spelled_out
from analysis.places import find_province, names_pattern

UPPER = "A-ZĐÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
LOWER = UPPER.replace("A-Z", "a-z").lower()
_WORD = re.compile(r"\S+")
_NAME = rf"[{UPPER}][^\W\d_]*(?:[ -][{UPPER}][^\W\d_]*){{0,3}}"
_PROVINCE = re.compile(rf" {{1,2}}(?:(?:tỉnh|thành phố|TP\.?|Tp\.?) {{0,2}})?({names_pattern()})", re.IGNORECASE)
_LOWER_PLACE = re.compile(rf" {{1,2}}({_NAME})")
_UNITS_WITH_NAME = re.compile(r" {1,2}(?:(?:huyện|thị xã|quận|xã|phường|thị trấn|TP\.?|thành phố) {1,2})?")
_PLENUM_HEAD = re.compile(
    r"Hội nghị\s{1,2}(?:lần thứ\s{1,2}[\w ]{1,12}?,?\s{1,2}(?:của\s{1,2})?(?=Ban Chấp hành|BCH)"
    r"|Trung ương\s{1,2}(?:lần thứ\s{1,2})?(?:\d{1,2}|[a-zđ]\w{1,4})(?!\w))",
    re.IGNORECASE,
)
_PLENUM_BODY = "Ban Chấp hành Trung ương"


@dataclass(frozen=True, slots=True)
class Named:
    """An issuer read off the words: where it ends, the body, its words, its place."""

    end: int
    body: Body
    words: str
    place: str | None


@lru_cache(maxsize=256)  # asked again at the same places of one text
def match_body(text: str, at: int) -> Named | None:
    """The issuer whose name begins exactly at `at`: the longest way of the data, then its place."""
    if (plenum := _PLENUM_HEAD.match(text, at)) is not None:
        inner = match_body(text, plenum.end())
        end = inner.end if inner is not None and inner.body.code == "TW" else plenum.end()
        return Named(end, bodies()[_PLENUM_BODY.lower()], _PLENUM_BODY, None)
    first = _WORD.match(text, at, at + 24)
    if first is None:
        return None
    most = body_starts().get(_bare(first.group()), 0)
    if not most:
        return None
    best = _longest(text, at, most)
    if best is None:
        return None
    end, body = best
    if " " not in text[at:end] and not _stands_alone(text, at, end):
        return None
    place, end = _place(text, end, body)
    printed = text[at : best[0]]
    words = body.words if printed.isupper() and " " in printed else printed  # a headline in capitals
    return Named(end, _with_place(body, place), body.name or _spelled(words), place)


def _bare(word: str) -> str:
    return word.lower().rstrip(',.;:)"')


def _longest(text: str, at: int, most: int) -> tuple[int, Body] | None:
    words: list[str] = []
    best: tuple[int, Body] | None = None
    last = at
    for match in _WORD.finditer(text, at, min(len(text), at + 110)):
        if len(words) == most or "\n\n" in text[last : match.start()]:
            break
        last = match.end()
        raw = match.group().lower()
        bare = raw.rstrip(',.;:)"')
        key = " ".join((*words, bare))
        if (body := bodies().get(key)) is not None:
            best = (match.start() + len(bare), body)
        elif key not in body_prefixes():
            break
        if bare != raw and not raw.endswith(","):
            break
        words.append(raw)
    return best


def _stands_alone(text: str, at: int, end: int) -> bool:
    """A one-word name ("Đảng", "TW") must be written as a name and not begin another word ("Đảng viên")."""
    return text[at].isupper() and re.match(r"\s(?:viên|bộ|ủy|đoàn|cấp|phí|tịch)", text[end : end + 6]) is None


def _spelled(words: str) -> str:
    full = spelled_out()
    return " ".join(full.get(word, word) for word in words.split())


def _place(text: str, end: int, body: Body) -> tuple[str | None, int]:
    if body.level == "central":
        return None, end
    if (match := _PROVINCE.match(text, end)) is not None and body.level == "province":
        name = " ".join(match[1].split())
        return name.title() if name.isupper() and " " in name else name, match.end()
    if body.level in ("district", "commune") or body.unit in ("thành phố", "TP") or body.code == "TU":
        gap = _UNITS_WITH_NAME.match(text, end)
        start = end if gap is None else gap.end() - 1
        if (match := _LOWER_PLACE.match(text, start)) is not None and not match[1].isupper():
            return match[1], match.end()
    return None, end


def _with_place(body: Body, place: str | None) -> Body:
    """The body with its place: "Thành ủy Hạ Long" is a district's committee: its place is no province."""
    if place is not None and body.level == "province" and find_province(place) is None:
        return replace(body, level="district")
    return body
