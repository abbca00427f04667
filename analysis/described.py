"""What an article says of a document, gathered from all its mentions; what two descriptions have in common."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from analysis.citations.symbols import is_party, party_form, state_form
from analysis.issuers import issuer_by_code, level_of
from analysis.kinds import Kind, kind_by_code
from analysis.numbering import telling_words
from analysis.places import name_key, province_by_code
from analysis.text import search_key
from analysis.values import Citation, Role

SLACK = dt.timedelta(days=2)
"""Papers of the evening before, and time zones: a date this much too late is no contradiction."""

ROLE_ORDER = (Role.ISSUES, Role.REPLACES, Role.AMENDS, Role.DRAFTS, Role.IMPLEMENTS, Role.CITES)
"""What several mentions in one article say together: the first of these that occurs."""


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a document. `issuer_code` is settled (words win over the suffix); `issuer` in words."""

    kind: str | None
    kind_code: str
    number: int
    issuer_code: str
    year: int | None = None
    issuer: str | None = None
    province: str | None = None
    place: str | None = None
    date: dt.date | None = None
    term: str | None = None
    title: str | None = None
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """All that one article says of one document. `on` is the article's day (published, else first seen)."""

    described: Described
    role: Role
    on: dt.date


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document of the archive. `mentioned_on`: day of the oldest article that names it; `reported_on`: of the
    oldest that reports it as issued; `announced`: staff have been told.
    """

    id: int
    described: Described
    mentioned_on: dt.date
    reported_on: dt.date | None = None
    announced: bool = False


def mentions(citations: Sequence[Citation], on: dt.date) -> dict[int, Account]:
    """The documents an article names, by `Citation.document`. Short forms without a full symbol are left out, unless
    they are told as issued, as of a day, by an issuer named: a paper that never prints the symbol is news all the same.
    """
    groups: dict[int, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.document, []).append(citation)
    found = {local: _together(group, on) for local, group in groups.items()}
    return {local: mention for local, mention in found.items() if mention is not None}


def _issued_by_number(group: Sequence[Citation]) -> Citation | None:
    """Of "vừa ký ban hành Kết luận 215 của Bộ Chính trị" the mention, with what stands for its symbol."""
    issued = next((c for c in group if c.role is Role.ISSUES and (c.today or any(one.date for one in group))), None)
    owner = next((c.issuer_code for c in group if c.issuer_code), None)
    kind = kind_by_code().get(issued.kind_code or "") if issued is not None else None
    if issued is None or kind is None or not issued.number or owner is None or owner not in issuer_by_code():
        return None
    symbol = _symbol_of(kind, issued.number, owner)
    return None if symbol is None else replace(issued, symbol=symbol, issuer_code=owner)


def _symbol_of(kind: Kind, number: str, issuer_code: str) -> str | None:
    """The one symbol that a number can have ("215-KL/TW"); its name where it may be printed with a year or without.

    None for what anybody decides and announces every day: investigators, schools, offices.
    """
    if kind.coded and is_party(issuer_code):
        return party_form(number, kind.family, issuer_code)
    if (kind.code, issuer_code) in _PLAIN_STATE:
        return state_form(number, None, f"{kind.code}-{issuer_code}")
    daily = kind.weak or (kind.code in ("QĐ", "TB") and issuer_code not in _GOVERNING)
    return None if daily else f"{kind.called} số {number}"


_PLAIN_STATE = frozenset(product(("KH", "TB", "CT", "CĐ"), ("UBND", "TTg")))
"""What these bodies issue in one form only."""
_GOVERNING = frozenset({"UBND", "HĐND", "TTg", "CP"})


def _together(group: Sequence[Citation], on: dt.date) -> Account | None:
    """What all mentions of one document in one article say: the fullest one first, the others fill its gaps."""
    full = next((c for c in group if c.symbol and c.number and c.issuer_code), None) or _issued_by_number(group)
    if full is None:
        return None
    number = re.match(r"\d{1,9}", full.number or "")
    if number is None:
        return None

    said: dict[str, Any] = {
        name: next((value for c in (full, *group) if (value := getattr(c, name)) is not None), None)
        for name in ("year", "issuer", "province", "place", "date", "term", "title")
    }
    code = settled_issuer(full.issuer_code or "", said["issuer"])
    if level_of(code) == "central":
        said["province"] = None
    if said["date"] is not None and said["date"] > on + SLACK:
        said["date"] = None  # a day of taking effect, or a misprint: nobody reports the future
    described = Described(full.kind, full.kind_code or "", int(number.group()), code, symbol=full.symbol or "", **said)
    role = next(role for role in ROLE_ORDER if any(c.role == role for c in group))
    return Account(described, role, on)


_LOCAL_COMMITTEE = re.compile(
    r"^(?:(?:ban thuong vu|btv|thuong truc|thuong vu|ban chap hanh|bch|hoi nghi)\s+)*"
    r"(?:(?P<TU>tinh uy|thanh uy|dang bo tinh|dang bo thanh pho)|"
    r"(?P<HU>huyen uy)|(?P<QU>quan uy(?! trung))|(?P<ThU>thi uy))"
)
_PLAIN_COMMITTEES = frozenset({"TW", "TU", "HU", "QU", "ThU"})


def settled_issuer(code: str, words: str | None) -> str:
    """The issuer's code: the words beside the number win over the suffix.

    "267-KL/TW … của Ban Thường vụ Tỉnh ủy" is TU's; `15-CT/TU` is never the Bộ Chính trị's. Only between committees:
    "Ban Dân vận Tỉnh ủy" leaves BDVTU alone.
    """
    code = code.replace(".", "").replace(" ", "")
    code = issuer_by_code()[code].code if code in issuer_by_code() else code
    if words is None or code not in _PLAIN_COMMITTEES:
        return code
    plain = " ".join(search_key(words).split())
    local = _LOCAL_COMMITTEE.match(plain)
    return code if local is None or local.lastgroup is None else local.lastgroup


def place_of(one: Described) -> str:
    """The place to compare: none said means the province itself ("Hải Dương" is not today's Hải Phòng)."""
    if level_of(one.issuer_code) == "central":
        return ""
    if one.place is not None:
        return re.sub(r"^(?:tinh|thanh pho|tp|huyen|quan|thi xa|xa|phuong|thi tran|dac khu) ", "", name_key(one.place))
    province = province_by_code(one.province) if one.province else None
    return name_key(province.name) if province else ""


def organ_of(words: str | None) -> str | None:
    """Which of the three organs behind "TW" the words name."""
    plain = search_key(words or "")
    for organ, marks in {
        "bct": ("bo chinh tri",),
        "bbt": ("ban bi thu",),
        "bch": ("ban chap hanh trung uong", "bch trung uong", "hoi nghi trung uong"),
    }.items():
        if any(mark in plain for mark in marks):
            return organ
    return None


def titles_agree(one: str | None, other: str | None) -> bool | None:
    """Whether two titles name one document; None where they do not tell.

    Compared by the words that are not formula ("tăng cường sự lãnh đạo của Đảng đối với công tác …").
    """
    first, second = telling_words(one), telling_words(other)
    if not first or not second:
        return None
    shared = len(first & second) / min(len(first), len(second))
    if shared >= 0.75:
        return True
    return False if shared <= 0.34 else None


def completed(old: Described, new: Described) -> Described:
    """`old` with its gaps filled from `new`; what is known already stays (a misprint changes nothing)."""
    names = ("kind", "issuer", "province", "place", "date", "term", "title")
    gaps = {name: getattr(new, name) for name in names if getattr(old, name) is None}
    if old.issuer_code == "TW" and organ_of(old.issuer) is None and organ_of(new.issuer) is not None:
        gaps["issuer"] = new.issuer  # "Trung ương Đảng" is only the name behind the suffix
    return replace(old, **{name: value for name, value in gaps.items() if value is not None})
