"""The outbox: what is to be told is written here, in the transaction that stores what happened.

One event a document, one row an event and subscriber (and part of a long message): the database itself makes a
second one impossible. Delivery (notifications.deliver) takes the rows from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from markupsafe import escape
from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from models.tables import AlertRow, ArticleRow, DocumentRow, EventRow, RuleRow, SubscriberRow
from notifications.channels.contract import ABOUT
from notifications.markup import PART_LIMIT, clean, shorten, split_items
from notifications.quiet import not_before
from notifications.rows import document_facts, rule_of
from notifications.rules import RuleFacts, match
from notifications.values import State

MOST_OF_ONE_ARTICLE = 40
"""A session of a council issues some dozens of resolutions; a page that "issues" more is a list or a mistake, and is
told to the operator in one message instead."""
LATE = timedelta(hours=48)
"""An article older than this when it is found (a restored backup, days off) is told in a list, not on its own."""
EDITABLE = tuple(name for name, about in ABOUT.items() if about.edits)
"""The channels whose messages can be changed; readers of the others find later papers in the digest."""
TO_OPERATORS = "⚠️ <b>Báo người vận hành</b>"
"""Above what is for operators."""
EDIT_PAUSE = timedelta(seconds=60)
"""Papers that follow each other closely are added to a message in one edit."""


def announce(session: Session, document_id: int, article_id: int, now: datetime) -> int:
    """Put a new document into the outbox of everyone whose rules mean it, inside the caller's transaction.

    `article_id` is the article that reports it first. Gives the number of alerts queued (chats on pause get a
    row too, but muted). A second call for the same document adds the article as a further report and queues
    nothing.
    """
    payload = {"reports": [article_id]}
    event_id = new_event(
        session, f"document:{document_id}", "document", payload, now, document_id=document_id, article_id=article_id
    )
    if event_id is None:
        add_report(session, document_id, article_id, now)
        return 0
    if _too_many(session, article_id, now):
        return 0
    document = session.get_one(DocumentRow, document_id)
    article = session.get(ArticleRow, article_id)
    facts = document_facts(session, document, article)
    late = article is not None and article.published_at is not None and now - article.published_at > LATE
    queued = 0
    for subscriber, rules in _listeners(session):
        alert = _alert(event_id, subscriber, rules, facts, now)
        if alert is not None:
            alert.late = late
            session.add(alert)
            queued += alert.state == State.QUEUED
    session.flush()
    return queued


def _too_many(session: Session, article_id: int, now: datetime) -> bool:
    """Whether an article announces so many documents that readers are spared all of them."""
    mine = select(EventRow.id).where(EventRow.article_id == article_id, EventRow.kind == "document")
    number = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    if number <= MOST_OF_ONE_ARTICLE:
        return False
    if number == MOST_OF_ONE_ARTICLE + 1:
        article = session.get(ArticleRow, article_id)
        session.execute(
            update(AlertRow)
            .where(AlertRow.event_id.in_(mine), AlertRow.state == State.QUEUED)
            .values(state=State.MUTED, not_before=None, error="Bài báo nêu quá nhiều văn bản mới.")
        )
        words = (
            f"Một bài báo nêu hơn {MOST_OF_ONE_ARTICLE} văn bản là mới ban hành, nên không báo từng văn bản cho người "
            f"nhận: {article.title if article else ''}\n{article.url if article else ''}\n"
            "Nếu đúng là văn bản mới, xem ở trang văn bản của kho lưu trữ."
        )
        tell(session, f"many:{article_id}", words, now, operators(session))
    return True


def too_many() -> Select[tuple[int | None]]:
    """The articles that announce so many documents that readers are spared all of them, in digests too."""
    told = select(EventRow.article_id).where(EventRow.kind == "document", EventRow.article_id.is_not(None))
    return told.group_by(EventRow.article_id).having(func.count() > MOST_OF_ONE_ARTICLE)


def operators(session: Session, channels: Sequence[str] | None = None, avoid: str | None = None) -> list[SubscriberRow]:
    """The operators who can be told (by `channels`, where given, but `avoid`); the console where there is none."""
    ways = select(SubscriberRow).where(SubscriberRow.active, SubscriberRow.channel != (avoid or ""))
    given = ways.where(SubscriberRow.operator)
    found = session.scalars(given if channels is None else given.where(SubscriberRow.channel.in_(channels))).all()
    return list(found or session.scalars(ways.where(SubscriberRow.channel == "console")).all())


def tell(session: Session, key: str, text: str, now: datetime, readers: Sequence[SubscriberRow]) -> int:
    """Queue a plain text to operators, once for each `key`, at any hour; gives the number of messages queued."""
    lines = [str(escape(clean(line))) for line in text.splitlines()]
    parts = split_items(TO_OPERATORS, lines, limit=PART_LIMIT, joint="\n")
    first, *_ = re.split(r"\.(?:\s|$)|[;\n]", text, maxsplit=1)
    subject = shorten(f"Dân vận Monitor: {first}", 120)
    payload = {"subject": subject, "parts": [{"html": part} for part in parts]}
    return queue_parts(session, f"operator:{key}", "operator", readers, payload, now, urgent=True)


def _listeners(session: Session) -> Iterable[tuple[SubscriberRow, list[RuleRow]]]:
    found: dict[int, tuple[SubscriberRow, list[RuleRow]]] = {}
    rows = session.execute(
        select(SubscriberRow, RuleRow)
        .join(RuleRow, RuleRow.subscriber_id == SubscriberRow.id)
        .where(SubscriberRow.active, RuleRow.active, RuleRow.delivery == "immediate")
        .order_by(SubscriberRow.id, RuleRow.id)
    )
    for subscriber, rule in rows:
        found.setdefault(subscriber.id, (subscriber, []))[1].append(rule)
    return found.values()


def _alert(
    event_id: int, subscriber: SubscriberRow, rules: Sequence[RuleRow], facts: RuleFacts, now: datetime
) -> AlertRow | None:
    hits = [(rule, why) for rule in rules if (why := match(rule_of(rule), facts)) is not None]
    if not hits:
        return None
    first, matched = hits[0]
    reasons = {"rule": first.name, "matched": list(matched), "rules": [rule.id for rule, _ in hits]}
    urgent = any(rule.urgent for rule, _ in hits)
    return alert_row(event_id, subscriber, now, urgent=urgent, rule_id=first.id, reasons=reasons)


def alert_row(
    event_id: int, subscriber: SubscriberRow, now: datetime, *, urgent: bool = False, **more: Any
) -> AlertRow:
    """News for a subscriber: at once or when the quiet hours end; kept, but muted, for one on pause."""
    paused = subscriber.is_paused(now)
    return AlertRow(
        event_id=event_id,
        subscriber_id=subscriber.id,
        state=State.MUTED if paused else State.QUEUED,
        queued_at=now,
        not_before=None if paused else _due(subscriber, now, urgent=urgent),
        **more,
    )


def _due(subscriber: SubscriberRow, now: datetime, *, urgent: bool) -> datetime:
    return now if urgent else not_before(now, subscriber.quiet_from, subscriber.quiet_to)


def add_report(session: Session, document_id: int, article_id: int, now: datetime) -> int:
    """Add a later paper's article to the messages about a document (they are edited, nothing new is sent).

    Gives the number of messages that will be edited; 0 when the document was never announced, or when this
    paper is among the reports already.
    """
    event = session.scalars(
        select(EventRow).where(EventRow.key == f"document:{document_id}").with_for_update(key_share=True)
    ).one_or_none()
    if event is None:
        return 0
    reports: list[int] = list(event.payload.get("reports", ()))
    papers = set(session.scalars(select(ArticleRow.source_id).where(ArticleRow.id.in_(reports))))
    source = session.scalar(select(ArticleRow.source_id).where(ArticleRow.id == article_id))
    if article_id in reports or source is None or source in papers:
        return 0
    event.payload = {**event.payload, "reports": [*reports, article_id]}
    session.flush()
    done = session.execute(
        update(AlertRow)
        .where(
            AlertRow.event_id == event.id,
            # "sending" too: its words may have been made before this article was known.
            AlertRow.state.in_((State.SENT, State.SENDING)),
            AlertRow.listed.is_(False),
            or_(AlertRow.channel.is_(None), AlertRow.channel.in_(EDITABLE)),
            AlertRow.subscriber_id.in_(select(SubscriberRow.id).where(SubscriberRow.channel.in_(EDITABLE))),
            AlertRow.edit_due.is_(None),
        )
        .values(edit_due=now + EDIT_PAUSE)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def new_event(
    session: Session,
    key: str,
    kind: str,
    payload: dict[str, Any],
    now: datetime,
    *,
    document_id: int | None = None,
    article_id: int | None = None,
) -> int | None:
    """The id of a new event, or None when an event with this key exists (also one of a transaction under way)."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    statement = (
        insert(EventRow)
        .values(key=key, kind=kind, payload=payload, created_at=now, document_id=document_id, article_id=article_id)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(EventRow.id)
    )
    return session.scalar(statement)


def queue_parts(
    session: Session,
    key: str,
    kind: str,
    subscribers: Sequence[SubscriberRow],
    payload: dict[str, Any],
    now: datetime,
    *,
    urgent: bool = False,
) -> int:
    """Queue a message of several parts (`payload["parts"]`: list of {"html", …}) to subscribers, once a key.

    Gives the number of rows queued; 0 when the key was used before. Quiet hours hold unless `urgent`.
    """
    event_id = new_event(session, key, kind, payload, now)
    if event_id is None:
        return 0
    rows = [
        AlertRow(
            event_id=event_id,
            subscriber_id=subscriber.id,
            part=part,
            state=State.QUEUED,
            queued_at=now,
            not_before=_due(subscriber, now, urgent=urgent),
        )
        for subscriber in subscribers
        for part in range(len(payload["parts"]))
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)
