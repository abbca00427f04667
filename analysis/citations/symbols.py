"""Symbols: from what is printed ("9 /NQ–TƯ", "34/2019/ND-CP") to the normal form ("9-NQ/TW", "34/2019/NĐ-CP").

Party documents are `N-KIND/ISSUER`, state ones `N/YYYY/KIND-ISSUER` or `N/KIND-ISSUER`, a công văn has no kind code
(`326/UBND-KGVX`), a law neither (`75/2015/QH13`). Papers swap the separators, so the issuer decides which it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from analysis.citations.grammar import rejects
from analysis.citations.symbol_parts import GAP, SEGMENT, Part, kind_of_code, read_parts, unglued
from analysis.issuers import PARLIAMENT, Issuer, issuer_by_code, issuer_of, read_issuer
from analysis.kinds import Kind, default_kind, kind_by_name, kind_of_parliament
from analysis.text import search_key

_SUFFIX = "[a-hjkmnp-ru-yđ]"  # "36a"; never a letter that looks like a digit ("0l")
_NUMBER = rf"(?:\d{{1,2}}\.\d{{3}}(?=/)|\d{{1,5}}{_SUFFIX}?)"  # "1.205/QĐ-UBND": some print a point in thousands
# The digit comes first, what forbids it behind, the cheapest first: the pattern is looked for from digit to digit.
# "số12-CT/TU": glued; "s12-CT/TU": the vowel lost with its marks.
_FREE = (
    r"[0-9](?<![0-9/-][0-9])(?:(?<!\w[0-9])(?<!\d[.,:][0-9])|(?<=[Ss]ố[0-9])|(?<=SỐ[0-9])|(?<=[ \n]s[0-9]))"
    rf"(?:\d{{0,4}}{_SUFFIX}?|\d?\.\d{{3}}(?=/))"
)
_YEAR_INSIDE = rf"(?:{GAP}[-/]{GAP}(?:19|20)\d\d(?!\d))?"
_LETTERS = rf"(?:{GAP}[-/.]{GAP}|[ ]{{0,2}}){SEGMENT}(?:{GAP}[-/.]{GAP}{SEGMENT}){{0,6}}"
TOKEN = re.compile(rf"{_FREE}{_YEAR_INSIDE}{_LETTERS}")
_SPOILING = "OoIlSsBZz|"
SPOILING = frozenset(_SPOILING)
"""Letters that look like a digit."""
SPOILT = re.compile(rf"[0-9](?<![/.,-][0-9])(?:[{_SPOILING}]|(?<=[{_SPOILING}][0-9]))")
"""A digit beside a letter that looks like one."""
UNREADABLE = re.compile(rf"(?!\d+{_SUFFIX}?(?!\w))(?P<number>[\d{_SPOILING}]{{2,5}}){GAP}[-/]{GAP}(?=[A-ZĐ])")
"""A number with a letter in it ("5O1/QĐ-UBND", "I4-CT/TU"): nobody can tell which digit it was."""
_HEAD = re.compile(rf"({_NUMBER})(?:{GAP}[-/]{GAP}((?:19|20)\d\d)(?!\d))?")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol taken apart. `number` as printed; `text` is the normal form, None where parts are missing.

    `kind` is the kind behind the code (None: no code); `issuers` the issuer codes, joint ones in order; `end` is where
    it ends in the string it was read from.
    """

    number: str
    year: int | None
    kind: Kind | None
    kind_code: str | None
    issuers: tuple[str, ...]
    text: str | None
    end: int = 0

    @property
    def issuer_code(self) -> str | None:
        """The issuer codes joined as printed in the symbol."""
        return "-".join(self.issuers) or None


def suffix_of(symbol: Symbol | None) -> Issuer | None:
    """The issuer behind a symbol's suffix, None without one."""
    return issuer_of(symbol.issuers) if symbol is not None and symbol.issuers else None


def suffix_level(symbol: Symbol | None) -> str | None:
    """The level of the issuer behind a symbol's suffix."""
    suffix = suffix_of(symbol)
    return suffix.level if suffix is not None else None


def party_form(number: str, kind: str, issuers: str) -> str:
    """The normal form of a party document's symbol: "25-NQ/TW"."""
    return f"{number}-{kind}/{issuers}"


def state_form(number: str, year: int | None, rest: str) -> str:
    """The normal form of any other symbol: "01/2022/NQ-HĐND", "326/UBND-KGVX"."""
    return f"{number}/{year}/{rest}" if year else f"{number}/{rest}"


def number_value(number: str) -> int:
    """The number as identity compares it: "05" and "5" are one (a letter as in "36a" is left out)."""
    digits = re.match(r"\d+", number)
    return int(digits.group()) if digits else 0


@lru_cache(maxsize=1024)
def _clean(code: str) -> str:
    """A segment without stray points and with the issuer's one spelling (TƯ → TW)."""
    known = issuer_by_code()
    return (known.get(code) or known.get(code.upper()) or Issuer(code, None, None)).code


@lru_cache(maxsize=1024)
def _shown(code: str) -> str:
    """A segment as a symbol shows it: its own letters (BCHQS), but one spelling of them (Tu, HDND) and of TW."""
    clean = _clean(code)
    same = clean == "TW" or search_key(clean) == search_key(code).replace(".", "")
    return clean if same else code


def _whole(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of a symbol; an issuer printed with a hyphen inside ("BTGDV-TU") is one."""
    joined = "".join(codes)
    return (joined,) if len(codes) > 1 and joined in issuer_by_code() and codes[0] not in issuer_by_code() else codes


def parse(text: str, start: int, end: int, word: Kind | None, *, named: bool) -> Symbol | None:
    """Take the token at `start` of a folded text apart. `word` is the kind named before it, `named` whether any
    word ("số", "văn bản", a kind) introduces it. None: not a document.
    """
    head = _HEAD.match(text, start)
    if head is None:
        return None
    number, year = head[1].replace(".", ""), int(head[2]) if head[2] else None
    parts = read_parts(text, head.end(), end)
    if not parts or _rejected(parts):
        return None
    if named:
        parts = unglued(parts, word)
    first = parts[0]
    kind = kind_of_code(first.code)
    if kind is not None and len(parts) >= 2:
        return _with_kind(number, year, kind, parts)
    if kind is None and word is not None and named and _slipped(parts, word):
        return _with_kind(number, year, word, parts)
    if not first.separator.strip() or (kind is not None and (word is None or year is not None)):
        return None
    if kind is not None:
        return Symbol(number, None, kind, kind.code, (), None, first.end)
    return _without_kind(number, year, parts, word, named=named)


def _slipped(parts: list[Part], word: Kind) -> bool:
    """Whether an unknown code stands for the kind that the word names, before a known party body ("01-CB/TW")."""
    if len(parts) < 2 or (parts[0].separator.strip(), parts[1].separator.strip()) != ("-", "/"):
        return False
    return word.coded and parts[0].code.isupper() and parts[1].code in issuer_by_code() and is_party(parts[1].code)


def unreadable_number(printed: str) -> bool:
    """Whether a mention as printed has a letter or a gap in its number ("số 5O1/QĐ-UBND", "số 4 7-CT/TU")."""
    return SPOILT.search(printed) is not None or _TORN.search(printed) is not None


_TORN = re.compile(r"số:? {0,2}\d{1,2} {1,2}\d{1,2} ?[-/]", re.IGNORECASE)


def parse_unreadable(text: str, match: re.Match[str]) -> Symbol | None:
    """The symbol behind a match of `UNREADABLE`, without number and text. None: no kind and issuer stand there."""
    parts = read_parts(text, match.end("number"), min(len(text), match.end() + 60))
    kind = kind_of_code(parts[0].code) if len(parts) >= 2 else None
    if kind is None or _rejected(parts):
        return None
    codes = _whole(tuple(_clean(part.code) for part in parts[1:]))
    return Symbol("", None, kind, kind.code, codes, None, parts[-1].end)


def _rejected(parts: list[Part]) -> bool:
    """Licences, forms, court papers (the reject list's codes), and a list's dash at the head of the next line."""
    lists = rejects()
    if parts[0].code in lists["codes"]:
        return True
    if "\n" in parts[0].separator and (kind_of_code(parts[0].code) is None or len(parts) < 2):
        return True
    joined = "-".join(part.code for part in parts)
    return any(part.code in lists["court"] for part in parts) or joined in lists["court"]


def is_party(code: str) -> bool:
    """Whether an issuer code belongs to the party's form of symbols."""
    return code.endswith(_party_endings()) and not code.startswith("MTTW")


@cache
def _party_endings() -> tuple[str, ...]:
    return tuple(rejects()["party_endings"])


def _with_kind(number: str, year: int | None, kind: Kind, parts: list[Part]) -> Symbol:
    codes = _whole(tuple(_clean(part.code) for part in parts[1:]))
    printed = _kind_code(parts[0].code, kind.code)
    first, second = parts[0].separator.strip(), parts[1].separator.strip()
    proper = (first, second) in {("-", "/"), ("/", "-")}
    party = year is None and (is_party(codes[0]) or (proper and first == "-" and not _is_state(codes[0])))
    joined = "-".join(_shown(part.code) for part in parts[1:])
    text = party_form(number, printed, joined) if party else state_form(number, year, f"{printed}-{joined}")
    return Symbol(number, year, kind, kind.code, codes, text, parts[-1].end)


_STATE = re.compile(r"UBND|HĐND|TTg|CP|MTTQ|MTTW|QH|UBTVQH")


def _is_state(code: str) -> bool:
    return _STATE.match(code) is not None


@lru_cache(maxsize=1024)
def _kind_code(printed: str, code: str) -> str:
    """The code as it stands in the normal symbol: the kind's own spelling, but QĐNS, TTLT … stay as printed."""
    own = printed.upper() in {code.upper(), search_key(code).upper()} or search_key(printed) == search_key(code)
    return code if own else printed


def _without_kind(number: str, year: int | None, parts: list[Part], word: Kind | None, *, named: bool) -> Symbol | None:
    """Laws (75/2015/QH13), công văn (326/UBND-KGVX), and a kind named in words only (Nghị quyết 25/TW)."""
    codes, shown = tuple(_clean(part.code) for part in parts), "-".join(_shown(part.code) for part in parts)
    end = parts[-1].end
    if year is not None:
        if PARLIAMENT.match(codes[0]) is None and not (word and named):
            return None
        return Symbol(number, year, None, None, codes, state_form(number, year, shown), end)
    known = codes[0] in issuer_by_code()
    slash = parts[0].separator.strip() == "/"
    if word is not None and known and is_party(codes[0]) and word is not default_kind():
        return Symbol(number, None, word, word.code, codes, party_form(number, word.code, shown), end)
    guessed = known or read_issuer(codes[0]).level is not None
    if not slash or not ((known and len(codes) >= 2) or (named and (guessed or word) and (word or len(codes) >= 2))):
        return None
    return Symbol(number, None, None, None, codes, state_form(number, None, shown), end)


def kind_name(word: Kind | None, kind: Kind | None, issuers: tuple[str, ...]) -> Kind:
    """Which kind a mention is of: the word names it, else the code, else it is a công văn.

    Two codes need more: TB behind the word "Kết luận" is a thông báo kết luận, TT of the Front a thông tri.
    """
    if word is not None:
        if kind is not None and kind.code in word.instead:
            return kind_by_name()[word.instead[kind.code]]
        return word
    if kind is None:
        return default_kind() if not issuers or PARLIAMENT.match(issuers[0]) is None else kind_of_parliament()
    joined = "-".join(issuers)
    for name, codes in kind.with_issuers.items():
        if joined in codes or issuers[0] in codes:
            return kind_by_name()[name]
    return kind
