"""A paper's own page, switching it on and off, probing it now; what 404 and 422 say."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from danvan.web import sources
from danvan.web.app import create_app
from foundation.settings import settings as read_settings
from models import names
from models.database import transaction
from models.desk.changes import changes_of
from models.landing.bodies import packed
from models.read_only import reading
from models.tables import PageRow
from models.views.sources_page import source_page
from tests.crawlers.loopback_paper import ONE, article, feed, listing, open_paper
from tests.web.archive import NOW, Builder
from tests.web.office import PLAIN
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
        "Trang lưu sau cùng",
        "Các lượt chạy gần đây",
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


GOOD = article("Nghe dân").replace(
    "<head>", '<head><meta property="article:published_time" content="2026-11-20T08:00:00+07:00">'
)
SHELL = "<html><head><title>Nghe dân ở xã</title></head><body><h1>Nghe dân ở xã</h1><div></div></body></html>"


def keep(session: Session, key: str, body: str, *, minutes: int) -> None:
    content = body.encode()
    url = f"https://baodanang.example/{key}.htm"
    fields = {"source_id": "baodanang", "key": key, "url": url, "final_url": url, "status": 200, "headers": {}}
    at = NOW - dt.timedelta(minutes=minutes)
    sha = hashlib.sha256(content).hexdigest()
    session.add(PageRow(**fields, hint={}, body=packed(content), body_sha256=sha, fetched_at=at, read_state="read"))


def test_the_last_good_page_stands_beside_the_one_stored_last(engine: Engine) -> None:
    with transaction(engine) as session:
        held = Builder(session).article("Nghe dân", "Chữ của bài.", source="baodanang", published="2026-11-20 08:00")
        keep(session, held.key, GOOD, minutes=50)
    with Session(engine) as session:
        view = source_page(session, "baodanang", NOW)
        assert view is not None
        good = view.pages.good
        assert good is not None
        assert (good.title, good.status, good.article_id) == ("Nghe dân", "article", held.id)
        assert (good.size, good.letters > 300) == (len(GOOD.encode()), True)
        assert good.missing == ("sa-pô", "tác giả")
        assert view.pages.today is None, "the newest is the good one"
    with transaction(engine) as session:
        keep(session, "moi", SHELL, minutes=5)
    with Session(engine) as session:
        view = source_page(session, "baodanang", NOW)
        assert view is not None
        assert view.pages.good == good
        today = view.pages.today
        assert today is not None
        assert (today.title, today.letters, today.article_id) == ("Nghe dân ở xã", 0, None)
        assert view.pages.lost == ("nội dung", "ngày đăng")
    url = engine.url.render_as_string(hide_password=False)
    with TestClient(create_app(url, PLAIN, lambda: NOW), base_url="http://127.0.0.1") as client:
        page = text_of(client.get("/sources/baodanang").content)
    assert "So với bài đọc được, trang này mất: nội dung, ngày đăng." in page


PAPER = """\
id: bao-thu
name: Báo Thử
home: {home}/
family: onecms
feeds: [/rss/thoi-su]
sections: [/thoi-su]
"""


def test_a_paper_is_probed_now_and_one_that_is_silent_ends_in_a_sentence_in_time(
    own: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PROBE_SECONDS", 1.0)
    monkeypatch.setattr(sources, "PAGE_SECONDS", 0.5)  # less than the probe takes: it must not count against the page
    assert own.post("/sources/baothanhhoa/check", data={"form_token": "x"}).status_code == 403
    form = {"form_token": token(own)}

    def probed(home: str) -> list[tuple[str, str]]:
        (tmp_path / "sources").mkdir(exist_ok=True)
        (tmp_path / "sources" / "bao-thu.yaml").write_text(PAPER.format(home=home))
        names.forget()
        tree: Any = html.fromstring(own.post("/sources/bao-thu/check", data=form).content)
        assert "Kiểm tra vừa xong" in tree.text_content()
        (table,) = tree.xpath("//h2[.='Kiểm tra vừa xong']/following-sibling::table")
        return [(row[0].text_content(), row[1].text_content().strip()) for row in table.cssselect("tbody tr")]

    with open_paper(tmp_path) as paper, socket.create_server(("127.0.0.1", 0)) as deaf:
        silent = f"127.0.0.1:{deaf.getsockname()[1]}"
        config = own.app.state.settings  # type: ignore[attr-defined]
        allowed = (f"127.0.0.1:{paper.server.port}", silent)
        own.app.state.settings = config.model_copy(update={"allow_hosts": allowed, "crawl_delay": 0})  # type: ignore[attr-defined]
        paper.serve("/rss/thoi-su", feed(ONE))
        paper.serve("/thoi-su", listing(ONE))
        paper.serve(ONE, GOOD)
        whole = [("robots.txt", "được"), ("RSS", "được"), ("Chuyên mục", "được"), ("Bài", "được")]
        assert probed(paper.server.origin) == whole
        begun = time.monotonic()
        assert probed(f"http://{silent}") == [("robots.txt", "không được")]
        assert time.monotonic() - begun < 15


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
