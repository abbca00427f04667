"""A paper is laid out as the rule for its office prescribes: each element's place, size and style, read from the file.

The ranges are the rules' own (Hướng dẫn 05-HD/VPTW of 2026 and the annex of 36-HD/VPTW; Nghị định 30/2020/NĐ-CP, Phụ lục
I, Phần I), written down here once more so that a slip in the data file shows.
"""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Pt

from danvan.reports.layout import bold_length, layouts, written_date
from danvan.reports.paper import Paper
from foundation.settings import Settings

DAY = dt.date(2026, 5, 9)
STORY = "Tổ dân vận đến từng nhà."
PARTY = Settings.model_construct(
    office_layout="party",
    office_name="Ban Tuyên giáo và Dân vận",
    office_superior="Tỉnh ủy Thanh Hóa",
    office_place="Thanh Hóa",
    office_symbol="BTGDVTU",
    office_title="K/T Trưởng ban; Phó Trưởng ban",
    office_signer="Người ký",
    office_recipients="Thường trực Tỉnh ủy; Lãnh đạo Ban",
    office_addressees="",
)
STATE = PARTY.model_copy(
    update={
        "office_layout": "state",
        "office_name": "Sở Dân tộc và Tôn giáo",
        "office_superior": "Ủy ban nhân dân tỉnh",
        "office_symbol": "SDTTG",
        "office_title": "KT. Giám đốc; Phó Giám đốc",
        "office_recipients": "Ủy ban nhân dân tỉnh; Lưu: VT, VP.",
        "office_addressees": "Ủy ban nhân dân tỉnh; Bộ Dân tộc và Tôn giáo",
    }
)
OFFICES = {"party": PARTY, "state": STATE}
LEFT, RIGHT, BODY = "left", "right", "body"
# text as it must stand · where · points, from and to · style (b bold, i italic, u underlined)
ROWS = {
    "party": [
        ("ĐẢNG CỘNG SẢN VIỆT NAM", RIGHT, 15, 15, "b"),
        ("TỈNH ỦY THANH HÓA", LEFT, 14, 14, ""),
        ("BAN TUYÊN GIÁO VÀ DÂN VẬN", LEFT, 14, 14, "b"),
        ("*", LEFT, 14, 14, ""),
        ("Số           -BC/BTGDVTU", LEFT, 14, 14, ""),
        ("Thanh Hóa, ngày 09 tháng 5 năm 2026", RIGHT, 14, 14, "i"),
        ("BÁO CÁO", BODY, 15, 16, "b"),
        ("kết quả tháng 4", BODY, 14, 15, "b"),
        ("-----", BODY, 14, 15, ""),
        ("I. PHẦN MỘT", BODY, 14, 15, "b"),
        (STORY, BODY, 14, 15, ""),
        ("Nơi nhận:", LEFT, 14, 14, "u"),
        ("- Thường trực Tỉnh ủy;", LEFT, 12, 12, ""),
        ("- Lãnh đạo Ban;", LEFT, 12, 12, ""),
        ("- Lưu.", LEFT, 12, 12, ""),
        ("K/T TRƯỞNG BAN", RIGHT, 14, 14, "b"),
        ("PHÓ TRƯỞNG BAN", RIGHT, 14, 14, ""),
        ("Người ký", RIGHT, 14, 14, "b"),
    ],
    "state": [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", RIGHT, 12, 13, "b"),
        ("Độc lập - Tự do - Hạnh phúc", RIGHT, 13, 14, "b"),
        ("ỦY BAN NHÂN DÂN TỈNH", LEFT, 12, 13, ""),
        ("SỞ DÂN TỘC VÀ TÔN GIÁO", LEFT, 12, 13, "b"),
        ("Số:           /BC-SDTTG", LEFT, 13, 13, ""),
        ("Thanh Hóa, ngày 09 tháng 5 năm 2026", RIGHT, 13, 14, "i"),
        ("BÁO CÁO", BODY, 13, 14, "b"),
        ("Kết quả tháng 4", BODY, 13, 14, "b"),
        ("Kính gửi:", BODY, 13, 14, ""),
        ("- Ủy ban nhân dân tỉnh;", BODY, 13, 14, ""),
        ("- Bộ Dân tộc và Tôn giáo.", BODY, 13, 14, ""),
        ("I. PHẦN MỘT", BODY, 13, 14, "b"),
        (STORY, BODY, 13, 14, ""),
        ("Nơi nhận:", LEFT, 12, 12, "bi"),
        ("- Ủy ban nhân dân tỉnh;", LEFT, 11, 11, ""),
        ("- Lưu: VT, VP.", LEFT, 11, 11, ""),
        ("KT. GIÁM ĐỐC", RIGHT, 13, 14, "b"),
        ("PHÓ GIÁM ĐỐC", RIGHT, 13, 14, "b"),
        ("Người ký", RIGHT, 13, 14, "b"),
    ],
}
MARGINS = {"party": ((20, 20), (20, 20), (30, 30), (15, 15)), "state": ((20, 25), (20, 25), (30, 35), (15, 20))}
"""Millimetres from and to: top, bottom, left, right."""
INDENTS = {"party": (10, 10), "state": (10, 12.7)}
SPACINGS = {"party": (18, 22), "state": (1.0, 1.5)}
"""Between the lines: points, and lines."""


@pytest.fixture(scope="module", params=sorted(ROWS))
def made(request: pytest.FixtureRequest) -> tuple[str, Any]:
    paper = Paper(OFFICES[request.param], "Báo cáo")
    paper.head(kind="Báo cáo", about="kết quả tháng 4", day=DAY, code="BC")
    paper.heading("I. Phần một")
    paper.paragraph(STORY)
    paper.foot()
    return request.param, docx.Document(io.BytesIO(paper.content()))


def standing(paper: Any) -> list[tuple[str, str, float, str, Any]]:
    """Every line of words in the paper, in the order of the table's rows: text, place, points, style, alignment."""
    head, foot = (table.rows[0].cells for table in paper.tables)
    base = paper.styles["Normal"].font.size.pt
    found = []
    for place, paragraphs in (
        (RIGHT, head[1].paragraphs),
        (LEFT, head[0].paragraphs),
        (BODY, paper.paragraphs),
        (LEFT, foot[0].paragraphs),
        (RIGHT, foot[1].paragraphs),
    ):
        for one in paragraphs:
            if one.text.strip():
                run = one.runs[0]
                style = "".join(
                    key for key in "biu" if getattr(run, {"b": "bold", "i": "italic", "u": "underline"}[key])
                )
                found.append((one.text, place, run.font.size.pt if run.font.size else base, style, one.alignment))
    return found


def test_every_element_stands_where_and_as_the_rule_says(made: tuple[str, Any]) -> None:
    layout, paper = made
    found = {(text, place): (size, style, aligned) for text, place, size, style, aligned in standing(paper)}
    assert set(found) == {(text, place) for text, place, *_ in ROWS[layout]}, "nothing more, nothing less"
    for text, place, least, most, style in ROWS[layout]:
        size, shown, aligned = found[text, place]
        assert least <= size <= most, text
        assert shown == style, text
        body = place == BODY and text in {STORY, "I. PHẦN MỘT"}
        recipients = text.startswith(("Nơi nhận", "Kính gửi", "- "))
        assert aligned == (ALIGN.JUSTIFY if body else ALIGN.LEFT if recipients else ALIGN.CENTER), text


def test_page_and_body_keep_the_rules_measures(made: tuple[str, Any]) -> None:
    layout, paper = made
    section = paper.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    for side, (least, most) in zip(sides, MARGINS[layout], strict=True):
        assert least <= round(side.mm, 1) <= most
    text_width = section.page_width.mm - section.left_margin.mm - section.right_margin.mm
    for table in paper.tables:
        assert sum(cell.width.mm for cell in table.rows[0].cells) == pytest.approx(text_width, abs=0.1)
    line = next(one for one in paper.paragraphs if one.text == STORY).paragraph_format
    assert INDENTS[layout][0] <= round(line.first_line_indent.mm, 1) <= INDENTS[layout][1]
    assert line.space_after >= Pt(6)
    spacing = line.line_spacing.pt if layout == "party" else line.line_spacing or 1.0
    assert SPACINGS[layout][0] <= spacing <= SPACINGS[layout][1]


def test_words_are_black_times_new_roman_and_the_page_has_its_number_from_the_second_on(made: tuple[str, Any]) -> None:
    _, paper = made
    normal = paper.styles["Normal"]
    assert (normal.font.name, str(normal.font.color.rgb)) == ("Times New Roman", "000000")
    assert not paper.element.body.findall(f".//{qn('w:color')}"), "no colour of its own anywhere"
    section = paper.sections[0]
    (number,) = section.header.paragraphs
    assert (number.alignment, round(section.header_distance.mm)) == (ALIGN.CENTER, 10)
    assert "PAGE" in number._p.xml
    assert 'w:sz w:val="28"' in number._p.xml
    assert section.different_first_page_header_footer
    assert not section.first_page_header.paragraphs[0].text


def test_the_lines_under_words_are_as_long_as_the_rule_says(made: tuple[str, Any]) -> None:
    """As long as the words under the party's name and the national motto, a third to a half under an office's name."""
    layout, paper = made
    cells = paper.tables[0].rows[0].cells
    ruled = []
    for cell in cells:
        for above, below in zip(cell.paragraphs, cell.paragraphs[1:], strict=False):
            if below._p.findall(f".//{qn('w:pBdr')}"):
                form = below.paragraph_format
                long = cell.width.mm - form.left_indent.mm - form.right_indent.mm
                ruled.append((above.text, long / bold_length(above.text, above.runs[0].font.size.pt)))
    shares = {"party": [("ĐẢNG CỘNG SẢN VIỆT NAM", 1, 1)]}.get(
        layout, [("SỞ DÂN TỘC VÀ TÔN GIÁO", 1 / 3, 1 / 2), ("Độc lập - Tự do - Hạnh phúc", 1, 1)]
    )
    for (text, share), (wanted, least, most) in zip(ruled, shares, strict=True):
        assert text == wanted
        assert least - 0.01 <= share <= most + 0.01


@pytest.mark.parametrize(
    ("text", "size", "millimetres"),
    # Measured in a file that LibreOffice made of it with Liberation Serif, whose letters are as wide.
    [("ĐẢNG CỘNG SẢN VIỆT NAM", 15, 73.0), ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, 88.5)],
)
def test_words_are_measured_as_they_are_printed(text: str, size: float, millimetres: float) -> None:
    assert bold_length(text, size) == pytest.approx(millimetres, abs=1)


@pytest.mark.parametrize(
    ("day", "written"),
    [
        ("2026-01-05", "ngày 05 tháng 01 năm 2026"),
        ("2026-02-28", "ngày 28 tháng 02 năm 2026"),
        ("2026-03-01", "ngày 01 tháng 3 năm 2026"),
        ("2026-11-20", "ngày 20 tháng 11 năm 2026"),
    ],
)
def test_only_days_below_ten_and_the_first_two_months_have_a_nought(day: str, written: str) -> None:
    assert written_date(dt.date.fromisoformat(day)) == written


def test_a_table_s_heading_stands_on_every_page_and_no_row_is_divided() -> None:
    paper = Paper(PARTY, "Báo cáo")
    paper.table(["Số", "Trích yếu"], [[("21-KH/TU", "https://x.example/1"), "Về công tác dân vận"]] * 2, [40, 125])
    made = docx.Document(io.BytesIO(paper.content()))
    marks = [[one.tag.rpartition("}")[2] for one in row._tr.trPr] for row in made.tables[0].rows]
    assert marks == [["cantSplit", "tblHeader"], ["cantSplit"], ["cantSplit"]]
    assert made.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "vi-VN"


def test_each_layout_names_the_rule_it_was_taken_from() -> None:
    assert "399-QĐ/TW" in layouts()["party"]["source"]
    assert "30/2020/NĐ-CP" in layouts()["state"]["source"]
