"""Answers to questions about the archive. Functions on a session; Telegram is not known here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from analysis.places import Province, find_province
from analysis.text import search_key
from foundation.errors import UsageError
from foundation.settings import HANOI
from foundation.words import GRADES
from models.search import Hit, Query, count, search
from models.storing.corrections import keep_label, machine_reading
from models.tables import ArticleRow, CitationRow, DocumentLinkRow, DocumentRow, LabelRow, SubscriberRow
from models.views.document_lists import find_documents
from models.views.worth import sorted_by_worth
from notifications.bot.views import Reply, open_view, pager
from notifications.digest import build_digest
from notifications.digest_words import digest_parts
from notifications.markup import day, fill_items, join_words, link, moment, shorten
from notifications.messages import heading, vote_row
from notifications.rows import PaperName
from notifications.values import Button

PAGE = 5
"""Hits on one page: they fit a phone's screen, and their numbers fit one row of buttons."""

LATEST, SHOWN = 40, 5
"""So many of the newest documents are looked at, and so many of those worth reading are shown."""

LINKED = 6
"""Documents named that carry out another; the rest are counted."""

COUNTED = 1000
"""Hits are counted up to this number: nobody pages further on a phone."""

HELP = """<b>Dân vận Monitor</b> theo dõi báo đảng các tỉnh, báo ngay nghị quyết mới của cấp ủy và văn bản về dân vận.

/tim từ khóa – tìm trong kho tin. Không dấu cũng được; “25-NQ/TW” tìm theo số hiệu
/vanban 25-NQ/TW – một văn bản và các báo đã viết về nó
/moi – văn bản và tin trọng tâm mới nhất (/vanbankhac – các văn bản còn lại trong tuần)
/tinh Thanh Hóa – tin của một địa phương
/baocao – bản tin hôm nay
/luat – các quy tắc nhận tin: thêm, sửa, xóa, tạm dừng, giờ yên lặng
/trogiup – trang này"""
HELP_OPERATOR = "\n/nguon – tình trạng các báo và lượt thu thập (người vận hành)"


def help_answer(subscriber: SubscriberRow) -> Reply:
    """What the bot can do."""
    return Reply(HELP + (HELP_OPERATOR if subscriber.operator else ""))


def find_answer(session: Session, subscriber: SubscriberRow, words: str, now: datetime) -> Reply:
    """/tim: the newest hits, page by page."""
    if not words.strip():
        return Reply("Hãy ghi từ cần tìm, ví dụ: <code>/tim dân vận khéo</code>")
    return query_page(session, subscriber, {"words": words[:300]}, 0, now)


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
    if not results.hits:
        hints = "".join(f"\n• <code>/tim {escape(shorten(s, 80))}</code>" for s in results.suggestions[:3])
        none = (
            f"{escape(title)}: kho chưa có tin nào."
            if "title" in asked
            else f"Không tìm thấy tin nào: {escape(title)}."
        )
        return Reply(none + (f"\nThử:{hints}" if hints else ""))
    view = view or open_view(session, subscriber.id, "query", asked, now)
    lines = [_hit_line(number, hit) for number, hit in enumerate(results.hits, page * PAGE + 1)]
    total = count(session, query, up_to=COUNTED) if results.capped else results.total
    said = f"hơn {COUNTED} tin" if total >= COUNTED else f"{total} tin"
    header = f"🔎 <b>{escape(title)}</b>: {said}"
    text, _ = fill_items(header, lines)
    numbers = tuple(
        Button(str(number), data=f"art:{hit.id}") for number, hit in enumerate(results.hits, page * PAGE + 1)
    )
    documents = tuple((Button(f"📄 {heading(d.kind, d.symbol)}", data=f"doc:{d.id}"),) for d in results.documents[:3])
    paging = pager(view, page, max(ceil(total / PAGE), page + 1 + results.more))
    return Reply(text, (*((numbers,) if numbers else ()), *documents, *((paging,) if paging else ())))


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
        return Reply(None, toast="Bài này không còn trong kho.")
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
    buttons: list[tuple[Button, ...]] = [
        (Button(f"📄 {heading(d.kind, d.symbol)}", data=f"doc:{d.id}"),) for d in documents
    ]
    return Reply(text, (*buttons, *vote_row(row.id)))


def vote(session: Session, subscriber: SubscriberRow, article_id: int, way: str, now: datetime) -> Reply:
    """Keep what staff think of an article as a correction: `danvan eval` and the refit of the rules use it.

    👍: the article is about công tác dân vận (its grade, or core where the rules said none); 👎: it is not.
    """
    row = session.get(ArticleRow, article_id)
    if row is None:
        return Reply(None, toast="Bài này không còn trong kho.")
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
    who = " ".join(part for part in (row.issuer, row.place) if part)
    return shorten(f"{row.symbol}, {when}, {who}: {row.title or ''}", 60).rstrip(": ,")


def one_document(session: Session, document_id: int, paper: PaperName) -> Reply:
    """A document with the articles that name it, those that report its issue first."""
    row = session.get(DocumentRow, document_id)
    if row is None:
        return Reply(None, toast="Văn bản này không còn trong kho.")
    who = " ".join(part for part in (row.issuer, row.place) if part)
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
    follow = (Button("🔔 Theo dõi văn bản này", data=f"follow:{row.id}"),)
    return Reply(text, (follow,))


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


def report_answer(
    session: Session, subscriber: SubscriberRow, now: datetime, paper: PaperName, page: int = 0, view: int | None = None
) -> Reply:
    """/baocao: the digest from yesterday's beginning until now, page by page."""
    parts = digest_parts(build_digest(session, now.astimezone(HANOI).date(), paper=paper, until=now))
    page = min(page, len(parts) - 1)
    view = view or open_view(session, subscriber.id, "report", {}, now)
    paging = pager(view, page, len(parts))
    return Reply(parts[page], (paging,) if paging else ())


def wrong_code_answer() -> Reply:
    """A code that lets nobody in."""
    return Reply(
        "Mã mời này không đúng, đã dùng hoặc đã hết hạn. Hãy kiểm tra lại từng chữ, hoặc xin người vận hành mã mới."
    )


def joined_before_answer(*, spared: bool) -> Reply:
    """A code from a chat that needs none; `spared`: it is good, and left for somebody else."""
    what = "Mã này vẫn để dành cho nơi khác" if spared else "Mã mời này không đúng, đã dùng hoặc đã hết hạn"
    return Reply(f"{what}; cuộc trò chuyện này đã đăng ký nhận tin từ trước nên không cần mã nữa. Cách dùng: /trogiup")


def unknown_answer(name: str) -> Reply:
    """A command that does not exist."""
    return Reply(f"Không có lệnh /{escape(shorten(name, 30))}. Gõ /trogiup để xem các lệnh.")


def stranger_answer() -> Reply:
    """The one line for a chat without an invitation."""
    return Reply(
        "Xin chào! Bot này phục vụ nội bộ. Để nhận tin, xin liên hệ người vận hành lấy mã mời rồi gõ: /start MÃ"
    )


def welcome_answer(subscriber: SubscriberRow, *, private: bool = True) -> Reply:
    """What a person, or a group, reads when it has joined."""
    quiet = f"{subscriber.quiet_from} đến {subscriber.quiet_to}"
    who = "anh/chị" if private else "nhóm"
    return Reply(
        f"✅ <b>Đã đăng ký nhận tin.</b>\nTừ nay {who} nhận ngay nghị quyết mới của cấp ủy và văn bản về dân vận, "
        f"cùng bản tin mỗi sáng; từ {quiet} không làm phiền.\nĐổi theo nhu cầu: /luat. Cách dùng: /trogiup",
        ((Button("⚙️ Quy tắc nhận tin", data="rules"),),),
    )


def problem_answer(error: UsageError) -> Reply:
    """What was wrong with a command, in the error's own words."""
    return Reply(f"⚠️ {escape(str(error))}")


def long_ago(then: datetime | None, now: datetime) -> str:
    """A span in words: 3 giờ trước, 2 ngày trước."""
    if then is None:
        return "chưa lần nào"
    gone = now - then
    if gone < timedelta(hours=1):
        return f"{max(int(gone.total_seconds() // 60), 0)} phút trước"
    if gone < timedelta(days=2):
        return f"{int(gone.total_seconds() // 3600)} giờ trước"
    return f"{gone.days} ngày trước"
