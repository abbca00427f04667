"""The words of a digest: messages that read well on a phone, cut between items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from markupsafe import Markup, escape

from foundation.words import WEEKDAYS
from models.names import label
from models.search import Hit
from notifications.channels.contract import ABOUT, About
from notifications.digest import Digest, DigestDocument, LaterPapers
from notifications.markup import MESSAGE_LIMIT, PART_LIMIT, link, shorten, split_items
from notifications.markup import day as printed
from notifications.messages import measure_of

RELATED_SHOWN = 40
QUIET_SHOWN = 12
NO_TOPIC = "Tin khác"


def digest_parts(digest: Digest, about: About = ABOUT["telegram"], site: str | None = None) -> list[str]:
    """The messages of a digest, each within the limits of its channel; `site`: where the archive's pages are."""
    site = site.rstrip("/") if site else None
    items = [
        *_documents(digest, about, site), *_later(digest.later_papers), *_core(digest.core),
        *_related(digest.related, about, site), *_quiet(digest), *_archive(site),
    ]  # fmt: skip
    limit = min(about.length, PART_LIMIT) if about.links_written or about.length <= MESSAGE_LIMIT else about.length
    return split_items(_header(digest), items, limit=limit, joint="\n", measure=measure_of(about))


def subject(day: date, *, weekly: bool) -> str:
    """The subject of a digest sent by e-mail."""
    return f"Bản tin dân vận {f'tuần đến {printed(day - timedelta(days=1))}' if weekly else printed(day)}"


def _header(digest: Digest) -> str:
    name = f"{WEEKDAYS[digest.day.weekday()]}, {printed(digest.day)}"
    if digest.weekly:
        first, last = digest.day - timedelta(days=7), digest.day - timedelta(days=1)
        name = f"tuần {first:%d/%m} – {printed(last)}"
    counts = [
        _count(len(digest.documents), "văn bản mới"),
        _count(len(digest.core), "tin trọng tâm"),
        _count(len(digest.related), "tin liên quan"),
    ]
    said = " · ".join(count for count in counts if count) or "Không có văn bản và tin bài mới."
    return f"🗞 <b>Bản tin dân vận {name}</b>\n{said}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number else ""


def _section(title: str, lines: Sequence[str]) -> list[str]:
    """Lines with a title on top of the first, so that the title never stands alone at the end of a message."""
    return [f"\n<b>{escape(title)}</b>\n{lines[0]}", *lines[1:]] if lines else []


def _more(words: str, command: str, page: str, about: About, site: str | None) -> str:
    """What is left out, and where it is: a question to the bot, or a page of the archive."""
    if about.answers:
        return f"… và {words}: gõ {command} để xem."
    return f"… và {words}: {link(site + page, 'xem trong kho')}" if site else f"… và {words}."


def _archive(site: str | None) -> list[str]:
    return [f"\n🗂 {link(site + '/', 'Xem trong kho lưu trữ')}"] if site else []


def _documents(digest: Digest, about: About, site: str | None) -> list[str]:
    linked = site if not about.links_written else None  # where addresses stand in the text one at the end is enough
    lines = [_document(one, linked) for one in digest.documents]
    if digest.other_documents:
        words = f"{digest.other_documents} văn bản khác (điều hành, chuyên môn)"
        lines.append(_more(words, "/vanbankhac", "/documents?show=rest", about, site))
    return _section("📄 Văn bản mới", lines)


def _later(papers: Sequence[LaterPapers]) -> list[str]:
    lines = [
        f"• <b>{escape(one.heading)}</b>: " + "; ".join(link(url, shorten(name, 80)) for name, url in one.papers)
        for one in papers
    ]
    return _section("➕ Văn bản đã báo, thêm báo đưa tin", lines)


def _document(one: DigestDocument, site: str | None) -> str:
    when = f" ({printed(one.issued_on)})" if one.issued_on else " (chưa rõ ngày, báo cũng không in ngày)" * one.undated
    issuer = f", {shorten(one.issuer, 120)}" if one.issuer else ""
    title = Markup(": <i>{}</i>").format(shorten(one.title, 220)) if one.title else ""
    name = link(f"{site}/documents/{one.id}", one.heading) if site else one.heading
    head = Markup("• <b>{}</b>{}{}{}").format(name, when, issuer, title)
    return f"{head}\n   {link(one.url, one.paper + ': ' + shorten(one.article_title, 140))}"


def _core(articles: Iterable[Hit]) -> list[str]:
    by_topic: dict[str, list[Hit]] = defaultdict(list)
    for article in articles:
        by_topic[label("topic", article.topics[0]) if article.topics else NO_TOPIC].append(article)
    items: list[str] = []
    order = sorted(by_topic, key=lambda topic: (topic == NO_TOPIC, -len(by_topic[topic]), topic))
    for topic in order:
        inside = sorted(by_topic[topic], key=lambda article: (article.province_name or "~", article.id))
        items += _section(f"⭐ {topic}", [_line(article, 170) for article in inside])
    return items


def _line(article: Hit, limit: int) -> str:
    place, paper = article.province_name, article.source
    where = f"{paper}, {place}" if place and place not in paper else paper
    others = f", +{article.copies} báo" if article.copies else ""
    return f"• {link(article.url, shorten(article.title, limit))} <i>({escape(where)}{others})</i>"


def _related(articles: Sequence[Hit], about: About, site: str | None) -> list[str]:
    lines = [_line(article, 110) for article in articles[:RELATED_SHOWN]]
    if len(articles) > RELATED_SHOWN:
        lines.append(_more(f"{len(articles) - RELATED_SHOWN} tin liên quan nữa", "/moi", "/search", about, site))
    return _section("📌 Liên quan", lines)


def _quiet(digest: Digest) -> list[str]:
    if not digest.quiet:
        return []
    names = ", ".join(digest.quiet[:QUIET_SHOWN])
    more = f" và {len(digest.quiet) - QUIET_SHOWN} báo khác" if len(digest.quiet) > QUIET_SHOWN else ""
    span = "Cả tuần" if digest.weekly else "Từ hôm qua"
    return [f"\n🤫 <i>{span} chưa có bài mới: {escape(names)}{more}.</i>"]


def week_caption(day: date, core: int, related: int, documents: int) -> str:
    """The words under the week's picture."""
    first, last = day - timedelta(days=7), day - timedelta(days=1)
    return (
        f"📊 <b>Tuần {first:%d/%m} – {printed(last)}</b>\n"
        f"{documents} văn bản mới, {core} tin trọng tâm, {related} tin liên quan."
    )
