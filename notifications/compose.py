"""What goes out: the rows of a job and their words, made when they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.tables import AlertRow, EventRow, SubscriberRow
from notifications.messages import DocumentNews, alert_message, list_message
from notifications.pictures import picture_of
from notifications.rows import PaperName, news_of
from notifications.values import Message, State

LIST_MOST = 60
"""Rows looked at for one list message; the next message takes the next ones."""


class Kind(StrEnum):
    """What is to be done for a chat."""

    SEND = "send"
    LIST = "list"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do for a leased chat."""

    kind: Kind
    subscriber_id: int
    alert_id: int
    channel: str


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way. `shown` are the articles named in it; `again`: it may have arrived before."""

    job: Job
    alert_ids: tuple[int, ...]
    address: str
    message: Message
    shown: tuple[int, ...] = ()
    message_id: str | None = None
    again: bool = False
    event: str = "document"
    """The kind of its event: "document", "digest" or "operator"."""


def due_rows(subscriber_id: int, now: datetime) -> Select[tuple[AlertRow]]:
    """A chat's rows that may go out now, oldest first."""
    return (
        select(AlertRow)
        .where(
            AlertRow.subscriber_id == subscriber_id,
            AlertRow.state.in_((State.QUEUED, State.UNKNOWN)),
            AlertRow.not_before <= now,
        )
        .order_by(AlertRow.id)
    )


def due_documents(subscriber_id: int, now: datetime) -> Select[tuple[AlertRow]]:
    """Those of them that tell of a document: they can go into a list."""
    joined = due_rows(subscriber_id, now).join(EventRow, EventRow.id == AlertRow.event_id)
    return joined.where(EventRow.kind == "document")


def compose(session: Session, job: Job, chat: SubscriberRow, now: datetime, paper: PaperName) -> Sending | None:
    """The message of a job as it is to be told now; None when there is nothing to tell any more."""
    row = session.get_one(AlertRow, job.alert_id)
    if job.kind is Kind.EDIT:
        return _compose_edit(session, job, chat, row, paper)
    if row.state not in (State.QUEUED, State.UNKNOWN):
        return None
    if job.kind is Kind.LIST:
        return _compose_list(session, job, chat, now, paper)
    return _compose_one(session, job, chat, row, paper)


def _compose_one(session: Session, job: Job, chat: SubscriberRow, row: AlertRow, paper: PaperName) -> Sending | None:
    event = session.get_one(EventRow, row.event_id)
    again = row.unknowns > 0
    if event.kind != "document":
        message = _part(event, row, again=again)
        return Sending(job, (row.id,), chat.address, message, again=again, event=event.kind)
    news = news_of(session, row, event, paper)
    if news is None:
        row.state, row.not_before, row.error = State.FAILED, None, "Văn bản không còn trong kho lưu trữ."
        return None
    shown = tuple(report.article_id for report in news.reports)
    return Sending(job, (row.id,), chat.address, alert_message(news, again=again), shown, again=again)


def _part(event: EventRow, row: AlertRow, *, again: bool) -> Message:
    part = event.payload["parts"][row.part]
    note = "\n\nTin gửi lại: lần trước không rõ đã tới hay chưa." if again else ""
    subject = str(event.payload.get("subject", "Dân vận Monitor"))
    return Message(part["html"] + note, subject=subject, code=f"T-{row.id}", picture=picture_of(part))


def _compose_edit(session: Session, job: Job, chat: SubscriberRow, row: AlertRow, paper: PaperName) -> Sending | None:
    event = session.get_one(EventRow, row.event_id)
    news = news_of(session, row, event, paper)
    row.edit_due = None
    shown = () if news is None else tuple(report.article_id for report in news.reports)
    if news is None or row.message_id is None or set(shown) <= set(row.shown_articles):
        return None
    message = alert_message(news, again=row.unknowns > 0)
    return Sending(job, (row.id,), chat.address, message, shown, message_id=row.message_id)


def _compose_list(session: Session, job: Job, chat: SubscriberRow, now: datetime, paper: PaperName) -> Sending | None:
    documents = due_documents(chat.id, now)
    total = session.scalar(documents.with_only_columns(func.count()).order_by(None)) or 0
    told: list[tuple[AlertRow, DocumentNews]] = []
    for row in session.scalars(documents.limit(LIST_MOST)):
        news = news_of(session, row, session.get_one(EventRow, row.event_id), paper)
        if news is None:
            row.state, row.not_before, row.error = State.FAILED, None, "Văn bản không còn trong kho lưu trữ."
        else:
            told.append((row, news))
    if not told:
        return None
    again = told[0][0].unknowns > 0
    message, count = list_message([news for _, news in told], total, again=again)
    rows = [row for row, _ in told[:count]]
    for row in rows:
        row.listed = True
    return Sending(job, tuple(row.id for row in rows), chat.address, message, again=again)
