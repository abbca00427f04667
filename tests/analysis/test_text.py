"""Text is made uniform, and every place can be found again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text import fold, fold_tone, may_hold_controls, normalise, search_key, without_controls


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Tỉnh uỷ", "Tỉnh ủy"),
        ("Thanh Hoá", "Thanh Hóa"),
        ("UỶ BAN", "ỦY BAN"),
        ("Uỷ ban", "Ủy ban"),
        ("hoà, khoẻ, thuỷ", "hòa, khỏe, thủy"),
        # A closed syllable keeps its mark, and "quý" is one spelling.
        ("hoàn toàn quý, quỹ, quỳ", "hoàn toàn quý, quỹ, quỳ"),
    ],
)
def test_one_tone_placement(old: str, new: str) -> None:
    assert fold_tone(old) == new
    assert len(fold_tone(old)) == len(old)


def test_a_mark_over_an_ampersand_is_no_entity() -> None:
    assert fold("A &\u0301; B &\u0301 &nbsp;12").text == "A &\u0301; B &\u0301  12"


def test_stored_form() -> None:
    assert normalise("a\r\nb\u00a0c\u200bd\u00ad e\x00f\u2028g\ud800") == "a\nb cd ef\ng\ufffd"
    assert normalise("N\u00d0-CP") == "NĐ-CP"
    assert normalise(unicodedata.normalize("NFD", "Nghị quyết")) == "Nghị quyết"


def test_search_key_has_no_marks() -> None:
    assert search_key("Đường Dân vận KHÉO, Ðảng") == "duong dan van kheo, dang"
    assert search_key(unicodedata.normalize("NFD", "Nghị quyết")) == "nghi quyet"


def test_control_characters_go_and_what_word_means_by_them_stays() -> None:
    assert normalise("số 12\x1eCT/TU\x0bvề dân\x1f vận\x01\ufffe") == "số 12-CT/TU về dân vận"


@given(
    st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("\x00\x1e\x7f\x85\x9f\ufdd0\uffff"), max_size=50)
)
def test_what_may_hold_no_controls_holds_none(text: str) -> None:
    assert may_hold_controls(text.encode()) or without_controls(text) == text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_stored_form_is_stable(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert unicodedata.is_normalized("NFC", normalise(text))


@given(st.text(alphabet="aọổỷuoUỶqh –-“\u200b\u0301\u0309\u0323\u00a0\n1/", max_size=80))
def test_places_lead_back(text: str) -> None:
    folded = fold(text)
    assert folded.place(0) in (0, *range(len(text) + 1))
    places = [folded.place(index) for index in range(len(folded.text) + 1)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert all(folded.find(folded.place(index)) == index for index in range(len(folded.text) + 1))


@given(st.sampled_from(["Tỉnh uỷ", "khoá XI", "Nghị quyết", "Đảng bộ"]), st.text(alphabet=" –“x1", max_size=10))
def test_a_stretch_is_cut_out_whole_from_decomposed_text(word: str, before: str) -> None:
    given_text = unicodedata.normalize("NFD", f"{before}{word} sau")
    folded = fold(given_text)
    at = folded.text.index(fold(word).text)
    start, end = folded.span(at, at + len(word))
    assert unicodedata.normalize("NFC", given_text[start:end]) == word
