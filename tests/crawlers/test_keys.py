"""Which page an address means."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.catalogue import load_catalogue
from crawlers.keys import canonical_key, canonical_url, is_article_url, is_excluded, is_listing_url, month_of

SOURCES = load_catalogue().sources

# Rows of one cell each: all forms of one article.
TWINS = [
    (
        "baothanhhoa",
        "baothanhhoa:157140",
        [
            "https://baothanhhoa.vn/thoi-su/cong-tac-dan-van/157140.htm",
            "http://www.baothanhhoa.vn/thoi-su/cong-tac-dan-van/157140.htm?utm_source=zalo&fbclid=a#top",
            "https://m.baothanhhoa.vn/cong-tac-dan-van-moi-157140.htm",
            "https://baothanhhoa.vn/mot-slug-nbsp-khac-157140.htm/",
            "https://BaoThanhHoa.vn:443/cong-tac-dan-van-157140.htm",
            "https://baothanhhoa.vn/print/0a1b2c/157140.htm",
        ],
    ),
    (
        "baohaiphong",
        "baohaiphong:457674",
        [
            "https://baohaiphong.vn/mot-bai-457674.html",
            "https://baohaiphong.vn/bai-doi-ten-457674.html?amp=1",
            "https://baohaiphong.vn/print/457674.html",
            "https://baohaiphong.vn/mot-bai-457674.html/",
            "https://baohaiphong.vn/mot-bai-457674.html;jsessionid=0A1B",
            "https://baohaiphong.vn/mot-bai-457674.html;jsessionid=0A1B?sid=7",
        ],
    ),
    (
        "baocantho",
        "baocantho:196670",
        ["https://baocantho.com.vn/mot-bai-a196670.html", "https://baocantho.com.vn/print/mot-bai-a196670.html"],
    ),
    (
        "baodaklak",
        "baodaklak:3f71fbf",
        [
            "https://baodaklak.vn/chinh-tri/202503/mot-bai-3f71fbf/",
            "http://baodaklak.vn/chinh-tri/202503/mot-bai-3f71fbf",
        ],
    ),
    (
        "baolaichau",
        "baolaichau:1234",
        [
            "https://baolaichau.vn/xã-hội/mot-bai-1234",
            "http://www.baolaichau.vn/x%C3%A3-h%E1%BB%99i/mot-bai-1234/",
            "http://www.baolaichau.vn/xa%CC%83-ho%CC%A3%CC%82i/mot-bai-1234/",
        ],
    ),
    (
        "nghean-dcs",
        "nghean-dcs:231047-16570-315009",
        [
            "https://nghean.dcs.vn/vi-vn/tin/mot-”slug“--la/231047-16570-315009",
            "https://nghean.dcs.vn/vi-vn/tin/mot-%EF%BF%BDslug/231047-16570-315009",
        ],
    ),
    (
        "tapchicongsan",
        "tapchicongsan:825649",
        [
            "https://tapchicongsan.org.vn/chinh-tri-xay-dung-dang/-/2018/825649/view_content",
            "https://tapchicongsan.org.vn/web/guest/chinh-tri/-/2018/825649/mot-bai.aspx",
        ],
    ),
    ("quangninh-gov", "quangninh-gov:168690", ["https://quangninh.gov.vn/Trang/ChiTietTinTuc.aspx?nid=168690"]),
    (
        "baodienbienphu",
        "baodienbienphu:/tin-bai/chinh-tri/mot-bai",
        [
            "https://baodienbienphu.vn/tin-bai/chinh-tri/mot-bai/",
            "http://www.baodienbienphu.vn/tin-bai/chinh-tri/mot-bai?utm_medium=x",
        ],
    ),
]


@pytest.mark.parametrize(("source_id", "key", "forms"), TWINS)
def test_all_forms_of_an_article_have_one_key(source_id: str, key: str, forms: list[str]) -> None:
    assert {canonical_key(url, SOURCES[source_id]) for url in forms} == {key}


def test_two_systems_of_one_paper_number_apart() -> None:
    nghe_an = SOURCES["baonghean"]
    new, old = "https://baonghean.vn/bai-138407.html", "https://baonghean.vn/bai-post138407.html"
    assert canonical_key(new, nghe_an) != canonical_key(old, nghe_an)
    assert is_article_url(new, nghe_an)
    assert is_article_url(old, nghe_an)


def test_a_sub_site_numbers_apart() -> None:
    source = SOURCES["baoquangninh"]
    main, sub = "https://baoquangninh.vn/bai-72240.html", "https://daihoidang.baoquangninh.vn/bai-72240.html"
    assert canonical_key(main, source) != canonical_key(sub, source)


# (paper, address, word of the reason)
LEFT_OUT = [
    ("baothanhhoa", "https://baothanhhoa.vn/tag/ung-ho/", "thẻ"),
    ("baothanhhoa", "https://baothanhhoa.vn/topic/dai-hoi-114688", "chủ đề"),
    ("baothanhhoa", "https://baothanhhoa.vn/print/0a1b/239760.htm", "in"),
    ("baohaiphong", "https://baohaiphong.vn/mot-su-kien-event123.html", "sự kiện"),
    ("baohaiphong", "https://baohaiphong.vn/da-nang-ptag.html", "thẻ"),
    ("baogialai", "https://baogialai.com.vn/mot-the-tag8629.html", "thẻ"),
    ("baolaocai", "https://baolaocai.vn/tu-khoa/mot-nguoi-tag40212.html", "thẻ"),
    ("baoangiang", "https://baoangiang.com.vn/tim-kiem/APEC 2027.html", "tìm kiếm"),
    ("baoangiang", "https://baoangiang.com.vn/-podcast-mot-truyen-a498028.html", "podcast"),
    ("baonghean", "https://baonghean.vn/en/some-article-10277305.html", "dịch"),
    ("baocantho", "https://baocantho.com.vn/khmer/bai-a1.html", "dịch"),
    ("dongnai-gov", "https://dongnai.gov.vn/vi/news/savefile/tin/bai-12.html", "sao"),
    ("baoquangninh", "https://baoquangninh.vn/print/news/67850", "in"),
    ("baoquangninh", "https://baoquangninh.vn/version/mobile", "giao diện"),
    ("baoquangninh", "https://baoquangninh.vn/video/phong-su-3279038.html", "video"),
    ("baocaobang", "https://baocaobang.vn/Phongsuanh/190.bcb", "ảnh"),
    ("huengaynay", "https://huengaynay.vn/e-magazine/mot-bai-163589.html", "ảnh"),
    ("baosonla", "https://demo.baosonla.org.vn/chinh-tri/bai-51YnYvXDR.html", "tên miền phụ"),
    ("baoquangninh", "https://english.baoquangninh.vn/some-3279038.html", "tên miền phụ"),
    ("baothanhhoa", "https://facebook.com/sharer-230592.htm", "ngoài trang"),
    ("baothanhhoa", "javascript:void(0)", "http"),
    ("baothanhhoa", "https://baothanhhoa.vn/" + "a" * 2000 + "-230592.htm", "2000"),
]


@pytest.mark.parametrize(("source_id", "url", "word"), LEFT_OUT)
def test_what_is_no_article_is_left_out_with_a_reason(source_id: str, url: str, word: str) -> None:
    source = SOURCES[source_id]
    reason = is_excluded(url, source)
    assert reason is not None
    assert word in reason
    assert not is_article_url(url, source)


ARTICLES = [
    ("baothanhhoa", "https://baothanhhoa.vn/mot-nghi-quyet-hop-long-dan-226583.htm"),
    ("baosonla", "https://baosonla.vn/xay-dung-dang/mot-bai-51YnYvXDR.html"),
    ("baobacninhtv", "https://baobacninhtv.vn/mot-bai-postid409722.bbg"),
    ("baoninhbinh", "https://baoninhbinh.org.vn/mot-bai-123456789012345.html"),
    ("sggp", "https://www.sggp.org.vn/mot-bai-post123.html"),
    ("baochinhphu", "https://xaydungchinhsach.chinhphu.vn/mot-bai-119260926092000123.htm"),
    ("thainguyen-dcs", "https://thainguyen.dcs.vn/xay-dung-dang/cong-tac-tuyen-giao-va-dan-van/mot-bai-71.html"),
]


@pytest.mark.parametrize(("source_id", "url"), ARTICLES)
def test_articles_are_let_in(source_id: str, url: str) -> None:
    assert is_article_url(url, SOURCES[source_id])
    assert not is_listing_url(url, SOURCES[source_id])


LISTINGS = [
    ("baocantho", "https://baocantho.com.vn/"),
    ("baocantho", "https://baocantho.com.vn/thoi-su?p=2"),
    ("baocantho", "http://www.baocantho.com.vn/chinh-tri/xay-dung-dang/"),
    ("baosonla", "https://baosonla.vn/xay-dung-dang/trang-63.html"),
    ("nghean-dcs", "https://nghean.dcs.vn/vi-vn/chuyen-muc/dan-van-kheo/405534-193312"),
]


@pytest.mark.parametrize(("source_id", "url"), LISTINGS)
def test_listings_are_known_by_their_address(source_id: str, url: str) -> None:
    assert is_listing_url(url, SOURCES[source_id])
    assert not is_article_url(url, SOURCES[source_id])


CANONICAL = [
    ("HTTP://WWW.Baolaichau.vn:80/a/b/?b=1&utm_source=x&a=2#x", "https://baolaichau.vn/a/b?b=1&a=2"),
    ("https://báo.vn/a", "https://xn--bo-mia.vn/a"),
    ("https://xn--bo-mia.vn/a/", "https://xn--bo-mia.vn/a"),
    ("https://baolaichau.vn/a b", "https://baolaichau.vn/a%20b"),
    ("https://baolaichau.vn/a%20b", "https://baolaichau.vn/a%20b"),
    ("https://baolaichau.vn/bai.html/amp", "https://baolaichau.vn/bai.html"),
    ("https://baolaichau.vn", "https://baolaichau.vn/"),
    ("http://127.0.0.1:8123/a/", "http://127.0.0.1:8123/a"),
    ("http://localhost/a", "http://localhost/a"),
    ("http://[::1]:80/a", "http://[::1]/a"),
]


@pytest.mark.parametrize(("url", "canonical"), CANONICAL)
def test_canonical_form(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


def test_an_address_in_a_parameter_is_not_the_pages_own() -> None:
    source = SOURCES["baohaiphong"]
    assert is_article_url("https://baohaiphong.vn/mot-bai-457674.html", source)
    for further in ("/mot-bai-457674.html", "%2Fmot-bai-457674.html", "https://baohaiphong.vn/mot-bai-457674.html"):
        assert not is_article_url(f"https://baohaiphong.vn/dang-nhap?returnUrl={further}", source)


def test_the_month_in_an_address() -> None:
    assert month_of("https://baodaklak.vn/chinh-tri/202503/mot-bai-3f71fbf/", SOURCES["baodaklak"]) == "202503"
    assert month_of("https://baothanhhoa.vn/bai-1.htm", SOURCES["baothanhhoa"]) is None


@given(st.text(max_size=80))
@example("\ud83d")
@example("a?b=\ud83d")
@example("\udc80/\udfff#\ud800")
def test_no_address_upsets_the_keys(words: str) -> None:
    source = SOURCES["baothanhhoa"]
    for url in (words, "https://" + words, "https://baothanhhoa.vn/" + words):
        assert canonical_url(canonical_url(url)) == canonical_url(url)
        assert canonical_key(url, source).startswith("baothanhhoa:")
        is_excluded(url, source)
        is_listing_url(url, source)
