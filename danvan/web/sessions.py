"""What a route is given: a read-only session with a time limit, and the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from models.read_only import reading

PAGE_SECONDS = 5.0
FILE_SECONDS = 30.0


def _page_session(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine, PAGE_SECONDS) as session:
        yield session


def _file_session(request: Request) -> Iterator[Session]:
    with reading(request.app.state.engine, FILE_SECONDS) as session:
        yield session


def _now(request: Request) -> dt.datetime:
    now: dt.datetime = request.app.state.clock()
    return now


PageSession = Annotated[Session, Depends(_page_session)]
FileSession = Annotated[Session, Depends(_file_session)]
Now = Annotated[dt.datetime, Depends(_now)]
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
