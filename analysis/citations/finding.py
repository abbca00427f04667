"""Finds mentions: whole symbols, numbers that nobody can read, "Nghị quyết này" (kind word + number: `short_forms.py`,
aliases: `aliases.py`).

Everything starts at a digit or at a fixed word and looks at a bounded stretch around it, so the time grows with the
length of the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analysis.citations.before import kind_ending, look_back
from analysis.citations.naming import name_kind, name_law
from analysis.citations.stages import Beside, Form, Found
from analysis.citations.symbols import SPOILING, TOKEN, UNREADABLE, Symbol, kind_name, parse, parse_unreadable
from analysis.kinds import Kind
from analysis.text import places_of

UNREADABLE_ALIAS = "unreadable"
"""How the alias of a document without a readable number begins: each as printed is one of its own."""
_RANGE = re.compile(r"(?<!\w)từ\s{1,2}((?:số\s{1,2})?(\d{1,4}))\s{1,2}(?:đến|tới)\s{1,2}(?:số\s{1,2})?$")


_DIGITS = bytes(49 if byte in b"0123456789" else 45 if byte in b"-/" else 32 for byte in range(256))
_ONES = re.compile(b"1(?<![-1]1)1*")  # begins with a letter, not a set: the search jumps


def digit_runs(text: str) -> list[tuple[int, int]]:
    """Where digits stand together, start and end: every number is looked for from there.

    Not behind a dash or slash: there no number of a document begins, whole, short or spoilt.
    """
    return [match.span() for match in _ONES.finditer(text.encode("ascii", "replace").translate(_DIGITS))]


_GOES_INTO = re.compile(r"[a-zđ]?[ \n]{0,10}[-/.A-ZĐƯ\d]")
"""What follows the digits of every symbol: a quick look before the thorough one."""


def full_symbols(text: str, runs: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Mentions with a whole symbol, in order."""
    at = 0
    last: Found | None = None
    for run, end in runs:
        if run < at or _GOES_INTO.match(text, end) is None:
            continue
        if (match := TOKEN.match(text, run)) is None:
            continue
        at = match.end()
        before = look_back(text, match.start())
        if before.rejected:
            continue
        symbol = parse(text, match.start(), match.end(), before.kind, named=before.named)
        if symbol is None:
            at = match.start() + len(match.group().split("-", 1)[0].split("/", 1)[0].split(" ", 1)[0]) or match.end()
            continue
        at = symbol.end
        torn = len(symbol.number) < 3 and text[run - 1] == " "
        if torn and (split := _SPLIT.search(text, max(0, run - 12), run)) is not None:
            yield _torn_apart(text, split, symbol)
            continue
        if before.kind is None and (first := _RANGE.search(text, max(0, match.start() - 40), match.start())):
            yield from _ends_of_range(text, first, match.start(), symbol)
            continue
        kind = kind_name(before.kind or _kind_of_list(text, last, before.start, symbol), symbol.kind, symbol.issuers)
        form = Form.FULL if symbol.text else Form.SHORT
        said = Beside(symbol.end, symbol.year)
        found = Found(form, before.start, symbol.end, kind, said, symbol.number, symbol)
        if before.kind is None and kind.issuer == "QH":
            found = name_law(text, found)
        elif before.kind is None and before.so and symbol.kind is not None:
            found = name_kind(text, found)
        last = found
        yield found


def _kind_of_list(text: str, last: Found | None, start: int, symbol: Symbol) -> Kind | None:
    """Of codes that two kinds share the word before the list decides: "các Quy định số 11-QĐ/TW, số 22-QĐ/TW"."""
    if last is None or symbol.kind is None or last.kind.code == symbol.kind.code:
        return None
    shared = last.kind.family == symbol.kind.family
    return last.kind if shared and _GOES_ON.fullmatch(text, last.end, start) is not None else None


_GOES_ON = re.compile(r"(?:,? ngày \d{1,2}[/-]\d{1,2}[/-]\d{4})? {0,2}(?:,|;|và|, và|hoặc|đến|tới) {1,2}")


def _ends_of_range(text: str, first: re.Match[str], at: int, symbol: Symbol) -> Iterator[Found]:
    """Of "các Quy định từ số 41 đến số 45-QĐ/TW" both ends are named; neither is printed as a symbol of its own."""
    before = look_back(text, first.start())
    kind = kind_name(before.kind, symbol.kind, symbol.issuers)
    for number, start, end in ((first[2], before.start, first.end(1)), (symbol.number, at, symbol.end)):
        open_symbol = replace(symbol, number=number, text=None)
        yield Found(Form.SHORT, start, end, kind, Beside(end, symbol.year), number, open_symbol)


_SPLIT = re.compile(r"(?<=số)\s{0,2}:?\s{1,2}\d{1,2} {1,2}$", re.IGNORECASE)


def _torn_apart(text: str, split: re.Match[str], symbol: Symbol) -> Found:
    """Of "Chỉ thị số 4 7-CT/TU" nobody can tell the number."""
    before = look_back(text, split.end() - len(split[0].strip(" :\n")) - 1)
    kind = kind_name(before.kind, symbol.kind, symbol.issuers)
    open_symbol = replace(symbol, number="", text=None)
    alias = f"{UNREADABLE_ALIAS} {split[0].strip(' :')} {symbol.number}"
    return Found(Form.SHORT, before.start, symbol.end, kind, Beside(symbol.end), None, open_symbol, alias=alias)


def unreadable(text: str, runs: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Documents whose number has a letter in it: seen, without number and symbol."""
    for place in _spoilt(text, runs):
        start = _WORD_END.search(text, max(0, place - 6), place + 1)
        match = UNREADABLE.match(text, start.start()) if start is not None else None
        before = look_back(text, match.start()) if match is not None else None
        symbol = parse_unreadable(text, match) if match is not None and before and not before.rejected else None
        if match is not None and before is not None and symbol is not None:
            kind = kind_name(before.kind, symbol.kind, symbol.issuers)
            alias = f"{UNREADABLE_ALIAS} {match['number']}"
            yield Found(Form.SHORT, before.start, symbol.end, kind, Beside(symbol.end), None, symbol, alias=alias)


def _spoilt(text: str, runs: Sequence[tuple[int, int]]) -> Iterator[int]:
    """The digits beside a letter that looks like one."""
    for start, end in runs:
        before = text[start - 1 : start]
        if before in SPOILING:
            yield start
        if text[end : end + 1] in SPOILING and (end - start > 1 or before not in _NO_SPOILT):
            yield end - 1


_NO_SPOILT = SPOILING | set("/.,-")


_WORD_END = re.compile(r"(?<![\w/.,-])[\w|]{1,5}$")


_THIS_WORDS = (" này", " nói trên", " nêu trên", " trên đây")
_THIS = re.compile(rf"(?:{'|'.join(_THIS_WORDS)})(?!\w)")


def back_references(text: str) -> Iterator[tuple[int, int, Kind]]:
    """Places where a text says "Nghị quyết này", "Kế hoạch nói trên": start, end, kind."""
    for at in sorted(at for words in _THIS_WORDS for at in places_of(text, words)):
        match = _THIS.match(text, at)
        if match is None:
            continue
        window = text[max(0, at - 40) : at].lower()
        last = window[window.rfind(" ") + 1 :]
        last = last[last.rfind("\n") + 1 :]
        found = kind_ending(window, last)
        if found is not None and found[1] is not None:
            yield at - len(found[0]), match.end(), found[1]
