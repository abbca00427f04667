"""Documents named in a text: golden sentences, printed variants, whole articles, and properties for any input."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
import time
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.citations import Symbol, find_citations, find_links, number_value, read_symbol, symbol_key
from analysis.values import Citation, Role

GOLDEN = Path(__file__).parent.parent / "golden"
OUTSIDE = Path(os.environ.get("DANVAN_SHARED", Path(__file__).resolve().parents[3] / "shared"))
PAPER_DAY = dt.date(2026, 3, 20)


def read(text: str, day: dt.date | None = PAPER_DAY) -> list[Citation]:
    return find_citations(text, province="22", published=day)


# --- the golden table -------------------------------------------------------------------------------------------


def golden_sentences() -> list[tuple[str, list[list[str]]]]:
    sentences: list[tuple[str, list[list[str]]]] = []
    lines = (GOLDEN / "citations.tsv").read_text(encoding="utf-8").splitlines()
    for line in [line for line in lines if line and not line.startswith("#")][1:]:
        sentence, *expected = line.split("\t")
        if sentence:
            sentences.append((sentence.replace("\\n", "\n"), []))
        if expected[0] != "none":
            sentences[-1][1].append(expected)
    return sentences


def as_row(citation: Citation) -> list[str]:
    place = " ".join(part for part in (citation.place or "-", citation.province) if part)
    values = (citation.symbol, citation.kind, citation.year, citation.issuer, place, citation.date, citation.term)
    shown = ["-" if value is None else str(value) for value in values]
    return [citation.text.replace("\n", "\\n"), *shown, citation.role.value, str(citation.document)]


@pytest.mark.parametrize(("sentence", "expected"), golden_sentences())
def test_golden_sentence(sentence: str, expected: list[list[str]]) -> None:
    assert [as_row(citation) for citation in read(sentence)] == expected


def test_golden_table_is_large() -> None:
    assert sum(max(1, len(rows)) for _sentence, rows in golden_sentences()) >= 200


@pytest.mark.parametrize(
    ("sentence", "titles"),
    [
        ('Nghị quyết số 19-NQ/TU "Phát triển toàn diện" của Tỉnh ủy', ["Phát triển toàn diện"]),
        ("Nghị quyết số 19-NQ/TU về “Phát triển – toàn diện”.", ["Phát triển – toàn diện"]),
        ("Công văn số 512/UBND-VX1 về việc tăng cường phòng dịch; các xã thực hiện.", ["tăng cường phòng dịch"]),
        ("Nghị quyết số 68-NQ/TW về kinh tế tư nhân, các cấp ủy đã học tập.", ["kinh tế tư nhân"]),
        ("Quy định số 11-QĐi/TW về tiếp dân, đối thoại với dân.", ["tiếp dân, đối thoại với dân"]),
        # The title of the first ends where the second item of the list begins.
        (
            "Nghị quyết số 88/NQ-HĐND về ngân sách và Nghị quyết số 89/NQ-HĐND về đầu tư công.",
            ["ngân sách", "đầu tư công"],
        ),
        # A title names another document: it belongs to the title, and the second has its own.
        (
            "Kết luận số 70-KL/TW về việc tiếp tục triển khai Nghị quyết số 60-NQ/TW về dân vận.",
            ["tiếp tục triển khai Nghị quyết số 60-NQ/TW về dân vận", "dân vận"],
        ),
        ("Luật Việc làm số 74/2025/QH15 có hiệu lực.", ["Việc làm"]),
        ("Theo Nghị quyết số 19-NQ/TU.", [None]),
    ],
)
def test_titles(sentence: str, titles: list[str | None]) -> None:
    assert [citation.title for citation in read(sentence)] == titles


# --- links ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "links"),
    [
        # The first carries out the second.
        (
            "Tỉnh ủy ban hành Chương trình hành động số 41-CTr/TU ngày 1/2/2026 thực hiện Nghị quyết số 57-NQ/TW.",
            ["41-CTr/TU implements 57-NQ/TW"],
        ),
        # … over its title, and each of a list.
        (
            "Kế hoạch số 5-KH/TU về thực hiện Nghị quyết số 57-NQ/TW và Kết luận số 10-KL/TW.",
            ["5-KH/TU implements 57-NQ/TW", "5-KH/TU implements 10-KL/TW"],
        ),
        # The carried-out document stands at the head of the sentence; what its own title names is not meant.
        (
            (
                "Thực hiện Kết luận số 70-KL/TW của Ban Bí thư về việc tiếp tục triển khai Nghị quyết số 60-NQ/TW, "
                "Thành ủy vừa ban hành Kế hoạch số 150-KH/TU."
            ),
            ["70-KL/TW implements 60-NQ/TW", "150-KH/TU implements 70-KL/TW"],
        ),
        (
            "HĐND tỉnh vừa ban hành Nghị quyết số 46/2025/NQ-HĐND thay thế Nghị quyết số 04/2022/NQ-HĐND.",
            ["46/2025/NQ-HĐND replaces 04/2022/NQ-HĐND"],
        ),
        (
            "Nghị định số 15/2024/NĐ-CP sửa đổi, bổ sung một số điều của Nghị định số 34/2019/NĐ-CP.",
            ["15/2024/NĐ-CP amends 34/2019/NĐ-CP"],
        ),
        # In the passive the second acts on the first.
        (
            "Quy định số 66-QĐ/TW được thay thế bằng Quy định số 399-QĐ/TW.",
            ["399-QĐ/TW replaces 66-QĐ/TW"],
        ),
        # Two documents carried out by an office: neither carries out the other.
        ("Các xã thực hiện Nghị quyết số 57-NQ/TW và Chỉ thị số 5-CT/TU.", []),
        ("Chỉ thị số 5-CT/TU nêu rõ: Những năm qua, thực hiện Nghị quyết số 57-NQ/TW, các xã đổi mới.", []),
        ("Theo Nghị quyết số 57-NQ/TW, Tỉnh ủy chỉ đạo thực hiện Chỉ thị số 5-CT/TU.", []),
        ("Tỉnh ủy có Nghị quyết số 5-NQ/TU. Các xã thực hiện Chỉ thị số 6-CT/TU.", []),
    ],
)
def test_links(text: str, links: list[str]) -> None:
    citations = read(text)
    symbols = {citation.document: citation.symbol for citation in citations}
    found = find_links(text, citations)
    assert [f"{symbols[link.subject]} {link.role.value} {symbols[link.target]}" for link in found] == links


def test_links_are_the_same_in_decomposed_text() -> None:
    text = "Tỉnh uỷ ban hành Kế hoạch số 5–KH/TU thực hiện Nghị quyết số 57–NQ/TW."
    decomposed = unicodedata.normalize("NFD", text)
    assert find_links(decomposed, read(decomposed)) == find_links(text, read(text)) != []


# --- printed variants and whole articles, where the outside folder is at hand ------------------------------------


def variant_rows() -> list[dict[str, str]]:
    path = OUTSIDE / "citation_variants.tsv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.skipif(not variant_rows(), reason="the table of printed variants is not at hand (DANVAN_SHARED)")
@pytest.mark.parametrize("row", variant_rows(), ids=lambda row: row["text"][:40])
def test_printed_variant(row: dict[str, str]) -> None:
    citations = find_citations(row["text"], province="22", published=dt.date(2019, 8, 16))
    if not row["kind"]:
        assert citations == []
        return
    first = citations[0]
    assert first.kind == row["kind"]
    assert (first.number or "") == row["number"]
    if row["year"]:
        assert first.year == int(row["year"])
    if row["symbol"].strip():
        assert re.sub(r"^\d+[/-](?:\d{4}/)?", "", first.symbol or "") == row["symbol"].strip()
    # A bare "Nghị quyết số 47" says nothing of its issuer: it is not guessed.
    if row["issuer_code"].strip() and first.symbol is not None:
        assert first.issuer_code == row["issuer_code"].replace("+", "-")
    # The date of one row stands in a column only, not in its text.
    if row["date"].strip() and re.search(r"\d{4}", row["text"]):
        assert str(first.date) == row["date"].strip()
    assert row["text"][first.start : first.end] == first.text


def facts() -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    lines = (GOLDEN / "citation_facts.tsv").read_text(encoding="utf-8").splitlines()
    for line in [line for line in lines if not line.startswith("#")][1:]:
        name, *fact = line.split("\t")
        found.setdefault(name, set()).add(tuple(fact))
    return found


@pytest.mark.skipif(not (OUTSIDE / "seeds").exists(), reason="the printed articles are not at hand (DANVAN_SHARED)")
@pytest.mark.parametrize("name", sorted(facts()))
def test_printed_article(name: str) -> None:
    text = (OUTSIDE / "seeds" / f"{name}.txt").read_text(encoding="utf-8")
    read_facts = {
        tuple("-" if v is None else str(v) for v in (c.number, c.kind, c.issuer, c.place, c.date, c.term, c.role))
        for c in find_citations(text)
    }
    assert read_facts == facts()[name]


# --- any input --------------------------------------------------------------------------------------------------

NUMBERS = st.integers(1, 99999).map(str)
KINDS = st.sampled_from(["NQ", "CT", "KL", "QĐ", "QĐi", "KH", "CTr", "TB", "HD", "QC", "ĐA"])
ISSUERS = st.sampled_from(["TW", "TU", "HU", "ĐU", "BTGDVTU", "UBKTTW", "ĐUK"])
GAPS = st.sampled_from(["", " ", "  ", "\u00a0"])
DASHES = st.sampled_from(["-", "–", "—", "‑"])
INTRODUCTIONS = st.sampled_from(["số ", "Số ", "SỐ ", "số: ", "số số ", "", "số\u00a0"])


@given(NUMBERS, KINDS, ISSUERS, GAPS, GAPS, GAPS, DASHES, INTRODUCTIONS, st.sampled_from(["NFC", "NFD"]), st.booleans())
def test_every_spelling_gives_the_same_symbol(
    number: str, kind: str, issuer: str, one: str, two: str, three: str, dash: str, so: str, form: str, old_tone: bool
) -> None:
    committee = "Tỉnh uỷ" if old_tone else "Tỉnh ủy"
    text = f"{committee} triển khai văn bản {so}{number}{one}{dash}{two}{kind}{three}/{one}{issuer} đến chi bộ."
    given_text = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    citations = find_citations(given_text)
    assert [citation.symbol for citation in citations] == [f"{number}-{kind}/{issuer}"]
    assert given_text[citations[0].start : citations[0].end] == citations[0].text
    assert citations[0].role is Role.IMPLEMENTS


@given(NUMBERS, KINDS, ISSUERS)
def test_keys_of_all_spellings_are_one(number: str, kind: str, issuer: str) -> None:
    symbol = f"{number}-{kind}/{issuer}"
    others = (
        symbol.lower(),
        f"0{number} {kind} {issuer}".lower(),
        f"{number}–{kind} / {issuer}",
        f"{number}/{kind}-{issuer}",
    )
    assert {symbol_key(other) for other in others} == {symbol_key(symbol)}


FRAGMENTS = st.sampled_from(
    [
        "Nghị quyết",
        "Kế hoạch",
        "Quyết định",
        "Luật",
        "số",
        "25",
        "05",
        "-NQ/TW",
        "-",
        "–",
        "/",
        "NQ",
        "TW",
        "TU",
        "2022",
        ", ",
        ". ",
        "; ",
        "\n",
        "(",
        ")",
        "“",
        "”",
        '"',
        "của",
        "Tỉnh uỷ",
        "Bộ Chính trị",
        "Hà Nội",
        "ngày",
        "3-6-2013",
        "31/2/2020",
        "khoá XI",
        "về",
        "ban hành",
        "thực hiện",
        "dự thảo",
        "này",
        "Trung ương 4",
        "Đại hội XIII",
        "của Đảng",
        "mẫu",
        "\u200b",
        "́",
        "\xa0",
        "Ð",
        "1.000",
        "%",
        "và",
        " ",
        " ",
        "",
    ]
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(FRAGMENTS, max_size=40).map("".join)
    | st.lists(FRAGMENTS, max_size=40).map(" ".join)
    | st.text(max_size=200)
)
def test_offsets_cut_the_given_text(text: str) -> None:
    citations = find_citations(text, province="22", published=PAPER_DAY)
    assert all(citation.text == text[citation.start : citation.end] != "" for citation in citations)
    assert all(one.end <= other.start for one, other in pairwise(citations))
    known = {citation.document for citation in citations}
    assert all({link.subject, link.target} <= known for link in find_links(text, citations))


@given(st.lists(FRAGMENTS, max_size=30).map(" ".join))
def test_decomposed_text_reads_the_same(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    plain = [(c.symbol, c.kind, c.date, c.issuer, c.role, c.document) for c in read(composed)]
    decomposed = [
        (c.symbol, c.kind, c.date, c.issuer, c.role, c.document) for c in read(unicodedata.normalize("NFD", composed))
    ]
    assert plain == decomposed


HOSTILE = {
    "digits and slashes": "1/2-3/",
    "digits": "1",
    "spaced digits": "1 ",
    "slashes": "/",
    "nested quotes": "“" * 50 + "”" * 50,
    "capitals": "1-A/B-",
    "spaces behind a dash": "1-" + " " * 200,
    "số": "số ",
    "congress without end": "Nghị quyết Đại hội a ",
    "titles that never close": 'Nghị quyết số 5-NQ/TU về "',
    "one list": ", số 2",
    "one document again and again": "Nghị quyết số 5-NQ/TU ",
    "issuers": "Ban Thường vụ Tỉnh ủy ",
    "combining marks": "ê\u0301",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_grows_with_length_only(unit: str) -> None:
    """Eight times the text takes about eight times as long (never the 64 times of a quadratic reader)."""

    def seconds(size: int) -> float:
        text = ("Quyết định số 1 " + unit * (size // len(unit) + 1))[:size]
        start = time.process_time()
        find_links(text, find_citations(text))
        return time.process_time() - start

    seconds(2_000)
    small = min(seconds(8_000) for _again in range(2))
    assert seconds(64_000) < 24 * small + 0.25


@pytest.mark.soak
@pytest.mark.parametrize("unit", ["1/2-3/", "/", "1 ", "“”", "1-A/B-"])
def test_ten_megabytes_of_noise(unit: str) -> None:
    start = time.process_time()
    find_citations(unit * (10_000_000 // len(unit)))
    assert time.process_time() - start < 30


# --- what people type -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "symbol", "kind", "number"),
    [
        ("25 nq tw", "25-NQ/TW", "NQ", "25"),
        ("25-NQ/TƯ", "25-NQ/TW", "NQ", "25"),
        ("25–nq / t.ư", "25-NQ/TW", "NQ", "25"),
        ("25nqtw", "25-NQ/TW", "NQ", "25"),
        ("9/NQ-TW", "9-NQ/TW", "NQ", "9"),
        ("nq 25", None, "NQ", "25"),
        ("nq25", None, "NQ", "25"),
        ("nghi quyet so 25", None, "NQ", "25"),
        ("Nghị quyết 25 TW", "25-NQ/TW", "NQ", "25"),
        ("138 kh tu", "138-KH/TU", "KH", "138"),
        ("01/2022/nq-hđnd", "01/2022/NQ-HĐND", "NQ", "01"),
        ("34/2019/nd-cp", "34/2019/NĐ-CP", "NĐ", "34"),
        ("16/ct-ttg", "16/CT-TTg", "CT", "16"),
        ("75/2015/QH13", "75/2015/QH13", None, "75"),
        ("326/UBND-KGVX", "326/UBND-KGVX", None, "326"),
        ("36a/NQ-CP", "36a/NQ-CP", "NQ", "36a"),
    ],
)
def test_typed_symbol(typed: str, symbol: str | None, kind: str | None, number: str) -> None:
    found = read_symbol(typed)
    assert isinstance(found, Symbol)
    assert (found.text, found.kind_code, found.number) == (symbol, kind, number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "25",
        "2025",
        "tw",
        "dân vận khéo",
        "dân vận 2025",
        "30 năm",
        "bão số 5",
        "ngày 3-6-2013",
        "nghị quyết",
        "1" * 5000,
    ],
)
def test_typed_words_that_are_no_symbol(typed: str) -> None:
    assert read_symbol(typed) is None


def test_keys() -> None:
    assert symbol_key("25-NQ/TW") == "25nqtw"
    assert symbol_key("05-CT/TU") == symbol_key("5 ct tu") == "5cttu"
    assert symbol_key("01/2022/NQ-HĐND") != symbol_key("12/022/NQ-HĐND")
    assert number_value("05") == 5
    assert number_value("36a") == 36


@given(st.text(max_size=60))
def test_typed_anything(typed: str) -> None:
    assert isinstance(symbol_key(typed), str)
    found = read_symbol(typed)
    assert found is None or found.number[0].isdigit()


# --- places by date ---------------------------------------------------------------------------------------------


def test_place_of_the_paper_as_it_was() -> None:
    text = "Tỉnh ủy ban hành Chỉ thị số 5-CT/TU ngày 1/2/2020."
    (citation,) = find_citations(text, province="46", published=dt.date(2026, 3, 1))
    assert (citation.place, citation.province) == ("Thừa Thiên Huế", "46")
    (central,) = find_citations("Theo Nghị quyết số 5-NQ/TW.", province="46")
    assert (central.place, central.province) == (None, None)


def test_committee_of_a_new_city() -> None:
    (before,) = find_citations("Theo Chỉ thị số 5-CT/TU.", province="22", published=dt.date(2026, 8, 1))
    (after,) = find_citations("Theo Chỉ thị số 5-CT/TU.", province="22", published=dt.date(2026, 10, 1))
    assert (before.issuer, after.issuer) == ("Tỉnh ủy", "Thành ủy")


def test_no_paper_no_place() -> None:
    (citation,) = find_citations("Theo Chỉ thị số 5-CT/TU.")
    assert (citation.place, citation.province) == (None, None)
