"""Letters, dates and spellings from the bytes on the wire to what a search, a page and a phone show (25–38)."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from danvan.web.app import create_app
from foundation.clock import HANOI, day_start
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.search import Query, search
from models.tables import CitationRow, DocumentRow
from models.views.today import today
from notifications.outbox import announce
from tests.botapi.server import running
from tests.botapi.state import BotApi
from tests.faults.road import NOW, PARAGRAPHS, TITLE, Road, markup
from tests.notifications.conftest import FastClock, Office

TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text: str) -> bytes:
    """A base letter and a combining tone: the only way the encoding has for most Vietnamese letters."""
    whole = unicodedata.normalize("NFD", text)
    made = ""
    for letter in whole:
        if letter in TONES or not unicodedata.combining(letter):
            made += letter
        else:  # circumflex, breve and horn belong to the letter itself, before its tone
            base = len(made) - 1
            while made[base] in TONES:
                base -= 1
            made = made[:base] + unicodedata.normalize("NFC", made[base] + letter) + made[base + 1 :]
    return made.encode("cp1258")


def entities(text: str) -> bytes:
    return "".join(letter if ord(letter) < 128 else f"&#{ord(letter)};" for letter in text).encode()


META = "<meta charset='{}'>"
SENT = {
    "plain": (markup().encode(), "text/html; charset=utf-8"),
    "header lies": (markup().encode(), "text/html; charset=iso-8859-1"),
    "meta lies": (markup(head=META.format("windows-1252")).encode(), "text/html"),
    "nobody says": (markup().encode(), ""),
    "utf-16 with a mark": (markup(head=META.format("utf-8")).encode("utf-16"), "text/html"),
    "windows-1258": (windows_1258(markup(head=META.format("windows-1258"))), "text/html"),
    "windows-1258 unsaid": (windows_1258(markup()), "text/html; charset=windows-1252"),
    "decomposed": (unicodedata.normalize("NFD", markup()).encode(), "text/html; charset=utf-8"),
    "entities": (entities(markup()), "text/html; charset=us-ascii"),
}


def test_25_26_27_28_30_however_it_was_sent_a_search_finds_it(engine: Engine) -> None:
    road = Road(engine)
    papers = {f"bao-{number}": how for number, how in enumerate(SENT)}
    for paper, how in papers.items():
        body, content_type = SENT[how]
        road.land(paper, body, content_type=content_type)
    road.read()
    articles = road.articles()
    assert {how for paper, how in papers.items() if articles[paper].title != TITLE} == set()
    assert {how for paper, how in papers.items() if articles[paper].text != "\n\n".join(PARAGRAPHS)} == set()
    assert len({article.text_sha256 for article in articles.values()}) == 1
    for words in ("Nghị quyết", "nghi quyet", unicodedata.normalize("NFD", "Nghị quyết"), "17-NQ/TU", '"tổ dân vận"'):
        assert road.find(words) == set(papers), words
    assert len(set(road.told)) == 1


def test_29_a_page_in_an_old_font_is_never_stored_as_if_right(engine: Engine) -> None:
    road = Road(engine)
    words = "Héi nghÞ cña §¶ng ñy x· vµ c¸c tæ d©n vËn ®· nghe ý kiÕn nh©n d©n vÒ c«ng viÖc, kh«ng ai bÞ bá qu¾n. " * 4
    road.land("bao-0", markup("Hoi nghi dan van", (words,)))
    report = road.read()
    assert (report.states, road.articles()) == ({"failed": 1}, {})


HEADING = "Chỉ thị &#xD83D; mới\x00 🇻🇳 về\u200b dân vận \U0001d54f"
DIRTY = (
    f"<html><head><title>{HEADING}</title><meta property='article:published_time' content='2026-09-04T09:00:00+07:00'></head>"
    "<body><div class='post'><h1>" + HEADING + "</h1><div class='inner'>"
    "<p>Ngày 3/9/2026, Ban Thường vụ Tỉnh ủy Thanh Hóa đã ban hành Chỉ thị số 31-CT/TU về công tác dân\u200b vận "
    "👍&#55357;&#0;.</p>" + "".join(f"<p>{words}</p>" for words in PARAGRAPHS[1:]) + "</div></div></body></html>"
)


def test_31_odd_letters_pass_archive_search_json_page_file_and_phone(engine: Engine, database_url: str) -> None:
    api = BotApi(limits=False)
    with running(api) as url:
        config = Settings.model_validate({"telegram_token": api.token, "telegram_base_url": url, "web_password": None})
        office = Office(engine, config)
        office.clock = FastClock(start=NOW)
        office.chat(7)
        road = Road(engine)
        road.land("bao-0", DIRTY.encode("utf-8", "surrogatepass") + b"\xff\xfe")
        assert road.read(announce).alerts_queued == 1
        assert office.deliver().sent == 1
    (sent,) = api.of(7)
    assert "31-CT/TU" in sent.text
    assert "👍" in sent.text
    article = road.articles()["bao-0"]
    assert not {"\x00", "\ud83d", "\u200b"} & set(article.title + article.text)
    assert road.find("công tác dân vận") == {"bao-0"}
    with TestClient(create_app(database_url, config, lambda: NOW), base_url="http://127.0.0.1") as client:
        pages = ("/", f"/articles/{article.id}", f"/api/articles/{article.id}", "/export.csv", "/export.xlsx")
        for address in (*pages, "/feed.atom?q=dan van", "/search?q=%F0%9F%87%BB dân vận"):
            assert client.get(address).status_code == 200, address
        assert "🇻🇳" in client.get(f"/api/articles/{article.id}").json()["title"]


def test_32_a_number_in_a_title_survives_the_papers_name(engine: Engine) -> None:
    road = Road(engine)
    title = "Nghị quyết số 25-NQ/TW về công tác dân vận"
    page = markup(f"{title} - Báo Tỉnh").replace(f"<h1>{title} - Báo Tỉnh</h1>", "<h2></h2>")
    road.land("bao-0", page)
    road.read()
    assert road.articles()["bao-0"].title == title
    with transaction(engine) as session:
        texts = set(session.scalars(select(CitationRow.text).where(CitationRow.field == "title")))
    assert texts == {"Nghị quyết số 25-NQ/TW"}


UNDATED = (
    "Nghị quyết số 25-NQ/TW ngày 03/6/2013 của Ban Chấp hành Trung ương khóa XI được các chi bộ học lại trong quý này.",
    *PARAGRAPHS[1:],
)


def test_33_an_undated_article_takes_no_date_from_text_or_sidebar(engine: Engine) -> None:
    road = Road(engine)
    page = markup(paragraphs=UNDATED).replace(
        "</body>",
        "<aside><h4>Tin liên quan</h4><time datetime='2021-05-04'>04/05/2021</time></aside>"
        "<footer>Giấy phép số 12/GP ngày 02/12/2015</footer></body>",
    )
    meta = "<meta property='article:published_time' content='2026-09-04T09:00:00+07:00'>"
    road.land("bao-0", page.replace(meta, ""))
    road.read()
    article = road.articles()["bao-0"]
    assert article.published_at is None
    assert road.told == []
    with transaction(engine) as session:
        assert session.scalars(select(DocumentRow.issued_on)).all() == [date(2013, 6, 3)]


@pytest.mark.parametrize("printed", ["2031-01-01T08:00:00+07:00", "1970-01-01T00:00:00+00:00"])
def test_35_an_impossible_date_neither_alerts_late_nor_stays_on_top(engine: Engine, printed: str) -> None:
    road = Road(engine)
    road.land("bao-0", markup().replace("2026-09-04T09:00:00+07:00", printed))
    road.read()
    road.later(days=1)
    other = markup(paragraphs=(PARAGRAPHS[1], *PARAGRAPHS[1:])).replace("2026-09-04", "2026-09-06")
    road.land("bao-1", other.replace("09:00:00", "07:30:00"))
    road.read()
    with transaction(engine) as session:
        order = [hit.source_id for hit in search(session, Query("dân vận")).hits]
    assert order == ["bao-1", "bao-0"]
    assert road.articles()["bao-0"].published_at is None


SPLIT = {
    "in a row": "Nghị quyết số 25-NQ/TW",
    "en dash": "Nghị quyết số 25–NQ/TW",
    "spaced": "Nghị quyết số 25 - NQ / TW",
    "tags": "Nghị quyết số <b>25</b>-<strong>NQ</strong>/TW",
    "link": "Nghị quyết số <a href='/van-ban'>25-NQ</a>/TW",
    "lines": "Nghị quyết\n      số\n  25-NQ/TW",
    "hard space": "Nghị&nbsp;quyết số&nbsp;25&#8209;NQ/TW",
    "hidden": "Nghị quyết số 25-&#8203;NQ/TW",
    "decomposed": unicodedata.normalize("NFD", "Nghị quyết số 25-NQ/TƯ"),
}


def test_38_a_symbol_over_tags_and_lines_is_one_document(engine: Engine) -> None:
    road = Road(engine)
    for number, words in enumerate(SPLIT.values()):
        first = f"Xã Mẫu số {number} thực hiện {words}, ngày 03/6/2013 của Ban Chấp hành Trung ương khóa XI."
        road.land(f"bao-{number}", markup(f"Tin số {number} của xã", (first, *PARAGRAPHS[1:])))
    road.read()
    with transaction(engine) as session:
        symbols = [document.symbol for document in session.scalars(select(DocumentRow))]
        cited = session.scalars(select(CitationRow.article_id).where(CitationRow.document_id.is_not(None))).all()
    assert symbols == ["25-NQ/TW"]
    assert len(set(cited)) == len(SPLIT)
    assert road.find("25 nq tw") == {f"bao-{number}" for number in range(len(SPLIT))}


@pytest.fixture(params=["UTC", "America/New_York", "Pacific/Kiritimati"])
def host_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The host's own time zone, which nothing may depend on."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("clock", "day"), [("23:30", 5), ("00:30", 6)])
@pytest.mark.usefixtures("host_zone")
def test_60_today_is_the_day_of_hanoi_wherever_the_host_stands(tmp_path: Path, clock: str, day: int) -> None:
    """Half an hour before midnight in Hà Nội, and half an hour after: two days there, one elsewhere."""
    assert os.environ["TZ"]
    now = datetime.fromisoformat(f"2026-09-{day:02}T{clock}:00+07:00")
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    road = Road(engine, now=now)
    for number, hour in enumerate(("2026-09-05T23:20", "2026-09-06T00:10")):
        words = (*PARAGRAPHS, f"Tin số {number} trong ngày, viết riêng cho buổi ấy.")
        if datetime.fromisoformat(f"{hour}:00+07:00") <= now:
            road.land(f"bao-{number}", markup(paragraphs=words).replace("2026-09-04T09:00", hour))
    road.read()
    with transaction(engine) as session:
        view = today(session, now)
        assert view.day == date(2026, 9, day)
        assert [hit.source_id for hit in view.articles.hits] == [f"bao-{day - 5}"]
        assert search(session, Query("dân vận", date_from=view.day, date_to=view.day)).total == 1
        assert [entry.day.day for entry in view.week][-1] == day
        assert sum(entry.core + entry.related for entry in view.week[-1:]) == 1
    assert day_start(view.day).utcoffset() == timedelta(hours=7)
    assert day_start(view.day).astimezone(HANOI).date() == view.day
    config = Settings.model_validate({"web_password": None})
    with TestClient(create_app(str(engine.url), config, lambda: now), base_url="http://127.0.0.1") as client:
        assert f"{day:02}/09/2026" in client.get("/").text
    engine.dispose()
