"""The clerk's desk for điểm báo: choose, order, reword, hand up; two people never overwrite each other silently."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import docx
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from danvan.web.clippings import chosen
from models.database import transaction
from models.desk.changes import changes_of
from models.desk.clippings import Item
from tests.web.archive import Builder
from tests.web.office import furnish, office

DAY = "2026-11-20"
ADDRESS = f"/clipping/edit?date={DAY}"
BAD = '<script>alert(1)</script>"><img src=x>'


@pytest.fixture
def enter(engine: Engine) -> Iterator[Callable[[str], TestClient]]:
    def fill(builder: Builder) -> None:
        for number, (title, topic) in enumerate(
            (("Tin một", "van_ban"), ("Tin hai", "van_ban"), ("Tin ba", "mat_tran_doan_the")), start=1
        ):
            builder.article(title, "Câu đầu của bài. Câu sau.", published=f"{DAY} 0{number}:00", topics=(topic,))

    furnish(engine, fill, An="clerk", Bình="clerk", Chi="reader")
    with office(engine) as browser:
        yield browser


def opened(browser: TestClient) -> dict[str, str]:
    """The form as a browser would send it back untouched."""
    page = browser.get(ADDRESS).text
    form = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
    form |= dict.fromkeys(re.findall(r'type="checkbox" name="([\w-]+)" checked', page), "on")
    form |= dict(re.findall(r'<input name="(order-\d+)"[^>]*value="([^"]*)"', page))
    form |= dict(re.findall(r'<textarea name="([\w-]+)"[^>]*>([^<]*)</textarea>', page))
    for name, options in re.findall(r'<select name="([\w-]+)">(.*?)</select>', page):
        form[name] = re.findall(r'value="(\w*)" selected', options)[0]
    return form


def titles(page: str) -> list[str]:
    return re.findall(r"<b>(Tin \w+)</b>", page)


def test_a_clerk_chooses_orders_and_rewords_and_hands_up(enter: Callable[[str], TestClient], engine: Engine) -> None:
    an = enter("An")
    form = opened(an)
    one, two, three = sorted(form["stories"].split(","), key=int)
    form.pop(f"take-{two}")
    form |= {f"order-{three}": "1", f"section-{three}": "cap_uy", f"gist-{three}": f"Lời của An. {BAD}"}
    form |= {f"order-{one}": "2", f"tone-{one}": "care", "remarks": "Đề nghị theo dõi."}
    saved = an.post("/clipping/edit", data=form)
    assert saved.status_code == 303
    page = an.get(saved.headers["location"]).text
    assert titles(page) == ["Tin ba", "Tin một"]
    assert "Lời của An." in page
    assert BAD not in page
    assert "cần lưu ý" in page
    assert "An chọn và sửa." in page
    file: Any = docx.Document(io.BytesIO(an.get(f"/clipping.docx?date={DAY}").content))
    texts = [one.text for one in file.paragraphs]
    assert "II. KIẾN NGHỊ, ĐỀ XUẤT" in texts
    assert "Đề nghị theo dõi." in texts
    assert "Nhận xét: cần lưu ý." in texts
    assert not [text for text in texts if "Tin hai" in text]
    with transaction(engine) as session:
        assert [(one.by, one.act) for one in changes_of(session, "clipping", f"{DAY}/{DAY}")] == [("An", "save")]
    again = opened(an)
    assert again[f"gist-{three}"].startswith("Lời của An.")
    assert f"take-{two}" not in again


def test_untouched_it_is_the_automatic_one(enter: Callable[[str], TestClient]) -> None:
    an = enter("An")
    before = an.get(f"/clipping?date={DAY}").text
    an.post("/clipping/edit", data=opened(an))
    after = an.get(f"/clipping?date={DAY}").text
    assert sorted(titles(after)) == sorted(titles(before)) == ["Tin ba", "Tin hai", "Tin một"]


def test_two_people_at_once_never_overwrite_each_other(enter: Callable[[str], TestClient]) -> None:
    an, binh = enter("An"), enter("Bình")
    first, second = opened(an), opened(binh)
    assert an.post("/clipping/edit", data=first).status_code == 303
    second["remarks"] = "Lời của Bình."
    late = binh.post("/clipping/edit", data=second)
    assert late.status_code == 409
    assert "An vừa lưu bản khác" in late.text
    assert "Lời của Bình." in late.text
    assert "Lời của Bình." not in an.get(f"/clipping?date={DAY}").text


def test_a_reader_reads_and_a_form_without_our_token_is_refused(enter: Callable[[str], TestClient]) -> None:
    chi = enter("Chi")
    assert chi.get(ADDRESS).status_code == 403
    assert "Chọn tin" not in chi.get(f"/clipping?date={DAY}").text
    an = enter("An")
    form = opened(an)
    assert chi.post("/clipping/edit", data=form).status_code == 403
    assert an.post("/clipping/edit", data=form | {"form_token": "x"}).status_code == 403
    assert enter("Bình").post("/clipping/edit", data=form).status_code == 403


@pytest.mark.parametrize(
    ("form", "items"),
    [
        ({}, []),
        (
            {"stories": "1,2", "take-2": "on", "order-2": "x", "section-2": "lạ", "tone-2": "lạ"},
            [Item(2, "cap_uy", "")],
        ),
        ({"stories": "a,1;2", "take-a": "on", "take-1;2": "on"}, []),
        (
            {"stories": "1,2", "take-1": "on", "take-2": "on", "order-1": "9", "order-2": "1"},
            [Item(2, "cap_uy", ""), Item(1, "cap_uy", "")],
        ),
    ],
)
def test_any_form_is_read(form: dict[str, str], items: list[Item]) -> None:
    assert chosen(form) == items


def test_more_days_than_a_clipping_holds_are_refused_not_cut(enter: Callable[[str], TestClient]) -> None:
    answer = enter("An").get("/clipping?from=2026-10-01&to=2026-11-20")
    assert answer.status_code == 400
    assert "Điểm báo dài nhất 31 ngày" in answer.text


def test_days_in_the_wrong_order_become_one_day(enter: Callable[[str], TestClient]) -> None:
    page = enter("An").get("/clipping/edit?from=2026-11-20&to=2020-01-01").text
    assert f"ngày {dt.date(2026, 11, 20):%d/%m/%Y}" in page
