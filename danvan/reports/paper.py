"""An office's paper as a Word file, in the prescribed layout (`data/layouts.yaml`): letterhead, title, body, signature.

Values of the layout are data with the rule they were taken from; this module only knows how Word is told of them.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from foundation.errors import MissingExtraError
from foundation.settings import Settings

try:
    from docx import Document
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor
except ImportError as error:
    raise MissingExtraError("python-docx", "office") from error

_DATA = Path(__file__).parent / "data"
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PAGE_WIDTH = 210
_AUTHORITY = re.compile(r"(T/?M|K/?T|T/?L|TUQ|Q)\b", re.IGNORECASE)
"""How a line begins that says by what right somebody signs: T/M, K/T, T/L (party), TM., KT., TL., TUQ. (state), Q."""
_POINT = 25.4 / 72


@cache
def layouts() -> Mapping[str, Any]:
    """The content of the data file: `party`, `state` and `bold_widths`."""
    content: Mapping[str, Any] = yaml.safe_load((_DATA / "layouts.yaml").read_text(encoding="utf-8"))
    return content


@cache
def _bold_widths() -> Mapping[str, int]:
    return {letter: width for width, letters in layouts()["bold_widths"].items() for letter in letters}


def bold_length(text: str, size: float) -> float:
    """Millimetres that bold words of Times New Roman take on one line."""
    plain = unicodedata.normalize("NFD", text.translate({ord("Đ"): "D", ord("đ"): "d"}))
    widths = (_bold_widths().get(letter, 500) for letter in plain if not unicodedata.combining(letter))
    return sum(widths) / 1000 * size * _POINT


def written_date(day: dt.date) -> str:
    """A date as papers bear it: days below ten and the first two months have a nought before them, others none."""
    return f"ngày {day.day:02d} tháng {f'{day.month:02d}' if day.month < 3 else day.month} năm {day.year}"


def _xml(paragraph: Any) -> Any:
    """A paragraph's own XML: python-docx offers it through its format."""
    return paragraph.paragraph_format.element


def _mark_row(cell: Any, mark: str) -> None:
    """Mark the row of a cell: `w:cantSplit`, no page's end divides it; `w:tblHeader`, it stands on every page."""
    _xml(cell.paragraphs[0]).getparent().getparent().get_or_add_trPr().append(OxmlElement(mark))


def _no_padding(table: Any) -> None:
    """Let a table's cells use their whole width: a letterhead's lines are as long as a cell."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    cell = _xml(table.rows[0].cells[0].paragraphs[0]).getparent()
    cell.getparent().getparent().tblPr.append(margins)


def clean(text: str) -> str:
    """Text that a Word file can hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


class Paper:
    """A paper of the office, written from top to bottom: `head`, body, `foot`, then `content`."""

    def __init__(self, settings: Settings, title: str) -> None:
        self.office = settings
        self.layout = layouts()[settings.office_layout]
        self.file: Any = Document()
        self.file.core_properties.title = clean(title)
        self.file.core_properties.author = clean(settings.office_name)
        self._set_page()

    def _set_page(self) -> None:
        style = self.file.styles["Normal"]
        style.font.name, style.font.size = "Times New Roman", Pt(self.layout["body"]["size"])
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), "Times New Roman")
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "vi-VN")  # else Word underlines every word as misspelt English
        style.element.rPr.append(language)
        style.paragraph_format.space_after = Pt(0)
        section, margins = self.file.sections[0], self.layout["margins"]
        section.page_width, section.page_height = Mm(_PAGE_WIDTH), Mm(297)
        section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
        section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
        section.header_distance = Mm(self.layout["page_number"]["from_top"])
        section.different_first_page_header_footer = True
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        run = number.add_run("2")
        run.font.size = Pt(self.layout["page_number"]["size"])
        field.append(run.element)
        _xml(number).append(field)

    def head(self, *, kind: str, about: str, day: dt.date, code: str = "") -> None:
        """Letterhead with number (`code`: the kind's, "BC"), place and date; the kind and what the paper is about."""
        office, layout = self.office, self.layout
        left, right = self._two_columns()
        if office.office_superior:
            self._line(left, office.office_superior.upper(), layout["superior"])
        self._line(left, office.office_name.upper(), layout["issuer"])
        number = layout["number"]["code" if code else "plain"].format(code=code, symbol=office.office_symbol)
        self._line(left, number, layout["number"])
        for motto in layout["motto"]:
            self._line(right, motto["text"], motto)
        where = f"{office.office_place}, " if office.office_place else ""
        self._line(right, f"{where}{written_date(day)}", layout["place_and_date"])
        self.file.add_paragraph()
        self._line(self.file, kind.upper(), layout["kind"])
        about = about.replace("ngày ", "ngày\N{NO-BREAK SPACE}")
        about = about[:1].upper() + about[1:] if layout["about"].get("capital") else about
        self._line(self.file, about, layout["about"])
        self.file.add_paragraph()
        if code == "BC" and "addressees" in layout:
            self._addressees(layout["addressees"])

    def _addressees(self, form: Mapping[str, Any]) -> None:
        """Say "Kính gửi": one on a line with it, several each on a line of its own below."""
        named = [one.strip(" .") for one in self.office.office_addressees.split(";") if one.strip(" .")]
        if not named:
            return
        if len(named) == 1:
            self._line(self.file, f"Kính gửi: {named[0]}", form)
        else:
            below = form["indent"] + bold_length("Kính gửi", form["size"])
            several = ((below, f"- {one}{'.' if one == named[-1] else ';'}") for one in named)
            for indent, line in ((form["indent"], "Kính gửi:"), *several):
                paragraph = self._line(self.file, line, form, WD_ALIGN_PARAGRAPH.LEFT)
                paragraph.paragraph_format.left_indent = Mm(indent)
        self.file.add_paragraph()

    def heading(self, text: str, *, level: int = 1) -> None:
        """A heading within the body, bold and black in the body's size: the first level in capitals."""
        form = self.layout["heading"]
        paragraph = self._body_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before = Pt(self.layout["body"]["spacing"])
        run = paragraph.add_run(clean(text.upper() if form["capitals"] and level == 1 else text))
        run.bold = form["bold"]

    def paragraph(self, *parts: str | tuple[str, str]) -> None:
        """A paragraph of the body; a part is text, or text with the address that it links to."""
        paragraph = self._body_paragraph()
        for part in parts:
            if isinstance(part, str):
                paragraph.add_run(clean(part))
            else:
                self._link(paragraph, *part)

    def table(
        self, headings: Sequence[str], rows: Sequence[Sequence[str | tuple[str, str]]], widths: Sequence[int]
    ) -> None:
        """A table with thin black lines; widths in millimetres, cells as the parts of a paragraph."""
        table = self.file.add_table(rows=1, cols=len(headings), style="Table Grid")
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for cells, texts, bold in [(table.rows[0].cells, headings, True)] + [
            (table.add_row().cells, row, False) for row in rows
        ]:
            for cell, text, width in zip(cells, texts, widths, strict=True):
                cell.width = Mm(width)
                run = self._link(cell.paragraphs[0], *((text, "") if isinstance(text, str) else text))
                run.bold, run.font.size = bold, Pt(12)
            _mark_row(cells[0], "w:cantSplit")
        _mark_row(table.rows[0].cells[0], "w:tblHeader")
        self.file.add_paragraph()

    def picture(self, image: io.BytesIO) -> None:
        """A picture as wide as the text."""
        self.file.add_picture(image, width=Mm(sum(self.layout["columns"]) - 2))
        self.file.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER

    def foot(self) -> None:
        """Nơi nhận on the left, who signs on the right."""
        office, layout = self.office, self.layout
        for above in (*self.file.paragraphs[-1:], self.file.add_paragraph()):
            above.paragraph_format.keep_with_next = True  # nobody signs an empty page
        left, right = self._two_columns()
        self._line(left, "Nơi nhận:", layout["recipients_title"], WD_ALIGN_PARAGRAPH.LEFT)
        named = [one.strip(" .,") for one in office.office_recipients.split(";") if one.strip()]
        kept = [] if named and named[-1].startswith("Lưu") else [layout["recipients"]["kept"].rstrip(".")]
        lines = [*named, *kept]
        for number, recipient in enumerate(lines, start=1):
            end = "." if number == len(lines) else ";"
            self._line(left, f"- {recipient}{end}", layout["recipients"], WD_ALIGN_PARAGRAPH.LEFT)
        for line in filter(None, (one.strip() for one in office.office_title.split(";"))):
            self._line(right, line.upper(), layout["authority" if _AUTHORITY.match(line) else "title"])
        for _ in range(4):
            right.add_paragraph()
        self._line(right, office.office_signer, layout["signer"])

    def content(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.file.save(buffer)
        return buffer.getvalue()

    def _two_columns(self) -> tuple[Any, Any]:
        """Two cells side by side as wide as the text, which no page's end divides."""
        table = self.file.add_table(rows=1, cols=2)
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        _no_padding(table)
        cells = table.rows[0].cells
        _mark_row(cells[0], "w:cantSplit")
        for cell, column, width in zip(cells, table.columns, self.layout["columns"], strict=True):
            cell.width = column.width = Mm(width)
            empty = _xml(cell.paragraphs[0])
            empty.getparent().remove(empty)
        return cells[0], cells[1]

    def _body_paragraph(self) -> Any:
        body = self.layout["body"]
        paragraph = self.file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = Mm(body["first_line"])
        paragraph.paragraph_format.space_after = Pt(body["spacing"])
        if "line" in body:
            paragraph.paragraph_format.line_spacing = Pt(body["line"])
        return paragraph

    def _line(
        self,
        place: Any,
        text: str,
        form: Mapping[str, Any],
        aligned: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER,
    ) -> Any:
        """One line of a letterhead in its form (answered), with the line or mark below it that the form asks for."""
        paragraph = place.add_paragraph()
        paragraph.alignment = aligned
        run = paragraph.add_run(clean(text))
        run.font.size = Pt(form["size"])
        run.bold, run.italic, run.underline = (form.get(one) for one in ("bold", "italic", "underline"))
        if form.get("below"):
            below = place.add_paragraph(form["below"])
            below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if form.get("line"):
            width = sum(self.layout["columns"]) if place is self.file else place.width.mm
            long = min(bold_length(text, form["size"]), width)
            self._rule(place, long * (0.4 if form["line"] == "half" else 1), width)
        return paragraph

    def _rule(self, place: Any, long: float, width: float) -> None:
        """A thin line of `long` millimetres in the middle of a place `width` millimetres wide."""
        paragraph = place.add_paragraph()
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm((width - long) / 2)
        paragraph.paragraph_format.line_spacing = Pt(4)
        border = OxmlElement("w:top")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            border.set(qn(f"w:{name}"), value)
        borders = OxmlElement("w:pBdr")
        borders.append(border)
        _xml(paragraph).get_or_add_pPr().append(borders)

    def _link(self, paragraph: Any, text: str, address: str) -> Any:
        if not address.startswith(("http://", "https://")):
            return paragraph.add_run(clean(text))
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), self.file.part.relate_to(clean(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run = paragraph.add_run(clean(text))
        run.underline = True
        link.append(run.element)
        _xml(paragraph).append(link)
        return run
