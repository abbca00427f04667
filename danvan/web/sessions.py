"""What a route is given: a read-only session with a time limit, the time, and what was asked for or 404."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Annotated, TypeVar

from fastapi import Depends, HTTPException, Path, Request
from sqlalchemy.orm import Session

from foundation.numbers import LARGEST_ID
from models.read_only import reading

T = TypeVar("T")
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
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]


def found(view: T | None) -> T:
    """What was asked for. Raises 404 where there is none."""
    if view is None:
        raise HTTPException(404)
    return view
