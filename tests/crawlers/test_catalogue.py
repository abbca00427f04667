"""The catalogue: what a file may say, and how a bad one is refused while the others load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from crawlers.catalogue import Catalogue, load_catalogue, load_families, minimal_yaml
from crawlers.keys import canonical_key, is_article_url, is_excluded, is_listing_url
from crawlers.marked_yaml import MarkedYaml
from crawlers.own_files import SOURCES
from crawlers.source import Source
from foundation.errors import ConfigurationError, UnknownSourceError
from models.names import paper as paper_name

ACTIVE_PROVINCES = 34
MINIMAL = """\
id: {id}
name: Báo Mẫu
home: http://127.0.0.1:8123/
family: pbody
sections:
  - /thoi-su
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


def test_every_bundled_file_is_right(catalogue: Catalogue) -> None:
    assert catalogue.problems == ()
    assert len(catalogue.sources) == 60


def test_every_bundled_file_is_named_by_its_paper(catalogue: Catalogue) -> None:
    assert {path.stem: paper_name(path.stem) for path in SOURCES.glob("*.yaml")} == {
        source.id: source.name for source in catalogue.sources.values()
    }


def test_every_province_has_a_paper_that_publishes(catalogue: Catalogue) -> None:
    papers = [s for s in catalogue.sources.values() if s.level == "provincial_paper"]
    assert len({s.province for s in papers}) == ACTIVE_PROVINCES
    without = {s.province for s in papers} - {s.province for s in papers if s.enabled}
    assert without == {"20"}, "only Lạng Sơn is off: its robots.txt shuts crawlers out"


def test_what_is_off_says_why(catalogue: Catalogue) -> None:
    off = {s.id: s.off_because for s in catalogue.sources.values() if not s.enabled}
    assert "robots.txt" in (off["baolangson"] or "")
    assert all(off.values())
    assert all(s.off_because is None for s in catalogue.enabled())


def test_nothing_claims_to_have_been_probed(catalogue: Catalogue) -> None:
    assert {s.probed for s in catalogue.sources.values()} == {None}
    assert {s.evidence for s in catalogue.sources.values()} == {"A", "B", "C"}


def test_every_source_has_a_way_in(catalogue: Catalogue) -> None:
    sure = {s.id: s.sections or [feed for feed in s.feeds if not feed.guessed] for s in catalogue.enabled()}
    assert [name for name, ways in sure.items() if not ways] == []


def test_examples_of_every_source_are_judged_right(catalogue: Catalogue) -> None:
    for source in catalogue.sources.values():
        for url in source.url_examples:
            assert is_article_url(url, source), url
            assert canonical_key(url, source).startswith(source.id + ":"), url
        for url in source.non_article_examples:
            assert not is_article_url(url, source), url
        for section in source.sections:
            url = source.url(section.path)
            assert is_excluded(url, source) is None, url
            assert is_listing_url(url, source), url
            assert not is_article_url(url, source), url


def test_the_two_named_papers(catalogue: Catalogue) -> None:
    thanh_hoa, quang_ninh = catalogue.get("baothanhhoa"), catalogue.get("baoquangninh")
    assert (thanh_hoa.province, thanh_hoa.family, thanh_hoa.body_may_be_hidden) == ("38", "pbody", True)
    assert [f.url for f in thanh_hoa.feeds if not f.guessed] == [
        "https://baothanhhoa.vn/rss/thoi-su.xml",
        "https://baothanhhoa.vn/rss/phap-luat.xml",
        "https://baothanhhoa.vn/rss/kinh-te.xml",
    ]
    assert (quang_ninh.province, quang_ninh.family, quang_ninh.feed_index) == ("22", "mediatech", "/rss")
    assert "https://baoquangninh.vn/rss/news/xay-dung-dang.rss" in [f.url for f in quang_ninh.feeds]
    assert "/hoc-lam-theo-bac" in [s.path for s in quang_ninh.sections]


def test_a_url_finds_its_paper(catalogue: Catalogue) -> None:
    owners = {
        "http://www.baoquangninh.vn/x-1.html": "baoquangninh",
        "https://baoquangninh.com.vn/chinh-tri/202010/x-2506876/": "baoquangninh",
        "https://phuyen.baodaklak.vn/": "phuyen-baodaklak",
        "https://m.mattran.org.vn/hoat-dong/x-46909.html": "mattran",
    }
    for url, owner in owners.items():
        source = catalogue.of_url(url)
        assert source is not None
        assert source.id == owner
    assert catalogue.of_url("https://example.org/") is None


def test_a_minimal_file_is_enough(write: Callable[[str, str], Path]) -> None:
    path = write("mau.yaml", MINIMAL.format(id="mau"))
    source = load_catalogue(path.parent).get("mau")
    assert source.domain == "127.0.0.1:8123"
    assert source.url("/thoi-su") == "http://127.0.0.1:8123/thoi-su"
    assert source.selectors.body[0] == "#dcontent"
    assert is_article_url("http://127.0.0.1:8123/thoi-su/bai-mau/12.htm", source)


def test_own_files_win_over_bundled_ones(write: Callable[[str, str], Path]) -> None:
    path = write("baothanhhoa.yaml", MINIMAL.format(id="baothanhhoa"))
    assert load_catalogue(path.parent).get("baothanhhoa").domain == "127.0.0.1:8123"


# (what is wrong in the file, the line it stands on, words of the message)
BAD_FILES = [
    (MINIMAL.format(id="a") + "feedz:\n  - /rss\n", 7, "không có khóa “feedz”, có phải “feeds”?"),
    (MINIMAL.format(id="a") + "feeds:\n  - url: /rss\n    stauts: used\n", 9, "“stauts”, có phải “status”?"),
    (MINIMAL.format(id="a").replace("family: pbody", "family: pbodi"), 4, "“pbodi”, có phải “pbody”?"),
    (MINIMAL.format(id="a") + "article: '[0-9'\n", 7, "biểu thức chính quy sai"),
    (MINIMAL.format(id="a") + "selectors:\n  body: 'div['\n", 8, "bộ chọn CSS sai"),
    (MINIMAL.format(id="a") + "enabled: maybe\n", 7, "true hoặc false"),
    (MINIMAL.format(id="a") + "crawl_delay: soon\n", 7, "phải là một số"),
    (MINIMAL.format(id="a") + "province: Thanh Hóa\n", 7, "province"),
    (MINIMAL.format(id="a") + "province: '60'\n", 7, "không có tỉnh mã “60”"),
    (MINIMAL.format(id="a") + "name: Báo Khác\n", 7, "viết hai lần"),
    (MINIMAL.format(id="a") + "enabled: false\n", 1, "lý do"),
    ("id: a\nname: Báo Mẫu\n", 1, "“domain”"),
    ("name: Báo Mẫu\nhome: http://127.0.0.1/\n", 1, "thiếu khóa “id”"),
    ("id: a\nname: Báo Mẫu\nhome: http://[\n", 1, "địa chỉ đầy đủ"),
    ("id: a\nname: [\n", 3, "không đọc được YAML"),
    ("- một\n- hai\n", 1, "khóa: giá trị"),
]


@pytest.mark.parametrize(("text", "line", "message"), BAD_FILES)
def test_a_bad_file_is_refused_with_its_line(
    text: str, line: int, message: str, write: Callable[[str, str], Path]
) -> None:
    bad = write("sai.yaml", text)
    good = write("mau.yaml", MINIMAL.format(id="mau"))
    catalogue = load_catalogue(good.parent)
    assert "mau" in catalogue.sources, "the others load all the same"
    (problem,) = catalogue.problems
    assert (problem.path, problem.line) == (bad, line)
    assert message in str(problem)
    assert f"sai.yaml, dòng {line}: " in str(problem)


def test_a_second_file_of_one_paper_is_refused(write: Callable[[str, str], Path]) -> None:
    write("mot.yaml", MINIMAL.format(id="mau"))
    second = write("nam.yaml", MINIMAL.format(id="mau"))
    catalogue = load_catalogue(second.parent)
    (problem,) = catalogue.problems
    assert (problem.path, problem.line) == (second, 1)
    assert "mot.yaml" in str(problem)


def test_two_files_of_one_domain_are_refused(write: Callable[[str, str], Path]) -> None:
    write("mot.yaml", MINIMAL.format(id="mot"))
    second = write("nam.yaml", MINIMAL.format(id="nam"))
    (problem,) = load_catalogue(second.parent).problems
    assert problem.path == second
    assert "domain" in str(problem)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "anh.yaml").write_bytes(b"\xff\xfe\x00\x01\x80")
    (problem,) = load_catalogue(tmp_path).problems
    assert "UTF-8" in str(problem) or "YAML" in str(problem)


def test_a_missing_directory_stops_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="không có thư mục"):
        load_catalogue(tmp_path / "không có")


def test_an_unknown_source_names_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownSourceError, match="baothanhhoa"):
        catalogue.get("baothanhoa")


def test_codes_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("province: 08\nother: 04\n", encoding="utf-8")
    assert MarkedYaml(path).data == {"province": "08", "other": "04"}


def test_families_stand_on_common_rules() -> None:
    families = load_families()
    assert {"pbody", "mediatech", "onecms", "version1", "vnpt", "zce", "other"} <= set(families)
    for family in families.values():
        assert "script" in family.selectors.drop, family.name


def test_a_written_file_reads_back(tmp_path: Path) -> None:
    source = Source.model_validate(
        {
            "id": "moi",
            "name": "Báo Mới",
            "home": "https://baomoi.example/",
            "province": "38",
            "family": "zce",
            "probed": dt.date(2026, 11, 21),
            "feeds": [{"url": "/rss/home.rss", "status": "verified"}],
            "sections": ["/chinh-tri/"],
        }
    )
    (tmp_path / "moi.yaml").write_text(minimal_yaml(source), encoding="utf-8")
    again = load_catalogue(tmp_path).get("moi")
    assert (again.name, again.feeds, again.sections, again.probed) == (
        source.name,
        source.feeds,
        source.sections,
        source.probed,
    )
