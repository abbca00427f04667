"""Sentences, as far as roles need them: bounded looks backward and forward, never over the whole text.

A line end ends a sentence unless the next line goes on in small letters (text wrapped by hand).
"""

from __future__ import annotations

import re
from functools import lru_cache

from analysis.citations.issuer_words import LOWER, UPPER

_REACH = 420
# The mark comes first, what forbids it behind: the pattern is looked for from mark to mark. "TP." abbreviates a city.
_ABBREVIATED = r"(?<!TP.)(?<!Tp.)(?<!tp.)(?<!Ths.)(?<!TS.)"
_BEGIN = re.compile(rf'[.!?…\n](?:(?<=\n)(?![{LOWER}])|(?<!\n){_ABBREVIATED}["\')\]]?\s+(?=["(\[-]?[{UPPER}\d]))')
_STOP = re.compile(rf"[.!?…\n;](?:(?<=;)|(?<=\n)(?![{LOWER}])|(?<![;\n]){_ABBREVIATED}(?:\s|$))")


@lru_cache(maxsize=256)  # asked again and again for the places of one text
def sentence_start(text: str, at: int) -> int:
    """Where the sentence of a place begins, at most a few hundred characters back."""
    low = max(0, at - _REACH)
    start = low
    for match in _BEGIN.finditer(text, low, at + 1):
        start = match.end() if match.end() <= at else start
    return start


def clause_end(text: str, at: int) -> int:
    """Where the clause of a place ends (full stop, line end or semicolon), at most a few hundred characters on."""
    most = min(len(text), at + _REACH)
    match = _STOP.search(text, at, most)
    return most if match is None else match.start()
