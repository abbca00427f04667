"""Điểm báo and reports as Word files in the office's prescribed layout."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from danvan.in_xml import in_xml
from danvan.reports.clipping import Clipping, ClippingSection, section_labels
from danvan.reports.paper import Paper
from danvan.reports.period import SECTION_STORIES, Report, span, summary
from foundation.errors import MissingExtraError
from foundation.settings import Settings
from models.views.clipping import ClippedStory
from models.views.document_page import DocumentLine

MOST_BARS = 12
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_COLUMNS = (("Số, ký hiệu", 32), ("Trích yếu", 73), ("Nơi ban hành", 35), ("Ngày", 25))


def clipping_docx(clipping: Clipping, settings: Settings, day: dt.date) -> bytes:
    """The clipping as DOCX; `day` is the day of the paper itself."""
    paper = Paper(settings, "Điểm báo")
    paper.head(kind="Điểm báo", about=f"về công tác dân vận, {span(clipping.first, clipping.last)}", day=day)
    if not clipping.sections:
        paper.paragraph("Các báo được theo dõi không có tin, bài về công tác dân vận.")
    _note(paper, clipping.note)
    _sections(paper, clipping.sections)
    if clipping.remarks.strip():
        paper.heading(f"{_ROMAN[len(clipping.sections)]}. {section_labels()['kien_nghi']}")
        for line in filter(str.strip, clipping.remarks.splitlines()):
            paper.paragraph(line)
    paper.foot()
    return paper.content()


def report_docx(report: Report, settings: Settings, day: dt.date) -> bytes:
    """The report of a period as DOCX."""
    paper, numbers = Paper(settings, f"Báo cáo {report.when}"), iter(_ROMAN)
    about = f"công tác dân vận qua báo chí {report.when}"
    paper.head(kind="Báo cáo", about=about, day=day, code="BC")
    paper.paragraph(summary(report))
    if report.total:
        paper.picture(_days_picture(report))
    paper.heading(f"{next(numbers)}. Văn bản mới được báo đưa")
    _documents(paper, report.documents, (settings.public_url or "").rstrip("/"))
    _note(paper, report.documents_note)
    paper.heading(f"{next(numbers)}. Tin, bài đáng chú ý")
    if not report.sections:
        paper.paragraph("Không có tin, bài.")
    _note(paper, report.note)
    _sections(paper, report.sections, most=SECTION_STORIES)
    if report.topics:
        paper.heading(f"{next(numbers)}. Tin theo chủ đề")
        _bars(paper, [(one.label, one.count) for one in report.topics], "chủ đề")
    if report.provinces:
        paper.heading(f"{next(numbers)}. Tin theo tỉnh, thành phố")
        _bars(paper, report.provinces, "tỉnh, thành phố")
    paper.foot()
    return paper.content()


def _bars(paper: Paper, values: Sequence[tuple[str, int]], what: str) -> None:
    paper.picture(_bars_picture(values[:MOST_BARS]))
    if len(values) > MOST_BARS:
        paper.paragraph(f"Hình chỉ vẽ {MOST_BARS} {what} có nhiều tin nhất, trong {len(values)} {what} có tin.")


def _note(paper: Paper, note: str) -> None:
    if note:
        paper.paragraph(note)


def _sections(paper: Paper, sections: Sequence[ClippingSection], most: int | None = None) -> None:
    """The outline's sections: the paper's own parts, or (`most`: as many stories of each) parts of one of them."""
    for place, section in enumerate(sections, start=1):
        number, level = (_ROMAN[place - 1], 1) if most is None else (str(place), 2)
        paper.heading(f"{number}. {section.label}", level=level)
        for story_number, story in enumerate(section.stories[:most], start=1):
            _story(paper, f"{story_number}." if level == 1 else f"{number}.{story_number}.", story)
        left = len(section.stories) - len(section.stories[:most])
        if left:
            paper.paragraph(f"Và {left} tin, bài khác.")


def _story(paper: Paper, number: str, story: ClippedStory) -> None:
    from danvan.web.words import day

    paper.paragraph(f"{number} ", (story.title, story.url), f" ({story.source}, {day(story.published_at)}).")
    for line in story.gist:
        paper.paragraph(line)
    if story.documents:
        paper.paragraph(f"Văn bản: {', '.join(story.documents)}.")
    if story.tone:
        paper.paragraph(f"Nhận xét: {story.tone.lower()}.")
    if story.also:
        paper.paragraph(f"Cùng đưa: {', '.join(story.also)}.")


def _documents(paper: Paper, lines: Sequence[DocumentLine], base: str) -> None:
    if not lines:
        paper.paragraph("Không có văn bản mới.")
        return
    rows = [
        (
            (line.symbol, f"{base}/documents/{line.id}"),
            f"{line.kind} {line.title or line.about or ''}".strip(),
            line.province_name or line.issuer or "Trung ương",
            f"{line.issued_on:%d/%m/%Y}" if line.issued_on else "chưa rõ",
        )
        for line in lines
    ]
    paper.table([name for name, _ in _COLUMNS], rows, [width for _, width in _COLUMNS])


def _figure(high: float) -> tuple[Any, Any]:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "office") from error

    figure = Figure(figsize=(7, high), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _png(figure: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    buffer.seek(0)
    return buffer


def _days_picture(report: Report) -> io.BytesIO:
    figure, axes = _figure(2.6)
    names, core, related = zip(*report.columns, strict=True)
    places = range(len(names))
    axes.bar(places, core, color="#8c2f2b", label="Trọng tâm")
    axes.bar(places, related, bottom=core, color="#d9a59a", label="Liên quan")
    step = -(-len(names) // (7 if report.by_month else 10))  # "11/2026" takes the place of two days
    axes.set_xticks(places[::step], names[::step])
    axes.set_ylabel("Số tin")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(frameon=False)
    return _png(figure)


def _bars_picture(values: Sequence[tuple[str, int]]) -> io.BytesIO:
    shown = list(values)[::-1]
    figure, axes = _figure(0.6 + 0.3 * len(shown))
    drawn = axes.barh([in_xml(name) for name, _ in shown], [value for _, value in shown], color="#8c2f2b")
    axes.bar_label(drawn, padding=3)
    axes.xaxis.set_visible(False)
    return _png(figure)
