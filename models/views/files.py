"""Documents' own files as a page shows them: beside the article that links to them, and on the document's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, undefer

from crawlers.keys import keeper_of
from foundation.words import FILE_STATES, URL_STATES
from models.landing.bodies import unpacked
from models.of_row import of_row
from models.tables import ArticleFileRow, CitationRow, FileRow, PageRow, UrlRow

MOST = 50


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file in one line: its newest version, with the older ones. `id` None: it could not be had, `words` say why."""

    id: int | None
    url: str
    label: str
    words: str
    kind: str | None = None
    pages: int | None = None
    size: int | None = None
    fetched_at: dt.datetime | None = None
    sha256: str | None = None
    symbol: str | None = None
    issued_on: dt.date | None = None
    title: str | None = None
    older: tuple[FileLine, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A version's bytes, and the name that it is handed out under."""

    name: str
    media_type: str
    body: bytes


_TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


def files_of_article(session: Session, article_id: int) -> tuple[FileLine, ...]:
    """The files that an article links to."""
    return _lines(session, ArticleFileRow.article_id == article_id)


def files_of_documents(session: Session, ids: Sequence[int]) -> tuple[FileLine, ...]:
    """The files that are these documents by their own head; else those of articles that report them alone."""
    mine = select(FileRow.key).where(FileRow.document_id.in_(ids))
    other = select(FileRow.id).where(FileRow.key == ArticleFileRow.key, FileRow.symbol.is_not(None))
    issues = (CitationRow.role == "issues", CitationRow.document_id.is_not(None))
    reporting = select(CitationRow.article_id).where(*issues, CitationRow.document_id.in_(ids))
    another = select(CitationRow.id).where(
        *issues, CitationRow.article_id == ArticleFileRow.article_id, CitationRow.document_id.not_in(ids)
    )
    unnamed = and_(ArticleFileRow.article_id.in_(reporting), ~another.exists(), ~other.exists())
    return _lines(session, or_(ArticleFileRow.key.in_(mine), unnamed))


def _lines(session: Session, wanted: ColumnElement[bool]) -> tuple[FileLine, ...]:
    links = session.execute(
        select(ArticleFileRow.key, ArticleFileRow.url, ArticleFileRow.label)
        .where(wanted)
        .order_by(ArticleFileRow.article_id, ArticleFileRow.url)
        .limit(MOST)
    ).all()
    if not links:
        return ()
    versions: dict[str, list[FileRow]] = {}
    keys = {link.key for link in links}
    states = _states(session, keys)
    for row in session.scalars(select(FileRow).where(FileRow.key.in_(keys)).order_by(FileRow.fetched_at.desc())):
        versions.setdefault(row.key, []).append(row)
    found: dict[str, FileLine] = {}
    for link in links:
        held = versions.get(link.key)
        if held:
            newest, *older = (_line(row, link.label) for row in held)
            found.setdefault(link.key, replace(newest, older=tuple(older)))
        else:
            found.setdefault(link.key, FileLine(None, link.url, link.label, states.get(link.key, "chưa tải")))
    return tuple(found.values())


def _states(session: Session, keys: Collection[str]) -> dict[str, str]:
    """By key: how the file's address stands, in words."""
    columns = select(UrlRow.key, UrlRow.state, UrlRow.reason)
    held = columns.where(UrlRow.source_id.in_({keeper_of(key) for key in keys}), UrlRow.key.in_(keys))
    return {
        key: f"{URL_STATES.get(state, state)}: {reason}" if reason else URL_STATES.get(state, state)
        for key, state, reason in session.execute(held).tuples()
    }


def _line(row: FileRow, label: str) -> FileLine:
    label, words = label or row.url.rpartition("/")[2], FILE_STATES.get(row.state, row.state)
    return of_row(FileLine, row, label=label, words=words, older=())


def kept_file(session: Session, file_id: int) -> KeptFile | None:
    """A version of a file as it was sent; None where there is none."""
    row = session.get(FileRow, file_id)
    if row is None:
        return None
    page = session.get_one(PageRow, row.page_id, options=[undefer(PageRow.body)])
    stem = "".join(char if char.isascii() and char.isalnum() else "-" for char in row.symbol or "tep").strip("-")
    return KeptFile(f"{stem or 'tep'}-{row.id}.{row.kind}", _TYPES[row.kind], unpacked(page.body))
