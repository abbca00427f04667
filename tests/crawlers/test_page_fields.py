"""What pages print around an article, and where its title, date and sapo stand; the words are ours."""

from __future__ import annotations

import datetime as dt
import html

import pytest

from crawlers.extraction import extract
from crawlers.values import Extract, Page, PageStatus
from tests.crawlers.layouts import ALL, DATE, H1, TEXT, TITLE, P

FETCHED = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 5)
SAPO = "Đảng ủy xã Mẫu sáng nay bàn cách đưa nghị quyết về dân vận vào từng thôn, từng hộ dân trong xã."


def read(body: str, title: str = f"{TITLE} - Báo Mẫu", head: str = "") -> Extract:
    markup = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return extract(Page("", "", "https://bao.example/x-1.html", "", 200, {}, markup.encode(), FETCHED), None)


BODY = f"<div class=nd>{ALL}</div>"
DATED = {
    "changed before published": f"{H1}<p>Cập nhật lúc 10:00 09/03/2026 - Đăng lúc 08:30 05/03/2026</p>{BODY}",
    "changed on a line before": f"{H1}<p>Cập nhật: 09/03/2026 10:00</p><p>Đăng ngày: 05/03/2026 08:30</p>{BODY}",
    "changed alone": f"{H1}<p>Cập nhật: 05/03/2026 08:30</p>{BODY}",
    "published below the text": f"{H1}{BODY}<div class=info>Ngày đăng: 05/03/2026</div>",
    "in the article's own header": f"<article><header>{H1}<span class=date>05/03/2026 08:30</span></header>{BODY}</article>",
    "a theme that calls it updated": f"<header>{H1}<time class='entry-date updated' datetime='2026-03-05T08:30:00+07:00'>"
    f"Tháng Ba 5, 2026</time></header>{BODY}",
    "in a box of Tailwind": f"<div class=relative>{H1}<time class='relative'>05/03/2026 08:30</time></div>{BODY}",
}


@pytest.mark.parametrize("name", DATED)
def test_the_day_of_publication_is_told_from_others(name: str) -> None:
    found = read(DATED[name])
    assert found.published_at is not None
    assert (found.published_at.date(), found.title) == (DAY, TITLE)
    assert found.text.split("\n\n") == list(TEXT)


def test_a_date_in_the_sites_header_is_a_clock() -> None:
    assert read(f"<header><h1>Báo Mẫu</h1><span class=date>12/03/2026</span></header>{H1}{BODY}").published_at is None


TWICE = "".join(f"&amp;#{ord(letter)};" if ord(letter) > 127 else letter for letter in TITLE)
TITLES = {
    "encoded twice in the head": (
        "",
        f'<meta property="og:title" content="{TITLE.encode().decode("cp1252", "ignore")}">',
    ),
    "entities of entities": ("", f'<meta property="og:title" content="{TWICE}">'),
    "cut short in the head": (f"{TITLE[:30]}...", f'<meta property="og:title" content="{html.escape(TITLE[:30])}...">'),
    "an office's name behind it": (f"{TITLE} - Sở Nội vụ", f'<meta property="og:title" content="{TITLE} | Sở Nội vụ">'),
    "the site's name alone": ("Cổng thông tin điện tử xã Mẫu", ""),
}


@pytest.mark.parametrize("name", TITLES)
def test_the_page_prints_the_title_that_its_head_spoils(name: str) -> None:
    title, head = TITLES[name]
    assert (
        read(f"<h1>CỔNG THÔNG TIN ĐIỆN TỬ XÃ MẪU</h1><h2>{TITLE}</h2>{DATE}{BODY}", title or TITLE, head).title == TITLE
    )


def test_a_sapo_above_the_body_is_the_lead() -> None:
    for place in (f"<h2 class=sapo>{SAPO}</h2>", f"<div><b>{SAPO}</b></div>"):
        found = read(
            f"{H1}{DATE}{place}<div class=w>{BODY}</div>", head='<meta name="description" content="Tin xã Mẫu">'
        )
        assert SAPO in {found.lead, found.text.split("\n\n")[0]}
        assert found.text.split("\n\n")[-6:] == list(TEXT)


def test_a_list_of_documents_is_part_of_the_article() -> None:
    names = [f"Tài liệu số {number} hướng dẫn công tác dân vận" for number in range(8)]
    links = "".join(f"<li><a href='/files/{n}.pdf'>{name}</a></li>" for n, name in enumerate(names))
    found = read(f"{H1}{DATE}<div class=nd>{P[0]}{P[1]}<ul>{links}</ul></div>")
    assert found.text.split("\n\n") == [TEXT[0], TEXT[1], *(f"- {name}" for name in names)]
    assert len(found.files) == len(names)


COMMENTS = "".join(
    f"<li><b>Bạn đọc {n}</b><p>Cách làm của xã rất hay, nên nhân rộng ra nơi khác, lần {n}.</p></li>" for n in range(9)
)
AROUND = {
    "comments under a heading that counts them": f"{ALL}<div><h3>Ý kiến bạn đọc (9)</h3><ul>{COMMENTS}</ul></div>",
    "speeds of a reader": f"<div><span>1x</span> <span>1.25x</span> <span>1.5x</span></div>{ALL}",
    "a table of contents": f"<div><p>Mục lục</p><ul><li><a href='#a'>1. Phần đầu</a></li></ul></div>{ALL}",
    "a date with a counter": f"<p>Ngày đăng: 05/03/2026 08:30 Lượt xem: 22</p>{ALL}",
}


@pytest.mark.parametrize("name", AROUND)
def test_what_stands_around_the_paragraphs_is_not_read(name: str) -> None:
    found = read(f"{H1}{DATE}<div class=nd>{AROUND[name]}</div>")
    assert (found.status, found.text.split("\n\n")) == (PageStatus.ARTICLE, list(TEXT))


def test_what_a_document_is_stands_in_a_table_and_is_read_whole() -> None:
    rows = {"Số ký hiệu": "12-CT/TU", "Ngày ban hành": "05/03/2026", "Trích yếu": TEXT[0], "Cơ quan": "Tỉnh ủy Mẫu"}
    table = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows.items())
    found = read(f"{H1}<div><table>{table}</table></div>")
    assert found.text.split("\n\n") == [f"{name} | {value}" for name, value in rows.items()]
    assert found.published_at is None  # the day of the document is not the page's
