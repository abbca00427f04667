"""Rules of whoever is logged in: searches and documents that are told when something new comes, changed, removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from danvan.web.asking import Asked, AskedFor
from danvan.web.desk import OwnForm, Reader, Writing
from danvan.web.rendering import page
from danvan.web.sessions import PAGE_SECONDS, Id, Now, PageSession
from foundation.errors import UsageError
from foundation.numbers import LARGEST_ID
from foundation.words import DELIVERIES
from models.desk.changes import record
from models.desk.people import Person
from models.read_only import reading
from models.tables import RuleRow, SubscriberRow
from notifications import own_channels as own
from notifications.channels import bots, channel_label
from notifications.describing import describe, describe_query
from notifications.estimate import estimate, save_rule
from notifications.rows import rule_of, rules_of
from notifications.searches import change_search, estimated, follow_document, query_form, save_search

router = APIRouter(include_in_schema=False)
Channel = Annotated[int, Form(ge=0, le=LARGEST_ID)]
Words = Annotated[str, Form(max_length=1000)]
Pace = Annotated[Literal["immediate", "daily", "weekly"], Form()]


def _page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    return page(request, template, status, deliveries=DELIVERIES, **values)


@router.get("/rules")
def my_rules(
    request: Request,
    session: PageSession,
    person: Reader,
    now: Now,
    kept: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
) -> HTMLResponse:
    """The rules of my channels; of the one just kept also what it would have told."""
    return _mine(request, session, person, note=_estimate(session, person, kept, now) if kept else "")


def _mine(request: Request, session: Session, person: Person, **said: str) -> HTMLResponse:
    channels = [
        (one, [(row, describe(rule_of(row)), _words_of(row)) for row in rules_of(session, one.id)])
        for one in own.own_channels(session, person)
    ]
    named = [channel_label(name) for name in bots(request.app.state.settings)]
    values = {"note": "", "problem": "", "code": "", **said, "channels": channels}
    status = 400 if values["problem"] else 200
    return _page(request, "rules.html", status, bots=named, **values)


def _refused(request: Request, person: Person, error: UsageError) -> HTMLResponse:
    """The rules as they are, with what was wrong."""
    with reading(request.app.state.engine, PAGE_SECONDS) as session:
        return _mine(request, session, person, problem=str(error))


def _words_of(row: RuleRow) -> str:
    return str((row.query or {}).get("words", "")) if row.query is not None else row.words


def _estimate(session: Session, person: Person, rule_id: int, now: Now) -> str:
    try:
        row = own.own_rule(session, person, rule_id)
        said = (
            estimated(session, row.query, row.delivery, now)
            if row.query is not None
            else estimate(session, rule_of(row), now).words
        )
    except UsageError as error:
        return str(error)
    return f"Đã lưu “{row.name}”. {said}"


@router.get("/rules/new")
def new_rule(request: Request, session: PageSession, person: Reader, now: Now, asked_for: AskedFor) -> HTMLResponse:
    """A search on its way to a rule: what it says, what it would have told, by which channel."""
    return _asking(request, session, person, now, asked_for)


def _asking(
    request: Request, session: Session, person: Person, now: Now, asked_for: Asked, problem: str = ""
) -> HTMLResponse:
    said, form = "", query_form(asked_for.query)
    try:
        said = estimated(session, form, "daily", now).partition(";")[0] + "."
    except UsageError as error:
        problem = problem or str(error)
    values = {"asked": asked_for, "words": describe_query(form), "said": said, "problem": problem}
    channels = own.own_channels(session, person)
    return _page(request, "rule_new.html", 400 if problem else 200, channels=channels, **values)


@router.post("/rules/search", dependencies=[OwnForm])
def keep_search(
    request: Request,
    person: Reader,
    writing: Writing,
    now: Now,
    asked_for: AskedFor,
    channel: Channel = 0,
    name: Words = "",
    delivery: Pace = "immediate",
) -> Response:
    """Make a search a rule of mine; one that is too broad is refused with the reason."""
    try:
        with writing() as session:
            reader = own.own_channel(session, person, channel)
            row, _ = save_search(session, reader, asked_for.query, now, name=name, delivery=delivery)
            _note(session, person, row, "rule", now)
            kept = row.id
    except UsageError as error:
        with reading(request.app.state.engine, PAGE_SECONDS) as session:
            return _asking(request, session, person, now, asked_for, problem=str(error))
    return RedirectResponse(f"/rules?kept={kept}", 303)


@router.post("/rules/code", dependencies=[OwnForm])
def own_code(request: Request, person: Reader, writing: Writing, now: Now) -> HTMLResponse:
    """A one-time code by which my chat becomes my channel."""
    with writing() as session:
        code = own.own_code(session, person, now)
        return _mine(request, session, person, code=code)


@router.post("/rules/{rule_id}", dependencies=[OwnForm])
def change(
    request: Request,
    rule_id: Id,
    person: Reader,
    writing: Writing,
    now: Now,
    act: Annotated[Literal["save", "pause", "resume", "remove"], Form()] = "save",
    name: Words = "",
    words: Words = "",
    delivery: Pace = "immediate",
) -> Response:
    """Reword, rename, pause or remove a rule of mine."""
    try:
        with writing() as session:
            row = own.own_rule(session, person, rule_id)
            _note(session, person, row, f"rule-{act}", now)
            if act == "remove":
                session.delete(row)
            elif act == "save":
                _reword(session, row, name, words, delivery, now)
            else:
                row.active = act == "resume"
    except UsageError as error:
        return _refused(request, person, error)
    return RedirectResponse(f"/rules?kept={rule_id}" if act == "save" else "/rules", 303)


def _reword(session: Session, row: RuleRow, name: str, words: str, delivery: str, now: Now) -> None:
    if row.query is not None:
        change_search(session, row, words, delivery, now)
    elif (words, delivery) != (row.words, row.delivery):
        subscriber = session.get_one(SubscriberRow, row.subscriber_id)
        save_rule(session, subscriber, replace(rule_of(row), words=words, delivery=delivery), now)
    row.name = " ".join(name.split())[:70] or row.name


def _note(session: Session, person: Person, row: RuleRow, act: str, now: Now) -> None:
    record(session, by=person.name, act=act, target="rule", target_id=row.id, before=row.name, at=now)


@router.post("/documents/{document_id}/watch", dependencies=[OwnForm])
def watch_document(
    request: Request, document_id: Id, person: Reader, writing: Writing, now: Now, channel: Channel = 0
) -> Response:
    """Follow a document by one of my channels."""
    try:
        with writing() as session:
            row, _ = follow_document(session, own.own_channel(session, person, channel), document_id, now)
            _note(session, person, row, "rule", now)
            kept = row.id
    except UsageError as error:
        return _refused(request, person, error)
    return RedirectResponse(f"/rules?kept={kept}", 303)
