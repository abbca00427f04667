"""Documents named without a number: "Nghị quyết Trung ương 4 khóa XII", "Nghị quyết Đại hội XIII của Đảng"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.citations.attributes import read_term
from analysis.citations.finding import alias_matches
from analysis.citations.grammar import Body, Kind, kind_by_name
from analysis.citations.mention import Level, Mention
from analysis.places import names_pattern

_PLENUM_BODY = Body("TW", "central")
_WORDS = {
    "nhất": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "mười một": 11, "mười hai": 12, "mười ba": 13, "mười bốn": 14, "mười lăm": 15,
}  # fmt: skip
_PARTY_AFTER = re.compile(r"\s{1,2}(?:của\s{1,2})?Đảng(?! bộ| viên)(?: Cộng sản Việt Nam)?(?!\w)")
_BRANCH = re.compile(
    rf"\s{{1,2}}(?:của\s{{1,2}})?(?P<body>Đảng bộ\s{{1,2}}(?P<unit>tỉnh|thành phố|TP\.?|huyện|thị xã|quận|xã|phường|các cơ quan))"
    rf"(?:\s{{1,2}}(?P<name>{names_pattern()}))?",
    re.IGNORECASE,
)
_TERM = re.compile(
    r"[\s,]{0,3}\(?\s?(?:khóa)\s{1,2}([IVXL]{1,6}|\d{1,2})(?!\w)(?P<close>(?<=\d)\)|(?<=[IVXLivxl])\))?", re.IGNORECASE
)
_MORE_TERMS = re.compile(r"\s{0,2}(?:,|và|;)\s{0,2}(?:khóa\s{1,2})?([IVXL]{2,6})(?=[\s),.;])")
_LEVELS = {
    "tỉnh": ("TU", "province"),
    "thành phố": ("TU", "province"),
    "tp": ("TU", "province"),
    "các cơ quan": ("ĐU", "province"),
    "xã": ("ĐU", "commune"),
    "phường": ("ĐU", "commune"),
}


def alias_mentions(text: str) -> Iterator[Mention]:
    """Mentions by alias, in order."""
    for shape, match in alias_matches(text):
        kind = kind_by_name()["Kết luận" if match.group()[:1].lower() == "k" else "Nghị quyết"]
        if shape == "plenum":
            yield from _plenum(text, match, kind)
        else:
            mention = _congress(text, match, kind)
            if mention is not None:
                yield mention


def _ordinal(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdigit() else _WORDS.get(word, 0)


def _plenum(text: str, match: re.Match[str], kind: Kind) -> Iterator[Mention]:
    """ "Nghị quyết Trung ương 4 (khóa XI, XII)" names two: the second mention is the further term."""
    number = _ordinal(match["a"] or match["b"])
    end = match.end()
    term = _TERM.match(text, end)
    stop = term.end() if term is not None else end
    if term is not None and term["close"] and "(" not in term.group():
        stop -= 1
    mention = _alias(match.start(), stop, kind, f"plenum {number}")
    mention.term = read_term(term[1]) if term is not None else None
    yield mention
    while term is not None and (more := _MORE_TERMS.match(text, stop)) is not None:
        stop = more.end(1)
        further = _alias(more.start(1), stop, kind, f"plenum {number}")
        further.term = more[1]
        yield further


def _alias(start: int, end: int, kind: Kind, alias: str) -> Mention:
    mention = Mention(Level.ALIAS, start, end, kind, alias=alias, named=True)
    mention.body, mention.issuer = _PLENUM_BODY, "Ban Chấp hành Trung ương"
    return mention


def _congress(text: str, match: re.Match[str], kind: Kind) -> Mention | None:
    """A congress's resolution: of the party, or of a party organisation with its place."""
    word = match["a"] or match["b"]
    term = word.upper() if re.fullmatch(r"[IVXLivxl]+", word) else read_term(str(_ordinal(word)))
    words, end = match["words"] or "", match.end()
    branch = _BRANCH.search(" " + words.lstrip()) if "đảng bộ" in words.lower() else _BRANCH.match(text, end)
    if branch is not None and branch.string is text:
        end = branch.end()
    elif branch is None and (party := _PARTY_AFTER.match(text, end)) is not None:
        end = party.end()
    mention = Mention(Level.ALIAS, match.start(), end, kind, term=term, named=True)
    if branch is None:
        if "chi bộ" in words.lower() or "đảng bộ" in words.lower():
            mention.body, mention.issuer = Body("ĐU", "commune"), "Đại hội" + words
        elif re.fullmatch(r"(?:\s+(?:đại biểu|toàn quốc|đảng|của|cộng sản việt nam))*", words.lower()):
            mention.body, mention.issuer = Body("TW", "central"), "Đại hội đại biểu toàn quốc của Đảng"
        else:
            mention.body, mention.issuer = Body("", "central"), "Đại hội" + words
            mention.body = None
        mention.alias = (
            f"congress {' '.join(words.lower().split())}" if mention.body is None else f"congress {mention.body.code}"
        )
        return mention
    unit = branch["unit"].lower().rstrip(".")
    code, level = _LEVELS.get(unit, ("HU", "district"))
    mention.body, mention.issuer = Body(code, level), f"Đại hội {branch['body']}"
    mention.place = branch["name"]
    mention.alias = f"congress {code}"
    return mention
