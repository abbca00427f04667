"""Papers that change, fall silent or repeat each other, seen from the operator's and the reader's side (39–53)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from foundation.settings import Settings
from models.database import transaction
from models.runs.health import SourceHealth, health
from models.runs.ledger import SourceOutcome, finish_source
from models.search import Query, search
from models.tables import ArticleRow, DocumentRow, UrlRow
from notifications.digest_queue import send_digest
from notifications.outbox import announce
from tests.botapi.server import running
from tests.botapi.state import BotApi
from tests.faults.papers import Press, front, now
from tests.faults.road import NOW, PAPERS, PARAGRAPHS, Road, markup
from tests.faultserver import response
from tests.notifications.conftest import FastClock, Office


def test_39_a_list_without_links_is_broken_the_same_day(press: Press) -> None:
    press.paper("bao-thu", 1, 2, 3)
    assert press.run("bao-thu").sources[0].status == "ok"
    press.server.answers["/dan-van"] = response(front([1, 2, 3]).replace("<a href", "<span data-href"))
    (source,) = press.run("bao-thu").sources
    assert source.status == "broken"
    assert source.needs_a_person
    told = press.to_operator()
    assert "bao-thu" in told
    assert "/dan-van" in told
    press.run("bao-thu")
    assert press.to_operator() == told, "told again although nothing changed: the daily look repeats it"


def state_of(road: Road) -> SourceHealth:
    with transaction(road.engine) as session:
        finish_source(session, road.run, SourceOutcome("bao-0", "ok", ""), now=road.now)
        return next(state for state in health(session, PAPERS, road.now) if state.source_id == "bao-0")


def print_a_day(road: Road, day: int, body: tuple[str, ...]) -> None:
    words = tuple(f"{words} Ghi ở ngày thứ {day}." for words in body)
    page = markup(f"Dân vận khéo, chuyện thứ {day} ở xã Mẫu", words)
    road.land("bao-0", page.replace("2026-09-04", road.now.date().isoformat()), key=str(day))
    road.read()
    road.later(days=1)


def test_40_texts_that_shrink_to_teasers_are_flagged(engine: Engine) -> None:
    road = Road(engine)
    for day in range(12):
        print_a_day(road, day, PARAGRAPHS)
    assert not state_of(road).needs_a_person
    for day in range(12, 20):
        print_a_day(road, day, ("Mời bạn đọc xem tiếp chuyện dân vận ở xã Mẫu.",))
    state = state_of(road)
    assert (state.status, state.needs_a_person) == ("broken", True)
    assert "mẫu trang của báo có thể đã đổi" in state.sentence


def test_42_green_runs_without_an_article_are_a_silence(engine: Engine) -> None:
    road = Road(engine)
    for day in range(14):
        print_a_day(road, day, PARAGRAPHS)
    assert state_of(road).concerns == (), "the morning after the last article is no silence"
    road.later(days=1)
    state = state_of(road)
    assert (state.label, state.needs_a_person) == ("im lặng", True)
    assert "ngày nào cũng có bài" in state.sentence


@pytest.fixture
def office(engine: Engine) -> Iterator[tuple[Office, BotApi]]:
    api = BotApi(limits=False)
    with running(api) as url:
        config = Settings.model_validate({"telegram_token": api.token, "telegram_base_url": url, "admin_chat": None})
        made = Office(engine, config)
        made.clock = FastClock(start=NOW)
        yield made, api


def test_44_one_story_in_twenty_papers_is_one_cluster_one_alert(engine: Engine, office: tuple[Office, BotApi]) -> None:
    room, api = office
    room.chat(7)
    road = Road(engine)
    said = " ".join(f"Việc thứ {number} là gặp dân ở thôn {number * 7}, nghe và ghi lại." for number in range(40))
    for number in range(20):
        first = f"Sáng nay, phóng viên báo số {number} có mặt ở hội trường xã Mẫu cùng hơn {number + 30} đại biểu."
        page = markup(f"Tin riêng số {number}: xã Mẫu bàn chuyện lòng dân", (first, PARAGRAPHS[0], said))
        road.land(f"bao-{number}", page)
        assert road.read(announce).alerts_queued == (1 if number == 0 else 0)
    room.deliver()
    room.clock.skip(minutes=3)
    room.deliver()
    (sent,) = api.of(7)
    assert "báo khác" in sent.text
    with transaction(engine) as session:
        assert len(set(session.scalars(select(ArticleRow.cluster_id)))) == 1
        document = session.scalars(select(DocumentRow.id)).one()
        listed = search(session, Query(document=document, grades=("all",), limit=50))
        assert {hit.source_id for hit in listed.hits} == set(PAPERS)
        assert {hit.copies for hit in listed.hits} == {19}


def test_100_an_undated_report_of_an_undated_document_wakes_nobody_and_stands_in_the_digest(
    engine: Engine, office: tuple[Office, BotApi]
) -> None:
    room, api = office
    room.chat(7)
    room.chat(8, delivery="daily", grades=["core", "related"], name="Bản tin buổi sáng")
    road = Road(engine)
    said = "Ban Thường vụ Tỉnh ủy Thanh Hóa vừa ban hành Chỉ thị số 301-CT/TU về tăng cường công tác dân vận ở xã Mẫu."
    undated = markup("Chỉ thị mới về công tác dân vận", (said, *PARAGRAPHS[1:])).replace("published_time", "section")
    road.land("bao-0", undated)
    assert road.read(announce).alerts_queued == 0
    with transaction(engine) as session:
        document = session.scalars(select(DocumentRow)).one()
        assert (document.symbol, document.announced_at) == ("301-CT/TU", None)
    morning = NOW + timedelta(hours=23)
    send_digest(engine, room.settings, date(2026, 9, 6), morning)
    room.clock.skip(minutes=60 * 23)
    room.deliver()
    assert api.of(7) == []
    told = " ".join(sent.text for sent in api.of(8))
    assert "301-CT/TU" in told
    assert "chưa rõ ngày" in told
    road.later(hours=30)
    road.land("bao-1", markup("Thanh Hóa có chỉ thị mới", (said,)).replace("2026-09-04", "2026-09-06"))
    assert road.read(announce).alerts_queued == 1, "a second paper, which prints its day, proves it new"


@pytest.mark.parametrize(("window", "stands"), [(30, False), (300, True)])
def test_100_the_digest_asks_how_old_news_may_be(
    engine: Engine, office: tuple[Office, BotApi], window: int, *, stands: bool
) -> None:
    """Nobody says when, but the text names last year: whether that is news says DANVAN_ALERT_WINDOW_DAYS."""
    room, api = office
    room.chat(8, delivery="daily", grades=["core", "related"], name="Bản tin buổi sáng")
    said = "Ban Thường vụ Tỉnh ủy Thanh Hóa vừa ban hành Chỉ thị số 301-CT/TU về công tác dân vận năm 2025 ở xã Mẫu."
    road = Road(engine)
    road.land("bao-1", markup("Chỉ thị mới về công tác dân vận", (said,)).replace("published_time", "section"))
    road.read(announce)
    settings = room.settings.model_copy(update={"alert_window_days": window})
    send_digest(engine, settings, date(2026, 9, 6), NOW + timedelta(hours=23))
    room.clock.skip(minutes=60 * 23)
    room.deliver()
    assert ("301-CT/TU" in " ".join(sent.text for sent in api.of(8))) == stands


def test_100_a_date_of_its_own_proves_a_document_new(engine: Engine) -> None:
    road = Road(engine)
    road.land("bao-0", markup().replace("published_time", "section"))
    road.read()
    assert len(road.told) == 1


SHELL = "<!DOCTYPE html><html><head><title>Báo Thử</title></head><body><div id='app'></div></body></html>"


def test_96_new_pages_all_without_content_are_broken_the_same_day_and_due_again(press: Press) -> None:
    press.paper("bao-thu", 1)
    assert press.run("bao-thu").sources[0].status == "ok"
    press.paper("bao-thu", 1, 2, 3, 4)
    for number in (2, 3, 4):
        press.server.answers[f"/dan-van-kheo-{100 + number}.html"] = response(SHELL.replace("Thử", f"Thử {number}"))
    result = press.run("bao-thu")
    (source,) = result.sources
    assert (source.status, source.needs_a_person) == ("broken", True)
    assert "không đọc được nội dung" in press.to_operator()
    with transaction(press.engine) as session:
        rows = session.scalars(select(UrlRow).where(UrlRow.state == "failed")).all()
    assert len(rows) == 3
    assert all(row.retry_at is not None for row in rows)


MISSING = "<html><head><title>Báo Thử</title></head><body><h1>Báo Thử</h1><p>Nội dung không tồn tại.</p></body></html>"


@pytest.mark.parametrize("kind", ["gone", "duplicate"])
def test_89_one_page_in_place_of_all_new_ones_is_told_and_they_are_asked_again(press: Press, kind: str) -> None:
    press.paper("bao-thu", 1)
    press.run("bao-thu")
    first = press.server.answers["/dan-van-kheo-101.html"]
    press.paper("bao-thu", 1, 2, 3, 4)
    for number in (2, 3, 4):
        press.server.answers[f"/dan-van-kheo-{100 + number}.html"] = first if kind == "duplicate" else response(MISSING)
    (source,) = press.run("bao-thu").sources
    assert (source.status, source.states) == ("broken", {"known": 1, kind: 3})
    assert "3 trang mới gần đây nhất, trang nào cũng không có bài của mình" in press.to_operator()
    with transaction(press.engine) as session:
        rows = session.scalars(select(UrlRow).where(UrlRow.state == kind)).all()
        assert all(row.retry_at and row.retry_at > now() + timedelta(hours=19) for row in rows)


def test_96_a_single_new_page_is_shown_at_once_and_told_when_a_second_look_is_no_better(press: Press) -> None:
    """Case 506: a page that sends to itself for the sake of a cookie, alone on its day."""
    press.paper("bao-thu", 1)
    press.server.answers["/dan-van-kheo-101.html"] = response("", 302, {"Location": "/dan-van-kheo-101.html"})
    (source,) = press.run("bao-thu").sources
    assert (source.status, source.unsure) == ("broken", True)
    assert "1 trang mới gần đây nhất" in source.message
    assert "chuyển hướng về chính nó" in source.message
    assert press.to_operator() == "", "it may be an accident"
    with transaction(press.engine) as session:
        for row in session.scalars(select(UrlRow)):
            row.first_seen_at, row.retry_at = now() - timedelta(minutes=61), now()
    press.run("bao-thu")
    assert press.to_operator().count("không đọc được nội dung") == 1
    press.paper("bao-thu", 1, 2)
    press.server.answers["/dan-van-kheo-101.html"] = response(SHELL)
    assert press.run("bao-thu").sources[0].status == "ok", (
        "where one new page is an article, one that is none is no news"
    )


def test_96_a_film_alone_is_no_fault_and_a_day_of_nothing_else_is(engine: Engine) -> None:
    road = Road(engine)
    film = SHELL.replace("</head>", "<meta property='og:type' content='video'></head>")
    road.land("bao-0", film, key="phim")
    road.read()
    assert state_of(road).status != "broken"
    for number in range(4):
        road.land("bao-0", film.replace("Thử", f"Thử {number}"), key=f"phim-{number}")
    road.read()
    assert "đều không có bài" in state_of(road).sentence


PARTIAL = markup("Dân vận khéo ở xã Mẫu", PARAGRAPHS[:1])
BESIDE = "".join(f"<p>{words * 3}</p>" for words in PARAGRAPHS[1:])


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (SHELL.replace("<div", "<script src='a.js'></script><div"), "cần trình duyệt"),
        ("<p>" + "a" * 1_100_000, "quá nặng"),
        (markup() + "<div class='khac'>" + BESIDE + "</div>", "có thể thiếu đoạn"),
    ],
    ids=["needs a browser", "too heavy", "partial"],
)
def test_94_95_104_a_doubt_about_pages_has_a_line_of_its_own_and_says_what_to_do(
    engine: Engine, page: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    selectors = {"body": (".inner",)} if "thiếu" in words else {}
    own = PAPERS["bao-0"].model_copy(update={"selectors": PAPERS["bao-0"].selectors.model_copy(update=selectors)})
    road = Road(engine)
    for day in range(6):
        print_a_day(road, day, PARAGRAPHS)
    assert len(state_of(road).lines) == 1
    monkeypatch.setitem(PAPERS, "bao-0", own)
    road.land("bao-0", page, key="la")
    road.read()
    state = state_of(road)
    assert len(state.lines) == 2
    assert words in state.lines[1]
    assert "Hãy" in state.lines[1]
    assert "bai-la.html" in state.lines[1]
    assert not state.needs_a_person, "one of many"
    for number in range(2):
        road.land("bao-0", page.replace("<p>", f"<p>{number}"), key=f"la-{number}")
        road.land("bao-0", page.replace("<head>", f"<head><!--{number}-->"), key=f"la-{number}")
    road.read()
    state = state_of(road)
    assert state.needs_a_person
    assert state.status == ("ok" if "thiếu" in words else "broken")


def test_96_the_day_of_such_pages_is_not_well_though_the_next_run_finds_nothing_new(engine: Engine) -> None:
    road = Road(engine)
    print_a_day(road, 0, PARAGRAPHS)
    road.later(days=1)
    for number in range(3):
        road.land("bao-0", SHELL.replace("Thử", f"Thử {number}"), key=f"vo-{number}")
    road.read()
    road.later(hours=1)
    state = state_of(road)
    assert (state.status, state.needs_a_person) == ("broken", True)
    assert "3 trang mới" in state.sentence


HOSTILE = "Dân vận &lt;script&gt;alert(1)&lt;/script&gt; &lt;a href='javascript:x'&gt;khéo&lt;/a&gt;"


def test_51_script_on_a_paper_is_text_in_alert_and_digest(engine: Engine, office: tuple[Office, BotApi]) -> None:
    room, api = office
    room.chat(7)
    room.chat(8, delivery="daily", grades=["core", "related"])
    road = Road(engine)
    body = (PARAGRAPHS[0], "Bà con nói: &lt;img src=x onerror=alert(1)&gt; công tác dân vận.", PARAGRAPHS[2])
    spoilt = markup(HOSTILE, body).replace(
        "</body>", "<script>document.title='x'</script><iframe src='//x'></iframe></body>"
    )
    road.land("bao-0", spoilt.replace("<p>Ngày", "<p onclick='alert(2)' style='x'>Ngày"))
    road.read(announce)
    send_digest(engine, room.settings, NOW.date() + timedelta(days=0), room.clock())
    room.deliver()
    title = "Dân vận <script>alert(1)</script> <a href='javascript:x'>khéo</a>"
    (alert,), (digest,) = api.of(7), api.of(8)
    assert "17-NQ/TU" in alert.text
    assert title in digest.text, "shown as the text it is"
    text = road.articles()["bao-0"].text
    assert "<img src=x onerror=alert(1)>" in text
    assert not {"document.title", "alert(2)", "iframe"} & set(text.split())
    assert NOW.date() == date(2026, 9, 5)
