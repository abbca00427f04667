"""Statements that the driver runs say and take the same as SQLAlchemy's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from foundation.errors import StoreError
from models.database import open_engine, put, table_of, transaction, working, writing
from models.statement import Statement
from models.tables import PageRow, UrlRow

NOW = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)
WITHOUT_ZONE = NOW.replace(tzinfo=None)
page = table_of(PageRow)
COLUMNS = [column.name for column in page.columns if column.name not in {"id", "run_id"}]
LAND = Statement(insert(page), COLUMNS)
ME = Statement(text("SELECT pg_backend_pid()"))
READ = Statement(select(page).where(page.c.key == bindparam("of_key")))
VALUES = {
    "source_id": "nghe-an",
    "key": "1",
    "url": "https://nghe-an.example/\x00\ud800",
    "final_url": "",
    "status": 200,
    "headers": {"etag": '"ă"'},
    "hint": {},
    "body": b"\x00\xff",
    "body_sha256": "0",
    "fetched_at": NOW.astimezone(timezone(timedelta(hours=7))),
    "read_state": "waiting",
    "read_tries": 0,
    "read_rules": None,
    "page_status": None,
    "read_error": None,
}


def test_values_come_back_as_the_mapper_gives_them(engine: Engine) -> None:
    with writing(engine) as connection:
        page_id = Statement(insert(page).returning(page.c.id), COLUMNS).scalar(connection, VALUES)
    with transaction(engine) as session:
        row = READ.first(session.connection(), {"of_key": "1"})
        mapped = session.get_one(PageRow, page_id)
        assert {name: getattr(mapped, name) for name in row._fields} == row._asdict()
    assert (row.url, row.body, row.fetched_at) == ("https://nghe-an.example/\ufffd\ufffd", b"\x00\xff", NOW)
    assert row.fetched_at.tzinfo is UTC


def test_rows_count_and_may_be_many(engine: Engine) -> None:
    rename = Statement(update(page).values(url=bindparam("new_url")).where(page.c.source_id == bindparam("source")))
    with writing(engine) as connection:
        LAND.many(connection, [VALUES | {"body_sha256": str(n)} for n in range(3)])
        LAND.many(connection, [])
        assert rename.run(connection, {"new_url": "x", "source": "nghe-an"}) == 3
        assert rename.run(connection, {"new_url": "x", "source": "no"}) == 0
        assert [row.url for row in READ.rows(connection, {"of_key": "1"})] == ["x"] * 3
        assert READ.first(connection, {"of_key": "2"}) is None
        assert READ.scalar(connection, {"of_key": "2"}) is None


def test_a_value_left_out_or_a_time_without_a_zone_is_an_error_and_nothing_is_kept(engine: Engine) -> None:
    with pytest.raises(KeyError), writing(engine) as connection:
        READ.rows(connection, {})
    with pytest.raises(ValueError, match="without a zone"), writing(engine) as connection:
        LAND.many(connection, [VALUES, VALUES | {"key": "2", "fetched_at": WITHOUT_ZONE}])
    with writing(engine) as connection:
        assert READ.first(connection, {"of_key": "1"}) is None


def test_errors_are_those_of_sqlalchemy(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as connection:
        LAND.many(connection, [VALUES, VALUES])
    unknown = Statement(text("SELECT nothing FROM nowhere WHERE name = :name"))
    wrong = StoreError if engine.dialect.name == "sqlite" else ProgrammingError
    with pytest.raises(wrong) as caught, writing(engine) as connection:
        unknown.rows(connection, {"name": "x"})
    if isinstance(caught.value, StoreError):
        assert isinstance(caught.value.__cause__, OperationalError)


def test_an_in_list_of_any_length_is_refused(engine: Engine) -> None:
    listed = Statement(select(page.c.id).where(page.c.key.in_(["1", "2"])))
    with pytest.raises(AssertionError, match="IN list"), writing(engine) as connection:
        listed.rows(connection, {})


def test_a_row_that_is_there_keeps_what_is_not_to_be_updated(engine: Engine) -> None:
    def url(title: str, via: str) -> dict[str, object]:
        times = {"first_seen_at": NOW, "last_seen_at": NOW}
        return (
            {"source_id": "nghe-an", "key": "1", "url": "u", "via": via, "title": title, "state": "new"}
            | times
            | {"reason": "", "attempts": 0}
        )

    with transaction(engine) as session:
        put(session.connection(), UrlRow, [url("a", "feed")])
        put(session.connection(), UrlRow, [url("b", "sitemap")], update=("title",))
        put(session.connection(), UrlRow, [url("c", "listing")])
        put(session.connection(), UrlRow, [])
        row = session.get_one(UrlRow, ("nghe-an", "1"))
        assert (row.title, row.via) == ("b", "feed")


def test_a_connection_lost_on_the_way_is_told_and_the_next_one_serves(postgresql_url: str) -> None:
    engine = open_engine(postgresql_url)
    served: list[int] = []

    def cut_off() -> None:
        with working(engine) as work:
            served.append(ME.scalar(work.connection, {}))
            with engine.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({served[0]})"))
            ME.scalar(work.connection, {})

    with pytest.raises(StoreError, match="Không mở hoặc không ghi được"):
        cut_off()
    with working(engine) as work:
        assert ME.scalar(work.connection, {}) not in served
        assert work.session.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_what_a_session_wrote_ends_with_its_work(engine: Engine) -> None:
    with working(engine) as work:
        LAND.run(work.connection, VALUES)
        assert work.session.scalar(select(PageRow.key)) == "1"
        work.session.add(PageRow(**VALUES | {"key": "2"}))

    def broken() -> None:
        with working(engine) as work:
            LAND.run(work.connection, VALUES | {"key": "3"})
            work.session.add(PageRow(**VALUES | {"key": "4"}))
            work.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    with writing(engine) as connection:
        assert sorted(Statement(select(page.c.key)).rows(connection, {})) == [("1",), ("2",)]
