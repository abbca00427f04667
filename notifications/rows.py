"""From rows to the values that rules and messages work on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from sqlalchemy import ColumnExpressionArgument, select
from sqlalchemy.orm import Session

from analysis.worth import rank
from foundation.settings import Settings
from models.tables import AlertRow, ArticleRow, ArticleTopicRow, CitationRow, DocumentRow, EventRow, RuleRow
from models.views.about import carried_out
from models.views.worth import worth_of
from notifications.messages import ArticleNews, DocumentNews, PaperReport, Quote, heading, quote_of
from notifications.rules import Rule, RuleFacts, as_given, as_kept

PaperName = Callable[[str], str]
"""From a source's id to the name of the paper."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the words of a message need besides the archive: names of papers, where the archive's pages stand, and
    within how many days of its issue a document is news.
    """

    paper: PaperName
    public_url: str | None = None
    window_days: int = 30

    def page(self, kind: str, key: int) -> str | None:
        """The address of a page of the archive ("documents", "articles")."""
        return f"{self.public_url.rstrip('/')}/{kind}/{key}" if self.public_url else None


@lru_cache(maxsize=4)
def _names(folders: tuple[Path, ...]) -> dict[str, str]:
    from crawlers.catalogue import load_catalogue

    catalogue = load_catalogue(*folders)
    return {key: source.name for key, source in catalogue.sources.items()}


def paper_names(settings: Settings) -> PaperName:
    """The papers' names by the catalogue; a paper that left it goes by its id."""
    from crawlers.own_files import own_folders

    folders = own_folders(settings)

    def name(source_id: str) -> str:
        return _names(folders).get(source_id, source_id)

    return name


def rule_of(row: RuleRow) -> Rule:
    """A stored rule as a value."""
    return Rule(**as_given({one.name: getattr(row, one.name) for one in fields(Rule)}))


def write_rule(row: RuleRow, rule: Rule) -> RuleRow:
    """Give a row what a rule says (all but a search, which `notifications.searches` keeps); answers the row."""
    said = {one.name: getattr(rule, one.name) for one in fields(Rule) if one.name not in {"id", "query"}}
    for name, value in as_kept(said).items():
        setattr(row, name, value)
    return row


def rules_of(session: Session, subscriber_id: int, *only: ColumnExpressionArgument[bool]) -> list[RuleRow]:
    """The rules of a subscriber in the order in which they were made, paused ones too; `only`: of these conditions."""
    return list(
        session.scalars(select(RuleRow).where(RuleRow.subscriber_id == subscriber_id, *only).order_by(RuleRow.id))
    )


def document_facts(session: Session, document: DocumentRow, article: ArticleRow | None) -> RuleFacts:
    """What rules look at in a document and the article that reports it.

    A document of a province counts for that province; one of the centre for the province of the paper's article.
    """
    topics = set()
    if article is not None:
        topics = set(session.scalars(select(ArticleTopicRow.topic).where(ArticleTopicRow.article_id == article.id)))
    province = document.province or (article.province if article else None)
    grade = article.grade if article else "none"
    words = [document.symbol, document.kind, document.issuer, document.place, document.title]
    if article is not None:
        words += [article.title, article.lead, article.text]
    return RuleFacts(
        kind=document.kind,
        kind_code=document.kind_code,
        issuer=" ".join(part for part in (document.issuer, document.place) if part),
        issuer_code=document.issuer_code,
        provinces=frozenset({province} if province else ()),
        topics=frozenset(topics),
        grade=grade,
        worth=worth_of(session, [document], grade=grade)[document.id].reason,
        text="\n".join(word for word in words if word),
    )


def news_of(
    session: Session, alert: AlertRow, event: EventRow, shown: Presentation
) -> DocumentNews | ArticleNews | None:
    """What an alert says now, with all papers that reported so far. None when the document or its papers are gone."""
    if event.kind == "article":
        return _article_news(session, alert, event, shown)
    document = session.get(DocumentRow, event.document_id) if event.document_id else None
    reports = _reports(session, event, shown.paper)
    if document is None or not reports:
        return None
    return DocumentNews(
        code=f"VB-{alert.id}",
        heading=heading(document.kind, document.symbol),
        title=title_of(session, document),
        issuer=issuer_of(document),
        issued_on=document.issued_on,
        reports=reports,
        rule=str(alert.reasons.get("rule", "")),
        reasons=tuple(alert.reasons.get("matched", ())),
        quote=_quote(session, document.id, reports[0].article_id),
        page=shown.page("documents", document.id),
        document_id=document.id,
        symbol=document.symbol,
        rank=rank(document.kind_code, document.issuer_code),
    )


def _article_news(session: Session, alert: AlertRow, event: EventRow, shown: Presentation) -> ArticleNews | None:
    row = session.get(ArticleRow, event.article_id) if event.article_id else None
    if row is None:
        return None
    return ArticleNews(
        code=f"VB-{alert.id}",
        report=PaperReport(row.id, shown.paper(row.source_id), row.title, row.url, row.published_at),
        lead=row.lead or row.text,
        rule=str(alert.reasons.get("rule", "")),
        page=shown.page("articles", row.id),
    )


_NAME_FOLLOWS = re.compile(
    r"(?:ủy|uỷ|tỉnh|thành phố|tp|huyện|quận|thị xã|thị trấn|xã|phường|đặc khu|nhân dân)$"
)  # "Đảng ủy phường" + "Ninh Kiều"


def title_of(session: Session, document: DocumentRow) -> str | None:
    """What a document is called, else what it carries out."""
    return document.title or carried_out(session, [document.id]).get(document.id)


def issuer_of(document: DocumentRow) -> str | None:
    """Who issued a document, with the place where the name does not say it: "Tỉnh ủy Thanh Hóa"."""
    issuer, place = document.issuer, document.place
    if issuer and place and place.casefold() not in issuer.casefold():
        joint = " " if _NAME_FOLLOWS.search(issuer.casefold()) else ", "
        return f"{issuer}{joint}{place}"
    return issuer or place


def _reports(session: Session, event: EventRow, paper: PaperName) -> tuple[PaperReport, ...]:
    ids: list[int] = list(event.payload.get("reports", ()))
    rows = {row.id: row for row in session.scalars(select(ArticleRow).where(ArticleRow.id.in_(ids)))}
    return tuple(
        PaperReport(row.id, paper(row.source_id), row.title, row.url, row.published_at)
        for row in (rows.get(key) for key in ids)
        if row is not None
    )


def _quote(session: Session, document_id: int, article_id: int) -> Quote | None:
    rows = session.scalars(
        select(CitationRow)
        .where(CitationRow.document_id == document_id, CitationRow.article_id == article_id)
        .order_by(CitationRow.role != "issues", CitationRow.id)
    )
    mention = rows.first()
    article = session.get(ArticleRow, article_id)
    if mention is None or article is None:
        return None
    text = {"title": article.title, "lead": article.lead}.get(mention.field, article.text)
    if text[mention.start : mention.end] != mention.text or mention.field == "title":
        return None
    return quote_of(text, mention.start, mention.end)
