"""An office's paper as a Word file, in the prescribed layout (`data/layouts.yaml`): letterhead, title, body, signature.

Values of the layout are data with the rule they were taken from (`danvan.reports.layout`); what Word's format needs
beyond python-docx is told by `danvan.reports.word_xml`.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from danvan.in_xml import in_xml
from danvan.reports.layout import bold_length, layouts, written_date
from danvan.reports.word_xml import link, mark_row, no_padding, rule_below, xml_of
from foundation.errors import MissingExtraError
from foundation.settings import Settings

try:
    from docx import Document
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor
except ImportError as error:
    raise MissingExtraError("python-docx", "office") from error

_PAGE_WIDTH = 210
_AUTHORITY = re.compile(r"(T/?M|K/?T|T/?L|TUQ|Q)\b", re.IGNORECASE)
"""How a line begins that says by what right somebody signs: T/M, K/T, T/L (party), TM., KT., TL., TUQ. (state), Q."""


class Paper:
    """A paper of the office, written from top to bottom: `head`, body, `foot`, then `content`."""

    def __init__(self, settings: Settings, title: str) -> None:
        self.office = settings
        self.layout = layouts()[settings.office_layout]
        self.file: Any = Document()
        self.file.core_properties.title = in_xml(title)
        self.file.core_properties.author = in_xml(settings.office_name)
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
        xml_of(number).append(field)

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
        run = paragraph.add_run(in_xml(text.upper() if form["capitals"] and level == 1 else text))
        run.bold = form["bold"]

    def paragraph(self, *parts: str | tuple[str, str]) -> None:
        """A paragraph of the body; a part is text, or text with the address that it links to."""
        paragraph = self._body_paragraph()
        for part in parts:
            if isinstance(part, str):
                paragraph.add_run(in_xml(part))
            else:
                link(paragraph, *part)

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
                run = link(cell.paragraphs[0], *((text, "") if isinstance(text, str) else text))
                run.bold, run.font.size = bold, Pt(12)
            mark_row(cells[0], "w:cantSplit")
        mark_row(table.rows[0].cells[0], "w:tblHeader")
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
        no_padding(table)
        cells = table.rows[0].cells
        mark_row(cells[0], "w:cantSplit")
        for cell, column, width in zip(cells, table.columns, self.layout["columns"], strict=True):
            cell.width = column.width = Mm(width)
            empty = xml_of(cell.paragraphs[0])
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
        self, place: Any, text: str, form: Mapping[str, Any], aligned: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER
    ) -> Any:
        """One line of a letterhead in its form (answered), with the line or mark below it that the form asks for."""
        paragraph = place.add_paragraph()
        paragraph.alignment = aligned
        run = paragraph.add_run(in_xml(text))
        run.font.size = Pt(form["size"])
        run.bold, run.italic, run.underline = (form.get(one) for one in ("bold", "italic", "underline"))
        if form.get("below"):
            below = place.add_paragraph(form["below"])
            below.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if form.get("line"):
            width = sum(self.layout["columns"]) if place is self.file else place.width.mm
            long = min(bold_length(text, form["size"]), width)
            rule_below(place, long * (0.4 if form["line"] == "half" else 1), width)
        return paragraph
