"""Sending digests: built and put into the outbox in one transaction a subscriber, once a day each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation.clock import day_start
from foundation.settings import Settings
from models.database import transaction
from models.read_only import reading
from models.tables import AlertRow, ArticleRow, DocumentRow, EventRow, RuleRow, SubscriberRow
from notifications.channels import ABOUT
from notifications.default_subscribers import ensure_default_subscribers
from notifications.digest import Digest, LaterPapers, build_digest
from notifications.digest_words import digest_parts, subject
from notifications.markup import plain
from notifications.messages import heading
from notifications.outbox import EDITABLE, queue_parts
from notifications.rows import PaperName, Presentation, paper_names, rule_of, rules_of
from notifications.values import State
from notifications.week import week_part

REMEMBERED = timedelta(days=12)
"""How far back earlier digests are asked what they told (longer than any digest looks back)."""


def send_digest(engine: Engine, settings: Settings, day: date, now: datetime) -> int:
    """Queue the digest of `day`'s morning for everyone who wants one; on Mondays also the week, with its picture.

    Safe to run again: each subscriber gets a day's digest once. Gives the number of messages queued.
    """
    shown = Presentation(paper_names(settings), settings.public_url, settings.alert_window_days)
    with transaction(engine) as session:
        ensure_default_subscribers(session, settings, now)
        wanted = _wanted(session, now)
        week = week_part(session, day) if wanted and day.weekday() == 0 else None
    queued = 0
    for subscriber_id, deliveries in wanted.items():
        if "daily" in deliveries:
            with transaction(engine) as session:
                queued += _daily(session, subscriber_id, day, now, shown)
        if week is not None:
            with transaction(engine) as session:
                queued += _weekly(session, subscriber_id, day, now, shown, week, full="weekly" in deliveries)
    return queued


def _wanted(session: Session, now: datetime) -> dict[int, set[str]]:
    rows = session.execute(
        select(RuleRow.subscriber_id, RuleRow.delivery)
        .join(SubscriberRow, SubscriberRow.id == RuleRow.subscriber_id)
        .where(
            SubscriberRow.active,
            RuleRow.active,
            RuleRow.delivery != "immediate",
            SubscriberRow.paused_until.is_(None) | (SubscriberRow.paused_until <= now),
        )
        .order_by(RuleRow.subscriber_id)
    ).tuples()
    found: dict[int, set[str]] = {}
    for subscriber_id, delivery in rows:
        found.setdefault(subscriber_id, set()).add(delivery)
    return found


def _earlier(session: Session, subscriber_id: int, delivery: str, now: datetime) -> tuple[set[str], datetime | None]:
    """What earlier digests told a subscriber, and from when on they looked."""
    payloads = session.scalars(
        select(EventRow.payload)
        .where(
            EventRow.kind == "digest",
            EventRow.created_at > now - REMEMBERED,
            EventRow.id.in_(select(AlertRow.event_id).where(AlertRow.subscriber_id == subscriber_id)),
        )
        .order_by(EventRow.id)
    )
    mine = [payload for payload in payloads if payload.get("delivery") == delivery and payload.get("begin")]
    told = {key for payload in mine for key in payload["told"]}
    return told, min((datetime.fromisoformat(payload["begin"]) for payload in mine), default=None)


def _digest(
    session: Session, subscriber_id: int, delivery: str, day: date, now: datetime, shown: Presentation, until: datetime
) -> Digest:
    """What a subscriber's rules of a delivery tell, without what its earlier digests told."""
    rows = rules_of(session, subscriber_id, RuleRow.active, RuleRow.delivery == delivery)
    told, floor = _earlier(session, subscriber_id, delivery, now)
    rules, weekly = [rule_of(row) for row in rows], delivery == "weekly"
    return build_digest(
        session, day, paper=shown.paper, window_days=shown.window_days, rules=rules, told=told, floor=floor,
        until=until, weekly=weekly,
    )  # fmt: skip


def _queue(
    session: Session, subscriber: SubscriberRow, delivery: str, day: date, now: datetime, digest: Digest | None,
    parts: Sequence[Mapping[str, Any]],
) -> int:  # fmt: skip
    payload = {
        "delivery": delivery,
        "subject": subject(day, weekly=delivery == "weekly"),
        "parts": parts,
        "told": list(digest.keys) if digest else [],
        "begin": digest.begin.isoformat() if digest and digest.begin else None,
    }
    return queue_parts(session, f"digest:{delivery}:{day}:{subscriber.id}", "digest", [subscriber], payload, now)


def _daily(session: Session, subscriber_id: int, day: date, now: datetime, shown: Presentation) -> int:
    subscriber = session.get_one(SubscriberRow, subscriber_id)
    digest = _digest(session, subscriber_id, "daily", day, now, shown, now)
    digest = replace(digest, later_papers=later_papers(session, subscriber, now, shown.paper))
    parts = [{"html": part} for part in digest_parts(digest, ABOUT[subscriber.channel], shown.public_url)]
    return _queue(session, subscriber, "daily", day, now, digest, parts)


def _weekly(
    session: Session, subscriber_id: int, day: date, now: datetime, shown: Presentation, week: dict[str, Any], *,
    full: bool,
) -> int:  # fmt: skip
    """The picture of the week for every reader; `full`: behind it the digest of a reader's weekly rules."""
    subscriber = session.get_one(SubscriberRow, subscriber_id)
    digest, parts = None, [week]
    if full:
        digest = _digest(session, subscriber_id, "weekly", day, now, shown, day_start(day))
        parts += [{"html": part} for part in digest_parts(digest, ABOUT[subscriber.channel], shown.public_url)]
    return _queue(session, subscriber, "weekly", day, now, digest, parts)


def later_papers(
    session: Session, subscriber: SubscriberRow, now: datetime, paper: PaperName
) -> tuple[LaterPapers, ...]:
    """Papers that reported, after the alert, what a reader heard by a channel that cannot edit; each told once."""
    rows = session.execute(
        select(AlertRow, EventRow, DocumentRow)
        .join(EventRow, EventRow.id == AlertRow.event_id)
        .join(DocumentRow, DocumentRow.id == EventRow.document_id)
        .where(
            AlertRow.subscriber_id == subscriber.id,
            AlertRow.state == State.SENT,
            AlertRow.listed.is_(False),
            AlertRow.sent_at > now - REMEMBERED,
            AlertRow.channel.not_in(EDITABLE),
        )
        .order_by(AlertRow.id)
    ).tuples()
    told: list[LaterPapers] = []
    for alert, event, document in rows:
        new = [key for key in event.payload.get("reports", ()) if key not in alert.shown_articles]
        if new:
            articles = session.scalars(select(ArticleRow).where(ArticleRow.id.in_(new)).order_by(ArticleRow.id))
            papers = tuple((paper(article.source_id), article.url) for article in articles)
            told.append(LaterPapers(heading(document.kind, document.symbol), papers))
            alert.shown_articles = [*alert.shown_articles, *new]
    return tuple(told)


def digest_text(engine: Engine, settings: Settings, day: date, *, weekly: bool = False) -> str:
    """The digest of a day as plain text, for the command line; nothing is queued."""
    with reading(engine) as session:
        digest = build_digest(
            session, day, paper=paper_names(settings), window_days=settings.alert_window_days, weekly=weekly
        )
    return plain("\n\n".join(digest_parts(digest, site=settings.public_url)))
