"""The words in documents' own files: a document is found by what its file says.

An index of its own beside that of the articles, of the same tokens: FTS5 without stored text on SQLite, a tsvector on
PostgreSQL. A version of a file never changes, so its row is written once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session, undefer

from models.search import postgresql, sqlite
from models.search.expression import Expression
from models.search.prepared import MOST_WORDS
from models.search.query import parse
from models.search.ranking import phrases_of, words_of
from models.search.words import words
from models.tables import DocumentRow, FileRow

CREATE: Mapping[str, Sequence[str]] = {
    "sqlite": (
        """CREATE VIRTUAL TABLE file_words USING fts5(
        body, content='', columnsize=0, tokenize="ascii tokenchars '=@#_-.:'")""",
    ),
    "postgresql": (
        """CREATE TABLE file_words (
        file_id integer PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE, tokens tsvector NOT NULL)""",
        "CREATE INDEX ix_file_words_tokens ON file_words USING gin (tokens)",
    ),
}

_PUT = {
    "sqlite": text("INSERT INTO file_words (rowid, body) VALUES (:file, :tokens)"),
    "postgresql": text("INSERT INTO file_words (file_id, tokens) VALUES (:file, CAST(:tokens AS tsvector))"),
}
_FIND = {
    "sqlite": text("SELECT rowid FROM file_words WHERE file_words MATCH :match ORDER BY rowid DESC LIMIT :most"),
    "postgresql": text(
        "SELECT file_id FROM file_words WHERE tokens @@ CAST(:match AS tsquery) ORDER BY file_id DESC LIMIT :most"
    ),
}
MOST_FILES = 500
"""The newest so many files that hold the words are looked at."""


def index_file(connection: Connection, file_id: int, said: str) -> None:
    """Index the text of one new file. Part of the caller's transaction."""
    found = words(said)[:MOST_WORDS]
    tokens = sqlite.stream(found) if connection.dialect.name == "sqlite" else postgresql.vector(found)
    if found:
        connection.execute(_PUT[connection.dialect.name], {"file": file_id, "tokens": tokens})


def documents_by_file(session: Session, typed: str, limit: int) -> list[int]:
    """The documents whose own file holds the typed words (phrases, minus and OR as in a search), newest first."""
    parsed = parse(typed)
    if not parsed.groups or parsed.contradicts_itself:
        return []
    connection = session.connection()
    excluded = tuple(phrase for term in parsed.excluded for phrase in phrases_of(term))
    match = Expression(words_of(parsed, exact=False).must, excluded)
    language = connection.dialect.name
    asked = sqlite.plain_words(match) if language == "sqlite" else postgresql.match_words(match)
    files = connection.execute(_FIND[language], {"match": asked, "most": MOST_FILES}).scalars().all()
    found = (
        select(func.coalesce(DocumentRow.merged_into_id, DocumentRow.id))
        .join(FileRow, FileRow.document_id == DocumentRow.id)
        .where(FileRow.id.in_(files))
        .order_by(FileRow.id.desc())
    )
    return list(dict.fromkeys(session.scalars(found)))[:limit] if files else []


def rebuild_files(session: Session) -> None:
    """Index all files of an archive whose words were not copied."""
    for row in session.scalars(select(FileRow).options(undefer(FileRow.text)).order_by(FileRow.id)):
        index_file(session.connection(), row.id, row.text)
