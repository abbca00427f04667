"""Copying an archive row by row, between systems; the copy is proven by counts and hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, Table, func, select, text, tuple_
from sqlalchemy.orm import Session

from foundation.errors import StoreError, UsageError
from models.database import put, table_of, transaction
from models.read_only import reading
from models.search import rebuild
from models.search.files import rebuild_files
from models.tables import Base, DocumentRow, LockRow

DAY = 86_400.0
BATCH = 500
MERGED = "merged_into_id"
"""The one column that points within its own table: filled in when all rows are there."""

Told = Callable[[str, int], None]
"""Called with the name of each table that was copied, and its number of rows."""


def mapped_classes() -> list[type[Base]]:
    """The mapped classes, each behind those that it points to; locks left out."""
    by_table = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    found = [by_table[table] for table in Base.metadata.sorted_tables]
    return [mapped for mapped in found if mapped is not LockRow]


def copy_rows(source: Engine, target: Engine, told: Told, *, going_on: bool) -> None:
    """Copy every row to a migrated archive, empty or (`going_on`) left by a copy of the same that was broken off.

    Raises UsageError for any other, StoreError where the copy is not the same.
    """
    with reading(_one_state(source), DAY) as session:
        if going_on:
            _refuse_another(session, target)
        else:
            _refuse_unless_empty(target)
        for mapped in mapped_classes():
            for rows in _batches(session, table_of(mapped)):
                with transaction(target) as writer:
                    put(writer, mapped, [{**row, MERGED: None} if MERGED in row else row for row in rows])
        for rows in _batches(session, table_of(DocumentRow)):
            with transaction(target) as writer:
                put(writer, DocumentRow, [row for row in rows if row[MERGED]], update=(MERGED,))
        _count_on(target)
        last: int | None = 0
        while last is not None:
            with transaction(target) as writer:
                last = rebuild(writer, after=last)
        with transaction(target) as writer:
            rebuild_files(writer)
        with transaction(target) as copy:
            for mapped in mapped_classes():
                count, digest = digest_of(session, table_of(mapped))
                if digest_of(copy, table_of(mapped)) != (count, digest):
                    raise StoreError(f"Bảng {mapped.__tablename__} ở nơi mới khác bản gốc. Xóa kho mới rồi chạy lại.")
                told(mapped.__tablename__, count)


def _one_state(source: Engine) -> Engine:
    return source if source.dialect.name == "sqlite" else source.execution_options(isolation_level="REPEATABLE READ")


def _refuse_unless_empty(target: Engine) -> None:
    with transaction(target) as session:
        if any(session.scalar(select(mapped).limit(1)) is not None for mapped in mapped_classes()):
            place = target.url.render_as_string(hide_password=True)
            raise UsageError(f"Kho lưu trữ ở {place} đã có dữ liệu. Chỉ khôi phục vào kho trống.")


def _refuse_another(source: Session, target: Engine) -> None:
    """What a move left when it was broken off are rows of this archive; any other row stays, and none joins it."""
    with transaction(target) as copy:
        for table in map(table_of, mapped_classes()):
            for rows in _batches(copy, table):
                if _by_key(table, _same_keys(source, table, rows)) != _by_key(table, rows):
                    place = target.url.render_as_string(hide_password=True)
                    raise UsageError(
                        f"Kho ở {place} có dữ liệu khác kho này (bảng {table.name}): không chép đè. Nếu đó là bản chép"
                        " dở, xóa nó rồi chạy lại; nếu là kho đang dùng, chọn nơi trống."
                    )


def _same_keys(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> Sequence[Mapping[str, Any]]:
    columns = list(table.primary_key)
    keys = [tuple(row[column.name] for column in columns) for row in rows]
    held = columns[0].in_([key[0] for key in keys]) if len(columns) == 1 else tuple_(*columns).in_(keys)
    return [dict(row) for row in session.execute(select(table).where(held)).mappings()]


def _by_key(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], list[Any]]:
    names = [column.name for column in table.columns if column.name != MERGED]
    return {tuple(row[key.name] for key in table.primary_key): [_plain(row[name]) for name in names] for row in rows}


def _batches(session: Session, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    rows = session.connection().execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key))
    for part in rows.mappings().partitions(BATCH):
        yield [dict(row) for row in part]


def _count_on(target: Engine) -> None:
    """PostgreSQL hands out numbers by itself: go on behind those that were copied."""
    if target.dialect.name != "postgresql":
        return
    with transaction(target) as session:
        for table in (table_of(mapped) for mapped in mapped_classes()):
            if [column.name for column in table.primary_key] == ["id"]:
                sequence = session.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
                highest = session.scalar(select(func.max(table.c.id)))
                if sequence and highest:
                    session.execute(text("SELECT setval(:name, :highest)"), {"name": sequence, "highest": highest})


def digest_of(session: Session, table: Table) -> tuple[int, str]:
    """The number of rows of a table and a hash over all of them, the same on both systems."""
    count, digest = 0, hashlib.sha256()
    for rows in _batches(session, table):
        for row in rows:
            count += 1
            digest.update(repr([_plain(row[column.name]) for column in table.columns]).encode())
    return count, digest.hexdigest()


def _plain(value: Any) -> Any:
    """A value that both drivers hand over alike."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, dict):
        return sorted((key, _plain(one)) for key, one in value.items())
    with suppress(AttributeError):
        return value.isoformat()
    return value
