"""Questions about documents: /vanban, /vanbankhac, /moi. Telegram is not known here."""

from __future__ import annotations

from datetime import datetime, timedelta

from markupsafe import Markup, escape
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.search import Query, search
from models.tables import ArticleRow, CitationRow, DocumentLinkRow, DocumentRow, SubscriberRow
from models.views.document_lists import find_documents
from models.views.worth import sorted_by_worth
from notifications.bot.articles import query_page
from notifications.bot.views import Reply
from notifications.markup import day, fill_items, link, shorten
from notifications.messages import follow_row, heading
from notifications.rows import PaperName, issuer_of
from notifications.values import Button

LATEST = 40
"""So many of the newest documents are looked at …"""
SHOWN = 5
"""… and so many of those worth reading are shown."""

LINKED = 6
"""Documents named that carry out another; the rest are counted."""


def document_answer(session: Session, words: str, paper: PaperName) -> Reply:
    """/vanban: one document, or the choice where a symbol is several documents'."""
    if not words.strip():
        return Reply("Hãy ghi số hiệu, ví dụ: <code>/vanban 25-NQ/TW</code>")
    ids = [row.id for row in find_documents(session, words)]
    if not ids:
        ids = [hit.id for hit in search(session, Query(words=words[:300], limit=1), snippets=False).documents]
    if not ids:
        return Reply(f"Kho lưu trữ chưa có văn bản nào có số hiệu “{escape(shorten(words, 60))}”.")
    if len(ids) == 1:
        return one_document(session, ids[0], paper)
    rows = [session.get_one(DocumentRow, key) for key in ids[:10]]
    buttons = tuple((Button(_choice(row), data=f"doc:{row.id}"),) for row in rows)
    return Reply(f"Có {len(ids)} văn bản mang số hiệu này. Chọn văn bản:", buttons)


def _choice(row: DocumentRow) -> str:
    when = day(row.issued_on) or (f"khóa {row.term}" if row.term else "chưa rõ ngày")
    return shorten(f"{row.symbol}, {when}, {issuer_of(row) or ''}: {row.title or ''}", 60).rstrip(": ,")


def one_document(session: Session, document_id: int, paper: PaperName) -> Reply:
    """A document with the articles that name it, those that report its issue first."""
    row = session.get(DocumentRow, document_id)
    if row is None:
        return Reply(None, toast="Văn bản này không còn trong kho.")
    who = issuer_of(row)
    head = Markup("📄 <b>{}</b>").format(heading(row.kind, row.symbol))
    about = [
        Markup("<i>{}</i>").format(shorten(row.title, 400)) if row.title else "",
        f"🏛 {escape(who)}" if who else "",
        f"📅 Ban hành ngày {day(row.issued_on)}" if row.issued_on else "",
    ]
    mine = select(CitationRow.article_id).where(CitationRow.document_id == row.id)
    issues = select(CitationRow.article_id).where(CitationRow.document_id == row.id, CitationRow.role == "issues")
    total = session.scalar(select(func.count()).select_from(mine.distinct().subquery())) or 0
    articles = session.scalars(
        select(ArticleRow)
        .where(ArticleRow.id.in_(mine))
        .order_by(ArticleRow.id.not_in(issues), ArticleRow.sort_at.desc(), ArticleRow.id)
        .limit(10)
    )
    lines = [
        f"• {link(a.url, shorten(a.title, 140))} <i>({escape(paper(a.source_id))}, {day(a.published_at)})</i>"
        for a in articles
    ]
    shown = "\n".join(str(part) for part in (head, *about, *_linked(session, row.id)) if part)
    more = [f"… và {total - len(lines)} bài nữa: <code>/tim {escape(row.symbol)}</code>"] if total > len(lines) else []
    text, _ = fill_items(f"{shown}\n\n<b>{total} bài báo nhắc tới:</b>", [*lines, *more], joint="\n")
    return Reply(text, follow_row(row.id))


def _linked(session: Session, document_id: int) -> list[str]:
    """Who carries a document out, and what it carries out itself, in lines."""
    lines: list[str] = []
    for title, mine, other in (
        ("📎 Được thực hiện bằng", DocumentLinkRow.target_id, DocumentLinkRow.subject_id),
        ("📌 Thực hiện", DocumentLinkRow.subject_id, DocumentLinkRow.target_id),
    ):
        rows = session.scalars(
            select(DocumentRow)
            .where(DocumentRow.id.in_(select(other).where(mine == document_id, DocumentLinkRow.role == "implements")))
            .where(DocumentRow.merged_into_id.is_(None))
            .order_by(DocumentRow.issued_on.desc(), DocumentRow.id)
        ).all()
        named = [_named(row) for row in rows[:LINKED]]
        more = f" và {len(rows) - LINKED} văn bản nữa" if len(rows) > LINKED else ""
        lines += [f"{title}: {'; '.join(named)}{more}"] if rows else []
    return lines


def _named(row: DocumentRow) -> str:
    place = f" ({escape(row.place)})" if row.place else ""
    return f"{escape(heading(row.kind, row.symbol))}{place}"


def rest_answer(session: Session, now: datetime, paper: PaperName) -> Reply:
    """/vanbankhac: the new documents of the week that are not worth telling everybody of."""
    since = now - timedelta(days=7)
    _, rest = sorted_by_worth(session, session.scalars(_announced().where(DocumentRow.announced_at >= since)).all())
    if not rest:
        return Reply("Tuần này không có văn bản mới nào khác.")
    lines = [_document_line(session, row, paper) for row in rest]
    text, count = fill_items(f"📄 <b>Văn bản khác trong tuần</b>: {len(rest)}", lines, joint="\n")
    return Reply(text + (f"\n… và {len(rest) - count} văn bản nữa." if count < len(rest) else ""))


def _announced() -> Select[tuple[DocumentRow]]:
    return (
        select(DocumentRow)
        .where(DocumentRow.announced_at.is_not(None), DocumentRow.merged_into_id.is_(None))
        .order_by(DocumentRow.announced_at.desc(), DocumentRow.id.desc())
    )


def _document_line(session: Session, row: DocumentRow, paper: PaperName) -> str:
    article = session.get(ArticleRow, row.first_article_id) if row.first_article_id else None
    head = f"• <b>{escape(heading(row.kind, row.symbol))}</b>:"
    if article is None:
        return f"{head} {escape(shorten(row.title or '', 140))}"
    said = link(article.url, shorten(row.title or article.title, 140))
    return f"{head} {said} <i>({escape(paper(article.source_id))})</i>"


def latest_answer(session: Session, subscriber: SubscriberRow, now: datetime, paper: PaperName) -> Reply:
    """/moi: the newest documents, and the newest core articles with paging."""
    worth, rest = sorted_by_worth(session, session.scalars(_announced().limit(LATEST)).all())
    documents = [_document_line(session, row, paper) for row in worth[:SHOWN]]
    asked = {"grades": ["core"], "title": "Tin trọng tâm mới nhất"}
    core = query_page(session, subscriber, asked, 0, now)
    head = "📄 <b>Văn bản mới nhất</b>\n" + ("\n".join(documents) or "Chưa có văn bản mới.")
    others = ((Button("📄 Văn bản khác trong tuần", data="rest"),),) if rest else ()
    return Reply(f"{head}\n\n{core.html}", (*core.buttons, *others))
