"""Candidates of a clipping: the stories of some days, each once, with the papers that printed it too."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from foundation.clock import day_start
from models import names
from models.search.hits import topics_of
from models.tables import ArticleRow, CitationRow, DocumentRow

MOST = 1_000
LONGEST_LINE = 280
_END = re.compile(r"(?<=[.!?…])[”\"')\]]*\s+(?=[“\"'(]?[A-ZÀ-Ỹ0-9])|\n+")
"""Where a sentence ends: behind its mark, before a capital or a figure; at a line's end."""
_DATELINE = re.compile(r"^\([^()\d]{2,30}\) ?[-–—] (?=\S)")
"""What a paper prints before a lead, "(Tên báo) - ": a clipping names the paper beside the title."""


@dataclass(frozen=True, slots=True)
class ClippedStory:
    """One story: the article that stands for it, a gist of at most two lines, the documents it reports as issued.

    `also` names the other papers that printed it; times are aware UTC.
    """

    article_id: int
    title: str
    source: str
    province: str | None
    published_at: dt.datetime | None
    sort_at: dt.datetime
    url: str
    grade: str
    topics: tuple[str, ...]
    """Strongest first."""
    gist: tuple[str, ...]
    documents: tuple[str, ...]
    also: tuple[str, ...] = ()
    tone: str = ""
    """What a person said of it: "Thuận lợi", "Cần lưu ý"."""


_CLIPPED = (ArticleRow.grade.in_(("core", "related")), ArticleRow.removed_at.is_(None))


def stories(session: Session, first: dt.date, last: dt.date) -> tuple[ClippedStory, ...]:
    """The stories of the days from `first` to `last` (Hà Nội, both included), newest first; at most MOST articles."""
    rows = select(ArticleRow).where(*_CLIPPED, *_within(first, last))
    return _gathered(
        session, session.scalars(rows.order_by(ArticleRow.sort_at.desc(), ArticleRow.id.desc()).limit(MOST))
    )


def older(session: Session, first: dt.date, last: dt.date) -> int:
    """How many articles of these days `stories` leaves out, the oldest."""
    return max(0, (session.scalar(select(func.count()).where(*_CLIPPED, *_within(first, last))) or 0) - MOST)


def stories_of(session: Session, ids: Collection[int]) -> tuple[ClippedStory, ...]:
    """The stories of these articles."""
    return _gathered(session, session.scalars(select(ArticleRow).where(*_CLIPPED, ArticleRow.id.in_(ids))))


def _within(first: dt.date, last: dt.date) -> tuple[ColumnElement[bool], ...]:
    return ArticleRow.sort_at >= day_start(first), ArticleRow.sort_at < day_start(last + dt.timedelta(days=1))


def _gathered(session: Session, rows: Iterable[ArticleRow]) -> tuple[ClippedStory, ...]:
    """Articles as stories: copies of one stand under the first."""
    copies: dict[int, list[ArticleRow]] = defaultdict(list)
    for row in rows:
        copies[row.cluster_id or row.id].append(row)
    chosen = {key: next((one for one in group if one.id == key), group[-1]) for key, group in copies.items()}
    ids = [row.id for row in chosen.values()]
    topics, issued = topics_of(session, ids), _issued(session, ids)
    return tuple(
        _story(row, topics.get(row.id, ()), issued[row.id], [one for one in copies[key] if one is not row])
        for key, row in chosen.items()
    )


def _issued(session: Session, ids: Sequence[int]) -> dict[int, list[Row[tuple[int, str, str, int, str]]]]:
    """Mentions of documents that an article reports as issued, in the order of the text."""
    found: dict[int, list[Row[tuple[int, str, str, int, str]]]] = defaultdict(list)
    rows = (
        select(CitationRow.article_id, CitationRow.text, CitationRow.field, CitationRow.start, DocumentRow.symbol)
        .join(DocumentRow, DocumentRow.id == CitationRow.document_id)
        .where(CitationRow.article_id.in_(ids), CitationRow.role == "issues")
        .order_by(CitationRow.article_id, CitationRow.field, CitationRow.start)
    )
    for row in session.execute(rows):
        found[row.article_id].append(row)
    return found


def _story(
    row: ArticleRow,
    topics: tuple[str, ...],
    issued: Sequence[Row[tuple[int, str, str, int, str]]],
    copies: Iterable[ArticleRow],
) -> ClippedStory:
    source = names.paper(row.source_id)
    others = dict.fromkeys(names.paper(copy.source_id) for copy in copies)
    others.pop(source, None)
    naming = next((sentence_at(row.text, one.start) for one in issued if one.field == "text"), None)
    return ClippedStory(
        row.id,
        row.title,
        source,
        names.province_name(row.province),
        row.published_at,
        row.sort_at,
        row.url,
        row.grade,
        topics,
        gist(row.lead or sentence_at(row.text, 0), naming),
        tuple(dict.fromkeys(one.symbol for one in issued)),
        tuple(others),
    )


def sentence_at(text: str, place: int) -> str:
    """The sentence of `text` in which the character `place` stands."""
    ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    start = max(end for end in ends if end <= place)
    return text[start : min((end for end in ends if end > place), default=len(text))].strip()


def gist(lead: str, naming: str | None) -> tuple[str, ...]:
    """At most two lines: the lead, and the sentence that names the document where the lead does not hold it."""
    lines = [_shortened(lead)] if lead.strip() else []
    if naming and naming not in lead:
        lines.append(_shortened(naming))
    return tuple(lines)


def _shortened(line: str) -> str:
    line = _DATELINE.sub("", " ".join(line.split()))
    if len(line) <= LONGEST_LINE:
        return line
    whole = [match.start() for match in _END.finditer(line) if match.start() <= LONGEST_LINE]
    return line[: whole[-1]].rstrip() if whole else line[:LONGEST_LINE].rsplit(" ", 1)[0] + " …"
