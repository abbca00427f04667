"""Statements of the hot path: compiled by SQLAlchemy once a process, run on the driver's own cursor.

SQLAlchemy takes 20–60 µs to run a statement that it has compiled already, the driver 1–5 µs, and a page of a harvest
costs twenty. SQL, types and errors stay SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Blank:
    """One placeholder: its name, whether a value must be given, else which it has, and how a value is written."""

    name: str
    required: bool
    default: Any
    write: Convert

    def fill(self, values: Values) -> Any:  # noqa: ANN401 (what the driver takes)
        value = values[self.name] if self.required else values.get(self.name, self.default)
        return value if self.write is None else self.write(value)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement in the words of one database. `row` makes the driver's row one with names."""

    sql: str
    blanks: tuple[_Blank, ...]
    positional: bool
    row: Callable[[Sequence[Any]], Any]

    def parameters(self, values: Values) -> Any:  # noqa: ANN401 (what the driver takes)
        if self.positional:
            return [blank.fill(values) for blank in self.blanks]
        return {blank.name: blank.fill(values) for blank in self.blanks}


class Statement:
    """One statement with named values. `columns`: those that an INSERT or UPDATE without values is to set."""

    def __init__(self, core: Executable, columns: Iterable[str] | None = None) -> None:
        self._core = core
        self._columns = None if columns is None else list(columns)
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """Run it; answers how many rows it touched."""
        with self._cursor(connection, values) as (cursor, _):
            return int(cursor.rowcount)

    def first(self, connection: Connection, values: Values) -> Any:  # noqa: ANN401 (columns are the statement's own)
        """The first row, by name, or None."""
        with self._cursor(connection, values) as (cursor, ready):
            found = cursor.fetchone()
            return None if found is None else ready.row(found)

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """All rows, by name."""
        with self._cursor(connection, values) as (cursor, ready):
            return [ready.row(found) for found in cursor.fetchall()]

    def scalar(self, connection: Connection, values: Values) -> Any:  # noqa: ANN401 (as `first`)
        """The first column of the first row, or None."""
        found = self.first(connection, values)
        return None if found is None else found[0]

    def many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it once for each of these (nothing to do for none)."""
        if rows:
            with self._cursor(connection, rows):
                pass

    @contextmanager
    def _cursor(self, connection: Connection, values: Values | Sequence[Values]) -> Iterator[tuple[Any, _Ready]]:
        dialect = connection.dialect
        ready = self._ready.get(dialect.name) or self._prepare(dialect)
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101 (a connection that was lost is an error one line above)
        cursor, parameters = raw.cursor(), None
        try:
            if isinstance(values, Mapping):
                parameters = ready.parameters(values)
                cursor.execute(ready.sql, parameters)
            else:
                parameters = [ready.parameters(one) for one in values]
                cursor.executemany(ready.sql, parameters)
            yield cursor, ready
        except dialect.loaded_dbapi.Error as error:  # as SQLAlchemy's own: wrapped, a lost connection given up
            connection._handle_dbapi_exception(error, ready.sql, parameters, cursor, None)  # noqa: SLF001 (it has no public name)
        finally:
            cursor.close()

    def _prepare(self, dialect: Dialect) -> _Ready:
        compiled = cast(SQLCompiler, self._core.compile(dialect=dialect, column_keys=self._columns))  # type: ignore[attr-defined]  # every statement has it
        assert not compiled.post_compile_params, "an IN list of any length is written anew for each call"  # noqa: S101 (for who adds one)
        given = compiled.params
        blanks = tuple(
            _Blank(name, bind.required, given[name], _impl(bind.type, dialect).bind_processor(dialect))
            for name in compiled.positiontup or compiled.bind_names.values()
            for bind in (compiled.binds[name],)
        )
        columns: Sequence[ColumnElement[Any]] = list(getattr(self._core, "exported_columns", ()))
        ready = _Ready(compiled.string, blanks, compiled.positional, _row_maker(columns, dialect))
        self._ready[dialect.name] = ready
        return ready


def _impl(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)


def _row_maker(columns: Sequence[ColumnElement[Any]], dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    if not columns:
        return tuple
    names = [column.key or "" for column in columns]
    named: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 (known at run time only)
    make: Callable[[Iterable[Any]], Any] = named._make
    reads: list[Convert] = [_impl(column.type, dialect).result_processor(dialect, None) for column in columns]
    if not any(reads):
        return make

    def read_row(found: Sequence[Any]) -> Any:  # noqa: ANN401 (as `first`)
        return make([value if read is None else read(value) for read, value in zip(reads, found, strict=True)])

    return read_row
