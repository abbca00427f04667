"""Symbols of documents among typed words: "25 nq tw", "25nqtw", "25-NQ/T.Ư" are one symbol; "nq 25" is a part.

The reader of citations and its data are imported where a query has a number: a search for plain words does without.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from analysis.text import search_key

MOST_WORDS = 8
"""A symbol typed with spaces and dashes apart has at most so many pieces ("102 / 2025 / NQLT - UBTVQH15 - CP")."""

_CENTRAL = re.compile(r"(?<!\w)[Tt]\.? ?[Ưư](?!\w)")
_JOINED = re.compile(r"(\d{1,5})([a-z]{3,20})")
_SEPARATORS = frozenset("-–—/.")


@dataclass(frozen=True, slots=True)
class SymbolPart:
    """A stretch of typed words: a document's whole symbol, its kind and number ("NQ", "25"), or just a word."""

    text: str
    symbol: str | None = None
    kind: str | None = None
    number: str | None = None


def symbols_in(run: list[str]) -> list[SymbolPart]:
    """The typed words in order, those that make up a symbol joined to one part."""
    parts: list[SymbolPart] = []
    at = 0
    while at < len(run):
        size, part = _whole(run, at) or _half(run, at) or (1, SymbolPart(run[at]))
        parts.append(part)
        at += size
    return parts


def same_kinds(code: str) -> tuple[str, ...]:
    """Codes of the kinds that papers print for one another (QĐ and QĐi)."""
    from analysis.kinds import kinds

    family = {kind.code: kind.family or kind.code for kind in kinds()}
    return tuple(one for one, name in family.items() if name == family[code])


def kind_name(code: str) -> str:
    """The name of a kind by its code."""
    from analysis.kinds import kinds

    return next(kind.name for kind in kinds() if kind.code == code)


@lru_cache(maxsize=1)
def _plain_kinds() -> Mapping[str, str]:
    from analysis.kinds import kinds

    return {search_key(code): kind.code for kind in reversed(kinds()) for code in (*kind.codes, kind.code)}


@lru_cache(maxsize=1)
def _issuer_codes() -> frozenset[str]:
    from analysis.issuers import issuers

    return frozenset(issuer.code for issuer in issuers())


def _whole(run: list[str], at: int) -> tuple[int, SymbolPart] | None:
    """The shortest stretch that is a symbol, with what hangs on it by a dash or slash."""
    if not run[at][:1].isdigit():
        return None
    for size in range(1, min(MOST_WORDS, len(run) - at) + 1):
        symbol = _read(run[at : at + size])
        if symbol is not None:
            return _longer(run, at, size, symbol)
    return None


def _longer(run: list[str], at: int, size: int, symbol: str) -> tuple[int, SymbolPart]:
    while at + size + 1 < len(run) and run[at + size] in _SEPARATORS:
        longer = _read(run[at : at + size + 2])
        if longer is None:
            break
        size, symbol = size + 2, longer
    return size, SymbolPart(" ".join(run[at : at + size]), symbol)


def _read(pieces: list[str]) -> str | None:
    typed = _central(" ".join(pieces))
    typed = _apart(typed) or typed
    if len(typed) > 80 or not any(letter.isalpha() for letter in typed):
        return None
    from analysis.citations import read_symbol

    found = read_symbol(typed)
    if found is None or found.text is None:
        return None
    apart = len(pieces) > 1 and not _SEPARATORS & set(typed)
    # "50 năm" and "25 nq dân" are words: typed apart, only known codes make a symbol.
    if apart and (found.kind is None or not set(found.issuers) <= _issuer_codes()):
        return None
    return found.text if found.kind is not None or _SEPARATORS & set(typed) else None


def _central(typed: str) -> str:
    """TƯ and T.Ư stand for Trung ương; without their marks they would be a tỉnh ủy's TU."""
    return _CENTRAL.sub("TW", typed)


def _apart(typed: str) -> str | None:
    """Number, kind and issuer typed in one piece, taken apart: "25nqtw" → "25-nq/tw"."""
    found = _JOINED.fullmatch(search_key(typed))
    if found is None:
        return None
    codes = {search_key(code) for code in _issuer_codes()}
    for kind in sorted(_plain_kinds(), key=len, reverse=True):
        if found[2].startswith(kind) and found[2].removeprefix(kind) in codes:
            return f"{found[1]}-{kind}/{found[2].removeprefix(kind)}"
    return None


def _half(run: list[str], at: int) -> tuple[int, SymbolPart] | None:
    """Kind and number: "nq 25", "NQ25", "25 nq"."""
    for size in (2, 1):
        pieces = [search_key(piece) for piece in run[at : at + size]]
        if len(pieces) < size:
            continue
        joined = " ".join(pieces)
        letters = joined.strip("0123456789 -./")
        number = joined.replace(letters, "", 1).strip(" -./") if letters else ""
        if number.isdecimal() and len(number) <= 5 and letters in _plain_kinds():
            return size, SymbolPart(" ".join(run[at : at + size]), None, _plain_kinds()[letters], number)
    return None
