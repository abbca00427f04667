"""The notation of phrases and the one-pass search."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.phrases import GAP, PhraseBook, UnknownWordListError, tokenise

WORDS = {"dân": ("nhân dân", "bà con", "dân"), "đoàn thể": ("hội nông dân", "mặt trận")}


def found(phrase: str, text: str, *silent: str) -> list[str]:
    book = PhraseBook(WORDS)
    book.add(phrase, 1)
    for number, words in enumerate(silent, 100):
        book.add(words, number, silent=True)
    tokens = tokenise(text)
    return [text[tokens.starts[m.first] : tokens.ends[m.last - 1]] for m in book.find(tokens)]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        # Case, tone placement, Eth for Đ, no-break space, invisible characters: one spelling.
        ("hòa giải", "Tổ HOÀ GIẢI", ["HOÀ GIẢI"]),
        ("đối thoại", "Ðối\u00a0thoại", ["Ðối\u00a0thoại"]),
        ("dân vận", "dân\u200b vận", ["dân\u200b vận"]),
        # A syllable is never found inside another.
        ("dân vận", "dân vậng, ndân vận", []),
        # Hyphens, slashes and quotes do not part a symbol or a name.
        ("25-NQ/TW", "số 25 - NQ / TW", ["25 - NQ / TW"]),
        ("phong trào dân vận khéo", "phong trào “Dân vận khéo”", ["phong trào “Dân vận khéo"]),
        # A full stop, a comma, a line end do.
        ("công tác dân vận", "công tác. Dân vận; công tác, dân vận\ncông tác\ndân vận", []),
        # A comma of the phrase may be there or not.
        ("dân biết, dân bàn", "dân biết dân bàn và dân biết, dân bàn", ["dân biết dân bàn", "dân biết, dân bàn"]),
        # A word list; the longest name is found beside the shorter.
        ("vận động {dân}", "vận động bà con", ["vận động bà con"]),
        # A gap stays within the sentence and within reach.
        ("{đoàn thể} … vận động", "Mặt trận xã tích cực vận động", ["Mặt trận xã tích cực vận động"]),
        ("{đoàn thể} … vận động", "Mặt trận xã họp. Xã vận động", []),
        ("{đoàn thể} … vận động", "Mặt trận một hai ba bốn năm sáu bảy tám chín mười vận động", []),
        (
            "{đoàn thể} … vận động … {dân}",
            "Hội Nông dân xã vận động, giúp bà con",
            ["Hội Nông dân xã vận động, giúp bà con"],
        ),
        # The misprint is tolerated in a longer phrase only.
        ("công tác dân vận", "công tác dân vạn", ["công tác dân vạn"]),
        ("dân vận", "muôn dân vạn vật", []),
    ],
)
def test_notation(phrase: str, text: str, expected: list[str]) -> None:
    assert found(phrase, text) == expected


def test_a_silent_phrase_hides_what_stands_inside_it_and_nothing_else() -> None:
    assert found("ban dân vận", "Trưởng Ban Dân vận và Ban Dân vận", "trưởng ban dân vận") == ["Ban Dân vận"]
    assert found("vận động … {dân}", "vận động viên gặp bà con", "vận động viên") == []


def test_an_unknown_word_list_is_named() -> None:
    with pytest.raises(UnknownWordListError, match="không có"):
        PhraseBook({}).add("vận động {không có}", 1)


@given(st.text())
def test_tokens_point_into_the_text(text: str) -> None:
    tokens = tokenise(text)
    assert len(tokens.forms) == len(tokens.starts) == len(tokens.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(tokens.starts, tokens.ends, strict=True))


@given(st.lists(st.sampled_from(["công", "tác", "dân", "vận", "khéo", "Hoà", ".", ",", "\n"]), max_size=30))
def test_decomposed_text_gives_the_same_phrases(words: list[str]) -> None:
    text = " ".join(words)
    decomposed = unicodedata.normalize("NFD", text)
    assert [unicodedata.normalize("NFC", f) for f in found("dân vận", decomposed)] == found("dân vận", text)


PHRASES = ("dân", "vận", "dân vận", "dân vận khéo", "tổ dân vận", "vận dân", "khéo", "tổ … khéo", "dân vận … tổ")


@given(st.lists(st.sampled_from(["tổ", "dân", "vận", "khéo", "."]), max_size=25))
def test_every_phrase_of_a_book_is_found_wherever_it_stands(words: list[str]) -> None:
    book = PhraseBook()
    for label, phrase in enumerate(PHRASES):
        book.add(phrase, label)
    matches = [(m.label, m.first, m.last) for m in book.find(tokenise(" ".join(words)))]
    expected = [
        (label, first, first + len(phrase.split()))
        for first in range(len(words))
        for label, phrase in enumerate(PHRASES)
        if "…" not in phrase and words[first : first + len(phrase.split())] == phrase.split()
    ]
    whole = [match for match in matches if "…" not in PHRASES[match[0]]]
    assert sorted(whole) == sorted(expected)
    assert matches == sorted(matches, key=lambda match: match[1:])
    for label, first, last in set(matches) - set(whole):
        head, tail = (part.split() for part in PHRASES[label].split("…"))
        between = words[first + len(head) : last - len(tail)]
        assert (words[first : first + len(head)], words[last - len(tail) : last]) == (head, tail)
        assert "." not in between
        assert len(between) <= GAP


@pytest.mark.parametrize("words", ["trưởng ban dân vận ", "mặt trận vận động bà con ", "dân, ", "mặt trận "])
def test_the_search_is_linear_in_the_text(words: str) -> None:
    """Eight times the text costs about eight times as much, however thick the phrases stand."""
    book = PhraseBook(WORDS)
    book.add("ban dân vận", 1)
    book.add("{đoàn thể} … vận động … {dân}", 2)
    book.add("trưởng ban dân vận", 3, silent=True)
    times = []
    for size in (2_000, 16_000):
        tokens = tokenise(words * size)
        times.append(min(_seconds(partial(book.find, tokens)) for _ in range(3)))
    assert times[1] < times[0] * 40 + 0.5  # quadratic would be sixty-four times, and seconds


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
