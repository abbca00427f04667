"""The weekly report as a Word document, in the manner of an office's paper."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from danvan.reports.week import WeekReport
from models.search.results import Hit
from models.views.document_page import DocumentLine

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MOST_BARS = 12


def week_docx(week: WeekReport) -> bytes:
    """The report as DOCX bytes."""
    from docx import Document
    from docx.shared import Cm, Pt

    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(3), Cm(2)
        section.top_margin = section.bottom_margin = Cm(2)
    document.core_properties.title = "Báo cáo tuần"
    document.core_properties.author = "Dân vận Monitor"
    document.add_heading("Báo cáo tuần: công tác dân vận trên báo Đảng địa phương", 0)
    document.add_paragraph(f"Từ {week.first:%d/%m/%Y} đến {week.last:%d/%m/%Y}")
    document.add_paragraph(_summary(week))
    if week.total:
        document.add_picture(_week_picture(week), width=Cm(15.5))
    _documents(document, week.documents)
    if week.topics:
        document.add_heading("Tin theo chủ đề", 1)
        document.add_picture(_bars_picture([(one.label, one.count) for one in week.topics]), width=Cm(15.5))
    for part in week.topics:
        document.add_heading(f"{part.label} ({part.count} tin)", 2)
        _articles(document, part.articles.hits)
    if week.provinces:
        document.add_heading("Tin theo tỉnh, thành phố", 1)
        document.add_picture(_bars_picture(week.provinces), width=Cm(15.5))
    document.add_heading("Tin trọng tâm", 1)
    _articles(document, week.core.hits)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _summary(week: WeekReport) -> str:
    core = sum(day.core for day in week.days)
    said = f"Trong tuần có {week.total} tin, gồm {core} tin trọng tâm và {week.total - core} tin liên quan"
    said += f" (tuần trước {week.before} tin). "
    return said + f"Báo đưa {len(week.documents)} văn bản mới ban hành."


def clean(text: str) -> str:
    """Text that a Word file can hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


def _documents(document: Any, lines: Sequence[DocumentLine]) -> None:  # noqa: ANN401 (python-docx has no types)
    document.add_heading("Văn bản mới báo đưa trong tuần", 1)
    if not lines:
        document.add_paragraph("Không có văn bản mới.")
        return
    table = document.add_table(rows=1, cols=4, style="Light Grid Accent 1")
    for cell, heading in zip(table.rows[0].cells, ("Ký hiệu", "Trích yếu", "Nơi ban hành", "Ngày"), strict=True):
        cell.text = heading
    for line in lines:
        cells = table.add_row().cells
        cells[0].text = clean(line.symbol)
        cells[1].text = clean(f"{line.kind} {line.title or ''}".strip())
        cells[2].text = clean(line.province_name or line.issuer or "Trung ương")
        cells[3].text = line.issued_on.strftime("%d/%m/%Y") if line.issued_on else "không rõ"


def _articles(document: Any, hits: Sequence[Hit]) -> None:  # noqa: ANN401 (as above)
    from danvan.web.words import day

    if not hits:
        document.add_paragraph("Không có tin.")
    for hit in hits:
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.add_run(clean(hit.title)).bold = True
        paragraph.add_run(clean(f" ({hit.source}, {day(hit.published_at)}). "))
        paragraph.add_run(clean(hit.lead[:400]))


def _figure(wide: float, high: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(wide, high), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Any) -> io.BytesIO:  # noqa: ANN401 (matplotlib has no types)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    buffer.seek(0)
    return buffer


def _week_picture(week: WeekReport) -> io.BytesIO:
    figure, axes = _figure(7, 2.6)
    names = [f"{day.day.day}/{day.day.month}" for day in week.days]
    core, related = [day.core for day in week.days], [day.related for day in week.days]
    axes.bar(names, core, color="#8c2f2b", label="Trọng tâm")
    axes.bar(names, related, bottom=core, color="#d9a59a", label="Liên quan")
    axes.set_ylabel("Số tin")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False)
    return _png(figure)


def _bars_picture(values: Sequence[tuple[str, int]]) -> io.BytesIO:
    shown = list(values[:MOST_BARS])[::-1]
    figure, axes = _figure(7, 0.6 + 0.3 * len(shown))
    drawn = axes.barh([clean(name) for name, _ in shown], [value for _, value in shown], color="#8c2f2b")
    axes.bar_label(drawn, padding=3)
    axes.xaxis.set_visible(False)
    return _png(figure)
