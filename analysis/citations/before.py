"""What stands before a number: the kind named, "số", or a word that says this is no document."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from analysis.citations.grammar import rejects
from analysis.citations.issuer_words import UPPER
from analysis.data_files import read_data
from analysis.kinds import Kind, kind_by_code, kind_words

_SO_ABOVE = re.compile(r"(?:\A|[\n|])[ |]{0,4}(?P<so>số) ?:\s{1,6}$", re.IGNORECASE)
"""The "Số:" of a head in a cell of its own: a page prints the number as the next paragraph."""
_OPENERS = ' \n("\t'
_CODE = re.compile(r"(?<![\w/-])[A-ZĐ]{1,3}[a-zđ]?(?<=..)$")
_LONGEST_REJECT = max(len(words) for words in rejects()["words_before"])
_REJECT_LAST = {words.rsplit(" ", 1)[-1] for words in rejects()["words_before"]}


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


def look_back(text: str, at: int) -> Before:
    """Read the words that end at `at`: a kind, "số", or a word that says this is no document."""
    own_cell = _SO_ABOVE.search(text, max(0, at - 16), at)
    so, here = False, _skip_back(text, at, " \n:") if own_cell is None else own_cell.end("so")
    for _again in range(2):  # "số số": printed twice now and then
        if not (size := _so_ending(text, here)):
            break
        so, here = True, _skip_back(text, here - size, ' \n:"')
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
    found = kind_ending(window, last)
    rejected = _reject_ending(window) and not _ends_a_name(text, so_start, bracket)
    coded = None if found is not None or rejected else _CODE.search(text, max(0, bracket - 6), bracket)
    if coded is not None and (kind := kind_by_code().get(coded[0])) is not None and not kind.weak:
        return Before(coded.start(), kind, so, generic=False, capital=True, rejected=False, code=True)
    if found is None or rejected:
        return Before(so_start if so else at, None, so, generic=False, capital=False, rejected=rejected)
    words, kind = found
    start = bracket - len(words)
    return Before(start, kind, so, generic=kind is None, capital=text[start].isupper(), rejected=False)


def _so_ending(text: str, at: int) -> int:
    """The length of a "số" that ends at `at`, also of one that lost its vowel with its marks ("Nghị định s20/2008")."""
    if text[max(0, at - 2) : at].lower() == "số":
        return 0 if text[at - 3 : at - 2].isalpha() else 2
    return 1 if text[at - 2 : at] in (" s", "\ns") else 0


def _skip_back(text: str, at: int, chars: str) -> int:
    low = max(0, at - 5)
    while at > low and text[at - 1] in chars and text[at - 1 : at + 1] != "\n\n":
        at -= 1
    return at


@cache
def _qualifier() -> re.Pattern[str]:
    """A word of the data between a kind's name and "số"."""
    return re.compile(rf"(?<=\w) (?:{'|'.join(read_data('kinds.yaml')['qualifiers'])})$")


def kind_ending(window: str, last: str) -> tuple[str, Kind | None] | None:
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


def _reject_ending(window: str) -> bool:
    words = window[-_LONGEST_REJECT - 1 :].split()
    if not words or words[-1].strip('("') not in _REJECT_LAST:
        return False
    listed = rejects()["words_before"]
    return any(" ".join(words[-size:]).strip('("') in listed for size in range(1, min(7, len(words)) + 1))


_UNIT_NAMED = re.compile(
    r"(?<!\w)(?:ủy|UBND|HĐND|MTTQ|[Xx]ã|[Pp]hường|[Hh]uyện|[Tt]ỉnh|[Pp]hố|TP\.?)"
    rf"(?: [{UPPER}][^\W\d_]*){{2}}$"
)
_LAST_LINE = re.compile(r"[^\n]+$")


def _ends_a_name(text: str, so_start: int, end: int) -> bool:
    """Whether a word that rejects is the end of a name ("Thành ủy Hải Phòng số 9-CT/TU", "Bộ Quốc phòng"), or of the
    line above the "Số" of a head ("HUYỆN ỦY THANH CHƯƠNG").
    """
    low = max(0, end - 60)
    if text[low:end].lower().endswith(tuple(rejects()["ends_of_names"])) or _UNIT_NAMED.search(text, low, end):
        return True
    line = _LAST_LINE.search(text, low, end)
    head = text[so_start : so_start + 1] == "S" and "\n" in text[end:so_start]
    return head and line is not None and line[0].strip(" |*").lower() not in rejects()["words_before"]
