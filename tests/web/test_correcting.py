"""A wrong grade, corrected on the pages, is corrected everywhere; the machine's word stays visible; undo gives it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from models.database import transaction
from models.desk.changes import changes_of
from tests.web.archive import Builder
from tests.web.office import furnish, office


@pytest.fixture
def enter(engine: Engine) -> Iterator[Callable[[str], TestClient]]:
    def fill(builder: Builder) -> None:
        builder.article("Chuyện mùa lúa", "Lúa chín vàng đồng.", published="2026-11-20 07:00", grade="none")

    furnish(engine, fill, An="clerk", Bình="clerk", Chi="reader")
    with office(engine) as browser:
        yield browser


def token(browser: TestClient, address: str = "/articles/1") -> dict[str, str]:
    page = browser.get(address).text
    found = dict(re.findall(r'name="(form_token|seen)" value="(\w+)"', page))
    assert found
    return found


def found(browser: TestClient) -> list[str]:
    hits = browser.get("/api/search?q=mùa lúa").json()["hits"]
    return [hit["grade"] for hit in hits]


def test_a_correction_is_seen_everywhere_and_undone(enter: Callable[[str], TestClient], engine: Engine) -> None:
    an = enter("An")
    assert found(an) == []
    sent = an.post("/articles/1/correct", data={**token(an), "grade": "core", "topic": ["", "dan_van_kheo"]})
    assert (sent.status_code, sent.headers["location"]) == (303, "/articles/1")
    assert found(an) == ["core"]
    page = an.get("/articles/1").text
    assert "An đã sửa lúc" in page
    assert "Máy chấm: " in page
    assert "Dân vận khéo" in page
    assert "Chuyện mùa lúa" in an.get("/clipping?date=2026-11-20").text
    an.post("/articles/1/correct", data={**token(an), "undo": "yes"})
    assert found(an) == []
    assert "An đã sửa lúc" not in an.get("/articles/1").text
    with transaction(engine) as session:
        assert [one.by for one in changes_of(session, "article", 1)] == ["An", "An"]
    an.post("/articles/1/correct", data={**token(an), "undo": "yes"})
    with transaction(engine) as session:
        assert len(changes_of(session, "article", 1)) == 2, "undo with nothing to undo leaves no line"


def test_a_list_corrects_and_leads_back_to_itself(enter: Callable[[str], TestClient]) -> None:
    an = enter("An")
    address = "/search?q=m%C3%B9a+l%C3%BAa&grade=all"
    form = {"form_token": token(an, address)["form_token"], "grade": "related", "back": address}
    sent = an.post("/articles/1/correct", data=form)
    assert sent.headers["location"] == address
    assert found(an) == ["related"]
    late = an.post("/articles/1/correct", data={**token(an, address), "seen": "0", "grade": "none"})
    assert late.status_code == 409
    assert found(an) == ["related"]
    fresh = token(an, address)
    assert an.post("/articles/1/correct", data={**fresh, "grade": "core", "back": address}).status_code == 303
    assert found(an) == ["core"]


def test_two_people_never_overwrite_each_other_silently(enter: Callable[[str], TestClient]) -> None:
    an, binh = enter("An"), enter("Bình")
    first, second = token(an), token(binh)
    an.post("/articles/1/correct", data={**first, "grade": "core"})
    late = binh.post("/articles/1/correct", data={**second, "grade": "none"})
    assert late.status_code == 409
    assert "An vừa lưu bản khác" in late.text
    assert found(binh) == ["core"]


@pytest.mark.parametrize("form", [{"grade": "lạ"}, {"grade": "core", "topic": ["lạ"], "seen": "0"}])
def test_a_grade_or_topic_that_is_none_is_said(enter: Callable[[str], TestClient], form: dict[str, str]) -> None:
    an = enter("An")
    answer = an.post("/articles/1/correct", data={"form_token": token(an)["form_token"], **form})
    assert answer.status_code == 400
    assert "lạ" in answer.text


def test_readers_correct_nothing(enter: Callable[[str], TestClient]) -> None:
    chi = enter("Chi")
    assert "Sửa mức" not in chi.get("/articles/1").text
    assert chi.post("/articles/1/correct", data={**token(enter("An")), "grade": "core"}).status_code == 403
    assert enter("An").post("/articles/999/correct", data={**token(enter("An")), "grade": "core"}).status_code in {
        400,
        403,
    }
