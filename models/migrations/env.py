"""Alembic's entry: runs migrations on the connection handed in, or on DANVAN_DATABASE_URL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from models.search.table import RAW, metadata
from models.tables import Base, load_all


def described(_item: SchemaItem, name: str | None, *_: object) -> bool:
    """Whether our metadata says what this is like; parts of the search index are SQL of one database only."""
    return not (name or "").startswith(RAW)


def run(connection: Connection) -> None:
    load_all()
    context.configure(
        connection=connection,
        target_metadata=[Base.metadata, metadata],
        include_object=described,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def compared(url: str) -> Iterator[str]:
    """The archive that `check` and `revision` hold the tables against: a file that is not there yet, as in a fresh
    clone, stays so, and they get one made for the moment.

    Alembic's `context` is one for the process: the moment's archive is migrated by another.
    """
    from models.database import parse_address

    parsed, asked = parse_address(url), getattr(context.config.cmd_opts, "cmd", None)
    is_new = parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file()
    if not is_new or not asked or asked[0].__name__ not in {"check", "revision"}:
        yield url
        return
    with TemporaryDirectory(prefix="danvan-") as folder:
        made = f"sqlite:///{folder}/danvan.sqlite3"
        command = [sys.executable, "-m", "alembic", "-c", str(context.config.config_file_name), "upgrade", "head"]
        subprocess.run(command, env=os.environ | {"DANVAN_DATABASE_URL": made}, check=True, stdout=subprocess.DEVNULL)
        yield made


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    from foundation.settings import settings
    from models.database import open_engine

    with compared(settings().database_url) as address, open_engine(address).begin() as own:
        run(own)
