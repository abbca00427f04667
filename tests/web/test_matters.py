"""Notes, marks, follow-ups and dossiers: kept by name, shown to colleagues, never overwritten silently."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from lxml import etree
from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

from danvan.web import pages
from models.database import transaction
from models.desk.changes import changes_of
from models.desk.dossiers import add_dossier
from tests.web.archive import NOW, Builder
from tests.web.office import furnish, office

BAD = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def enter(engine: Engine) -> Iterator[Callable[[str], TestClient]]:
    def fill(builder: Builder) -> None:
        builder.document("21-KH/TU", kind="Kế hoạch", issued_on="2026-11-19", reported="2026-11-20", province="38")
        builder.article("Kế hoạch gần dân", "Sáng nay trời mưa.", published="2026-11-20 07:00")

    furnish(engine, fill, An="clerk", Bình="clerk", Chi="reader")
    with office(engine) as browser:
        yield browser


def send(browser: TestClient, address: str, **form: str) -> int:
    token = re.findall(r'name="form_token" value="(\w+)"', browser.get("/dossiers").text)[0]
    answer = browser.post(address, data={"form_token": token, **form})
    return int(answer.status_code)


@pytest.mark.parametrize("kind", ["articles", "documents"])
def test_colleagues_see_notes_marks_and_what_is_done(
    enter: Callable[[str], TestClient], engine: Engine, kind: str
) -> None:
    an = enter("An")
    assert send(an, f"/{kind}/1/note", text=f"Cần hỏi lại xã. {BAD}") == 303
    assert send(an, f"/{kind}/1/marks", words=f"khen, đất đai, khen, {BAD[:20]}") == 303
    assert send(an, f"/{kind}/1/follow-up", state="given", who="Phòng Dân vận", due_on="2026-11-21") == 303
    page = enter("Chi").get(f"/{kind}/1").text
    for words in ("Cần hỏi lại xã.", "khen", "đất đai", "Đã giao", "Phòng Dân vận", "21/11/2026", "An"):
        assert words in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "Thêm ghi chú" not in page
    with transaction(engine) as session:
        acts = {one.act for one in changes_of(session, kind.removesuffix("s"), 1)}
    assert acts == {"note", "mark", "follow_up"}


def test_what_is_due_stands_on_the_first_page_until_it_is_done(enter: Callable[[str], TestClient]) -> None:
    an = enter("An")
    send(an, "/articles/1/follow-up", state="given", who="Phòng Dân vận", due_on="2026-11-21")
    assert "Việc đến hạn" in an.get("/").text
    send(an, "/articles/1/follow-up", state="done", outcome="Xã đã trả lời dân.", due_on="2026-11-21", version="1")
    assert "Việc đến hạn" not in an.get("/").text
    assert "Xã đã trả lời dân." in an.get("/articles/1").text


def test_what_is_due_beyond_what_is_shown_is_counted_and_folded(
    enter: Callable[[str], TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "DUE_SHOWN", 1)
    an = enter("An")
    send(an, "/articles/1/follow-up", state="given", due_on="2026-11-19")
    assert "việc đến hạn khác" not in an.get("/").text
    send(an, "/documents/1/follow-up", state="new", due_on="2026-11-21")
    due = an.get("/").text.partition("Việc đến hạn")[2].partition("</section>")[0]
    shown, _, folded = due.partition("1 việc đến hạn khác")
    assert ("19/11/2026" in shown, "21/11/2026" in folded) == (True, True)
    assert 'class="meta warn">19/11/2026' in shown
    assert "Kế hoạch 21-KH/TU" in folded


def test_a_follow_up_that_a_colleague_changed_is_not_overwritten(enter: Callable[[str], TestClient]) -> None:
    an, binh = enter("An"), enter("Bình")
    assert send(an, "/articles/1/follow-up", state="given", who="Phòng A") == 303
    assert send(binh, "/articles/1/follow-up", state="done", who="Phòng B") == 409
    assert "Phòng A" in an.get("/articles/1").text


def test_a_note_can_be_taken_away_and_marks_changed(enter: Callable[[str], TestClient], engine: Engine) -> None:
    an = enter("An")
    send(an, "/articles/1/note", text="Lời này sai.")
    send(an, "/articles/1/marks", words="một, hai")
    assert send(an, "/articles/1/note/1/remove") == 303
    send(an, "/articles/1/marks", words="hai, ba")
    page = an.get("/articles/1").text
    assert "Lời này sai." not in page
    assert re.findall(r'<span class="tag">(\w+)</span>', page) == ["ba", "hai"]
    with transaction(engine) as session:
        assert "Lời này sai." in [one.before for one in changes_of(session, "article", 1)]


@pytest.mark.parametrize(
    ("an", "binh", "kept"),
    [
        ("cũ, một", "cũ, hai", ["cũ", "hai", "một"]),
        ("", "cũ, hai", ["hai"]),
        ("cũ, một", "", ["một"]),
        ("cũ, một", "cũ, một", ["cũ", "một"]),
    ],
)
def test_marks_of_two_people_at_once_are_both_kept(
    enter: Callable[[str], TestClient], an: str, binh: str, kept: list[str]
) -> None:
    first, second = enter("An"), enter("Bình")
    send(first, "/articles/1/marks", words="cũ")
    shown = re.findall(r'name="seen_marks" value="([^"]*)"', second.get("/articles/1").text)
    assert shown == ["cũ"]
    send(first, "/articles/1/marks", words=an, seen_marks="cũ")
    send(second, "/articles/1/marks", words=binh, seen_marks="cũ")
    assert re.findall(r'<span class="tag">(\w+)</span>', first.get("/articles/1").text) == kept


def test_a_dossier_holds_both_and_has_a_page_an_export_and_a_feed(enter: Callable[[str], TestClient]) -> None:
    an = enter("An")
    assert send(an, "/dossiers", title=f"Đất đai {BAD}", text="Theo dõi từ tháng 11.") == 303
    assert send(an, "/articles/1/dossier", dossier="1") == 303
    assert send(an, "/documents/1/dossier", dossier="1") == 303
    assert send(an, "/documents/1/dossier", dossier="1") == 303
    page = an.get("/dossiers/1").text
    assert page.count("Bỏ ra") == 2
    assert "<script>alert" not in page
    assert "Đất đai" in an.get("/articles/1").text
    sheet = load_workbook(io.BytesIO(an.get("/dossiers/1/export.xlsx").content)).active
    assert sheet is not None
    assert {row[1] for row in sheet.iter_rows(min_row=2, values_only=True)} == {"Kế hoạch gần dân", "Kế hoạch 21-KH/TU"}
    feed = etree.fromstring(an.get("/dossiers/1/feed.atom").content)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 2
    assert send(an, "/dossiers/1/take-out", target="article", target_id="1") == 303
    assert an.get("/dossiers/1").text.count("Bỏ ra") == 1
    send(an, "/dossiers/1/close", closed="yes")
    assert "đã đóng" in an.get("/dossiers").text


def test_a_button_pressed_twice_does_its_work_once(enter: Callable[[str], TestClient]) -> None:
    an, binh = enter("An"), enter("Bình")
    for _ in range(2):
        assert send(an, "/articles/1/note", text="Đã gọi xã.") == 303
        assert send(an, "/articles/1/dossier", title="Khiếu nại") == 303
        assert send(an, "/dossiers", title="Đất đai", text="Từ tháng 11.") == 303
        assert send(an, "/articles/1/follow-up", state="given", who="Phòng", outcome="") == 303
    assert send(an, "/articles/1/follow-up", state="done", who="Phòng", outcome="") == 409
    page = an.get("/articles/1").text
    assert page.count("<p>Đã gọi xã.</p>") == 1
    assert an.get("/dossiers").text.count('<a href="/dossiers/') == 2
    send(an, "/articles/1/note", text="Xã trả lời rồi.")
    send(an, "/articles/1/note", text="Đã gọi xã.")  # again, on another day
    send(binh, "/articles/1/note", text="Đã gọi xã.")
    assert an.get("/articles/1").text.count("<p>Đã gọi xã.</p>") == 3
    send(an, "/dossiers/1/close", closed="yes")
    send(an, "/dossiers", title="Khiếu nại")
    assert an.get("/dossiers").text.count(">Khiếu nại</a>") == 2


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/articles/1/note", {"text": "Lời dài " * 700}),  # 5,600 characters: more than a note holds
        ("/articles/1/note", {"text": "Lời dài " * 900}),  # more than a field takes
        ("/articles/1/follow-up", {"state": "given", "due_on": "mai", "outcome": "Lời dài của cán bộ"}),
        ("/articles/9/follow-up", {"state": "given", "outcome": "Lời dài <của> cán bộ"}),
        ("/clipping/edit", {"from": "2026-11-20", "gist-1": "Lời dài " * 400, "remarks": "Kiến nghị của cán bộ"}),
    ],
)
def test_what_could_not_be_kept_is_given_back(
    enter: Callable[[str], TestClient], address: str, form: dict[str, str]
) -> None:
    """Pages behind a login may not be stored by a browser: going back finds an empty form."""
    an = enter("An")
    token = re.findall(r'name="form_token" value="(\w+)"', an.get("/dossiers").text)[0]
    form |= {"take-1": "on", "stories": "1"} if "gist-1" in form else {}
    answer = an.post(address, data={"form_token": token, **form})
    assert answer.status_code in {400, 422}
    given = [one.text for one in etree.HTML(answer.text).iterfind(".//textarea")]
    assert given == [form[key].strip() for key in form if key in {"text", "outcome", "gist-1", "remarks"}]
    assert token not in answer.text.partition("<main")[2]
    assert "Địa chỉ này" not in answer.text


def test_every_dossier_is_listed_however_many(enter: Callable[[str], TestClient], engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(510):
            add_dossier(session, f"Hồ sơ {number}", "", by="An", now=NOW + timedelta(minutes=number))
    page = enter("An")
    assert page.get("/dossiers").text.count('<a href="/dossiers/') == 510
    assert ">Hồ sơ 0</option>" in page.get("/articles/1").text


def test_a_new_dossier_can_be_opened_where_something_is_read(enter: Callable[[str], TestClient]) -> None:
    an = enter("An")
    assert send(an, "/articles/1/dossier", title="Hồ sơ mở tại chỗ") == 303
    assert "Kế hoạch gần dân" in an.get("/dossiers/1").text


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/articles/1/note", {"text": "  "}),
        ("/articles/9/note", {"text": "Lời."}),
        ("/articles/1/note/9/remove", {}),
        ("/articles/1/marks", {"words": ",".join(f"nhãn {n}" for n in range(30))}),
        ("/articles/1/follow-up", {"state": "lạ"}),
        ("/articles/1/follow-up", {"state": "given", "due_on": "31/2/2026"}),
        ("/articles/1/dossier", {"dossier": "7"}),
        ("/articles/1/dossier", {}),
        ("/dossiers", {"title": " "}),
    ],
)
def test_what_cannot_be_kept_is_said(enter: Callable[[str], TestClient], address: str, form: dict[str, str]) -> None:
    assert send(enter("An"), address, **form) == 400


@pytest.mark.parametrize(
    "address", ["/articles/1/note", "/articles/1/marks", "/articles/1/dossier", "/documents/1/follow-up"]
)
def test_readers_and_strange_forms_change_nothing(enter: Callable[[str], TestClient], address: str) -> None:
    chi, an = enter("Chi"), enter("An")
    assert chi.post(address, data={"form_token": "x"}).status_code == 403
    assert an.post(address, data={"text": "Lời."}).status_code == 403
