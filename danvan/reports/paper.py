"""An office's paper as a Word file, in the prescribed layout (`data/layouts.yaml`): letterhead, title, body, signature.

Values of the layout are data with the rule they were taken from; this module only knows how Word is told of them.
"""

from __future__ import annotations

import datetime as dt
import io
import re
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
_COLUMNS = (80, 94)
"""Millimetres of the letterhead's sides: the national motto stands on one line, as does most boards' name."""
_LETTER_WIDTH = {True: 0.64, False: 0.47}
"""Mean width of a letter in ems, capitals and small: Times New Roman is not at hand where files are made."""
_ALIGNED = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT, "left": WD_ALIGN_PARAGRAPH.LEFT}


@cache
def layouts() -> Mapping[str, Mapping[str, Any]]:
    """The layouts by key (`party`, `state`)."""
    content: Mapping[str, Mapping[str, Any]] = yaml.safe_load((_DATA / "layouts.yaml").read_text(encoding="utf-8"))
    return content


def _xml(paragraph: Any) -> Any:
    """A paragraph's own XML: python-docx offers it through its format."""
    return paragraph.paragraph_format.element


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
        style.paragraph_format.space_after = Pt(0)
        section, margins = self.file.sections[0], self.layout["margins"]
        section.page_width, section.page_height = Mm(_PAGE_WIDTH), Mm(297)
        section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
        section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
        section.header_distance = Mm(10)
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
        self._line(right, f"{where}ngày {day.day:02d} tháng {day.month:02d} năm {day.year}", layout["place_and_date"])
        self.file.add_paragraph()
        self._line(self.file, kind.upper(), layout["kind"])
        self._line(self.file, about, layout["about"], width=_PAGE_WIDTH - 50)
        self.file.add_paragraph()

    def heading(self, text: str, *, level: int = 1) -> None:
        """A heading within the body: bold, black, the body's size; the second level also slanted."""
        paragraph = self._body_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(clean(text))
        run.bold, run.italic = True, level > 1

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
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for cells, texts, bold in [(table.rows[0].cells, headings, True)] + [
            (table.add_row().cells, row, False) for row in rows
        ]:
            for cell, text, width in zip(cells, texts, widths, strict=True):
                cell.width = Mm(width)
                run = self._link(cell.paragraphs[0], *((text, "") if isinstance(text, str) else text))
                run.bold, run.font.size = bold, Pt(12)
        self.file.add_paragraph()

    def picture(self, image: io.BytesIO) -> None:
        """A picture as wide as the text."""
        margins = self.layout["margins"]
        self.file.add_picture(image, width=Mm(_PAGE_WIDTH - margins["left"] - margins["right"] - 5))

    def foot(self) -> None:
        """Nơi nhận on the left, who signs on the right."""
        office, layout = self.office, self.layout
        self.file.add_paragraph()
        left, right = self._two_columns()
        self._line(left, "Nơi nhận:", {**layout["recipients_title"], "align": "left"})
        named = [one.strip() for one in office.office_recipients.split(";") if one.strip()]
        for number, recipient in enumerate([*named, "Lưu."]):
            end = "" if number == len(named) else ","
            self._line(left, f"- {recipient.rstrip('.')}{end or '.'}", {**layout["recipients"], "align": "left"})
        if office.office_title:
            self._line(right, office.office_title.upper(), layout["signature"])
        for _ in range(4):
            right.add_paragraph()
        self._line(right, office.office_signer, {**layout["signature"]})

    def content(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.file.save(buffer)
        return buffer.getvalue()

    def _two_columns(self) -> tuple[Any, Any]:
        table = self.file.add_table(rows=1, cols=2)
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        _no_padding(table)
        cells = table.rows[0].cells
        for cell, column, width in zip(cells, table.columns, _COLUMNS, strict=True):
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
        return paragraph

    def _line(self, place: Any, text: str, form: Mapping[str, Any], width: float = 80) -> None:
        """One line of a letterhead in its form, with the line or mark below it that the form asks for."""
        paragraph = place.add_paragraph()
        paragraph.alignment = _ALIGNED[form.get("align", "center")]
        run = paragraph.add_run(clean(text))
        run.font.size = Pt(form["size"])
        run.bold, run.italic, run.underline = (form.get(one) for one in ("bold", "italic", "underline"))
        if form.get("below"):
            below = place.add_paragraph(form["below"])
            below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if form.get("line"):
            long = len(text) * form["size"] * _LETTER_WIDTH[text.isupper()] * 0.353
            self._rule(place, min(long * (0.4 if form["line"] == "half" else 1), width), width)

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
