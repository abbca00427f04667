"""Read and unread for a name: opening a page marks it; a button marks all."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from danvan.web.desk import OwnForm, Reader, Writing
from danvan.web.login import own
from danvan.web.sessions import Now
from foundation.errors import DanvanError
from models.database import transaction
from models.desk.people import Person
from models.desk.seen import Seen, mark_all, note_seen, seen_by

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


def opened(request: Request, session: Session, target: str, target_id: int) -> BackgroundTasks | None:
    """What is to be done once the page is sent: note that its reader has opened it, where that is news."""
    person: Person | None = request.state.person
    if person is None or person.id is None or (target, target_id) in seen_by(session, person.id).opened:
        return None
    tasks = BackgroundTasks()
    tasks.add_task(_note, request.app.state.writer, person.id, target, target_id)
    return tasks


def _note(engine: Engine, person_id: int, target: str, target_id: int) -> None:
    try:
        with transaction(engine) as session:
            note_seen(session, person_id, target, target_id)
    except DanvanError as error:  # the page was shown; it stays new to its reader
        log.warning("%s", error)


def read_by(request: Request, session: Session) -> Seen:
    """What the reader of this request has read."""
    person: Person | None = request.state.person
    return seen_by(session, person.id if person is not None else None)


@router.post("/read-all", dependencies=[OwnForm])
def read_all(person: Reader, writing: Writing, now: Now, back: Annotated[str, Form(max_length=4000)] = "/") -> Response:
    """All that came until now is read."""
    if person.id is not None:
        with writing() as session:
            mark_all(session, person.id, now)
    return RedirectResponse(own(back), 303)
