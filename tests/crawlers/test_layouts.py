"""Layouts of the world: the whole article and nothing but it, and never less than plain trafilatura reads."""

from __future__ import annotations

import csv
import datetime as dt
import os
from pathlib import Path

import pytest
from trafilatura import bare_extraction

from crawlers.catalogue import load_catalogue
from crawlers.extraction import bodies, extract
from crawlers.extraction.clean import clean
from crawlers.values import Extract, Page, PageStatus
from tests.crawlers.layouts import ALL, DATA, DATE, HEAD, LAYOUTS, OTHER, TEXT, TITLE, P, page, shell, teaser

FETCHED = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)


def read(markup: str) -> Extract:
    return extract(Page("", "", "https://bao.example/x-1.html", "", 200, {}, markup.encode(), FETCHED), None)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_article_is_read_whole_and_alone(name: str) -> None:
    found = read(page(LAYOUTS[name]))
    assert (found.status, found.title) == (PageStatus.ARTICLE, TITLE)
    lines = [line.removeprefix("- ") for line in found.text.replace("\n\n", "\n").split("\n")]
    assert lines == list(TEXT[: int(name[6])] if name.startswith("short ") else TEXT)
    assert "body_partial" not in found.flags


@pytest.mark.parametrize("name", LAYOUTS)
def test_plain_trafilatura_reads_no_more_of_it(name: str) -> None:
    markup = page(LAYOUTS[name])
    document = bare_extraction(markup, with_metadata=False, include_comments=False)
    plain = " ".join((getattr(document, "text", "") or "").split())
    ours = " ".join(read(markup).text.split())
    assert {one for one in TEXT if one in plain} <= {one for one in TEXT if one in ours}


@pytest.mark.parametrize("name", DATA)
def test_a_text_that_stands_only_in_data_is_read_from_there(name: str) -> None:
    found = read(shell(DATA[name]))
    assert (found.status, found.title) == (PageStatus.ARTICLE, TITLE)
    assert found.text.split("\n\n") == list(TEXT)
    assert OTHER not in found.text
    if "flight with elements" not in name:
        assert found.published_at is not None
        assert found.published_at.date() == dt.date(2026, 3, 5)


@pytest.mark.parametrize(
    "root", ['<div id="app"></div>', '<div id="__next"><div class="spinner"></div></div>', "<app-root></app-root>"]
)
def test_an_empty_shell_needs_a_browser(root: str) -> None:
    found = read(shell('<script src="/static/main.js"></script>', root))
    assert (found.status, found.text) == (PageStatus.NEEDS_BROWSER, "")


# --- families ----------------------------------------------------------------------------------------------------

CATALOGUE = load_catalogue()
MEDIATECH = CATALOGUE.sources["baoquangninh"]


def read_known(body: str) -> Extract:
    url = "https://baoquangninh.vn/x-3279038.html"
    return extract(Page("baoquangninh", "", url, url, 200, {}, page(body).encode(), FETCHED), MEDIATECH)


FAMILY = {
    "the body in a form": f'<form id="aspnetForm">{HEAD}<div id="content-detail">{ALL}</div></form>',
    "a form in the body": f'{HEAD}<div id="content-detail"><form>{ALL}</form></div>',
    "an <aside> in the body": f'{HEAD}<div id="content-detail">{P[0]}<aside>{"".join(P[1:])}</aside></div>',
    "details in the body": f'{HEAD}<div id="content-detail">{P[0]}<details><summary>Xem thêm</summary>{"".join(P[1:])}</details></div>',
    "a wrapper named related in the body": f'{HEAD}<div id="content-detail"><div class="related comments">{ALL}</div></div>',
    "a related box in the body": f'{HEAD}<div id="content-detail">{"".join(P[:3])}<div class="hop">{teaser()}</div>{"".join(P[3:])}</div>',
    "a sentence in a link": f'{HEAD}<div id="content-detail">{ALL.replace("bảng tin", "<a class=related href=/a.html>bảng tin</a>")}</div>',
    "the body printed in two parts": f'{HEAD}<div id="content-detail">{"".join(P[:3])}</div><div class="qc">Quảng cáo</div><div id="content-detail">{"".join(P[3:])}</div>',
    "a table": f'{HEAD}<div id="content-detail"><table><tr><td>{ALL}</td></tr></table></div>',
    "another template": f'{HEAD}<div class="detail-2027">{ALL}</div>',
    "an empty body, the text beside it": f'{HEAD}<div id="content-detail"></div><div class="nd">{ALL}</div>',
}


@pytest.mark.parametrize("name", FAMILY)
def test_a_familys_page_is_read_whole_in_any_layout(name: str) -> None:
    found = read_known(FAMILY[name])
    assert found.text.split("\n\n") == list(TEXT)
    assert ("body_guessed" in found.flags) == (name in {"another template", "an empty body, the text beside it"})


PLACES = [
    ("baoquangninh", "https://baoquangninh.vn/x-3279038.html", '<div id="content-detail"'),
    ("baolaocai", "https://baolaocai.vn/x-post404650.html", '<div class="article__body zce-content-body cms-body"'),
    (
        "baochinhphu",
        "https://baochinhphu.vn/x-102260305095100000.htm",
        '<div class="detail-content" data-role="content"',
    ),
    (
        "hanoimoi",
        "https://hanoimoi.vn/x-731520.html",
        '<div class="c-news-detail"><div class="b-maincontent"><div class="entry"',
    ),
]


@pytest.mark.parametrize(("source_id", "url", "place"), PLACES, ids=[row[0] for row in PLACES])
def test_the_layouts_are_read_at_a_familys_place_too(source_id: str, url: str, place: str) -> None:
    for name, layout in LAYOUTS.items():
        if '<div class="nd"' in layout:
            body = layout.replace('<div class="nd"', place, 1)
            found = extract(
                Page(source_id, "", url, url, 200, {}, page(body).encode(), FETCHED), CATALOGUE.sources[source_id]
            )
            assert found.text.replace("\n\n", "\n").split("\n") == list(TEXT), name


def test_paragraphs_that_stay_outside_a_familys_body_are_told() -> None:
    found = read_known(
        f'{HEAD}<div id="content-detail">{P[0]}{P[1]}</div><div class="more"><p>{TEXT[2]} {TEXT[3]}</p><p>{TEXT[4]} {TEXT[5]}</p></div>'
    )
    assert "body_partial" in found.flags


KICKERS = [
    (f"<h1><span>Dân vận khéo:</span><span>{TITLE}</span></h1>", f"Dân vận khéo: {TITLE}", f"Dân vận khéo: {TITLE}"),
    (f"<h1><span>Dân vận khéo</span>{TITLE}</h1>", TITLE, TITLE),
    (f"<h1><span class=kicker>Dân vận khéo</span> <span>{TITLE}</span></h1>", TITLE, TITLE),
    (f"<h1><em>Bài 2:</em><br>{TITLE}</h1>", f"Bài 2: {TITLE}", f"Bài 2: {TITLE}"),
    (
        "<h1>Nghị quyết số 25<span>-NQ/TW</span> về dân vận ở xã Mẫu</h1>",
        "Nghị quyết số 25-NQ/TW về dân vận ở xã Mẫu",
        "Nghị quyết số 25-NQ/TW về dân vận ở xã Mẫu",
    ),
]


@pytest.mark.parametrize(("heading", "told", "title"), KICKERS)
def test_a_kicker_is_no_part_of_a_word(heading: str, told: str, title: str) -> None:
    head = f'<meta property="og:title" content="{told}">'
    markup = f"<html><head><title>{told} - Báo Mẫu</title>{head}</head><body>{heading}{DATE}<div class=nd>{ALL}</div></body></html>"
    assert read(markup).title == title
    known = markup.replace("class=nd", "id=content-detail").replace(
        "<h1>", "<div class=content-article><h1 class=name>"
    )
    url = "https://baoquangninh.vn/x-3279038.html"
    assert extract(Page("", "", url, url, 200, {}, known.encode(), FETCHED), MEDIATECH).title == title


def test_trafilatura_cleans_every_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for bodies that are hidden or that stand in data."""
    asked: list[str] = []

    def counted(markup: str) -> list[str]:
        asked.append(markup)
        return clean(markup)

    monkeypatch.setattr(bodies, "clean", counted)
    for number, body in enumerate((*FAMILY.values(), LAYOUTS["WordPress"]), start=1):
        found = read_known(body) if number <= len(FAMILY) else read(page(body))
        assert found.text
        assert len(asked) >= number
        assert TEXT[0] in "".join(asked)


# --- real structure, kept outside the repository -----------------------------------------------------------------

SHARED = Path(os.environ.get("DANVAN_SHARED") or Path(__file__).parents[3] / "shared")
TABLES = [SHARED / "cases" / "layout", SHARED / "sites" / "samples", SHARED / "sites" / "samples" / "national"]
ROWS = [
    (folder / row["file"], row)
    for folder in TABLES
    if (folder / "expected.tsv").exists()
    for row in csv.DictReader((folder / "expected.tsv").open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE)
]


@pytest.mark.skipif(not ROWS, reason="the folder of real samples is not here (DANVAN_SHARED)")
@pytest.mark.parametrize(("path", "row"), ROWS, ids=[path.stem for path, _ in ROWS])
def test_a_saved_page_is_read_as_told(path: Path, row: dict[str, str]) -> None:
    source = CATALOGUE.sources[row["source"]] if row.get("source") else CATALOGUE.of_url(row["url"])
    fetched = dt.datetime(2026, 11, 28, 3, tzinfo=dt.UTC)
    found = extract(Page("", "", row["url"], row["url"], 200, {}, path.read_bytes(), fetched), source)
    assert str(found.status) == row.get("status", "article")
    assert (found.title or "").startswith(row.get("title") or row.get("title_begins") or "")
    assert (found.published_at.isoformat() if found.published_at else "").startswith(row["published"])
    assert (found.lead or "").startswith(row.get("lead_begins", ""))
    assert found.text.startswith(row.get("body_begins", ""))
    last = row.get("body_ends", "")
    assert found.text.endswith(last) or last not in path.read_text(encoding="utf-8")
    for word in filter(None, (row.get("must") or "").split(";")):
        assert word.strip() in found.text
    for word in (*(row.get("must_not") or "").split(";"), *(row.get("junk_marks") or "").split(" ; ")):
        assert not word.strip() or word.strip() not in found.text


def test_a_paper_whose_text_stood_in_a_script_is_read_where_it_prints_it_by_now() -> None:
    paper = CATALOGUE.sources["baoquangngai"]
    url = "https://baoquangngai.vn/xa-mau-ban-viec-dan-van-330384.htm"
    markup = page(f'{HEAD}<div class="khung-moi">{ALL}</div>')
    found = extract(Page(paper.id, "", url, url, 200, {}, markup.encode(), FETCHED), paper)
    assert (found.status, found.text.split("\n\n")) == (PageStatus.ARTICLE, list(TEXT))
    assert "body_guessed" in found.flags
