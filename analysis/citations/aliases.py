"""Documents named without a number: "Nghị quyết Trung ương 4 khóa XII", "Nghị quyết Đại hội XIII của Đảng"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.citations.attributes import read_term
from analysis.citations.stages import Beside, Form, Found
from analysis.issuers import Body
from analysis.kinds import Kind, kind_by_name
from analysis.places import names_pattern
from analysis.text import places_of

_ROMAN = r"[IVXL]{1,6}(?![\w])"
_ORDINAL_WORD = r"nhất|hai|ba|tư|năm(?!\s\d)|sáu|bảy|tám|chín|mười(?: một| hai| ba| bốn| lăm)?"
_KIND_HEAD = r"(?:[Nn]ghị quyết|NGHỊ QUYẾT|[Kk]ết luận|NQ)"
_PLENUM = re.compile(
    rf"{_KIND_HEAD}(?:\s{{1,3}}|(?<=NQ)(?=T))(?:của\s{{1,3}})?(?:Hội nghị\s{{1,3}})?(?:"
    rf"(?:Trung ương|T\.Ư|TƯ|TW|BCHTW|BCH TW|Ban Chấp hành Trung ương(?: Đảng)?)(?: Đảng)?\s{{1,3}}"
    rf"(?:lần thứ\s{{1,3}})?(?P<a>\d{{1,2}}(?![\w/-]|\.\d)|(?:{_ORDINAL_WORD})(?!\w))"
    rf"(?:\s{{1,2}}(?:của\s{{1,2}})?(?:Ban Chấp hành|BCH)\s{{1,2}}(?:Trung ương|TW|TƯ)(?: Đảng)?)?"
    rf"|lần thứ\s{{1,3}}(?P<b>\d{{1,2}}|{_ORDINAL_WORD})"
    rf"(?:\s{{1,2}}\(khóa\s{{1,2}}\w{{1,5}}\))?\s{{0,2}},?\s{{1,3}}(?:của\s{{1,3}})?"
    rf"(?:Ban Chấp hành|BCH)\s{{1,3}}(?:Trung ương|TW|TƯ)(?: Đảng)?)",
    re.IGNORECASE,
)
_CONGRESS = re.compile(
    rf"(?:[Nn]ghị quyết|NGHỊ QUYẾT)\s{{1,3}}(?:của\s{{1,3}})?(?:[Đđ]ại hội|ĐẠI HỘI)"
    rf"(?P<words>(?:\s{{1,3}}(?!các\b|và\b|nghị\b|lần\b|{_ROMAN})[^\W\d_]{{1,12}}){{0,12}})"
    rf"\s{{1,3}}(?:(?:lần thứ|lần)\s{{1,3}}(?P<a>\d{{1,2}}(?!\w)|{_ROMAN}|(?:{_ORDINAL_WORD})(?!\w))|(?P<b>{_ROMAN}))"
)
_ALIAS_START = re.compile(
    r"[nkNK](?:Q\s{0,2}(?=Hội nghị|Trung ương|T\.Ư|TW|TƯ)"
    r"|(?:ghị quyết|GHỊ QUYẾT|ết luận)\s{1,3}(?=của|Hội|hội|Trung|trung|T\.Ư|TW|TƯ|BCH|Ban|lần|Đại|đại|ĐẠI))"
)


def _alias_matches(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Aliases: "plenum" (Nghị quyết Trung ương 4) and "congress" (Nghị quyết Đại hội XIII), in order."""
    for at in sorted(place - 1 for head in _HEADS for place in places_of(text, head)):
        if at < 0 or _ALIAS_START.match(text, at) is None:
            continue
        if (match := _PLENUM.match(text, at)) is not None:
            yield "plenum", match
        elif (match := _CONGRESS.match(text, at)) is not None:
            yield "congress", match


_HEADS = ("ghị quyết", "GHỊ QUYẾT", "ết luận", "Q")
"""What every alias begins with, but for its first letter."""


_PLENUM_BODY = Body("TW", "central")
_WORDS = {
    "nhất": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "mười một": 11, "mười hai": 12, "mười ba": 13, "mười bốn": 14, "mười lăm": 15,
}  # fmt: skip
_PARTY_AFTER = re.compile(r"\s{1,2}(?:của\s{1,2})?Đảng(?! bộ| viên)(?: Cộng sản Việt Nam)?(?!\w)")
_UNIT = r"tỉnh|thành phố|TP\.?|huyện|thị xã|quận|xã|phường|các cơ quan"
_BRANCH = re.compile(
    rf"\s{{1,2}}(?:của\s{{1,2}})?(?P<body>Đảng bộ\s{{1,2}}(?P<unit>{_UNIT}))(?:\s{{1,2}}(?P<name>{names_pattern()}))?",
    re.IGNORECASE,
)
_TERM = re.compile(r"[\s,]{0,3}\(?\s?(?:khóa)\s{1,2}([IVXL]{1,6}|\d{1,2})(?!\w)(?P<close>\))?", re.IGNORECASE)
_MORE_TERMS = re.compile(r"\s{0,2}(?:,|và|;)\s{0,2}(?:khóa\s{1,2})?([IVXL]{2,6})(?=[\s),.;])")
_LEVELS = {
    "tỉnh": ("TU", "province"),
    "thành phố": ("TU", "province"),
    "tp": ("TU", "province"),
    "các cơ quan": ("ĐU", "province"),
    "xã": ("ĐU", "commune"),
    "phường": ("ĐU", "commune"),
}
_NATIONAL = re.compile(r"(?:\s+(?:đại biểu|toàn quốc|đảng|của|cộng sản việt nam))*")


def aliases(text: str) -> Iterator[Found]:
    """Documents named by alias, in order."""
    for shape, match in _alias_matches(text):
        kind = kind_by_name()["Kết luận" if match.group()[:1].lower() == "k" else "Nghị quyết"]
        if shape == "plenum":
            yield from _plenum(text, match, kind)
        else:
            yield _congress(text, match, kind)


def _ordinal(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdigit() else _WORDS.get(word, 0)


def _plenum(text: str, match: re.Match[str], kind: Kind) -> Iterator[Found]:
    """A plenum's resolution. "Nghị quyết Trung ương 4 (khóa XI, XII)" names two: "XII" is a mention of its own."""
    number = _ordinal(match["a"] or match["b"])
    end = match.end()
    term = _TERM.match(text, end) or _TERM.search(text, match.start(), end)
    stop = max(end, term.end()) if term is not None else end
    if term is not None and stop == term.end() and term["close"] and "(" not in term.group():
        stop -= 1
    yield _of_plenum(match.start(), stop, kind, number, read_term(term[1]) if term is not None else None)
    while term is not None and (more := _MORE_TERMS.match(text, stop)) is not None:
        stop = more.end(1)
        yield _of_plenum(more.start(1), stop, kind, number, more[1])


def _of_plenum(start: int, end: int, kind: Kind, number: int, term: str | None) -> Found:
    said = Beside(end, body=_PLENUM_BODY, issuer="Ban Chấp hành Trung ương", term=term)
    return Found(Form.ALIAS, start, end, kind, said, alias=f"plenum {number}")


def _congress(text: str, match: re.Match[str], kind: Kind) -> Found:
    """A congress's resolution: of the party, of a party organisation with its place, or of a union."""
    word = match["a"] or match["b"]
    term = word.upper() if re.fullmatch(r"[IVXLivxl]+", word) else read_term(str(_ordinal(word)))
    words = match["words"] or ""
    branch = _BRANCH.search(" " + words.lstrip()) or _BRANCH.match(text, match.end())
    end = match.end()
    if branch is not None:
        code, level = _LEVELS.get(branch["unit"].lower().rstrip("."), ("HU", "district"))
        said = Beside(end, body=Body(code, level), issuer=f"Đại hội {branch['body']}", place=branch["name"], term=term)
        if branch.string is text:  # not named before the ordinal ("Đại hội Đảng bộ tỉnh lần thứ XV")
            end = branch.end()
    else:
        said = _of_whole(words)._replace(term=term)
        party = _PARTY_AFTER.match(text, end)
        end = party.end() if party is not None else end
    code = said.body.code if said.body is not None else " ".join(words.lower().split())
    return Found(Form.ALIAS, match.start(), end, kind, said, alias=f"congress {code}")


def _of_whole(words: str) -> Beside:
    """Whose congress: the party's, or the one that the words name."""
    lower = words.lower()
    if _NATIONAL.fullmatch(lower) is not None:
        return Beside(0, body=_PLENUM_BODY, issuer="Đại hội đại biểu toàn quốc của Đảng")
    body = Body("ĐU", "commune") if "chi bộ" in lower or "đảng bộ" in lower else None
    return Beside(0, body=body, issuer=f"Đại hội {' '.join(words.split())}")
