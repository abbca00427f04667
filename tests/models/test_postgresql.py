"""PostgreSQL as an office finds it: started twice at once, in another code of letters, behind pgbouncer."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from foundation.errors import ConfigurationError, StoreError
from models.database import migrate, open_engine, transaction
from models.read_only import open_reading, reading
from models.search.look_up import search
from models.search.query import Query
from models.tables import ArticleRow
from tests.flows.install import free_port
from tests.forked import FORK, child
from tests.models.papers import Press

NEWS = "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về công tác dân vận trong tình hình mới."


def make_archive(url: str, gate: object) -> None:
    gate.wait()  # type: ignore[attr-defined]
    migrate(open_engine(url))


def test_of_two_that_start_at_once_one_makes_the_archive_and_the_other_waits(postgresql_database: str) -> None:
    gate = FORK.Barrier(2)
    both = [child(make_archive, postgresql_database, gate) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert [one.exitcode for one in both] == [0, 0]


def test_a_database_that_keeps_no_vietnamese_is_refused_in_a_sentence(postgresql_url: str) -> None:
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text("CREATE DATABASE ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        )
    url = admin.url.set(database="ascii").render_as_string(hide_password=False)
    try:
        with pytest.raises(ConfigurationError, match=r"SQL_ASCII.*ENCODING 'UTF8'"):
            migrate(open_engine(url))
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE ascii WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def pooled(postgresql_database: str, tmp_path: Path) -> Iterator[str]:
    """The database behind pgbouncer in transaction mode: two server connections for everybody."""
    command = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if command is None:
        pytest.skip("no pgbouncer here")
    direct, port = make_url(postgresql_database), free_port()
    place = str(direct.query.get("host") or direct.host)
    (tmp_path / "users").write_text('"postgres" ""\n')
    (tmp_path / "ini").write_text(
        f"[databases]\n{direct.database} = host={place} port={direct.port or 5432} user=postgres\n[pgbouncer]\n"
        f"query_wait_timeout = 10\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\nauth_file = {tmp_path / 'users'}\n"
        "pool_mode = transaction\ndefault_pool_size = 2\nunix_socket_dir =\nserver_reset_query =\n"
    )
    for path in (tmp_path, *tmp_path.iterdir()):
        path.chmod(0o755)
    user = ["-u", Path(place).owner()] if Path("/proc/self").owner() == "root" else []
    pooler = subprocess.Popen([command, *user, str(tmp_path / "ini")], stderr=subprocess.DEVNULL)
    url = f"postgresql://postgres@127.0.0.1:{port}/{direct.database}"
    try:
        for _ in range(100):
            try:
                create_engine(url.replace("ql:", "ql+psycopg:")).connect().close()
                break
            except Exception:  # noqa: BLE001 (it begins)
                time.sleep(0.1)
        yield url
    finally:
        pooler.terminate()
        pooler.wait(10)


def test_behind_pgbouncer_in_transaction_mode_nothing_hangs_on_one_server_process(pooled: str) -> None:
    migrate(open_engine(pooled))
    first, second = Press(open_engine(pooled)), open_engine(pooled)
    for number in range(12):
        first.land("trung-uong", str(number), f"Bài về dân vận {number}", f"{NEWS} Bản {number}.")
        with transaction(second) as other:  # another client in between: the server processes change hands
            other.scalars(select(ArticleRow.id)).all()
    first.read()
    for _ in range(8):
        with reading(open_reading(pooled)) as session:
            assert search(session, Query(words="dân vận")).total == 12
    with pytest.raises(StoreError, match="chỉ được đọc"), reading(open_reading(pooled)) as session:
        session.execute(text("DELETE FROM article"))
