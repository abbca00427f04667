"""A fixture pair in the shape that is known of a paper's pages: its selectors' markup around words of our own.

The markup comes from the demo's template of the family; for a paper with selectors of its own, or of a family without
a template, it is built from the selectors. What must be read is what was put in, not what the program makes of it.
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import format_datetime
from html import escape
from typing import Any

import yaml

from crawlers.fixtures import TITLE, Pair
from crawlers.keys import is_article_url
from crawlers.source import Source
from danvan.demo.addresses import profiles
from danvan.demo.pages import Pages
from danvan.demo.shells import text_story
from danvan.demo.stories import slug
from foundation.clock import HANOI
from foundation.errors import UsageError

LEAD = "Sáng nay, nhà văn hóa thôn Mẫu kín chỗ ngồi từ sớm; ai cũng muốn nói một điều về con đường sắp mở."
PARAGRAPHS = (
    "Cán bộ xã đọc từng mục của bản vẽ, dừng lại mỗi khi có người giơ tay, rồi ghi ý kiến ấy vào cuốn sổ đặt giữa bàn.",
    "Ông trưởng thôn nói phần đất hiến đã có ba mươi hai hộ ký tên, còn bốn hộ muốn biết rõ mương nước sẽ đi lối nào.",
    "Cuối buổi, mọi người chọn ra một tổ bảy người để theo việc đến cùng, tháng nào cũng kể lại cho cả thôn nghe.",
)
MOMENT = dt.datetime(2026, 11, 20, 8, 15, tzinfo=HANOI)
FETCHED = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
_ENDINGS = (
    *("/{s}-post330384.html", "/{s}-a330384.html", "/{s}-330384.html", "/{s}-330384.htm", "/thoi-su/{s}-330384.html"),
    *("/{s}-postid330384.bbg", "/thoi-su/202611/{s}-1a2b3c4/", "/{s}-123456789012345.html", "/tin-bai/thoi-su/{s}"),
    *("/thoi-su/{s}-330384", "/thoi-su/{s}-1a2B3c4D5.html", "/-/2018/330384/{s}", "/vi/news/Tin-tuc/{s}-330384.html"),
    *("/index.php/tin-tuc/{s}-330384.html", "/thoi-su/trong-tinh/{s}-330384/"),
)


def shaped_pair(source: Source) -> Pair:
    """The pair of a paper. Raises UsageError where no form of its addresses is known."""
    url = _address(source)
    own = source.own_selectors.title or source.own_selectors.body
    templated = source.family in {profile.family for profile in profiles()}
    page = _by_selectors(source) if own or not templated else _by_template(source)
    expect: dict[str, Any] = {"status": "article", "title": TITLE, "published_at": MOMENT.isoformat()}
    # Where neither names a body there is nothing to tell the lead from it by.
    expect["text"] = "\n\n".join(PARAGRAPHS if templated or source.selectors.body else (LEAD, *PARAGRAPHS))
    hint = {"published": format_datetime(MOMENT)}
    told = {"source": source.id, "url": url, "fetched_at": FETCHED, "traps": [], "hint": hint, "expect": expect}
    text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=110)
    return Pair(f"{source.id}_known_shape", source.family, page, text)


def _address(source: Source) -> str:
    home = source.home.rstrip("/")
    for url in (*source.url_examples, *(home + ending.format(s=slug(TITLE)) for ending in _ENDINGS)):
        if is_article_url(url, source):
            return url
    raise UsageError(f"chưa biết dạng địa chỉ bài của {source.id}: thêm khóa “url_examples” vào tệp nguồn.")


def _by_template(source: Source) -> bytes:
    text = "\n".join((TITLE, LEAD, *PARAGRAPHS))
    profile, story = text_story(source.id, text, family=source.family, published_at=MOMENT)
    page = Pages(profile, source.home.rstrip("/"), lambda: MOMENT).article(story, ()).decode()
    weight = re.compile(r"(<(script|style)\b(?![^>]*json)[^>]*>).*?(</\2>)", re.DOTALL | re.IGNORECASE)
    return weight.sub(r"\1\3", page).encode()


def _by_selectors(source: Source) -> bytes:
    """A page whose elements answer to the first selector of each field."""
    chosen = source.selectors
    meta = f'<meta property="og:title" content="{TITLE}"><title>{TITLE} - {escape(source.name)}</title>'
    moment = f'<meta property="article:published_time" content="{MOMENT.isoformat()}">'
    lead = _element(chosen.lead[:1], LEAD) or f"<p><strong>{LEAD}</strong></p>"
    body = _element(chosen.body[:1] or ("div",), "".join(f"<p>{words}</p>" for words in PARAGRAPHS))
    parts = (
        "<header><a href='/'>Trang chủ</a> <a href='/thoi-su'>Thời sự</a></header>",
        _element(chosen.title[:1], TITLE) or f"<h1>{TITLE}</h1>",
        lead,
        body,
        "<footer>Tòa soạn: số 1, đường Mẫu</footer>",
    )
    inner = "\n".join(parts)
    head = f'<head><meta charset="utf-8">{meta}{moment}</head>'
    return f'<!DOCTYPE html>\n<html lang="vi">{head}\n<body>\n{inner}\n</body></html>\n'.encode()


def _element(selectors: tuple[str, ...], inner: str) -> str:
    """Markup that the first of these selectors finds, "" where there is none."""
    if not selectors:
        return ""
    for compound in reversed(re.split(r"\s*>\s*|\s+", re.sub(r":[a-z-]+(?:\([^)]*\))?", "", selectors[0]))):
        tag = re.match(r"[a-z][a-z0-9]*", compound)
        name = tag[0] if tag else "div"
        classes = " ".join(re.findall(r"\.([\w-]+)", re.sub(r"\[[^\]]*\]", "", compound)))
        ids = re.findall(r"#([\w-]+)", compound)
        pairs = re.findall(r"\[([\w-]+)[~|^$*]?=[\"']?([^\"'\]]+)[\"']?\]", compound)
        attributes = [*(("id", one) for one in ids), *([("class", classes)] if classes else []), *pairs]
        printed = "".join(f' {key}="{value}"' for key, value in attributes)
        inner = f"<{name}{printed}>{inner}</{name}>"
    return inner
