"""Questions about articles: /tim, /tinh, one article and what staff think of it. Telegram is not known here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any

from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.places import Province, find_province
from analysis.text import search_key
from foundation.words import GRADES
from models.search import Hit, Query, count, search
from models.search.query import LONGEST_QUERY
from models.search.results import DocumentHit
from models.storing.corrections import keep_label, machine_reading
from models.tables import ArticleRow, CitationRow, DocumentRow, LabelRow, SubscriberRow
from notifications.bot.views import Reply, open_view, pager
from notifications.markup import day, fill_items, join_words, link, moment, shorten
from notifications.messages import heading, vote_row
from notifications.rows import PaperName
from notifications.values import Button, Buttons

PAGE = 5
"""Hits on one page: they fit a phone's screen, and their numbers fit one row of buttons."""

GONE = Reply(None, toast="Bài này không còn trong kho.")
COUNTED = 1000
"""Hits are counted up to this number: nobody pages further on a phone."""


def find_answer(session: Session, subscriber: SubscriberRow, words: str, now: datetime) -> Reply:
    """/tim: the newest hits, page by page."""
    if not words.strip():
        return Reply("Hãy ghi từ cần tìm, ví dụ: <code>/tim dân vận khéo</code>")
    return query_page(session, subscriber, {"words": words[: LONGEST_QUERY + 1]}, 0, now)


def province_answer(session: Session, subscriber: SubscriberRow, words: str, now: datetime) -> Reply:
    """/tinh: the newest of one province, by any of its names."""
    if not words.strip():
        return Reply("Hãy ghi tên tỉnh, ví dụ: <code>/tinh Thanh Hóa</code>")
    found = find_province(words.strip())
    if found is None:
        said = escape(shorten(words, 60))
        return Reply(f"Không có tỉnh, thành phố nào tên “{said}”. Tên cũ trước 1/7/2025 cũng được, kể cả không dấu.")
    page = query_page(session, subscriber, {"provinces": [found.code], "title": found.full_name}, 0, now)
    note = merger_note(found, words)
    return replace(page, html=f"ℹ️ {escape(note)}\n\n{page.html}") if note else page


def merger_note(province: Province, words: str) -> str | None:
    """What became of a province that was asked for by the name of before 1-7-2025; None for one of today's names."""
    asked = search_key(words)
    former = next((one for one in province.former if search_key(one.name) in asked), None)
    if former is None or search_key(province.name) in asked:
        return None
    return (
        f"Từ 1/7/2025, {former.name} hợp nhất vào {province.kind} {province.name} "
        f"(gồm {join_words(one.name for one in province.former)} cũ); tin được tìm trong cả địa phương mới."
    )


def query_page(
    session: Session,
    subscriber: SubscriberRow,
    asked: dict[str, Any],
    page: int,
    now: datetime,
    view: int | None = None,
) -> Reply:
    """One page of hits for what was asked: `words`, `provinces`, `grades`, `title` of the page."""
    query = Query(
        words=asked.get("words", ""),
        provinces=tuple(asked.get("provinces", ())),
        grades=tuple(asked.get("grades", ())),
        limit=PAGE,
        offset=page * PAGE,
    )
    results = search(session, query)
    title = asked.get("title") or f"“{shorten(asked['words'], 80)}”"
    notes = "".join(f"\nℹ️ {escape(note)}" for note in results.notes)
    if not results.hits:
        hints = "".join(f"\n• <code>/tim {escape(shorten(s, 80))}</code>" for s in results.suggestions[:3])
        none = (
            f"{escape(title)}: kho chưa có tin nào."
            if "title" in asked
            else f"Không tìm thấy tin nào: {escape(title)}."
        )
        return Reply(none + notes + (f"\nThử:{hints}" if hints else ""))
    view = view or open_view(session, subscriber.id, "query", asked, now)
    numbered = list(enumerate(results.hits, page * PAGE + 1))
    lines = [_hit_line(number, hit) for number, hit in numbered]
    total = count(session, query, up_to=COUNTED) if results.capped else results.total
    said = f"hơn {COUNTED} tin" if total >= COUNTED else f"{total} tin"
    header = f"🔎 <b>{escape(title)}</b>: {said}{notes}"
    text, _ = fill_items(header, lines)
    numbers = tuple(Button(str(number), data=f"art:{hit.id}") for number, hit in numbered)
    documents = _document_buttons(results.documents[:3])
    paging = pager(view, page, max(ceil(total / PAGE), page + 1 + results.more))
    return Reply(text, (*((numbers,) if numbers else ()), *documents, *((paging,) if paging else ())))


def _document_buttons(documents: Iterable[DocumentHit | DocumentRow]) -> Buttons:
    """A button a document; those of one symbol with their days, else nobody could tell them apart."""
    named = [(heading(one.kind, one.symbol), one) for one in documents]
    often = Counter(name for name, _ in named)
    days = (f", {day(one.issued_on) or 'chưa rõ ngày'}" if often[name] > 1 else "" for name, one in named)
    return tuple(
        (Button(f"📄 {name}{when}", data=f"doc:{one.id}"),) for (name, one), when in zip(named, days, strict=True)
    )


def _hit_line(number: int, hit: Hit) -> str:
    words = "".join(piece.text for piece in hit.snippet)
    snippet = "".join(f"<b>{escape(p.text)}</b>" if p.hit else str(escape(p.text)) for p in hit.snippet)
    said = f"\n<i>{snippet}</i>" if 0 < len(words) <= 400 else ""
    copies = f", +{hit.copies} báo" if hit.copies else ""
    when = day(hit.published_at) or "chưa rõ ngày"
    grade = "⭐ " if hit.grade == "core" else ""
    return f"{number}. {grade}{link(hit.url, shorten(hit.title, 160))}\n{escape(hit.source)}, {when}{copies}{said}"


def article_answer(session: Session, article_id: int, paper: PaperName) -> Reply:
    """One article: lead, grade, topics, the documents it names, and 👍/👎."""
    row = session.get(ArticleRow, article_id)
    if row is None:
        return GONE
    documents = session.scalars(
        select(DocumentRow)
        .where(
            DocumentRow.id.in_(select(CitationRow.document_id).where(CitationRow.article_id == row.id)),
            DocumentRow.merged_into_id.is_(None),
        )
        .limit(6)
    ).all()
    text = (
        f"<b>{link(row.url, shorten(row.title, 300))}</b>\n{escape(paper(row.source_id))}, "
        f"{moment(row.published_at) or 'chưa rõ ngày'}\nMức: {GRADES[row.grade]}\n\n"
        f"{escape(shorten(row.lead or row.text, 700))}"
    )
    return Reply(text, (*_document_buttons(documents), *vote_row(row.id)))


def vote(session: Session, subscriber: SubscriberRow, article_id: int, way: str, now: datetime) -> Reply:
    """Keep what staff think of an article as a correction: `danvan eval` and the refit of the rules use it.

    👍: the article is about công tác dân vận (its grade, or core where the rules said none); 👎: it is not.
    """
    row = session.get(ArticleRow, article_id)
    if row is None:
        return GONE
    machine = machine_reading(row).relevance.grade.value
    grade = ("core" if machine == "none" else machine) if way == "up" else "none"
    note = f"bot {subscriber.id} {way}"
    same = session.scalars(
        select(LabelRow)
        .where(LabelRow.article_id == article_id, LabelRow.by == "bot", LabelRow.note.like(f"bot {subscriber.id} %"))
        .order_by(LabelRow.id.desc())
        .limit(1)
    ).first()
    if same is None or same.note != note:
        keep_label(session, article_id, by="bot", now=now, grade=grade, note=note)
    return Reply(None, vote_row(article_id, way), toast="Đã ghi nhận, cảm ơn!")
