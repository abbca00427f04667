"""Articles that name very many documents (a list of all that a ministry has repealed): cut into parts, and capped.

Who decides about documents is alone in the archive, a few milliseconds each. So that nobody waits longer than a moment,
the documents of such an article are found or made in short transactions before its own; what a killed process leaves of
them is found again when the page is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine

from analysis.described import Account, mentions
from analysis.values import Role
from models.database import one_writer, transaction
from models.search.index import index_article
from models.storing.articles import Given, bare_article
from models.storing.identity import resolve
from models.storing.news import news_on, time_of
from models.storing.undated import look_again
from models.tables import ArticleRow

PART = 100
"""Documents of one transaction: a quarter of a second."""

MOST = 2_000
"""Documents of one article that are told apart; what it names beyond stands as a mention, without a document."""


def with_documents(engine: Engine, given: Given, now: datetime) -> tuple[Given, str]:
    """The article with its documents found or made ahead where they are very many, and a word to the operator."""
    if len({citation.document for citation in given.reading.citations}) <= PART:
        return given, ""
    article = bare_article(given, now)
    found = mentions(given.reading.citations, news_on(article))
    first = dict(sorted(found.items(), key=lambda one: one[1].role is not Role.ISSUES)[:MOST])
    ahead: dict[int, int | None] = dict.fromkeys(found)
    for part in _parts(first):
        with transaction(engine) as session:
            one_writer(session)
            resolved = resolve(session, part, None, time_of(article), now)
            for other in look_again(session, resolved.stale, but=0) if resolved.stale else ():
                index_article(session, session.get_one(ArticleRow, other))
            ahead |= {local: row.id if row is not None else None for local, row in resolved.documents.items()}
    word = ""
    if len(found) > MOST:
        word = f"Bài {given.extract.url} nêu {len(found)} văn bản; kho chỉ nhận diện {MOST} văn bản đầu."
    return replace(given, ahead=ahead), word


def _parts(found: Mapping[int, Account]) -> Iterator[dict[int, Account]]:
    rest = iter(found.items())
    while part := dict(islice(rest, PART)):
        yield part
