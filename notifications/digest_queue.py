"""Sending digests: built and put into the outbox in one transaction a subscriber, once a day each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation.settings import Settings
from models.database import transaction
from models.read_only import reading
from models.tables import AlertRow, ArticleRow, DocumentRow, EventRow, RuleRow, SubscriberRow
from notifications.channels import ABOUT
from notifications.default_subscribers import ensure_default_subscribers
from notifications.digest import MORNING, LaterPapers, build_digest, morning_of
from notifications.digest_words import digest_parts, subject
from notifications.markup import plain
from notifications.messages import heading
from notifications.outbox import EDITABLE, queue_parts
from notifications.rows import PaperName, paper_names, rule_of, rules_of
from notifications.rules import Rule
from notifications.values import State
from notifications.week import week_figures, week_part

REMEMBERED = timedelta(days=12)
"""How far back earlier digests are asked what they told (longer than any digest looks back)."""


def send_digest(engine: Engine, settings: Settings, day: date, now: datetime) -> int:
    """Queue the digest of `day`'s morning for everyone who wants one; on Mondays also the week, with its picture.

    Safe to run again: each subscriber gets a day's digest once. Gives the number of messages queued.
    """
    paper = paper_names(settings)
    with transaction(engine) as session:
        ensure_default_subscribers(session, settings, now)
        wanted = _wanted(session, now)
    queued = 0
    for subscriber_id, deliveries in wanted.items():
        if "daily" in deliveries:
            with transaction(engine) as session:
                queued += _daily(session, subscriber_id, day, now, paper, settings.public_url)
        if day.weekday() == 0:
            with transaction(engine) as session:
                queued += _weekly(
                    session, subscriber_id, day, now, paper, settings.public_url, full="weekly" in deliveries
                )
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


def _rules(session: Session, subscriber_id: int, delivery: str) -> list[Rule]:
    return [rule_of(row) for row in rules_of(session, subscriber_id, RuleRow.active, RuleRow.delivery == delivery)]


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


def _daily(session: Session, subscriber_id: int, day: date, now: datetime, paper: PaperName, site: str | None) -> int:
    subscriber = session.get_one(SubscriberRow, subscriber_id)
    rules = _rules(session, subscriber_id, "daily")
    told, floor = _earlier(session, subscriber_id, "daily", now)
    digest = build_digest(session, day, paper=paper, rules=rules, told=told, floor=floor, until=now)
    digest = replace(digest, later_papers=later_papers(session, subscriber, now, paper))
    payload = {
        "delivery": "daily",
        "subject": subject(digest),
        "parts": [{"html": part} for part in digest_parts(digest, ABOUT[subscriber.channel], site)],
        "told": list(digest.keys),
        "begin": None if digest.begin is None else digest.begin.isoformat(),
    }
    return queue_parts(session, f"digest:daily:{day}:{subscriber_id}", "digest", [subscriber], payload, now)


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


def _weekly(
    session: Session, subscriber_id: int, day: date, now: datetime, paper: PaperName, site: str | None, *, full: bool
) -> int:
    subscriber = session.get_one(SubscriberRow, subscriber_id)
    figures = week_figures(session, day)
    parts: list[dict[str, Any]] = [week_part(session, day, figures)]
    told: list[str] = []
    begin: datetime | None = None
    title = f"Bản tin dân vận tuần đến {day - timedelta(days=1):%d/%m/%Y}"
    if full:
        rules = _rules(session, subscriber_id, "weekly")
        known, floor = _earlier(session, subscriber_id, "weekly", now)
        digest = build_digest(
            session, day, paper=paper, rules=rules, told=known, floor=floor, until=morning_of(day), weekly=True
        )
        begin = digest.begin
        parts += [{"html": part} for part in digest_parts(digest, ABOUT[subscriber.channel], site)]
        told = list(digest.keys)
    payload: dict[str, Any] = {"delivery": "weekly", "subject": title, "parts": parts, "told": told}
    payload["begin"] = None if begin is None else begin.isoformat()
    return queue_parts(session, f"digest:weekly:{day}:{subscriber_id}", "digest", [subscriber], payload, now)


def digest_text(engine: Engine, settings: Settings, day: date, *, weekly: bool = False) -> str:
    """The digest of a day as plain text, for the command line; nothing is queued."""
    with reading(engine) as session:
        digest = build_digest(session, day, paper=paper_names(settings), rules=(MORNING,), weekly=weekly)
    return plain("\n\n".join(digest_parts(digest, site=settings.public_url)))
