"""What goes out: the rows of a job and their words, made when they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.tables import AlertRow, EventRow, SubscriberRow
from notifications.channels.contract import ABOUT, PLACE, About
from notifications.due import due_documents
from notifications.markup import plain
from notifications.messages import AGAIN, ArticleNews, DocumentNews, alert_message, list_message, news_item
from notifications.rows import Presentation, news_of
from notifications.values import NEWS, Message, State

JUST_BEFORE = timedelta(seconds=30)
LIST_MOST = 60
"""Rows looked at for one list message; the next message takes the next ones."""


class JobKind(StrEnum):
    """What is to be done for a chat."""

    SEND = "send"
    LIST = "list"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do for a leased chat, by `channel`. `figures`: what the picture of the message shows."""

    kind: JobKind
    subscriber_id: int
    alert_id: int
    channel: str
    figures: str | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """A message on its way. `shown` are the articles named in it; `again`: it may have arrived before.

    It must not go out after `until`: the chat may be another sender's by then.
    """

    job: Job
    alert_ids: tuple[int, ...]
    address: str
    message: Message
    until: datetime
    shown: tuple[int, ...] = ()
    message_id: str | None = None
    again: bool = False
    event: str = "document"
    """The kind of its event: "document", "article", "digest" or "operator"."""


def after_a_list(session: Session, subscriber_id: int, now: datetime) -> bool:
    """Whether a reader's last message was a list, just now: what is left of it goes on as one."""
    last = session.execute(
        select(AlertRow.listed, AlertRow.sent_at)
        .where(AlertRow.subscriber_id == subscriber_id, AlertRow.sent_at > now - JUST_BEFORE)
        .order_by(AlertRow.sent_at.desc(), AlertRow.id.desc())
        .limit(1)
    ).first()
    return last is not None and last.listed


def address_of(chat: SubscriberRow, channel: str) -> str:
    """Where a reader is reached by a channel: the chat and the topic within it, or the second address."""
    if channel != chat.channel:
        return chat.second_address or ""
    return f"{chat.address}{PLACE}{chat.thread}" if chat.thread else chat.address


def compose(
    session: Session, job: Job, chat: SubscriberRow, now: datetime, shown: Presentation, *, until: datetime,
    picture: bytes | None = None,
) -> Sending | None:  # fmt: skip
    """The message of a job as it is to be told now; None when there is nothing to tell any more."""
    row = session.get_one(AlertRow, job.alert_id)
    parts = _Words(session, job, address_of(chat, job.channel), until, shown, now)
    if job.kind is JobKind.EDIT:
        return parts.edit(row)
    if row.state not in (State.QUEUED, State.UNKNOWN):
        return None
    if job.kind is JobKind.LIST:
        return parts.list(due_documents(chat.id, now))
    return parts.one(row, picture)


@dataclass(frozen=True, slots=True)
class _Words:
    """Makes the words of one job."""

    session: Session
    job: Job
    address: str
    until: datetime
    shown: Presentation
    now: datetime

    def _sending(self, rows: Sequence[AlertRow], message: Message, **more: Any) -> Sending:
        return Sending(self.job, tuple(row.id for row in rows), self.address, message, self.until, **more)

    @property
    def _about(self) -> About:
        return ABOUT[self.job.channel]

    def one(self, row: AlertRow, picture: bytes | None) -> Sending | None:
        event = self.session.get_one(EventRow, row.event_id)
        again = row.unknowns > 0
        if event.kind not in NEWS:
            message = _part(event, row, picture, again=again)
            return self._sending([row], message, again=again, event=event.kind)
        news = news_of(self.session, row, event, self.shown)
        if news is None:
            _gone(row)
            return None
        message = alert_message(news, self._about, again=again)
        return self._sending([row], message, shown=_articles(news), again=again, event=event.kind)

    def edit(self, row: AlertRow) -> Sending | None:
        event = self.session.get_one(EventRow, row.event_id)
        news = news_of(self.session, row, event, self.shown)
        row.edit_due = None
        shown = () if news is None else _articles(news)
        if news is None or row.message_id is None or set(shown) <= set(row.shown_articles):
            return None
        message = alert_message(news, self._about, again=row.unknowns > 0)
        return self._sending([row], message, shown=shown, message_id=row.message_id)

    def list(self, documents: Select[tuple[AlertRow]]) -> Sending | None:
        rows = list(self.session.scalars(documents.limit(LIST_MOST)))
        total = self.session.scalar(documents.with_only_columns(func.count()).order_by(None)) or 0
        rules = {str(row.reasons.get("rule", "")) for row in rows}
        told = [worded for row in rows if (worded := self._item(row, with_rule=len(rules) > 1)) is not None]
        if not told:
            return None
        told.sort(key=lambda item: item.rank)  # as `analysis.worth` ranks documents; else as they came
        again = any(item.row.unknowns for item in told)
        what = "văn bản mới" if all(item.document for item in told) else "văn bản và tin mới"
        items = [item.html for item in told]
        total -= len(rows) - len(told)
        code = f"VB-{told[0].row.id}"
        rule = rules.pop() if len(rules) == 1 else ""
        follows = after_a_list(self.session, rows[0].subscriber_id, self.now)
        message, count = list_message(
            items, total, self._about, code, what=what, rule=rule, again=again, follows=follows
        )
        listed = [item.row for item in told[:count]]
        for row in listed:
            row.listed = True
        return self._sending(listed, message, again=again)

    def _item(self, row: AlertRow, *, with_rule: bool) -> _Item | None:
        try:
            news = news_of(self.session, row, self.session.get_one(EventRow, row.event_id), self.shown)
            if news is None:
                _gone(row)
                return None
            html = news_item(news, with_rule=with_rule)
            return _Item(row, html, news.rank, isinstance(news, DocumentNews))
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 (one row's own fault: the others go on)
            row.state, row.not_before = State.FAILED, None
            row.error = unworded(error)
            return None


@dataclass(frozen=True, slots=True)
class _Item:
    """One row as an item of a list."""

    row: AlertRow
    html: str
    rank: int
    document: bool


def unworded(error: Exception) -> str:
    """Why a row could not be put into words."""
    return f"Không soạn được tin ({type(error).__name__}: {error})."[:500]


def _gone(row: AlertRow) -> None:
    row.state, row.not_before, row.error = State.FAILED, None, "Văn bản hoặc bài báo không còn trong kho lưu trữ."


def _articles(news: DocumentNews | ArticleNews) -> tuple[int, ...]:
    reports = news.reports if isinstance(news, DocumentNews) else (news.report,)
    return tuple(report.article_id for report in reports)


def _part(event: EventRow, row: AlertRow, picture: bytes | None, *, again: bool) -> Message:
    part = event.payload["parts"][row.part]
    note = f"\n\n{AGAIN}" if again else ""
    subject = str(event.payload.get("subject", "Dân vận Monitor"))
    told = {"event": event.kind, "subject": subject, "text": plain(part["html"])}
    return Message(part["html"] + note, subject=subject, code=f"T-{row.id}", picture=picture, event=told)
