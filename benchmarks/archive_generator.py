"""An archive of any size, filled with made news for measuring: `python -m benchmarks.archive_generator URL N`."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, text

from benchmarks.made_news import Made, Writer
from models.database import migrate, open_engine, table_of
from models.search import postgresql, sqlite
from models.search.prepared import IndexedDocument, Prepared, blocks_at, prepare
from models.search.table import month_of, order_of, space_of, vocabulary
from models.search.words import Word
from models.storing.copies import KEYS, day_of, packed, sketch
from models.tables import ArticleRow, ArticleShingleRow, ArticleTopicRow, CitationRow, DocumentRow

BATCH = 2_000


def prepared(made: Made) -> Prepared:
    """The generated article as the index takes it."""
    mentions = [IndexedDocument(c["document_id"], c["symbol"], c["kind_code"], c["number"]) for c in made.citations]
    return prepare(ArticleRow(**made.row), made.topics, mentions)


def load(engine: Engine, total: int, *, texts: int | None = None, progress: bool = False) -> None:
    """Fill an empty archive with `total` articles.

    `texts`: so many different ones; they come again and again, each time later and under another id. Writing a text
    and cutting it into tokens takes longer than storing it.
    """
    migrate(engine)
    writer = Writer(total)
    started = time.monotonic()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP INDEX ix_search_entry_tokens"))
        _insert(connection, table_of(DocumentRow), writer.documents)
    words: dict[str, Word] = {}
    last_keys: dict[int, int] = {}
    for start, batch in _batches(engine.dialect.name, writer, texts or total, words):
        with engine.begin() as connection:
            _store(connection, batch, last_keys)
        if progress and start // BATCH % 10 == 0:
            print(f"{start + len(batch):>9,} articles, {time.monotonic() - started:.0f} s", flush=True)
    with engine.begin() as connection:
        _insert(
            connection, vocabulary, [{"word": w.exact, "folded": w.folded} for w in words.values() if w.exact.isalpha()]
        )
    if engine.dialect.name == "postgresql":
        _finish_postgresql(engine)
    else:
        with engine.begin() as connection:
            connection.execute(text("ANALYZE article"))
    if progress:
        print(f"{total:,} articles in {time.monotonic() - started:.0f} s", flush=True)


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A generated article, what the index holds of it, and the keys under which its copies find it."""

    made: Made
    entry: dict[str, Any]
    base: int
    space: int
    values: dict[str, Any]
    keys: tuple[int, ...]


def _batches(dialect: str, writer: Writer, texts: int, words: dict[str, Word]) -> Iterator[tuple[int, list[_Indexed]]]:
    """The articles with their numbers, oldest first; new texts as long as there are any, then the same again."""
    kept: list[_Indexed] = []
    for start in range(0, writer.total, BATCH):
        batch = []
        for number in range(start + 1, min(start + BATCH, writer.total) + 1):
            if number <= texts:
                one = _indexed(dialect, writer.article(number), words)
                if texts < writer.total:
                    kept.append(one)
            else:
                one = _later(kept[(number - 1) % texts], number, writer.moment(number))
            batch.append(one)
        yield start, batch


def _indexed(dialect: str, made: Made, words: dict[str, Word]) -> _Indexed:
    one = prepared(made)
    for word in (*one.title, *one.lead, *one.text):
        words.setdefault(word.exact, word)
    values = (sqlite if dialect == "sqlite" else postgresql).index_values(0, one)
    hashes = sketch(f"{made.row['lead']}\n{made.row['text']}")
    made.row["sketch"] = packed(hashes)
    return _Indexed(made, one.row, one.base, space_of(one.grade), values, hashes[:KEYS])


def _later(one: _Indexed, number: int, moment: dt.datetime) -> _Indexed:
    """The same text as another article of another day."""
    when = dict.fromkeys(("published_at", "first_seen_at", "sort_at", "updated_at"), moment)
    own = {"id": number, "key": str(number), "text_sha256": f"{number:064x}", "cluster_id": number}
    citations = [citation | {"article_id": number} for citation in one.made.citations]
    made = Made(one.made.row | when | own, one.made.topics, citations)
    base, values = order_of(moment), one.values
    if "tokens" in values:
        tokens = values["tokens"].split("'@space:")[0]
        values = values | {"tokens": tokens + " ".join(f"'{token}'" for token in blocks_at(one.space, base))}
    return _Indexed(
        made, one.entry | {"article_id": number, "month": month_of(moment)}, base, one.space, values, one.keys
    )


def _store(connection: Connection, batch: list[_Indexed], last_keys: dict[int, int]) -> None:
    topics = [
        {"article_id": one.made.row["id"], "topic": topic, "score": 1.0, "reasons": []}
        for one in batch
        for topic in one.made.topics
    ]
    _insert(connection, table_of(ArticleRow), [one.made.row for one in batch])
    _insert(connection, table_of(ArticleTopicRow), topics)
    _insert(connection, table_of(CitationRow), [c for one in batch for c in one.made.citations])
    shingles = [
        {"shingle": key, "day": day_of(one.made.row["sort_at"]), "article_id": one.made.row["id"]}
        for one in batch
        for key in one.keys
    ]
    _insert(connection, table_of(ArticleShingleRow), shingles)
    rows = []
    for one in batch:
        start = one.space + one.base
        key = last_keys[one.space] = max(start, last_keys.get(one.space, start - 1) + 1)
        rows.append(one.entry | one.values | {"key": key})
    if connection.dialect.name == "sqlite":
        connection.execute(text(sqlite.INSERT_ENTRY), rows)
        connection.execute(
            text(sqlite.INSERT), [one.values | {"key": row["key"]} for one, row in zip(batch, rows, strict=True)]
        )
        return
    for row in rows:
        row["order_key"] = row.pop("key")
    _copy(connection, "search_entry", list(rows[0]), rows)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, list(rows[0]), rows)
        return
    connection.execute(insert(table), rows)


def _copy(connection: Connection, table: str, names: list[str], rows: list[dict[str, Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    quoted = ", ".join(f'"{name}"' for name in names)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(row[n]) if isinstance(row[n], list) else row[n] for n in names])


def _finish_postgresql(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        index = "CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)"
        connection.execute(text(f"{index} WITH (gin_pending_list_limit = 1024)"))
        for name in ("article", "document", "citation"):
            highest = f"(SELECT coalesce(max(id), 1) FROM {name})"
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {highest})"))
        connection.execute(text("ANALYZE"))


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    load(open_engine(url), int(numbers[0]), texts=int(numbers[1]) if numbers[1:] else None, progress=True)
