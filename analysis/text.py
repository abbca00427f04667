"""Vietnamese text before any matching: one stored form, one tone placement, one key for search.

Unicode facts behind the rules: "đ" (U+0111) has no decomposition, so stripping marks misses it; "Ð" (U+00D0, Eth)
is typed for "Đ"; the old and the new tone placement ("uỷ", "ủy") differ only in open syllables ending in oa, oe, uy,
and never after "q" ("quý" is one spelling).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f"
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e"
_LINE_ENDS = "\r\u2028\u2029\u0085"
_LETTERS = {"\u00d0": "Đ", "\u0189": "Đ", "\u00f0": "đ"}
_DASHES = "‐‑‒–—―−－﹣"
_SLASHES = "⁄∕／"
_DOUBLE_QUOTES = "“”„‟«»＂"
_PLAIN = {
    **{char: plain for chars, plain in ((_DASHES, "-"), (_SLASHES, "/"), (_DOUBLE_QUOTES, '"')) for char in chars},
    **dict.fromkeys(_SPACES + "\r", " "),
    **_LETTERS,
}

_TONED = "àáảãạèéẻẽẹỳýỷỹỵÀÁẢÃẠÈÉẺẼẸỲÝỶỸỴ"
_TONE_MARKS = "\u0300\u0301\u0309\u0303\u0323"
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_CONTROL_BYTES = tuple(bytes((code,)) for code in (*range(9), 11, 12, *range(14, 32), 127, 0xEF))
_CONTROL_PAIR = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_WORDS_SIGNS = {"\x0b": " ", "\x0c": " ", "\x1e": "-"}
"""Control characters by which Word means something: a line's and a page's end, a hyphen that does not break."""
_BIDI = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ENTITIES = {"nbsp": " ", "#160": " ", "#xa0": " ", "amp": "&", "quot": '"', "ndash": "-", "mdash": "-", "#8211": "-"}
_ENTITY = f"&(?:{'|'.join(_ENTITIES)});"
_CLUSTER = re.compile(f"(?s:.)[\u0300-\u036f\u1dc4-\u1dff]+|[{_ZERO_WIDTH}{_BIDI}]|{_ENTITY}")
_SPECIAL = re.compile(f"[\u0300-\u036f\u1dc4-\u1dff{_ZERO_WIDTH}{_BIDI}]|{_ENTITY}")
_ODD = re.compile("[\u0391-\u03bf\u0400-\u045f\uff01-\uff5e\U0001d400-\U0001d7ff]")
_RARE = f"&\u0300-\u036f\u0391-\u03bf\u0400-\u045f\u1dc4-\u1dff\uff01-\uff5e\U0001d400-\U0001d7ff{_ZERO_WIDTH}{_BIDI}"
_UNEVEN = re.compile(f"[{_TONED}_{re.escape(''.join(_PLAIN))}{_RARE}](?:(?<=[^{_TONED}])|(?<=[oOuU].)(?!\\w))")
"""One look over the text for all that folding may have to mend: each further look costs as much."""
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХІЅЈасеорухіѕјкмтΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTYXISJaceopyxisjkmtABEZHIKMNOPTYXo",
)
"""Cyrillic and Greek letters that look like Latin ones: typed by slip or by another keyboard ("12-NQ/ТU")."""
_COMMON = {*_PLAIN, *_TONED, "_"}
_LOW_DASH = re.compile(r"(?<=\d)_(?=[A-ZĐ])")
_COMBINING = re.compile("[\u0300-\u036f\u1dc4-\u1dff]")


def _moved_tone(pair: str) -> str:
    """The tone mark of "oà" to the first of the two vowels ("òa")."""
    second = unicodedata.normalize("NFD", pair[1])
    tone = next(mark for mark in second if mark in _TONE_MARKS)
    first = unicodedata.normalize("NFC", pair[0] + tone)
    return first + unicodedata.normalize("NFC", second.replace(tone, ""))


_MOVED = {
    first + second: _moved_tone(first + second)
    for firsts, seconds in (("oO", _TONED[:10] + _TONED[15:25]), ("uU", _TONED[10:15] + _TONED[25:]))
    for first in firsts
    for second in seconds
}
# The toned vowel comes first, what stands before it behind: the pattern is looked for from toned vowel to toned vowel.
_TONED_OPEN = re.compile(rf"[{_TONED}](?<=[oOuU].)(?<![qQ][uU].)(?!\w)")


def normalise(text: str) -> str:
    r"""The form in which text is stored.

    NFC; every line end becomes "\n", every other kind of space a plain space (tabs too); zero-width characters,
    soft hyphens and control characters go; Eth typed for Đ becomes Đ; a lone surrogate becomes U+FFFD (no database
    takes one).
    """
    text = without_controls(text).replace("\r\n", "\n")
    for char in _LINE_ENDS:
        text = text.replace(char, "\n")
    for char in _SPACES:
        text = text.replace(char, " ")
    for char in _ZERO_WIDTH:
        text = text.replace(char, "")
    for char, letter in _LETTERS.items():
        text = text.replace(char, letter)
    return unicodedata.normalize("NFC", without_surrogates(text))


def without_controls(text: str) -> str:
    """The same text without the characters that no page shows and XML does not take; what Word means by some stays."""
    return _CONTROL.sub(lambda found: _WORDS_SIGNS.get(found[0], ""), text)


def may_hold_controls(utf8: bytes) -> bool:
    """Whether `without_controls` may change a text of these bytes: false for nearly every page, and told in a tenth of
    the time that a look at each of its letters takes.
    """
    return any(map(utf8.__contains__, _CONTROL_BYTES)) or _CONTROL_PAIR.search(utf8) is not None


def without_surrogates(text: str) -> str:
    """The same text with U+FFFD for each half of a character: neither a database nor an address takes one."""
    return _SURROGATE.sub("\ufffd", text)


def fold_tone(text: str) -> str:
    """The same text with one tone placement (uỷ → ủy, hoà → hòa); same length. Expects NFC."""
    parts: list[str] = []
    taken = 0
    for match in _TONED_OPEN.finditer(text):
        start, end = match.start() - 1, match.end()
        moved = _MOVED.get(text[start:end])
        if moved is not None:
            parts += (text[taken:start], moved)
            taken = end
    return "".join((*parts, text[taken:])) if parts else text


def places_of(text: str, words: str) -> Iterator[int]:
    """Every place where the very words stand: several times faster than a pattern that begins with a set."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _key_table() -> dict[int, str]:
    """Each precomposed Latin letter with its bare letter, in lower case."""
    table = {ord("đ"): "d", ord("Đ"): "d", 0xD0: "d", 0xF0: "d", 0x189: "d"}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        bare = unicodedata.normalize("NFD", chr(code))[0].lower()
        if code not in table and bare.isascii() and bare.isalpha():
            table[code] = bare
    return table


_KEY_TABLE = _key_table()


def _usual() -> str:
    """The characters that Vietnamese is printed with, no more than a byte can number, NUL first (`charmap_build`)."""
    vowels = {unicodedata.normalize("NFC", bare + tone) for bare in "aăâeêioôơuưy" for tone in ("", *_TONE_MARKS)}
    letters = {"đ", *vowels}
    plain = "".join(map(chr, range(0x20, 0x7F)))
    marked = sorted({*letters, *(one.upper() for one in letters)} - {*plain})
    return "".join(("\0\n", plain, *marked, "“”–…’‘•—\xa0°²½"))


_USUAL = _usual()
_NUMBERED = codecs.charmap_build(_USUAL + "\ufffe" * (256 - len(_USUAL)))
_KEY_BY_NUMBER = "".join(_KEY_TABLE.get(ord(char), char).lower() for char in _USUAL)


def search_key(text: str) -> str:
    """The text without marks, in lower case, đ → d: what a query typed without marks is compared with.

    Length is kept for NFC Vietnamese, so places in the key are places in the text.
    """
    composed = unicodedata.normalize("NFC", text)
    try:  # by a codec of our own letters: `str.translate` takes seventeen times as long
        numbers, _ = codecs.charmap_encode(composed, "strict", _NUMBERED)
        return codecs.charmap_decode(numbers, "strict", _KEY_BY_NUMBER)[0]
    except UnicodeEncodeError:  # anything else that somebody prints
        return _COMBINING.sub("", composed.translate(_KEY_TABLE).lower())


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made uniform for matching, and the way back to places in the text that was given.

    `folded` and `given` are the starts of stretches in either text; both empty when places agree.
    """

    text: str
    source: str
    folded: tuple[int, ...] = ()
    given: tuple[int, ...] = ()

    def place(self, index: int) -> int:
        """The place in the given text of a place in the folded one."""
        if not self.folded:
            return index
        at = bisect_right(self.folded, index) - 1
        return index if at < 0 else self.given[at] + index - self.folded[at]

    def find(self, place: int) -> int:
        """The place in the folded text of a place in the given one."""
        if not self.given:
            return place
        at = bisect_right(self.given, place) - 1
        return place if at < 0 else self.folded[at] + place - self.given[at]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the given text that a stretch of the folded one stands for."""
        first, last = self.place(start), self.place(end)
        while last > first + 1 and self.source[last - 1] in _ZERO_WIDTH:
            last -= 1
        return first, last


@lru_cache(maxsize=8)
def fold(text: str) -> Folded:
    """The text with one dash, one slash, one double quote, plain spaces and letters, NFC clusters, one tone placement.

    Line ends stay. Takes any string (NFD, zero-width characters inside words …) and never raises. The last few are
    kept: documents and the links between them are looked for in the same text.
    """
    uneven = set(_UNEVEN.findall(text))
    if not uneven:
        return Folded(text, text)
    even = text
    for char in uneven & _PLAIN.keys():
        even = even.replace(char, _PLAIN[char])
    if "_" in uneven:
        even = _LOW_DASH.sub("-", even)
    if uneven <= _COMMON:
        return Folded(fold_tone(even) if not uneven.isdisjoint(_TONED) else even, text)
    folded: tuple[int, ...] = ()
    given: tuple[int, ...] = ()
    if _ODD.search(even):
        even = "".join(map(_plain, even.translate(_LOOKALIKES)))
    if _SPECIAL.search(even):
        even, folded, given = _composed(even)
    return Folded(fold_tone(even), text, folded, given)


def _plain(char: str) -> str:
    """A full-width or styled letter as its plain one (NFKC where it stays one character)."""
    plain = unicodedata.normalize("NFKC", char) if char > "\uff00" else char
    return plain if len(plain) == 1 else char


def _letters(cluster: str) -> str:
    """What a cluster reads as: its composed letter, an entity's character, nothing for what has no width."""
    if cluster[0] == "&" and cluster[-1] == ";":  # else a mark was put over an "&"
        return _ENTITIES[cluster[1:-1]]
    return unicodedata.normalize("NFC", cluster) if len(cluster) > 1 else ""


def _composed(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """The text with composed letters and no zero-width characters, and where its stretches come from."""
    parts: list[str] = []
    folded: list[int] = []
    given: list[int] = []
    taken = length = 0
    for match in _CLUSTER.finditer(text):
        letters = _letters(match.group())
        parts += (text[taken : match.start()], letters)
        length += match.start() - taken + len(letters)
        taken = match.end()
        folded.append(length)
        given.append(taken)
    parts.append(text[taken:])
    return "".join(parts), tuple(folded), tuple(given)
