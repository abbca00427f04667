"""What to try instead, where nothing was found: words of the archive one letter or mark away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.search.query import Parsed, Term
from models.search.table import vocabulary
from models.search.words import Word, words
from models.tables import ArticleRow

MOST = 3
_WORDS_TRIED = 5
_NEIGHBOURS = 120
_NEAR = 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def suggest(session: Session, parsed: Parsed, find: Callable[[Parsed], Sequence[int]]) -> tuple[str, ...]:
    """Queries that find something (best first), each one word away from what was typed, or without its marks.

    `find` answers the newest hits (ids of articles) of a query; a few dozen are enough.
    """
    if parsed.excluded:
        return ()  # what was excluded may be what leaves nothing
    better: Counter[str] = Counter()
    unmarked = _unmarked(parsed)
    if unmarked != parsed:
        better[typed(unmarked)] = len(find(unmarked))
    for at, place in list(_places(parsed))[:_WORDS_TRIED]:
        term = parsed.groups[at][0]
        neighbours = _neighbours(session, term.words[place])
        if not neighbours:
            continue
        variants = tuple(_with(term, place, word) for word in neighbours)
        ids = find(_with_group(parsed, at, variants))
        for word, number in _used(session, ids, neighbours, _beside(parsed, at, place)):
            better[typed(_with_group(parsed, at, (_with(term, place, word),)))] += number
    return tuple(text for text, number in better.most_common(MOST) if number)


def _places(parsed: Parsed) -> Iterator[tuple[int, int]]:
    for at, group in enumerate(parsed.groups):
        if group[0].others:
            continue  # a symbol: its letters are no words
        for place in range(len(group[0].words)):
            yield at, place


def _with(term: Term, place: int, word: Word) -> Term:
    return replace(term, words=(*term.words[:place], word, *term.words[place + 1 :]), others=())


def _with_group(parsed: Parsed, at: int, terms: tuple[Term, ...]) -> Parsed:
    changed = (*terms, *parsed.groups[at][1:])
    return replace(parsed, groups=(*parsed.groups[:at], changed, *parsed.groups[at + 1 :]))


def _unmarked(parsed: Parsed) -> Parsed:
    return replace(parsed, groups=tuple(tuple(_without_marks(term) for term in group) for group in parsed.groups))


def _without_marks(term: Term) -> Term:
    return replace(term, words=tuple(Word(word.folded, word.folded) for word in term.words))


def _neighbours(session: Session, word: Word) -> list[Word]:
    """Words of the archive with other marks, or one letter away; typed without marks, they stay without."""
    if not word.exact.isalpha() or not 1 < len(word.exact) <= 24:
        return []
    near = {word.folded, *_one_edit(word.folded)}
    statement = select(vocabulary.c.word, vocabulary.c.folded).where(vocabulary.c.folded.in_(sorted(near)))
    held = [Word(folded, exact) for exact, folded in session.execute(statement) if exact != word.exact]
    if word.marked:
        held = [one for one in held if one.marked]
    else:
        held = [Word(folded, folded) for folded in {one.folded for one in held} - {word.folded}]
    return sorted(held, key=lambda one: (one.folded != word.folded, one.exact))[:_NEIGHBOURS]


def _beside(parsed: Parsed, at: int, place: int) -> tuple[str | None, str | None]:
    """The folded words typed before and behind one word."""
    row = [(group, number) for group, number in _places(parsed)]
    here = row.index((at, place))
    before, behind = row[here - 1] if here else None, row[here + 1] if here + 1 < len(row) else None
    return tuple(parsed.groups[one[0]][0].words[one[1]].folded if one else None for one in (before, behind))  # type: ignore[return-value]


def _used(
    session: Session, ids: Sequence[int], neighbours: Sequence[Word], beside: tuple[str | None, str | None]
) -> Iterator[tuple[Word, int]]:
    """How many of the articles use each neighbour; beside the words it was typed with, it counts several times."""
    columns = (ArticleRow.title, ArticleRow.lead, ArticleRow.text)
    counts: Counter[str | tuple[str, int]] = Counter()
    for texts in session.execute(select(*columns).where(ArticleRow.id.in_(ids))):
        found = [word for part in texts for word in words(part)]
        counts.update({form for word in found for form in (word.folded, word.exact)})
        around = zip([None, *found], found, [*found[1:], None], strict=False)
        counts.update(
            {
                (form, number)
                for before, word, behind in around
                for number, same in enumerate(
                    (before and before.folded == beside[0], behind and behind.folded == beside[1])
                )
                if same
                for form in (word.folded, word.exact)
            }
        )
    for word in neighbours:
        number = counts[word.exact] + _NEAR * (counts[word.exact, 0] + counts[word.exact, 1])
        if number:
            yield word, number


def _one_edit(folded: str) -> Iterator[str]:
    for at in range(len(folded) + 1):
        head, tail = folded[:at], folded[at:]
        if tail and len(folded) > 2:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail and len(folded) > 1:
                yield head + letter + tail[1:]


def loosened(parsed: Parsed) -> Parsed:
    """The same words without quotes."""
    groups: list[tuple[Term, ...]] = []
    for group in parsed.groups:
        single = len(group) == 1 and group[0].quoted
        groups += [(Term((word,)),) for word in group[0].words] if single else [group]
    return replace(parsed, groups=tuple(dict.fromkeys(groups)))


def typed(parsed: Parsed) -> str:
    """The query as it can be typed again."""
    groups = [" OR ".join(term.typed for term in group) for group in parsed.groups]
    return " ".join([*groups, *("-" + term.typed for term in parsed.excluded)])
