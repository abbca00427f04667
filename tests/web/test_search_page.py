"""The search page: stories folded, words marked whole, a panel that keeps what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from models.search.query import parse
from models.search.snippets import shown
from tests.web.archive import Builder
from tests.web.office import office as opened
from tests.web.office import small_archive

PAPERS = ("baothanhhoa", "baonghean", "baohatinh")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(small_archive(tmp_path_factory.mktemp("folded"), _fill)) as enter:
        yield enter("")


def _fill(builder: Builder) -> None:
    for number in range(25):
        story = None
        for hour, paper in enumerate(PAPERS):
            article = builder.article(
                f"Dân vận khéo, chuyện số {number}", source=paper, province=("38", "40", "42")[hour],
                published=f"2026-11-{1 + number % 19:02d} {8 + hour:02d}:{number:02d}", topics=("dan_van_kheo",),
                cluster_id=story,
            )  # fmt: skip
            story = story or article.id
            article.cluster_id = story
    builder.document("138-KH/TU", kind="Kế hoạch", issued_on="2026-11-01", province="38", title="dân chủ ở cơ sở")


def page(client: TestClient, query: str) -> Any:
    answer = client.get(f"/search?{query}")
    assert answer.status_code == 200
    return html.fromstring(answer.content)


def text_of(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def test_a_story_of_three_papers_is_one_hit_on_every_page(office: TestClient) -> None:
    first, second = (page(office, f"q=dan+van+kheo&page={number}") for number in (1, 2))
    titles = [one.text_content() for tree in (first, second) for one in tree.cssselect(".hit h3")]
    assert len(titles) == len(set(titles)) == 25
    assert "75 tin, trang 1/2" in text_of(first)
    assert "cùng đưa: Báo Thanh Hóa, Báo Nghệ An" in text_of(first.cssselect(".hit")[0])
    assert not second.cssselect("a[rel=next]")
    assert len(page(office, "q=dan+van+kheo&sort=best").cssselect(".hit")) == 20
    answer = office.get("/api/search?q=dan+van+kheo").json()
    assert (answer["total"], answer["stories"], len(answer["hits"][0]["also"])) == (75, 25, 2)


@pytest.mark.parametrize(
    ("words", "title", "marked"),
    [
        ("dan van kheo", "Nhân dân vui vì dân vận khéo", ["dân vận khéo"]),
        ("dân vận thanh hóa", "Thanh Hóa: dân vận, đưa nhân dân vào việc", ["Thanh Hóa", "dân vận"]),
        ("ke hoach 138", "Kế hoạch số 138 về hoạch định", ["Kế hoạch", "138"]),
        ("dan", "Nhân dân", ["dân"]),
        ("kheo dan", "Dân vận khéo", ["Dân", "khéo"]),
        ("dan van", "Vận động. Dân. Vận tải", ["Vận", "Dân", "Vận"]),
    ],
)
def test_words_are_marked_whole(words: str, title: str, marked: list[str]) -> None:
    pieces, _ = shown(title, "", "", parse(words))
    assert [piece.text for piece in pieces if piece.hit] == marked
    assert "".join(piece.text for piece in pieces) == title


def test_the_snippet_knows_the_words_of_the_title() -> None:
    _, snippet = shown("Dân vận khéo", "Nhân dân đồng tình.", "", parse("dan van"))
    assert not [piece for piece in snippet if piece.hit]


def test_the_panel_stays_open_and_keeps_every_choice(office: TestClient) -> None:
    query = "q=dan+van&province=38&province=Nghe+An&source=Báo+Hà+Tĩnh&topic=dan_van_kheo&from=01/11/2026&to=2026-11-19"
    tree = page(office, query)
    assert tree.cssselect("details.filters")[0].get("open") is not None
    form = tree.cssselect(".filterform")[0]
    kept = [(one.get("name"), one.get("value")) for one in form.cssselect("input[checked]")]
    assert kept == [("province", "38"), ("province", "40"), ("source", "baohatinh"), ("topic", "dan_van_kheo")]
    days = {one.get("name"): one.get("value") for one in form.cssselect("input[type=date]")}
    assert days == {"from": "2026-11-01", "to": "2026-11-19"}
    assert tree.cssselect("a.tag.all")[0].get("href") == "/search?q=dan+van"
    assert not page(office, "q=dan+van").cssselect("details.filters[open]")


def test_a_facet_adds_to_what_is_chosen_and_takes_away_again(office: TestClient) -> None:
    tree = page(office, "q=dan+van&province=38&province=40")
    links = {one.text: one.get("href") for one in tree.cssselect(".facets a")}
    assert links["Nghệ An ✕"] == "/search?q=dan+van&province=38"
    assert links["Dân vận khéo"] == "/search?q=dan+van&province=38&province=40&topic=dan_van_kheo"


def test_what_is_typed_is_suggested(office: TestClient) -> None:
    tree = page(office, "")
    provinces = [one.get("value") for one in tree.cssselect("#goi-y-tinh option")]
    assert {"Thanh Hóa", "Hà Giang"} <= set(provinces)
    assert "Báo Nghệ An" in [one.get("value") for one in tree.cssselect("#goi-y-bao option")]
    found = office.get("/api/suggestions?q=138 kế").json()["documents"]
    assert found == [{"symbol": "138-KH/TU", "said": "Kế hoạch · Thanh Hóa · dân chủ ở cơ sở"}]
    assert office.get("/api/suggestions?q=%00%00").json() == {"documents": []}


def test_a_paper_that_nobody_knows_is_said(office: TestClient) -> None:
    assert "Không có báo nào tên “Báo Trên Trời”" in text_of(page(office, "source=Báo Trên Trời"))


def test_no_path_is_taken_for_a_paper(office: TestClient) -> None:
    assert "Không có báo nào tên “../../analysis/data/worth”" in text_of(
        page(office, "source=../../analysis/data/worth")
    )
