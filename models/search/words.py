"""How a text becomes tokens of the index, and a query becomes the same tokens.

The databases' own tokenizers disagree ("25-NQ/TW") and fold "đ" wrongly or not at all, so both are handed tokens
made here. A word gives two: its folded form ("duong") and, behind `EXACT`, the word as written in lower case with
one tone placement ("=đường"). A word typed without marks asks for the first, a word with marks for the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from analysis.text import fold_tone, normalise, search_key

VERSION = "1"
"""Raise it when tokens change: the index then knows which of its rows are of the old kind."""

EXACT = "="
SYMBOL = "#"
FILTER = "@"
LONGEST = 64
"""Longer "words" (addresses, base64 residue) are cut: PostgreSQL takes no lexeme over 2 kB."""

WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"[0-9a-z]+")


class Word(NamedTuple):
    """One word: `folded` without marks and case, `exact` in lower case with one tone placement.

    A tuple, not a dataclass: an article has a thousand, and tuples are compared, hashed and unzipped in C.
    """

    folded: str
    exact: str

    @property
    def marked(self) -> bool:
        """Whether the word carries a mark (đ counts as one)."""
        return self.folded != self.exact


@lru_cache(maxsize=200_000)
def word(written: str) -> Word:
    """The two forms of one written word (NFC, letters and digits only)."""
    lower = fold_tone(written[:LONGEST].lower())
    exact = "".join(_spaceless(lower)) or written[:LONGEST]
    return Word("".join(_spaceless(search_key(exact))) or exact, exact)


def _spaceless(text: str) -> Iterable[str]:
    # A letter may fold to something that is no word (a lone combining dot); a token must never hold a space.
    return WORD.findall(text)


def words(text: str) -> list[Word]:
    """The words of a text that is stored or typed, in order."""
    return list(map(word, WORD.findall(normalise(text))))


def _plain_letters() -> str:
    """Letters that are folded one by one to one letter, whatever stands around them."""
    letters = (chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    return "".join(
        letter
        for letter in letters
        if len(letter.lower()) == len(search_key(letter)) == len(search_key(letter.lower())) == 1
        and search_key(letter) == search_key(letter.lower())
        and search_key(letter).isascii()
        and normalise(letter) == letter
    )


_PLAIN = re.compile(f"[\\n -~–—“”‘’…•{_plain_letters()}]*")


def search_words(text: str, found: Sequence[Word]) -> list[str] | None:
    """The words of `search_key(text)`, taken from `words(text)`: a sixth of the time of folding the text again.

    None where they may differ: a text with letters, spaces or marks beyond plain print, or with very long words.
    """
    if _PLAIN.fullmatch(text) is None:
        return None
    keys = [word.folded for word in found]
    return keys if max(map(len, keys), default=0) < LONGEST else None


def symbol_token(symbol: str) -> str:
    """A document's symbol as one token, whatever the dashes and marks: "25-NQ/TW", "025 nq tw" → "#25nqtw"."""
    parts = _CODE.findall(search_key(normalise(symbol)))
    joined = "".join(parts).lstrip("0")
    return SYMBOL + joined[:LONGEST]


def short_symbol_token(kind_code: str, number: str) -> str:
    """Kind and number alone, as staff say it: ("NQ", "025") → "#nq25"."""
    return SYMBOL + "".join(_CODE.findall(search_key(kind_code))) + number.strip().lstrip("0")


def filter_token(name: str, value: str) -> str:
    """A named filter's token: ("province", "38") → "@province:38". Spaces and quotes cannot occur in it."""
    return f"{FILTER}{name}:" + re.sub(r"[^\w.:-]", "_", value)[:LONGEST]
