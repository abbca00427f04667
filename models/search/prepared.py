"""What the index holds of one article: pure, the same for both databases and for the bulk loader."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from models.search.table import HIDDEN, SLOTS, month_of, order_of, space_of
from models.search.words import VERSION, Word, filter_token, short_symbol_token, symbol_token, words
from models.tables import ArticleRow

BLOCK_DAYS = (4, 16, 64, 256, 1024, 4096)
"""PostgreSQL's index has no order: searching newest first asks for the newest blocks of days, then for wider ones."""

MOST_WORDS = 16_000
"""Words of a text that are indexed: PostgreSQL tells positions apart up to 16,383. (A long article has 3,000.)"""
MOST_HEAD_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document that the article names, as far as the index minds."""

    document_id: int | None
    symbol: str | None
    kind_code: str | None
    number: str | None


_IN_ENTRY = ("article_id", "source_id", "province", "grade", "topics", "kinds", "month", "filters", "stamp", "head")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One article, ready for the index. `base` is the first order key of its time."""

    article_id: int
    base: int
    source_id: str
    province: str | None
    grade: str
    topics: str
    kinds: str
    month: int
    filters: str
    title: tuple[Word, ...]
    lead: tuple[Word, ...]
    text: tuple[Word, ...]
    stamp: str
    head: str

    @property
    def start(self) -> int:
        """The first order key that the article may have."""
        return space_of(self.grade) + self.base

    @property
    def row(self) -> dict[str, object]:
        """The values of `search_entry`, all but the order key."""
        return {name: getattr(self, name) for name in _IN_ENTRY}


class Split(NamedTuple):
    """The words of an article's texts, all of them."""

    title: list[Word]
    lead: list[Word]
    text: list[Word]


def split(title: str, lead: str, text: str) -> Split:
    """The words of an article's texts as stored."""
    return Split(words(title), words(lead), words(text))


def prepare(
    article: ArticleRow, topics: Iterable[str], mentions: Collection[IndexedDocument], of_texts: Split | None = None
) -> Prepared:
    """An article as the index takes it; `of_texts`: the words of its texts, where they are known."""
    title, lead, text = article.title, article.lead, article.text
    found = of_texts or split(title, lead, text)
    topics = sorted(set(topics))
    kinds = sorted({mention.kind_code for mention in mentions if mention.kind_code})
    filters = [
        filter_token("grade", article.grade),
        filter_token("source", article.source_id),
        *([filter_token("province", article.province)] if article.province else []),
        *(filter_token("topic", topic) for topic in topics),
        *(filter_token("kind", kind) for kind in kinds),
        *sorted(_of_mentions(mentions)),
    ]
    return Prepared(
        article_id=article.id,
        base=order_of(article.sort_at),
        source_id=article.source_id,
        province=article.province,
        grade=article.grade,
        topics=" ".join(topics),
        kinds=" ".join(kinds),
        month=month_of(article.sort_at),
        filters=" ".join(filters),
        title=tuple(found.title[:MOST_HEAD_WORDS]),
        lead=tuple(found.lead[:MOST_HEAD_WORDS]),
        text=tuple(found.text[:MOST_WORDS]),
        stamp=stamp_of(title, lead, text),
        head=head_of(title, lead),
    )


def _of_mentions(mentions: Iterable[IndexedDocument]) -> set[str]:
    tokens: set[str] = set()
    for mention in mentions:
        if mention.document_id is not None:
            tokens.add(filter_token("document", str(mention.document_id)))
        if mention.symbol:
            tokens.add(symbol_token(mention.symbol))
        if mention.kind_code and mention.number:
            tokens.add(short_symbol_token(mention.kind_code, mention.number))
    return tokens


def head_of(title: str, lead: str) -> str:
    """Title and lead as an entry holds them: the first line is the title."""
    return f"{' '.join(title.split())}\n{lead}"


def stamp_of(title: str, lead: str, text: str) -> str:
    """A mark of the indexed text: tells whether a row of the index still belongs to the article's text."""
    digest = hashlib.sha1(f"{VERSION}\x1f{title}\x1f{lead}\x1f{text}".encode("utf-8", "surrogatepass"))  # noqa: S324 (no secret: a mark of sameness)
    return digest.hexdigest()


def blocks_of(prepared: Prepared) -> list[str]:
    """The tokens of an article's space, and of the blocks of days that it lies in."""
    return blocks_at(space_of(prepared.grade), prepared.base)


def blocks_at(space: int, base: int) -> list[str]:
    """The tokens of a space, and of the blocks of days that an order key within it lies in."""
    day = base // SLOTS // 86_400
    return [space_token(space), *(block_token(space, size, day // size) for size in BLOCK_DAYS)]


def space_token(space: int) -> str:
    """The token that all articles of a space have."""
    return filter_token("space", "hidden" if space == HIDDEN else "shown")


def block_token(space: int, size: int, number: int) -> str:
    """The token of one block of days in a space."""
    return filter_token(f"{'h' if space == HIDDEN else 'b'}{size}", str(number))
