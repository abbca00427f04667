"""The page of documents: what its filters find, what stands first, and its files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree, html
from starlette.testclient import TestClient

from analysis.text import search_key
from tests.web.archive import Builder
from tests.web.office import PLAIN, new_plan, small_archive
from tests.web.office import office as opened

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    url = small_archive(tmp_path_factory.mktemp("documents"), _fill)
    with opened(url, PLAIN.model_copy(update={"public_url": "https://danvan.example"})) as enter:
        yield enter("")


def test_each_kind_stands_once_in_the_choice_by_the_alphabet(office: TestClient) -> None:
    """Misprinted codes (QDi, CTR) are no choices: what they were printed for is stored under its own code."""
    kinds = [(one.text or "") for one in html.fromstring(office.get("/documents").text).cssselect("[name=kind] option")]
    names = [one.rpartition(" (")[0] for one in kinds[1:]]
    assert names == sorted(set(names), key=search_key)
    assert {"Nghị quyết (NQ)", "Quy định (QĐi)"} <= set(kinds)


def test_days_in_the_wrong_order_are_said(office: TestClient) -> None:
    page = office.get("/documents?from=2026-12-01&to=2026-01-01").text
    assert "Ngày cuối (01/01/2026) đứng trước ngày đầu (01/12/2026)." in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_of_no_year_of_ours_is_left_out_with_a_note(office: TestClient, day: str) -> None:
    answer = office.get(f"/documents?from={day}&to={day}&since={day}")
    assert (answer.status_code, answer.text.count("không phải là ngày")) == (200, 3)


def _fill(builder: Builder) -> None:
    def made(symbol: str, kind: str, day: str, title: str, **more: Any) -> Any:
        return builder.document(symbol, kind=kind, issued_on=day, reported=day, title=title, **more)

    central, first = new_plan(builder)
    made("12-CĐ/UBND", "Công điện", "2026-11-19", "ứng phó triều cường", province="96", issuer="UBND tỉnh Cà Mau")
    made("40-NQ/TW", "Nghị quyết", "2026-11-16", "về kinh tế biển", issuer="Ban Chấp hành Trung ương")
    old = made("07-KH/TU", "Kế hoạch", "2026-08-20", "công tác dân vận năm 2026", province="17", place="Hòa Bình")
    builder.document("25-NQ/TW", kind="Nghị quyết", issued_on="2013-06-03", title="về công tác dân vận")
    builder.link(old, central, first)
    for number in range(40):
        made(f"{number + 1}-TB/UBND", "Thông báo", "2026-09-01", f"lịch cắt nước số {number}", province="40")


def tree_of(content: bytes) -> Any:
    return html.fromstring(content)


def listed(client: TestClient, query: str = "") -> tuple[list[str], list[str]]:
    answer = client.get(f"/documents?{query}")
    assert answer.status_code == 200, answer.text[:300]
    tree = tree_of(answer.content)
    symbols = [one.text for one in tree.cssselect("main > ul.docs .symbol")]
    return symbols, [one.text for one in tree.cssselect("details.folded .symbol")]


def test_what_is_worth_reading_stands_first_the_centre_before_provinces_and_the_rest_is_folded(
    office: TestClient,
) -> None:
    worth, rest = listed(office)
    assert worth == ["40-NQ/TW", "138-KH/TU", "31-NQ/TW", "07-KH/TU"]
    assert rest[0] == "12-CĐ/UBND"
    assert len(rest) == 30
    assert len(listed(office, "show=rest")[0]) == 30
    assert len(listed(office, "show=rest&page=2")[0]) == 11
    text = tree_of(office.get("/documents?show=rest&page=2").content).text_content()
    assert "trang 2/2" in text


@pytest.mark.parametrize(
    ("query", "worth", "rest"),
    [
        ("kind=NQ", ["40-NQ/TW", "31-NQ/TW"], []),
        ("level=province&kind=KH", ["138-KH/TU", "07-KH/TU"], []),
        ("province=Thanh Hóa", ["138-KH/TU"], []),
        ("province=Phú Thọ", ["07-KH/TU"], []),
        ("topic=dan_chu_co_so", ["138-KH/TU"], []),
        ("since=2026-11-14", ["40-NQ/TW", "138-KH/TU"], ["12-CĐ/UBND"]),
        ("from=2026-11-17&to=18/11/2026", ["138-KH/TU"], []),
        ("carries_out=31 nq tw", ["138-KH/TU", "07-KH/TU"], []),
        ("q=138, kế hoạch, Thanh Hóa", ["138-KH/TU"], []),
        ("q=trieu cuong", [], ["12-CĐ/UBND"]),
        ("q=dân vân", [], []),
        ("q=25-NQ/TW", ["25-NQ/TW"], []),
    ],
)
def test_each_filter_finds_its_documents(office: TestClient, query: str, worth: list[str], rest: list[str]) -> None:
    assert listed(office, query) == (worth, rest)


def test_what_no_filter_can_be_is_said_and_left_out(office: TestClient) -> None:
    text = tree_of(office.get("/documents?province=Atlantis&kind=XX&carries_out=ôi&from=hôm qua").content)
    said = [one.text for one in text.cssselect(".note")]
    assert ["Atlantis" in said[0] or "Atlantis" in said[1], len(said)] == [True, 4]


def test_files_and_feed_hold_what_the_list_holds_with_links_that_work_from_a_desk(office: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(office.get("/documents.csv?since=2026-11-14").content.decode("utf-8-sig"))))
    assert [(row["Số, ký hiệu"], row["Công tác dân vận"]) for row in rows] == [
        ("40-NQ/TW", "có"),
        ("138-KH/TU", "có"),
        ("12-CĐ/UBND", "khác"),
    ]
    assert office.get("/documents.xlsx").content.startswith(b"PK")
    feed = etree.fromstring(office.get("/documents.atom").content)
    entries = feed.findall(f"{ATOM}entry")
    titles = [one.findtext(f"{ATOM}title") for one in entries]
    assert titles[:2] == ["Kế hoạch 138-KH/TU thực hiện dân chủ ở cơ sở", "Nghị quyết 40-NQ/TW về kinh tế biển"]
    links = [one.get("href") or "" for entry in entries for one in entry.findall(f"{ATOM}link")]
    assert all(link.startswith("https://danvan.example/documents/") for link in links)


def test_a_document_names_the_provinces_that_carry_it_out_and_only_a_central_one_has_a_map(office: TestClient) -> None:
    found = office.get("/api/documents?q=31-NQ/TW").json()["recent"][0]
    assert found["provinces"] == 2
    page = tree_of(office.get(f"/documents/{found['id']}").content)
    assert "2/34 tỉnh, thành phố đã triển khai: Phú Thọ, Thanh Hóa." in " ".join(page.text_content().split())
    plan = office.get("/api/documents?q=138-KH/TU").json()["recent"][0]["id"]
    (to_map,) = tree_of(office.get(f"/documents/{plan}").content).cssselect("a.button[href$='/map']")
    assert to_map.get("href") == f"/documents/{found['id']}/map", "the map of what it carries out"
    alone = office.get("/api/documents?q=triều cường").json()["rest"][0]["id"]
    assert not tree_of(office.get(f"/documents/{alone}").content).cssselect("a[href$='/map']")
    empty = tree_of(office.get(f"/documents/{plan}/map").content)
    assert "không có bản đồ" in empty.text_content()
    assert not empty.cssselect("svg.tiles")
