"""Best first: exact before folded, title before lead before body; words that stand together come first among equals.

Title and lead come with the entries that were found and are looked at here, alike for both databases: asking the index
once for each tier walks the same lists of a million articles up to six times.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from analysis.text import search_key
from models.search.expression import AnyOf, Expression, Phrase
from models.search.query import Parsed, Term
from models.search.words import EXACT, WORD, word

_EXACT_TITLE, _EXACT_HEAD, _EXACT_BODY, _TITLE, _HEAD, _BODY = range(0, 12, 2)
"""Ranks, smaller is better; the odd numbers between them are for words that do not stand together."""

Having = Callable[[Expression, Sequence[int]], Collection[int]]
"""Which of these order keys have the words anywhere: a question to the index."""


def phrases_of(term: Term, *, exact: bool = False) -> tuple[Phrase, ...]:
    """What is looked for: a symbol as the citation parser read it, and as printed. `exact`: as typed."""
    if exact and not term.others:
        return (Phrase(term.exact),)
    return (Phrase(term.tokens), *(Phrase(other) for other in term.others))


def words_of(parsed: Parsed, *, exact: bool) -> Expression:
    """The typed words as a question."""
    groups = parsed.groups
    return Expression(
        tuple(AnyOf(tuple(p for term in group for p in phrases_of(term, exact=exact))) for group in groups)
    )


def ranks(parsed: Parsed, heads: Mapping[int, str], having: Having, enough: int) -> dict[int, int]:
    """The rank of each found article by its order key, smaller is better. Of use for the best `enough` of them.

    `heads` are titles and leads by order key, newest first, as the index's entries hold them.
    """
    exact, asked = words_of(parsed, exact=True), words_of(parsed, exact=False)
    judge = _Judge(exact, asked, _together(parsed))
    ranked = {key: judge.rank(head) for key, head in heads.items()}
    if asked == exact:
        return ranked
    better = sum(rank < _EXACT_BODY for rank in ranked.values())
    left = sorted((key for key, rank in ranked.items() if rank > _EXACT_BODY), key=lambda key: ranked[key] % 2)
    portion = 2 * enough
    while left and better < enough:  # the body is asked of the newest first: most pages are full before the last
        some, left, portion = left[:portion], left[portion:], 2 * portion
        found = having(exact, some)
        ranked |= {key: _EXACT_BODY + ranked[key] % 2 for key in found}
        better += len(found)
    return ranked


def _tokens(text: str) -> str:
    """The tokens of a stored title or lead, each between spaces, the exact ones in a line of their own."""
    of = [word(found) for found in WORD.findall(text)]  # as `words`, for what the store has normalised
    return f" {' '.join(word.folded for word in of)} \n {' '.join(EXACT + word.exact for word in of)} \n"


_Groups = tuple[tuple[str, ...], ...]


def _groups(match: Expression) -> _Groups:
    return tuple(tuple(f" {' '.join(phrase.tokens)} " for phrase in one.parts) for one in match.must)


def _holds(tokens: str, groups: Iterable[Iterable[str]]) -> bool:
    for group in groups:  # spelled out: asked of hundreds of articles, three times as fast as `all` of `any`
        for phrase in group:
            if phrase in tokens:
                break
        else:
            return False
    return True


class _Judge:
    """The rules of rank for one query; what only the body could tell counts as "folded, in the body"."""

    def __init__(self, exact: Expression, asked: Expression, together: Expression | None) -> None:
        self._tiers = [(_EXACT_TITLE, _EXACT_HEAD, _groups(exact))]
        if asked != exact:
            self._tiers.append((_TITLE, _HEAD, _groups(asked)))
        self._together = _groups(together) if together else None
        self._letters = tuple(tuple(_letters(phrase) for phrase in one.parts) for one in asked.must)

    def rank(self, head: str) -> int:
        """The rank of an article as far as title and lead tell it."""
        if not _holds(search_key(head), self._letters):  # a third of the work of cutting it into tokens
            return _BODY + 1
        title, _, lead = head.partition("\n")
        in_title = _tokens(title)
        whole = in_title + _tokens(lead)
        apart = self._together is None or not _holds(whole, self._together)
        for best, second, groups in self._tiers:
            if _holds(whole, groups):
                return (best if _holds(in_title, groups) else second) + apart
        return _BODY + apart


def _letters(phrase: Phrase) -> str:
    """What a text without marks must hold wherever the phrase stands: its longest word."""
    return max((search_key(token.removeprefix(EXACT)) for token in phrase.tokens), key=len)


def _together(parsed: Parsed) -> Expression | None:
    """All words in a row, as typed: only where nothing but plain words was typed."""
    simple = len(parsed.groups) > 1 and all(len(group) == 1 and not group[0].others for group in parsed.groups)
    if not simple:
        return None
    marked = all(term.marked for term in parsed.terms)
    tokens = tuple(token for term in parsed.terms for token in (term.exact if marked else term.folded))
    return Expression((AnyOf((Phrase(tokens),)),))
