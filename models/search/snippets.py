"""The stretch of an article that shows why it was found, with the hits marked: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from analysis.text import search_key
from models.search.query import Parsed, Term
from models.search.results import Piece
from models.search.words import EXACT, WORD, word

WIDTH = 220
"""Characters of a snippet."""
_LOOKED_AT = 60_000
"""Characters of a text that are looked at for hits."""
_BETWEEN = re.compile(r"[\s\-–]*")
"""What may stand between words that belong together."""
_MOST_PLACES = 40
"""Places of one word in one text that are looked at: enough to find where the words stand together."""


class Span(NamedTuple):
    """A hit in a text: of the term `first`, or of several that stand in a row as they were typed, up to `last`."""

    start: int
    end: int
    first: int
    last: int


def shown(title: str, lead: str, text: str, parsed: Parsed) -> tuple[tuple[Piece, ...], ...]:
    """The whole title, and the stretch of lead or text with most different hits (the lead's beginning where nothing is
    hit), both with what was asked for marked: whole words, as they were typed. A syllable of a word that the article
    has as a whole is not marked where it stands alone ("dân" of "dân vận" in "nhân dân").
    """
    parts = title, lead, text[:_LOOKED_AT]
    spans = [_joined(part, _spans(part, parsed.terms)) for part in parts]
    whole = {number for found in spans for one in found if one.last > one.first for number in _terms(one)}
    of_title, *others = ([one for one in found if one.last > one.first or one.first not in whole] for found in spans)
    return _pieces(title, 0, len(title), of_title), _snippet(lead, text, zip(parts[1:], others, strict=True))


def _snippet(lead: str, text: str, parts: Iterable[tuple[str, list[Span]]]) -> tuple[Piece, ...]:
    best: tuple[int, str, int, list[Span]] | None = None
    for part, spans in parts:
        count, start = _densest(spans)
        if count and (best is None or count > best[0]):
            best = (count, part, start, spans)
    if best is None:
        return _pieces(lead or text, 0, WIDTH, [])
    _, part, start, spans = best
    first = max(0, start - WIDTH // 4)
    return _pieces(part, first, first + WIDTH, spans)


def _terms(span: Span) -> range:
    return range(span.first, span.last + 1)


def _joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """Hits of terms that were typed one after the other and stand so as one."""
    found: list[Span] = []
    for one in spans:
        before = found[-1] if found else None
        if before and one.first == before.last + 1 and _BETWEEN.fullmatch(text, before.end, one.start):
            found[-1] = Span(before.start, one.end, before.first, one.last)
        else:
            found.append(one)
    return found


def _spans(text: str, terms: Sequence[Term]) -> list[Span]:
    """Hits in order."""
    folded = search_key(text)
    if len(folded) != len(text):  # combining marks that no stored text should have: then no place can be trusted
        return []
    wanted = [(number, tokens) for number, term in enumerate(terms) for tokens in (term.tokens, *term.others)]
    spans = _word_spans(text, folded, {tokens[0]: number for number, tokens in wanted if len(tokens) == 1})
    for number, tokens in wanted:
        if len(tokens) > 1:
            spans += [Span(start, end, number, number) for start, end in _phrase_places(text, folded, tokens)]
    return sorted(set(spans))


def _word_spans(text: str, folded: str, numbers: Mapping[str, int]) -> list[Span]:
    """Places of single words: one pass for all of them."""
    if not numbers:
        return []
    spans = []
    plain = tuple(sorted({_plain(token) for token in numbers}))
    for found in islice(_any_word(plain).finditer(folded), _MOST_PLACES * len(plain)):
        number = numbers.get(found.group())
        if number is None:
            number = numbers.get(EXACT + word(text[found.start() : found.end()]).exact)
        if number is not None:
            spans.append(Span(*found.span(), number, number))
    return spans


def _phrase_places(text: str, folded: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    exact = tokens[0].startswith(EXACT)
    return [
        (start, end)
        for start, end in (found.span() for found in islice(_pattern(tuple(tokens)).finditer(folded), _MOST_PLACES))
        if not exact or [EXACT + word(one).exact for one in WORD.findall(text[start:end])] == list(tokens)
    ]


def _plain(token: str) -> str:
    return search_key(token.removeprefix(EXACT))


@lru_cache(maxsize=512)
def _any_word(plain: tuple[str, ...]) -> re.Pattern[str]:
    """Any of these whole words."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, plain))})(?![^\W_])")


@lru_cache(maxsize=512)
def _pattern(tokens: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words in a row, whatever stands between them."""
    between = r"[\W_]+".join(re.escape(_plain(token)) for token in tokens)
    return re.compile(rf"(?<![^\W_]){between}(?![^\W_])")


def _densest(spans: Sequence[Span]) -> tuple[int, int]:
    """How many different terms the best window has, weighed before how many hits; and where it starts."""
    best = (0, 0)
    for at, (start, *_) in enumerate(spans):
        inside: list[int] = []
        for other in spans[at : at + 40]:
            if other.end - start > WIDTH * 3 // 4:
                break
            inside += _terms(other)
        score = len(set(inside)) * 100 + len(inside)
        if score > best[0]:
            best = (score, start)
    return best


def _pieces(text: str, first: int, last: int, spans: Iterable[Span]) -> tuple[Piece, ...]:
    first, last = _whole_words(text, first, last)
    pieces = [Piece("… ")] if first > 0 else []
    at = first
    for start, end, *_ in spans:
        if start < at or end > last:
            continue
        if start > at:
            pieces.append(Piece(_flat(text[at:start])))
        pieces.append(Piece(_flat(text[start:end]), hit=True))
        at = end
    if at < last:
        pieces.append(Piece(_flat(text[at:last])))
    if last < len(text):
        pieces.append(Piece(" …"))
    return tuple(pieces)


def _flat(text: str) -> str:
    return text.replace("\n\n", " ").replace("\n", " ")


def _whole_words(text: str, first: int, last: int) -> tuple[int, int]:
    if first > 0:
        space = text.find(" ", first, first + 30)
        first = space + 1 if space >= 0 else first
    if last < len(text):
        space = text.rfind(" ", max(first, last - 30), last)
        last = space if space > first else last
    return first, min(last, len(text))
