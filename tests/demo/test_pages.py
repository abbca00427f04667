"""The replicas' pages keep the traps of the families they stand for."""

from __future__ import annotations

import base64
import json
import re
import unicodedata

import pytest
import trafilatura
from parsel import Selector

from danvan.demo.server import ReplicaSites
from tests.demo.conftest import PAGES, answer_of, page_of
from tests.demo.truth import expected


@pytest.mark.parametrize("story", [page.id for page in PAGES])
def test_every_page_renders_with_the_weight_of_a_real_one(papers: ReplicaSites, story: str) -> None:
    answer = answer_of(papers, page_of(papers, story))
    assert answer.status == 200
    assert 50_000 < len(answer.body) < 125_000


def html(papers: ReplicaSites, story: str) -> str:
    return answer_of(papers, page_of(papers, story)).body.decode()


def test_mediatech_css_finds_nothing_until_the_stray_end_is_gone(papers: ReplicaSites) -> None:
    markup = html(papers, "qn-ctr-24")
    assert Selector(markup).css("a") == []
    assert Selector(markup).xpath("//a")
    assert trafilatura.extract(markup) is None
    repaired = re.sub(r"</html>\s*<head", "<head", markup, count=1)
    assert len(Selector(repaired).css("a")) > 50


def test_mediatech_prints_now_above_the_articles_own_date(papers: ReplicaSites) -> None:
    markup = html(papers, "qn-ctr-24")
    assert "Chủ nhật, 22/11/2026 18:00 [(GMT +7)]" in markup
    assert "Thứ 6, 13/11/2026 | 10:05:00 [GMT +7]" in markup
    assert '"datePublished": "2026-11-13 10:05:00"' in markup
    assert '"dateModified": "2026-11-13T03:05:00.000000Z"' in markup


def test_mediatech_cuts_the_sapo_in_a_word_and_nests_a_document(papers: ReplicaSites) -> None:
    body = html(papers, "qn-ctr-24").split('id="content-detail"')[1]
    cut = re.search(r"<div class='sapo'>(.*?)</div>", body)
    assert cut is not None
    assert len(cut[1]) == 300
    assert body.count("<!DOCTYPE") == 1
    assert re.search(r"<p>[^<]+<div><ins class=\"ads-zone-group\"", body)


def test_onecms_prints_its_meta_date_in_us_order_with_entities(papers: ReplicaSites) -> None:
    markup = html(papers, "hp-nq-27")
    assert '<meta name="article:published_time" content="11/19/2026 11:02:00 AM" />' in markup
    assert "19/11/2026 11:02" in markup
    assert "&#225;" in markup.split("</head>")[0]
    assert 'rel="canonical"' not in markup
    assert "ld+json" not in markup
    assert markup.count('class="b-maincontent"') == 3
    assert "Tòa soạn đã nhận bình luận của bạn" in markup


def test_version1_has_two_headings_a_base_and_a_broken_json_ld(papers: ReplicaSites) -> None:
    markup = html(papers, "ct-ctr-19")
    first, second = re.findall(r"<h1[^>]*>(.*?)</h1>", markup, re.DOTALL)
    assert "XÂY DỰNG ĐẢNG" in first
    assert page_of(papers, "ct-ctr-19").title in second
    assert "<base href=" in markup
    data = re.search(r"ld\+json\">(.*?)</script>", markup, re.DOTALL)
    assert data is not None
    with pytest.raises(json.JSONDecodeError, match="control character"):
        json.loads(data[1])
    tags = [
        set(re.findall(r'class="tag_item" title="(.*?)"', html(papers, name))) for name in ("ct-ctr-19", "ct-gia-gao")
    ]
    assert {"APEC 2027", "dân vận khéo"} <= tags[0] & tags[1]


def test_vnpt_freezes_its_header_date_and_nests_a_document(papers: ReplicaSites) -> None:
    markup = html(papers, "dl-ke-hoach-88")
    assert "Thứ 2, 21/10/2024" in markup
    assert markup.count("<body>") == 2
    assert "Bút danh" in markup
    assert "MsoNoSpacing" in markup
    assert markup.index("Online</h1>") < markup.index(f"{page_of(papers, 'dl-ke-hoach-88').title}</h1>")
    assert re.search(r"/202611/[a-z0-9-]+-[0-9a-f]{7}/$", page_of(papers, "dl-ke-hoach-88").url)


def test_zce_prints_paragraphs_as_divisions_and_teasers_with_their_own_time(papers: ReplicaSites) -> None:
    markup = html(papers, "lc-ket-luan")
    page = Selector(markup)
    assert page.css("div.article__body p") == []
    assert len(page.css("div.article__body > div")) > 4
    assert 'content="2026-11-19T18:30:00+0700"' in markup
    assert len(page.css("div.story__summary")) >= 8
    assert 'http-equiv="refresh" content="1800"' in markup


def test_pbody_hides_a_body_that_says_nothing_of_the_text(papers: ReplicaSites) -> None:
    page = page_of(papers, "th-protected")
    token = re.search(r'<div id="dcontent">([A-Za-z0-9+/=]+)</div>', html(papers, "th-protected"))
    assert token is not None
    assert len(token[1]) > 1_000
    decoded = base64.b64decode(token[1]).decode()
    assert not any(words in decoded for paragraph in page.paragraphs for words in paragraph.split(". ") if words)
    in_script = html(papers, "th-protected-script")
    assert '<div id="dcontent"></div>' in in_script
    assert re.search(r'var dc="[A-Za-z0-9+/=]{500,}"', in_script)


def test_pbody_leaves_a_template_unfilled(papers: ReplicaSites) -> None:
    assert '<h1 class="pTitle">{title}</h1>' in html(papers, "th-unfilled")


def test_teasers_of_other_articles_stand_beside_every_article(papers: ReplicaSites) -> None:
    own = page_of(papers, "th-bong-chuyen")
    markup = html(papers, "th-bong-chuyen")
    assert "dân vận" not in " ".join((own.title, own.lead, *own.paragraphs))
    assert markup.count("box-content") == 8
    assert "14-CT/TU" in markup


def test_the_decomposed_page_is_decomposed_throughout(papers: ReplicaSites) -> None:
    markup = html(papers, "ct-nfd")
    assert unicodedata.is_normalized("NFD", markup)
    assert not unicodedata.is_normalized("NFC", markup)


def test_the_undated_page_shows_no_date_of_its_own(papers: ReplicaSites) -> None:
    markup = html(papers, "db-undated")
    head = markup.split("<aside")[0]
    assert "14/8/2023" in head
    assert "05/11/2026" not in head  # its day
    assert "published_time" not in head


def test_nobody_takes_the_replicas_for_real(papers: ReplicaSites) -> None:
    for page in expected(papers):
        assert "bản mô phỏng" in unicodedata.normalize("NFC", answer_of(papers, page).body.decode()), page.id
