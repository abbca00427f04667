"""What each page shows, and that its JSON twin says the same."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from analysis.places import provinces, tile_places
from danvan.web.app import create_app
from models.database import migrate, open_engine, transaction
from tests.web.archive import NOW, Builder
from tests.web.office import PLAIN
from tests.web.sample import Sample


def tree_of(content: bytes) -> Any:
    return html.fromstring(content)


def words(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return " ".join(tree_of(answer.content).find("body").text_content().split())


def every_page(sample: Sample) -> list[str]:
    return [
        "/",
        "/search",
        "/search?q=dan+van",
        "/search?q=zzzz",
        f"/articles/{sample.article}",
        f"/articles/{sample.changed}",
        "/documents",
        f"/documents/{sample.central}",
        f"/documents/{sample.central}/map",
        "/sources",
        "/runs",
        f"/runs/{sample.run}",
        "/outbox",
        "/report",
        "/report?from=2026-11-01&to=2026-11-30",
        "/report?from=2025-01-01&to=2026-11-30",
        "/clipping",
        "/clipping?from=2026-11-16&to=2026-11-20",
    ]


def test_today_shows_new_documents_before_articles(client: TestClient) -> None:
    text = words(client, "/")
    assert "Thứ Sáu, 20/11/2026" in text
    assert text.index("Văn bản mới trong tuần") < text.index("Tin hôm nay")
    assert "33-CTr/TU" in text
    assert "2 nguồn báo cần xem lại" in text


def test_the_week_is_a_plot_whose_numbers_are_the_archive_s(client: TestClient) -> None:
    tree = tree_of(client.get("/").content)
    values = [int(one.text) for one in tree.cssselect("svg.week text.value")]
    week = client.get("/api/today").json()["week"]
    assert values == [day["core"] + day["related"] for day in week]
    assert len(values) == 7
    assert all(values)


def test_search_marks_hits_offers_facets_and_files(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "dan van kheo"})
    tree = tree_of(answer.content)
    assert {one.text.lower() for one in tree.cssselect(".hit h3 mark")} == {"dân vận khéo", "dân vận"}
    links = {one.get("href") for one in tree.cssselect("a")}
    assert "/export.xlsx?q=dan+van+kheo" in links
    assert "/feed.atom?q=dan+van+kheo" in links
    assert any("province=" in (link or "") for link in links)


def test_search_says_clearly_that_nothing_was_found_and_suggests(client: TestClient) -> None:
    text = words(client, "/search?q=dân vạn khéo")
    assert "Không tìm thấy tin nào cho “dân vạn khéo”" in text
    assert "Có phải bạn tìm: dân vận khéo" in text


def test_wrong_filters_are_answered_with_a_sentence(client: TestClient) -> None:
    text = words(client, "/search?province=Atlantis&from=hôm qua")
    assert "Không có tỉnh, thành phố nào tên “Atlantis”" in text
    assert "“hôm qua” không phải là ngày" in text


def test_article_links_citations_and_shows_reasons(client: TestClient, sample: Sample) -> None:
    tree = tree_of(client.get(f"/articles/{sample.article}").content)
    (cite,) = tree.cssselect("article.text a.cite")
    assert (cite.text, cite.get("href")) == ("31-NQ/TW", f"/documents/{sample.central}")
    assert [one.text for one in tree.cssselect("article.text .why")] == ["Dân vận khéo", "công tác dân vận"]
    text = " ".join(tree.text_content().split())
    assert "Báo khác cùng đăng" in text
    assert "Báo Nghệ An" in text
    assert "Vì sao máy chấm “Trọng tâm”" in text
    assert tree.cssselect("a.button")[0].get("href").startswith("https://baothanhhoa.example/")


def test_article_text_is_whole(client: TestClient, sample: Sample) -> None:
    tree = tree_of(client.get(f"/articles/{sample.article}").content)
    shown = [p.text_content() for p in tree.cssselect("article.text > p")]
    text = client.get(f"/api/articles/{sample.article}").json()["text"]
    assert all(paragraph in shown for paragraph in text.split("\n\n"))


def test_versions_show_what_the_paper_changed(client: TestClient, sample: Sample) -> None:
    tree = tree_of(client.get(f"/articles/{sample.changed}").content)
    assert [one.text.strip() for one in tree.cssselect("del")] == ["21", "bốn"]
    assert [one.text.strip() for one in tree.cssselect("ins")] == ["12", "năm"]


def test_document_shows_identity_timeline_links_and_spellings(client: TestClient, sample: Sample) -> None:
    text = words(client, f"/documents/{sample.central}")
    for part in ("31-NQ/TW", "Ban Chấp hành Trung ương", "03/08/2026", "Được triển khai bằng", "Các cách viết đã gặp"):
        assert part in text
    provincial = words(client, f"/documents/{sample.provincial}")
    assert "Thực hiện văn bản 31-NQ/TW" in provincial


def test_map_has_a_tile_for_each_of_the_34_provinces_and_tells_reported_from_not(
    client: TestClient, sample: Sample
) -> None:
    assert set(tile_places()) == {province.code for province in provinces()}
    assert len(set(tile_places().values())) == 34
    tree = tree_of(client.get(f"/documents/{sample.central}/map").content)
    assert len(tree.cssselect(".tile")) == 34
    assert len(tree.cssselect("a.tile")) == 23
    view = client.get(f"/api/documents/{sample.central}/map").json()
    assert sum(1 for row in view["rows"] if row["links"]) == 23
    thanh_hoa = next(row for row in view["rows"] if row["code"] == "38")
    assert thanh_hoa["days_after"] == 98
    assert thanh_hoa["links"][0]["document"]["symbol"] == "20-CTr/TU"
    assert thanh_hoa["links"][0]["articles"]


def test_what_no_province_could_carry_out_has_no_map(client: TestClient, sample: Sample) -> None:
    assert "không có bản đồ" in words(client, f"/documents/{sample.provincial}/map")


def test_sources_put_the_faulty_first_with_their_reason_and_plot(client: TestClient) -> None:
    tree = tree_of(client.get("/sources").content)
    first = " ".join(tree.cssselect("tbody tr")[0].text_content().split())
    assert "hỏng" in first
    assert "Trang mục không còn đường dẫn bài nào." in first
    assert tree.cssselect("svg.spark")


def test_a_paper_that_went_blind_is_shown_though_its_last_run_was_well(tmp_path: Path) -> None:
    """An article a day for weeks, then none for six days, while every run says "ok"."""
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        builder = Builder(session)
        for name in ("baothanhhoa", "baoangiang"):
            builder.source(name, "ok", success="2026-11-20 06:10")
            for day in range(40):
                if name == "baothanhhoa" or day >= 6:
                    on = (NOW - timedelta(days=day)).strftime("%Y-%m-%d 08:00")
                    builder.article(f"Tin {name} {day}", "Nội dung.", source=name, published=on)
    with TestClient(create_app(url, PLAIN, lambda: NOW), base_url="http://127.0.0.1") as client:
        states = {one["id"]: one for one in client.get("/api/sources").json()["sources"]}
        first = " ".join(tree_of(client.get("/sources").content).cssselect("tbody tr")[0].text_content().split())
        assert "1 nguồn báo cần xem lại" in words(client, "/")
    assert (states["baothanhhoa"]["status"], states["baoangiang"]["status"]) == ("ok", "quiet")
    assert "im lặng" in first
    assert states["baoangiang"]["sentence"] in first
    assert (states["baothanhhoa"]["habit"], sum(states["baoangiang"]["daily"])) == (1.0, 22)


def test_ledger_of_a_run_adds_up(client: TestClient, sample: Sample) -> None:
    view = client.get(f"/api/runs/{sample.run}").json()
    assert sum(view["run"]["states"].values()) == view["run"]["discovered"] == view["ledger_total"]
    one = client.get(f"/api/runs/{sample.run}", params={"source": "baoangiang", "state": "new"}).json()
    assert {(line["source_id"], line["state"]) for line in one["ledger"]} == {("baoangiang", "new")}


def test_outbox_names_states_and_never_an_address(client: TestClient) -> None:
    answer = client.get("/outbox")
    assert "-100200300" not in answer.text
    assert "-100200300" not in client.get("/api/outbox").text
    assert "không gửi được" in answer.text
    assert len(client.get("/api/outbox?state=sent").json()["lines"]) == 1


def test_merged_documents_lead_to_the_one_that_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        builder = Builder(session)
        stays = builder.document("25-NQ/TW", kind="Nghị quyết", issued_on="2026-08-22")
        goes = builder.document("25-NQ/TW", kind="Nghị quyết", merged_into_id=stays.id)
        builder.article("Học tập nghị quyết", "Nghị quyết 25.", cites=((goes, "cites"),))
        ids = stays.id, goes.id
    with TestClient(create_app(url, PLAIN, lambda: NOW), base_url="http://127.0.0.1") as client:
        assert client.get(f"/documents/{ids[1]}", follow_redirects=False).headers["location"] == f"/documents/{ids[0]}"
        assert client.get(f"/api/documents/{ids[0]}").json()["articles_total"] == 1
        assert client.get("/api/search", params={"document": str(ids[0])}).json()["total"] == 1


@pytest.mark.parametrize("address", ["/", "/search", "/documents", "/sources", "/runs", "/outbox", "/report"])
def test_an_empty_archive_has_pages_that_say_so(tmp_path: Path, address: str) -> None:
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    migrate(open_engine(url))
    with TestClient(create_app(url, PLAIN, lambda: NOW), base_url="http://127.0.0.1") as client:
        text = words(client, address)
    assert re.search(r"[Cc]hưa|Không|trống", text)


def test_pages_read_the_same_from_postgresql(sample_on_postgresql: tuple[str, Sample], client: TestClient) -> None:
    url, sample = sample_on_postgresql
    other = TestClient(create_app(url, PLAIN, lambda: NOW), base_url="http://127.0.0.1")
    for address in (
        "/api/today",
        "/api/search?q=dan+van+kheo&sort=best",
        f"/api/documents/{sample.central}",
        "/api/sources",
    ):
        assert other.get(address).json() == client.get(address).json()


def test_only_vietnamese_is_shown(client: TestClient, sample: Sample) -> None:
    english = re.compile(
        r"\b(the|and|of|search|today|source|article|document|page|next|none|null|error|loading)\b", re.IGNORECASE
    )
    allowed = re.compile(r"Dân vận Monitor|Telegram|Atom|JSON|CSV|Excel|OR|danvan run|https?://\S+")
    for address in every_page(sample):
        tree = tree_of(client.get(address).content)
        for gone in tree.xpath("//script|//style|//code"):
            gone.drop_tree()
        shown = allowed.sub("", unescape(tree.find("body").text_content()))
        assert not english.findall(shown), address
        assert "None" not in shown


def test_pages_need_nothing_from_elsewhere(client: TestClient, sample: Sample) -> None:
    for address in every_page(sample):
        tree = tree_of(client.get(address).content)
        loaded = [one.get("src") or one.get("href") for one in tree.xpath("//script|//link|//img|//iframe")]
        assert all(one.startswith("/") for one in loaded), address
        assert not tree.xpath("//*[@style] | //script[not(@src)] | //*[@onclick]")


def test_errors_are_pages_that_say_what_to_do(client: TestClient) -> None:
    for address, status in (("/articles/99999", 404), ("/nowhere", 404), ("/articles/abc", 422), ("/runs/0", 422)):
        answer = client.get(address)
        assert answer.status_code == status
        assert "Về trang hôm nay" in answer.text
    assert client.get("/api/articles/99999").json() == {"error": "Trong kho không có bài số 99999."}
    assert client.get("/api/search?province=Atlantis").status_code == 400


def test_a_missing_archive_is_said_and_not_a_crash(tmp_path: Path) -> None:
    app = create_app(f"sqlite:///{tmp_path / 'none' / 'a.sqlite3'}", PLAIN, lambda: NOW)
    answer = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False).get("/")
    assert answer.status_code == 503
    assert "Chưa đọc được kho lưu trữ" in answer.text
    assert str(tmp_path) not in answer.text


@pytest.mark.parametrize(("hours", "late"), [(0, False), (48, True)])
def test_healthz_tells_a_watch_outside_when_the_harvest_is_late(
    sample_url: tuple[str, Sample], hours: int, late: bool
) -> None:
    with TestClient(
        create_app(sample_url[0], PLAIN, lambda: NOW + timedelta(hours=hours)), base_url="http://127.0.0.1"
    ) as client:
        told = client.get("/healthz").json()
    assert told == {"status": "ok", "last_harvest_at": "2026-11-20T06:09:00+07:00", "late": late}


def test_healthz_of_an_archive_without_a_harvest(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    migrate(open_engine(url))
    with TestClient(create_app(url, PLAIN, lambda: NOW), base_url="http://127.0.0.1") as client:
        assert client.get("/healthz").json() == {"status": "ok", "last_harvest_at": None, "late": True}
        assert client.head("/healthz").status_code == 200
