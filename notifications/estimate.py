"""Before a rule is kept: what it would have told in the last 30 days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.clock import hanoi_day
from foundation.words import decimal
from models.search import Query, count
from models.tables import ArticleRow, DocumentRow, RuleRow, SubscriberRow
from notifications.rows import document_facts, write_rule
from notifications.rules import Rule, RuleRefusedError, check, match, phrases
from notifications.searches import DAYS, query_of

ENOUGH = 20
"""From so many documents on, a rule that hit every one of them is held to match everything."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hits of a rule in the last 30 days: `documents` of `of_documents` new ones; `articles` for a digest's rule."""

    documents: int
    of_documents: int
    articles: int | None = None

    @property
    def words(self) -> str:
        """In one Vietnamese sentence."""
        a_day = decimal(self.documents / DAYS)
        said = (
            f"Trong {DAYS} ngày qua quy tắc này khớp {self.documents} trong {self.of_documents} văn bản mới "
            f"(khoảng {a_day} văn bản một ngày)"
        )
        return said + ("." if self.articles is None else f" và {self.articles} tin bài cho bản tin.")


def estimate(session: Session, rule: Rule, now: datetime) -> Estimate:
    """Count what the rule would have hit in the 30 days before `now`."""
    rows = session.execute(
        select(DocumentRow, ArticleRow)
        .outerjoin(ArticleRow, ArticleRow.id == DocumentRow.first_article_id)
        .where(DocumentRow.announced_at > now - timedelta(days=DAYS), DocumentRow.announced_at <= now)
        .execution_options(yield_per=200)
    )
    total = hits = 0
    for document, article in rows:
        total += 1
        hits += match(rule, document_facts(session, document, article)) is not None
    articles = None
    if rule.delivery != "immediate" and wants_articles(rule):
        articles = count(session, article_query(rule, now - timedelta(days=DAYS), now))
    return Estimate(hits, total, articles)


def wants_articles(rule: Rule) -> bool:
    """Whether a digest's rule means articles too (conditions on documents alone do not)."""
    return not (rule.kinds or rule.issuers or rule.levels or rule.preset)


def article_query(rule: Rule, since: datetime, until: datetime) -> Query:
    """The articles that a rule means, in the archive's own query; days in Hà Nội."""
    days: dict[str, Any] = {"date_from": hanoi_day(since), "date_to": hanoi_day(until)}
    if rule.query is not None:
        return replace(query_of(rule.query), **days)
    return Query(
        words=" OR ".join(f'"{phrase}"' for phrase in phrases(rule.words)),
        provinces=rule.provinces,
        topics=rule.topics,
        grades=rule.grades,
        limit=100,
        **days,
    )


def save_rule(session: Session, subscriber: SubscriberRow, rule: Rule, now: datetime) -> tuple[RuleRow, Estimate]:
    """Keep a rule of a chat (change the one of the same `id`) and say what it would have hit.

    Raises RuleRefusedError for a rule that means nothing, or everything.
    """
    check(rule)
    found = estimate(session, rule, now)
    if found.of_documents >= ENOUGH and found.documents == found.of_documents and rule.delivery == "immediate":
        raise RuleRefusedError(
            f"Quy tắc này khớp với cả {found.documents} văn bản mới của {DAYS} ngày qua nên không được lưu. "
            "Hãy chọn thêm điều kiện để chỉ nhận tin cần thiết."
        )
    row = session.get(RuleRow, rule.id) if rule.id else None
    if row is None or row.subscriber_id != subscriber.id:
        row = RuleRow(subscriber_id=subscriber.id, created_at=now)
        session.add(row)
    write_rule(row, replace(rule, builtin=False))
    session.flush()
    return row, found
