"""Searches that became rules: kept as the archive's own query, asked of what is new since the last time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import hanoi_day
from foundation.errors import UsageError
from foundation.words import DELIVERIES
from models.search import Hit, Query, count, search
from models.search.filters import province_codes
from models.tables import AlertRow, ArticleRow, DocumentRow, EventRow, RuleRow, SubscriberRow
from notifications.describing import describe_query
from notifications.markup import shorten
from notifications.messages import heading
from notifications.outbox import alert_row, new_event
from notifications.rules import RuleRefusedError, as_given, as_kept, check_delivery
from notifications.values import State

FRESH = timedelta(days=3)
"""An article older than this when it is found is not told on its own; a search shows it."""
A_DAY = 20
"""More articles a day than this are refused "at once": they belong into a digest."""
DAYS = 30
"""So far back one looks to say what a rule would have told."""
KEPT = ("words", "provinces", "sources", "topics", "grades", "kinds", "document")


def query_form(query: Query) -> dict[str, Any]:
    """What a rule keeps of a search: its words and filters; days, order and page are not part of it."""
    form = as_kept({name: getattr(query, name) for name in KEPT})
    return {name: value for name, value in form.items() if value}


def query_of(form: Mapping[str, Any]) -> Query:
    """The search that a rule keeps."""
    return Query(**as_given({name: form[name] for name in KEPT if name in form}))


def save_search(
    session: Session,
    subscriber: SubscriberRow,
    query: Query,
    now: datetime,
    *,
    name: str = "",
    delivery: str = "immediate",
    title: str = "",
) -> tuple[RuleRow, str]:
    """Make a search a rule of a reader; gives it, and a sentence that says what it would have told in 30 days.

    `title` names the document that is followed. Raises RuleRefusedError for a search that means everything, or too
    much to be told at once; UsageError for a filter value that does not exist.
    """
    form = query_form(replace(query, provinces=province_codes(query.provinces)))
    said = estimated(session, form, delivery, now)
    if title:
        form["title"] = title
    row = RuleRow(
        subscriber_id=subscriber.id,
        name=shorten(name, 70) or shorten(describe_query(form), 70),
        query=form,
        seen_article_id=session.scalar(select(func.max(ArticleRow.id))) or 0,
        delivery=delivery,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row, said


def change_search(session: Session, row: RuleRow, words: str, delivery: str, now: datetime) -> str:
    """Give the rule of a search other words and another pace; answers as `save_search`, and raises as it does."""
    form = {**(row.query or {}), "words": " ".join(words.split())}
    form = {name: value for name, value in form.items() if value}
    said = estimated(session, form, delivery, now)
    row.query, row.delivery = form, delivery
    return said


def estimated(session: Session, form: Mapping[str, Any], delivery: str, now: datetime) -> str:
    """The sentence that says what a search (`query_form`) would have told in 30 days. Raises as `save_search`."""
    check_delivery(delivery)
    if not set(form) - {"grades", "title"}:
        raise RuleRefusedError("Tìm mọi tin thì không báo được: hãy ghi từ cần tìm hoặc chọn ít nhất một bộ lọc.")
    since = hanoi_day(now - timedelta(days=DAYS))
    found = count(session, replace(query_of(form), date_from=since), up_to=DAYS * A_DAY + 1)
    if delivery == "immediate" and found > DAYS * A_DAY:
        raise RuleRefusedError(
            f"Trong {DAYS} ngày qua có hơn {DAYS * A_DAY} tin khớp: nhiều quá để báo từng tin. "
            "Hãy chọn nhận theo bản tin hằng ngày, hoặc thêm điều kiện."
        )
    return f"Trong {DAYS} ngày qua có {found} tin khớp; {DELIVERIES[delivery].lower()}."


def follow_document(
    session: Session, subscriber: SubscriberRow, document_id: int, now: datetime
) -> tuple[RuleRow, str]:
    """Tell a reader at once of every new article that names a document. Safe to ask twice.

    Raises UsageError for a document that is not in the archive.
    """
    document = session.get(DocumentRow, document_id)
    if document is None:
        raise UsageError("Văn bản này không còn trong kho.")
    for row in session.scalars(select(RuleRow).where(RuleRow.subscriber_id == subscriber.id, RuleRow.active)):
        if row.query is not None and row.query.get("document") == document_id:
            return row, "Văn bản này đã được theo dõi từ trước."
    title = heading(document.kind, document.symbol)
    query = Query(document=document_id, grades=("all",))
    return save_search(session, subscriber, query, now, name=f"Theo dõi {title}", title=title)


def queue_articles(session: Session, now: datetime) -> int:
    """Put new articles into the outbox of those whose searches find them; gives the number of alerts queued.

    Each rule looks at each article once. A reader who hears of a document by an article is not told of that article
    again.
    """
    newest = session.scalar(select(func.max(ArticleRow.id))) or 0
    rules = session.execute(
        select(RuleRow, SubscriberRow)
        .join(SubscriberRow, SubscriberRow.id == RuleRow.subscriber_id)
        .where(
            RuleRow.active,
            SubscriberRow.active,
            RuleRow.query.is_not(None),
            RuleRow.delivery == "immediate",
            RuleRow.seen_article_id < newest,
        )
        .order_by(RuleRow.id)
    ).tuples()
    queued = 0
    for rule, subscriber in rules:
        for hit in _new_hits(session, rule, newest, now):
            queued += _queue(session, rule, subscriber, hit, now)
        rule.seen_article_id = newest
    session.flush()
    return queued


def _new_hits(session: Session, rule: RuleRow, newest: int, now: datetime) -> list[Hit]:
    """What a rule's search finds among the articles that it has not looked at, oldest first."""
    query = replace(query_of(rule.query or {}), date_from=hanoi_day(now - FRESH))
    seen = rule.seen_article_id or 0
    return sorted((hit for hit in all_hits(session, query) if seen < hit.id <= newest), key=lambda hit: hit.id)


def all_hits(session: Session, query: Query) -> Iterator[Hit]:
    """Every hit of a query, page after page: what does not fit on one page is not left out."""
    offset = 0
    query = replace(query, limit=100)
    while True:
        results = search(session, replace(query, offset=offset), snippets=False)
        yield from results.hits
        offset += len(results.hits)
        if not results.more or not results.hits:
            return


def _queue(session: Session, rule: RuleRow, subscriber: SubscriberRow, hit: Hit, now: datetime) -> bool:
    told = (
        select(AlertRow.id)
        .join(EventRow, EventRow.id == AlertRow.event_id)
        .where(AlertRow.subscriber_id == subscriber.id, EventRow.article_id == hit.id)
        .limit(1)
    )
    if session.scalar(told) is not None:
        return False
    key = f"article:{hit.id}"
    event_id = new_event(session, key, "article", {}, now, article_id=hit.id)
    if event_id is None:
        event_id = session.scalars(select(EventRow.id).where(EventRow.key == key)).one()
    reasons = {"rule": rule.name, "matched": []}
    alert = alert_row(event_id, subscriber, now, rule_id=rule.id, reasons=reasons)
    session.add(alert)
    session.flush()
    return alert.state == State.QUEUED
