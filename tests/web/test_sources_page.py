"""A paper's own page, switching it on and off, probing it now; what 404 and 422 say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from crawlers import probe
from danvan.web.app import create_app
from foundation.settings import settings as read_settings
from models import names
from models.desk.changes import changes_of
from models.read_only import reading
from tests.web.archive import NOW
from tests.web.sample import Sample


def text_of(content: bytes) -> str:
    tree: Any = html.fromstring(content)
    return " ".join(tree.text_content().split())


def token(client: TestClient) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', client.get("/dossiers").text)
    assert found
    return found[1]


def test_the_living_come_first_and_each_has_a_page_of_its_own(client: TestClient) -> None:
    tree: Any = html.fromstring(client.get("/sources").content)
    shown = [one.get("href") for one in tree.cssselect("main > table a")]
    folded = [one.get("href") for one in tree.cssselect("details.folded table a")]
    assert shown
    assert folded
    assert all(names.catalogue()[one.rpartition("/")[2]].off_because is None for one in shown)
    assert "Cộng" in tree.cssselect("main > table tr.sum")[0].text_content()
    page = text_of(client.get(shown[0]).content)
    for part in (
        "Bài đọc được gần nhất",
        "Trang lỗi gần nhất",
        "Các lần chạy gần đây",
        "Kiểm tra ngay",
    ):
        assert part in page
    assert client.get("/sources/khong-co").status_code == 404


@pytest.fixture
def own(sample_url: tuple[str, Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DANVAN_HOME", str(tmp_path))
    read_settings.cache_clear()
    names.forget()
    with TestClient(create_app(sample_url[0], read_settings(), lambda: NOW), base_url="http://127.0.0.1") as client:
        yield client
    read_settings.cache_clear()
    names.forget()


def test_an_operator_switches_a_paper_off_and_on(own: TestClient, tmp_path: Path) -> None:
    form = {"form_token": token(own), "turn": "off", "reason": "báo đổi\nten"}
    page = own.post("/sources/baothanhhoa/switch", data=form)
    assert "báo đổi ten" in text_of(page.content)
    assert "enabled: false" in (tmp_path / "sources" / "baothanhhoa.yaml").read_text()
    page = own.post("/sources/baothanhhoa/switch", data={**form, "turn": "on"})
    assert "Tắt nguồn này" in text_of(page.content)
    with reading(own.app.state.engine) as session:  # type: ignore[attr-defined]
        assert [one.act for one in changes_of(session, "source", "baothanhhoa")] == ["on", "off"]


def test_a_paper_is_probed_now(own: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    step = probe.Step("robots.txt", ok=True, sentence="cho phép")
    monkeypatch.setattr(probe, "check_source", lambda source, _options: probe.ProbeReport(source.id, (step,)))
    page = own.post("/sources/baothanhhoa/check", data={"form_token": token(own)})
    assert "Kiểm tra vừa xong" in text_of(page.content)
    assert own.post("/sources/baothanhhoa/check", data={"form_token": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/articles/999999", "Trong kho không có bài số 999999."),
        ("/documents/999999", "Trong kho không có văn bản số 999999."),
        ("/sources/khong-co", "Trong kho không có nguồn báo mang mã khong-co."),
        ("/articles/không", "số bài phải là số nguyên, không phải “không”"),
        ("/search?page=0", "số trang không được nhỏ hơn 1"),
        ("/documents?level=xã", "cấp ban hành chỉ nhận"),
        ("/trang-lạ", "Không có trang này."),
    ],
)
def test_a_refusal_says_in_words_what_it_did_not_like(client: TestClient, address: str, said: str) -> None:
    answer = client.get(address)
    assert answer.status_code in {404, 422}
    assert said in text_of(answer.content)


def test_the_outbox_says_which_document_by_which_rule(client: TestClient) -> None:
    page = text_of(client.get("/outbox").content)
    assert "-CTr/TU" in page
    assert "Vì sao" in page


def test_pages_are_packed(client: TestClient) -> None:
    answer = client.get("/documents", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
