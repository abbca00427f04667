"""What Word's format can and python-docx has no words for: rows that stay together, thin lines, links."""

from __future__ import annotations

from typing import Any

from danvan.in_xml import in_xml
from foundation.errors import MissingExtraError

try:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt
except ImportError as error:
    raise MissingExtraError("python-docx", "office") from error


def xml_of(paragraph: Any) -> Any:
    """A paragraph's own XML: python-docx offers it through its format."""
    return paragraph.paragraph_format.element


def mark_row(cell: Any, mark: str) -> None:
    """Mark the row of a cell: `w:cantSplit`, no page's end divides it; `w:tblHeader`, it stands on every page."""
    xml_of(cell.paragraphs[0]).getparent().getparent().get_or_add_trPr().append(OxmlElement(mark))


def no_padding(table: Any) -> None:
    """Let a table's cells use their whole width: a letterhead's lines are as long as a cell."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    cell = xml_of(table.rows[0].cells[0].paragraphs[0]).getparent()
    cell.getparent().getparent().tblPr.append(margins)


def rule_below(place: Any, long: float, width: float) -> None:
    """Draw a thin line of `long` millimetres in the middle of a place `width` millimetres wide."""
    paragraph = place.add_paragraph()
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm((width - long) / 2)
    paragraph.paragraph_format.line_spacing = Pt(4)
    border = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        border.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(border)
    xml_of(paragraph).get_or_add_pPr().append(borders)


def link(paragraph: Any, text: str, address: str) -> Any:
    """Add words that lead to an address of the web; to any other, just the words. Answers their run."""
    if not address.startswith(("http://", "https://")):
        return paragraph.add_run(in_xml(text))
    led = OxmlElement("w:hyperlink")
    led.set(qn("r:id"), paragraph.part.relate_to(in_xml(address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(in_xml(text))
    run.underline = True
    led.append(run.element)
    xml_of(paragraph).append(led)
    return run
