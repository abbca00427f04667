"""What a route that changes something is given: who acts, whether they may, and a transaction."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Annotated

from fastapi import Depends, Form, HTTPException, Request
from sqlalchemy.orm import Session

from models.database import transaction
from models.desk.people import Person, StaffRole


def _writing(request: Request) -> Callable[[], AbstractContextManager[Session]]:
    return partial(transaction, request.app.state.writer)


def person_of(request: Request) -> Person:
    """Who is logged in."""
    person: Person | None = request.state.person
    if person is None:
        raise HTTPException(401)
    return person


def needs(role: StaffRole) -> Callable[[Request], Person]:
    """A dependency that answers who acts, and refuses (403) whoever may not."""

    def check(request: Request) -> Person:
        person = person_of(request)
        if not person.may(role):
            raise HTTPException(403)
        return person

    return check


def sent_by_us(request: Request, form_token: Annotated[str, Form(max_length=128)] = "") -> None:
    """Refuse (403) a form that does not carry the token of this reader's own pages."""
    wanted: str = request.app.state.gate.token(request)
    if not hmac.compare_digest(form_token.encode("utf-8", "replace"), wanted.encode()):
        raise HTTPException(403)


Writing = Annotated[Callable[[], AbstractContextManager[Session]], Depends(_writing)]
Reader = Annotated[Person, Depends(person_of)]
Clerk = Annotated[Person, Depends(needs(StaffRole.CLERK))]
Operator = Annotated[Person, Depends(needs(StaffRole.OPERATOR))]
OwnForm = Depends(sent_by_us)
CLERKS = [Depends(needs(StaffRole.CLERK))]
OPERATORS = [Depends(needs(StaffRole.OPERATOR))]
"""For routes that only ask whether somebody may."""
