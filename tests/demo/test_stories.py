"""The demo's news as a whole: enough of it, of every kind, well formed."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from danvan.demo.addresses import profiles
from danvan.demo.server import ReplicaSites
from danvan.demo.stories import entries, load_stories, slug
from foundation.clock import HANOI
from tests.demo.conftest import ANCHOR
from tests.demo.truth import expected, expected_alerts

EVENING = datetime(2026, 11, 22, 18, tzinfo=HANOI)
STORIES = load_stories(ANCHOR, EVENING)


def test_there_is_enough_news_and_none_of_it_is_in_the_future() -> None:
    articles = [story for story in STORIES if story.truth.status == "article"]
    assert len(articles) >= 60
    assert all(EVENING - timedelta(days=29) < story.published_at < EVENING for story in STORIES)
    assert len({story.number for story in STORIES}) == len(STORIES)


def test_every_story_stands_in_a_section_of_its_site() -> None:
    sections = {profile.id: profile.sections for profile in profiles()}
    assert [story.id for story in STORIES if story.section not in sections[story.site]] == []


def test_no_placeholder_and_no_decomposed_letter_is_left() -> None:
    for story in STORIES:
        text = " ".join((story.title, story.lead, *story.paragraphs, *story.truth.alerts))
        assert not re.search(r"[{}]", text), story.id
        assert unicodedata.is_normalized("NFC", text), story.id


def test_the_documents_of_a_story_stand_in_its_text() -> None:
    for entry in entries():
        text = re.sub(r"\s*([-–/])\s*", r"\1", f"{entry.title} {entry.lead} {entry.body}")
        for symbols in entry.documents.values():
            for symbol in symbols:
                words = symbol.replace("{nam:-13}", "").replace("{nam:-4}", "").replace("{nam:-6}", "")
                number = words.split("/")[0].split("-")[0]
                assert number in text, (entry.id, symbol)
                assert symbol in text or re.search(rf"\b{number}\b", text), (entry.id, symbol)


def test_every_grade_and_every_odd_page_is_there() -> None:
    assert {"core", "related", "none"} <= {grade for story in STORIES for grade in story.truth.grades}
    assert {story.truth.status for story in STORIES} == {"article", "protected", "soft_404", "media", "empty"}
    traits = {trait for story in STORIES for trait in story.traits}
    assert traits == {
        "protected", "protected_in_script", "unfilled", "nfd", "undated", "soft_404", "photo", "video", "film", "word",
    }  # fmt: skip
    assert any("Ð" in story.title for story in STORIES)
    assert any("uỷ" in story.lead for story in STORIES)
    assert any("ủy" in story.lead for story in STORIES)


def test_copies_stand_elsewhere_under_another_headline() -> None:
    originals = {story.id: story for story in STORIES if "@" not in story.id}
    copies = [story for story in STORIES if "@" in story.id]
    assert len({story.site for story in copies}) >= 3
    for copy in copies:
        original = originals[copy.id.partition("@")[0]]
        assert copy.site != original.site
        assert copy.title != original.title
        assert copy.paragraphs[1:] == original.paragraphs[1:]


def test_the_same_number_of_two_provinces_alerts_twice_and_a_copied_document_once(papers: ReplicaSites) -> None:
    alerts = expected_alerts(expected(papers))
    assert {("88-KH/TU", "31"), ("88-KH/TU", "66"), ("11-CT/TW", None), ("14-CT/TU", "38")} <= alerts
    told = {symbol for symbol, _ in alerts}
    named = {symbol for page in expected(papers) for symbols in page.truth.documents.values() for symbol in symbols}
    silent = named - told
    assert {"25-NQ/TW", "43-KL/TW", "217-QĐ/TW", "218-QĐ/TW", "17-NQ/TU", "60-KH/TU", "21-CT/TU"} <= silent


def test_several_provinces_carry_out_one_central_directive(papers: ReplicaSites) -> None:
    links = {(page.province, link) for page in expected(papers) for link in page.truth.links}
    assert len({province for province, (_, role, target) in links if (role, target) == ("implements", "11-CT/TW")}) >= 6


def test_slugs_carry_no_marks() -> None:
    assert slug("Ðắk Lắk: “Dân vận khéo” số 25-NQ/TW") == "dak-lak-dan-van-kheo-so-25-nq-tw"
