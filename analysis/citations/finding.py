"""Finds mentions: whole symbols first, then kind word + number, then "Nghị quyết này" (aliases: `aliases.py`).

Everything starts at a digit or at a fixed word and looks at a bounded stretch around it, so the time grows with the
length of the text and no faster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from analysis.citations.grammar import rejects
from analysis.citations.naming import name_kind, name_law
from analysis.citations.stages import Beside, Form, Found
from analysis.citations.symbols import SPOILING, TOKEN, UNREADABLE, Symbol, kind_name, parse, parse_unreadable
from analysis.data_files import read_data
from analysis.kinds import Kind, kind_by_code, kind_words
from analysis.text import places_of

UNREADABLE_ALIAS = "unreadable"
"""How the alias of a document without a readable number begins: each as printed is one of its own."""
_BEFORE_SHORT = frozenset(' \n:("ố')
_RUN = re.compile(r"(?:(?<!ố)|(?<=số))(?<!\d:)\d{1,5}[a-zđ]?(?![\w%])(?![.,:]\d)")
_RANGE = re.compile(r"(?<!\w)từ\s{1,2}((?:số\s{1,2})?(\d{1,4}))\s{1,2}(?:đến|tới)\s{1,2}(?:số\s{1,2})?$")
_YEAR_AFTER = re.compile(r" ?/ ?((?:19|20)\d\d)(?![\d/-])")
_NO_NUMBER_AFTER = re.compile(r"[.,:]\d| ?[-/] ?\d| ?%|[A-Za-z]|[-/][A-ZĐƯ]{2}")
_YEARS_AFTER = re.compile(r" {1,3}(\d{2,4})(?: ?- ?((?:19|20)\d\d))?")
_NUMBER_BEFORE = re.compile(r"\d+$")
_FIRST_WORDS = re.compile(r" {1,3}([^\W\d]+)(?: {1,3}([^\W\d]+))?")
_JOINED = re.compile(r'[\s"]{0,3}(?:,|;|và|hoặc|&|hay)\s{0,3}(?:(số)\s{0,3}:?\s{0,3})?', re.IGNORECASE)
_MOST_JOINT = 14
_OPENERS = ' \n("\t'


class Before(NamedTuple):
    """What stands before a number: where the mention starts, the kind named, whether "số" stands there.

    `code`: the kind is named by its code ("KL 43").
    """

    start: int
    kind: Kind | None
    so: bool
    generic: bool
    capital: bool
    rejected: bool
    code: bool = False

    @property
    def named(self) -> bool:
        """Whether any word introduces the number."""
        return self.so or self.generic or self.kind is not None


def _skip_back(text: str, at: int, chars: str, most: int = 5) -> int:
    low = max(0, at - most)
    while at > low and text[at - 1] in chars and text[at - 1 : at + 1] != "\n\n":
        at -= 1
    return at


def look_back(text: str, at: int) -> Before:
    """Read the words that end at `at`: a kind, "số", or a word that says this is no document."""
    so, here = False, _skip_back(text, at, " \n:")
    for _again in range(2):  # "số số": printed twice now and then
        if text[max(0, here - 2) : here].lower() != "số" or text[here - 3 : here - 2].isalpha():
            break
        so, here = True, _skip_back(text, here - 2, ' \n:"')
    so_start = here + len(text[here:at]) - len(text[here:at].lstrip(' \n:"'))
    bracket = _skip_back(text, here, _OPENERS)
    window = text[max(0, bracket - 40) : bracket].lower()
    last = window[window.rfind(" ") + 1 :].lstrip('("\n')
    last = last[last.rfind("\n") + 1 :]
    qualified = _qualifier().search(window) if so else None
    if qualified is not None:  # "Nghị quyết chuyên đề số 17"
        bracket, window, last = (
            bracket - len(qualified[0]),
            window[: qualified.start()],
            window[: qualified.start()].rsplit(" ", 1)[-1],
        )
    found = _kind_ending(window, last)
    rejected = _reject_ending(window)
    coded = None if found is not None or rejected else _CODE.search(text, max(0, bracket - 6), bracket)
    if coded is not None and (kind := kind_by_code().get(coded[0])) is not None and not kind.weak:
        return Before(coded.start(), kind, so, generic=False, capital=True, rejected=False, code=True)
    if found is None or rejected:
        return Before(so_start if so else at, None, so, generic=False, capital=False, rejected=rejected)
    words, kind = found
    start = bracket - len(words)
    return Before(start, kind, so, generic=kind is None, capital=text[start].isupper(), rejected=False)


_CODE = re.compile(r"(?<![\w/-])[A-ZĐ]{1,3}[a-zđ]?(?<=..)$")


@cache
def _qualifier() -> re.Pattern[str]:
    """A word of the data between a kind's name and "số"."""
    return re.compile(rf"(?<=\w) (?:{'|'.join(read_data('kinds.yaml')['qualifiers'])})$")


def _kind_ending(window: str, last: str) -> tuple[str, Kind | None] | None:
    """The kind word that a lower-case window ends with, as it stands there, and its kind."""
    for words, kind in kind_words().get(last.lstrip('("-:,;'), ()):
        if window.endswith(words):
            edge = window[-len(words) - 1 : -len(words)]
            if not edge.isalnum() and not (kind and kind.not_after and _spoiled(window, words, kind)):
                return words, kind
        elif ("  " in window or "\n" in window) and " " in words:  # "Nghị  quyết", or a line end inside
            match = re.search(r"(?<!\w)" + r"[ \n]{1,3}".join(map(re.escape, words.split())) + "$", window)
            if match is not None:
                return match.group(), kind
    return None


def _spoiled(window: str, words: str, kind: Kind) -> bool:
    return window[: -len(words)].rstrip().endswith(tuple(f" {word}" for word in kind.not_after))


_LONGEST_REJECT = max(len(words) for words in rejects()["words_before"])
_REJECT_LAST = {words.rsplit(" ", 1)[-1] for words in rejects()["words_before"]}


def _reject_ending(window: str) -> bool:
    words = window[-_LONGEST_REJECT - 1 :].split()
    if not words or words[-1].strip('("') not in _REJECT_LAST:
        return False
    listed = rejects()["words_before"]
    return any(" ".join(words[-size:]).strip('("') in listed for size in range(1, min(7, len(words)) + 1))


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


_GOES_ON = re.compile(r" {0,2}(?:,|;|và|, và|hoặc|đến|tới) {1,2}")


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


def short_forms(text: str, full: list[Found], runs: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Mentions with a kind and a number only, and the further numbers of a list ("Quyết định số 217, số 218")."""
    spans = iter([*full, None])
    after = next(spans)
    previous: Found | None = None
    for at, _end in runs:
        while after is not None and after.end <= at:
            if previous is None or after.end > previous.end:
                previous = after
            after = next(spans)
        if (after is not None and after.start <= at) or text[at - 1] not in _BEFORE_SHORT:
            continue
        found = _short_at(text, at, previous)
        if found is not None:
            previous = found
            yield found


def _short_at(text: str, at: int, previous: Found | None) -> Found | None:
    near = previous is not None and 0 < at - previous.end <= _MOST_JOINT
    named = _may_name(text, at)
    match = _RUN.match(text, at) if near or named else None
    if match is None:
        return None
    end, year = match.end(), None
    if (with_year := _YEAR_AFTER.match(text, end)) is not None:
        end, year = with_year.end(), int(with_year[1])
    elif _NO_NUMBER_AFTER.match(text, end):
        return None
    joined = _joined_to(text, at, previous) if near else None
    if joined is not None and previous is not None:
        return _list_item(text, match, joined, previous)
    before = look_back(text, at) if named else None
    if before is None or before.kind is None or before.rejected or not _plausible(text, match, end, before):
        return None
    kind, number = before.kind, match.group()
    vague = kind.verb and not before.capital and len(number) == 1
    doubtful = vague or (before.code and not before.so)
    return Found(Form.SHORT, before.start, end, kind, Beside(end, year), number, doubtful=doubtful)


def _may_name(text: str, at: int) -> bool:
    """A quick look before the thorough one: the words before the number must be "số" or end a kind's name."""
    low, naming = max(0, at - 20), _naming_words()
    last = text[text.rfind(" ", low, at - 1) + 1 : at - 1]
    if text[at - 1] != "ố" and last.isalpha() and last not in naming and last.lower() not in naming:
        return False  # most numbers: a plain word that names nothing
    before = text[low:at].rsplit(None, 2)
    if not before:
        return True
    last = before[-1].strip(':"(')
    if last not in naming and (last := last.lower()) not in naming:
        return False
    ahead = naming[last]
    return ahead is None or len(before) == 1 or before[-2].lower().strip('(":,;-') in ahead


@cache
def _naming_words() -> dict[str, frozenset[str] | None]:
    """By the last word of what may name a document: the words before it (None: any)."""
    ahead: dict[str, frozenset[str] | None] = dict.fromkeys(("", "số", *kind_by_code()))
    for last, names in kind_words().items():
        alone = last in ahead or any(" " not in words for words, _kind in names)
        ahead[last] = None if alone else frozenset(words.split()[-2] for words, _kind in names)
    return ahead


def _joined_to(text: str, at: int, previous: Found | None) -> bool | None:
    """Whether the number at `at` goes on a list begun by the previous mention: True with "số", False without."""
    match = _JOINED.fullmatch(text, previous.end, at) if previous is not None else None
    return None if match is None else match[1] is not None


def _list_item(text: str, match: re.Match[str], so: bool, previous: Found) -> Found | None:  # noqa: FBT001 (private)
    digits = match.group()
    if not so and (len(digits) < 2 or counted_after(text, match.end()) or _is_year(digits)):
        return None
    start = previous.end + text[previous.end : match.start()].lower().find("số") if so else match.start()
    return Found(Form.SHORT, start, match.end(), previous.kind, Beside(match.end()), digits)


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("19", "20")


def counted_after(text: str, end: int) -> bool:
    """Whether a noun that is counted follows ("3 nội dung"); "năm 2013" after a number is a date, not a count."""
    match = _FIRST_WORDS.match(text, end)
    if match is None:
        return False
    first, second = match[1], match[2] or ""
    if first == "năm" and (years := _YEARS_AFTER.match(text, match.end(1))) is not None:
        number = _NUMBER_BEFORE.search(text, max(0, end - 4), end)
        span = int(years[2]) - int(years[1]) if years[2] else 99  # "Kế hoạch 5 năm 2026-2030": that many years
        return number is not None and span in (int(number[0]) - 1, int(number[0]))
    if first == "ngày":
        return False
    counted = rejects()["counted"]
    return first.islower() and (first in counted or f"{first} {second}" in counted)


def _names_a_movement(text: str, number: re.Match[str]) -> bool:
    """Whether a small number begins the name of a movement: "nghị quyết 3 không", 'chương trình "5 tự, 5 cùng"'."""
    if not number.group().isdecimal() or number.group()[0] == "0" or int(number.group()) > 12:
        return False
    quoted = text[number.start() - 1] == '"' and _MOTTO_IN_QUOTES.match(text, number.end()) is not None
    return quoted or _motto().match(text, number.end()) is not None


_MOTTO_IN_QUOTES = re.compile(r" (?!của |ngày |năm |về |khóa )[^\W\d_][^\"\n/.]{1,40}\"")


@cache
def _motto() -> re.Pattern[str]:
    lists = rejects()
    whole, before, on = ("|".join(sorted(lists[name])) for name in ("mottos", "mottos_before_a_pause", "motto_goes_on"))
    return re.compile(rf"\s{{1,2}}(?:(?:{whole})(?!\w)|(?:{before})(?=[.,;:!?)\"]|\s*$|\s+(?:\d|(?:{on})(?!\w))))")


def _plausible(text: str, match: re.Match[str], end: int, before: Before) -> bool:
    """Whether kind word + number names a document and does not count something ("quyết định 3 nội dung")."""
    kind, digits = before.kind, match.group()
    if kind is None:
        return False
    if before.so:
        return True
    if _is_year(digits) or counted_after(text, end) or _names_a_movement(text, match):
        return False
    return before.capital or kind.strong or text[end : end + 5] in (" của ", " ngày")


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
        found = _kind_ending(window, last)
        if found is not None and found[1] is not None:
            yield at - len(found[0]), match.end(), found[1]
