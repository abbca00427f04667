"""Sentences, as far as roles need them: bounded looks backward and forward, never over the whole text.

A line end ends a sentence unless the next line goes on in small letters, or the line stops at a word that no sentence
stops at (text wrapped by hand). A document with its number on the line behind a semicolon is a further item.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analysis.citations.issuer_words import LOWER, UPPER
from analysis.kinds import kinds

_REACH = 420
# The mark comes first, what forbids it behind: the pattern is looked for from mark to mark. "TP." abbreviates a city.
_ABBREVIATED = r"(?<!TP.)(?<!Tp.)(?<!tp.)(?<!Ths.)(?<!TS.)"
_OPEN = r"(?<! (?:của|với|các|bởi|tại)\n)(?<! (?:về|và|do|số|là)\n)(?<! bằng\n)(?<! ngày\n)(?<! tháng\n)(?<! năm\n)"
_NEW_LINE = rf"(?<=\n){_OPEN}(?![{LOWER}])"
_KINDS = "|".join(sorted({kind.called for kind in kinds()}, key=len, reverse=True))
_FURTHER = re.compile(rf"(?:(?<=;\n)|(?<=; \n))[-+ ]{{0,3}}(?:{_KINDS}) (?:số:? )?\d")
_BEGIN = re.compile(rf'[.!?…\n](?:{_NEW_LINE}|(?<!\n){_ABBREVIATED}["\')\]]?\s+(?=["(\[-]?[{UPPER}\d]))')
_STOP = re.compile(rf"[.!?…\n;](?:(?<=;)|{_NEW_LINE}|(?<![;\n]){_ABBREVIATED}(?:\s|$))")


@lru_cache(maxsize=256)  # asked again and again for the places of one text
def sentence_start(text: str, at: int) -> int:
    """Where the sentence of a place begins, at most a few hundred characters back."""
    low = max(0, at - _REACH)
    start = low
    for match in _BEGIN.finditer(text, low, at + 1):
        end = match.end()
        if end <= at and not (text[end - 1] == "\n" and _FURTHER.match(text, end)):
            start = end
    return start


def clause_end(text: str, at: int) -> int:
    """Where the clause of a place ends (full stop, line end or semicolon), at most a few hundred characters on."""
    most = min(len(text), at + _REACH)
    match = _STOP.search(text, at, most)
    return most if match is None else match.start()
