"""Lists of articles, and short articles among as many headlines; the words are ours."""

from __future__ import annotations

import datetime as dt

import pytest

from crawlers.extraction import extract
from crawlers.values import Extract, Page, PageStatus
from tests.crawlers.layouts import DATE, H1, TEXT, TITLE

FETCHED = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)
HEADLINES = [f"Bài khác số {number} của tòa soạn về một việc ở xã bên" for number in range(14)]
SAPOS = [
    f"Bài khác số {number} kể một việc vừa làm trong tuần ở xã khác, với vài con số và lời bà con."
    for number in range(14)
]
ROWS = list(zip(HEADLINES, SAPOS, strict=True))
TOPIC = "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"
MENU = "<ul>" + "".join(f"<li><a href='/c{number}'>Chuyên mục {number}</a></li>" for number in range(8)) + "</ul>"
FOOT = f"<div class=foot>Cơ quan của Đảng bộ tỉnh Mẫu. {SAPOS[0]}</div>"


def read(body: str, title: str = "Thời sự - Báo Mẫu", head: str = "") -> Extract:
    markup = f"<html><head><title>{title}</title>{head}</head><body>{MENU}{body}{FOOT}</body></html>"
    return extract(Page("", "", "https://bao.example/x", "", 200, {}, markup.encode(), FETCHED), None)


def rows(form: str) -> str:
    """The list with `form` for each headline ({h}, with its number {n}) and sapo ({s})."""
    return "".join(form.format(n=number, h=h, s=s) for number, (h, s) in enumerate(ROWS))


CARD = "<div><h3><a href=/b{n}.html>{h}</a></h3><span>1{n}/03/2026</span><p>{s}</p></div>"
LISTS = {
    "cards": rows(CARD),
    "headlines and sapos side by side": rows("<h3><a href=/b{n}.html>{h}</a></h3><p>{s}</p>"),
    "the same with a link to go on": rows(
        "<h3><a href=/b{n}.html>{h}</a></h3><p>{s} <a href=/b{n}.html>Xem tiếp</a></p>"
    ),
    "sapos before their headlines": rows("<div><p>{s}</p><h3><a href=/b{n}.html>{h}</a></h3></div>"),
    "bare words and breaks": f"<div>{rows('<a href=/b{n}.html><b>{h}</b></a><br>{s}<br><br>')}</div>",
    "two paragraphs a card": rows("<div><h2><a href=/b{n}.html>{h}</a></h2><p>{s}</p><p>{s} {s}</p></div>"),
    "a table": f"<table>{rows('<tr><td>{n}/KH</td><td><a href=/b{n}.html>{h}</a></td><td>{s}</td></tr>')}</table>",
    "the lead story at length": f"<div><h2><a href=/b.html>{HEADLINES[0]}</a></h2><p>{' '.join(SAPOS[:5])}</p></div>{rows(CARD)}",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_articles_is_none(name: str) -> None:
    found = read(f"<h1>Thời sự</h1><div>{LISTS[name]}</div>")
    assert (found.status, found.text) == (PageStatus.LISTING, "")


def test_a_topic_with_an_introduction_is_a_list() -> None:
    intro = f"<div class=intro><p>{TEXT[0]} {TEXT[1]}</p><p>{TEXT[2]}</p></div>"
    assert read(f"<h1>{TOPIC}</h1>{intro}<div>{rows(CARD)}</div>", f"{TOPIC} - Báo Mẫu").status is PageStatus.LISTING


SHORT = {
    "two paragraphs": f"<div class=nd><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div>",
    "one paragraph of bare words": f"<div class=nd>{TEXT[0]} {TEXT[1]}</div>",
    "breaks": f"<div class=nd>{'<br>'.join(TEXT)}</div>",
    "two boxes": f"<div class=nd><div><p>{TEXT[0]}</p><p>{TEXT[1]}</p></div><div><p>{TEXT[2]}</p><p>{TEXT[3]}</p></div></div>",
}


@pytest.mark.parametrize("name", SHORT)
def test_a_short_article_among_many_headlines_is_read(name: str) -> None:
    found = read(f"{H1}{DATE}{SHORT[name]}<div>{rows(CARD)}</div>", f"{TITLE} - Báo Mẫu")
    assert (found.status, found.title) == (PageStatus.ARTICLE, TITLE)
    assert found.text.startswith(TEXT[0])
    assert not any(sapo in found.text for sapo in SAPOS)


def test_an_article_is_known_by_its_length_or_its_head() -> None:
    long = f"<div class=nd>{' '.join(TEXT)}</div><div>{rows(CARD)}</div>"
    assert read(f"<div>{TITLE}</div>{long}", "Báo Mẫu").text == " ".join(TEXT)
    published = '<meta property="article:published_time" content="2026-03-05T08:30:00+07:00">'
    assert (
        read(f"<div class=nd>{TEXT[0]} {TEXT[1]}</div><div>{rows(CARD)}</div>", "Báo Mẫu", published).text
        == f"{TEXT[0]} {TEXT[1]}"
    )


def test_a_text_whose_sapo_stands_in_a_box_apart_is_read() -> None:
    """trafilatura may choose the sapo alone; then what follows at length in one place is the article."""
    sapo = f"<section class=intro><p>{TEXT[0]}</p></section>"
    lines = "".join(f"<div class=blk><p>{text}</p></div>" for text in TEXT[1:])
    comments = "".join(f"<div class=item><p>{sapo} Lời bình của bạn đọc.</p></div>" for sapo in SAPOS)
    found = read(f"{H1}{DATE}<div>{sapo}<div class=nd>{lines}</div></div><div id=comments>{comments}</div>", TITLE)
    assert found.text.split("\n\n") == list(TEXT)


@pytest.mark.parametrize("name", ["relative flex", "football", "modality", "copyable"])
def test_a_class_that_only_begins_like_a_box_says_nothing(name: str) -> None:
    body = f"<div class='{name}'>{DATE}</div><div class='{name}'><p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>{TEXT[2]}</p></div>"
    found = read(f"{H1}{body}", TITLE)
    assert found.text.split("\n\n") == list(TEXT[:3])
    assert found.published_at is not None


def test_paragraphs_in_boxes_of_their_own_are_no_cards_where_the_headlines_stand_elsewhere() -> None:
    tools = "".join(f"<div>{word}</div>" for word in ("Chia sẻ", "Zalo", "Thư", "In", "Lưu"))
    body = f"<div class=a><p>{TEXT[0]}</p></div>{tools}<div class=b><p>{TEXT[1]}</p></div>{tools}"
    more = "".join(f"<h4><a href=/b{n}.html>{h}</a></h4>" for n, h in enumerate(HEADLINES[:4]))
    found = read(f"<article>{H1}{DATE}{body}{more}</article>", TITLE)
    assert found.text.startswith(f"{TEXT[0]}\n\n")
    assert TEXT[1] in found.text
