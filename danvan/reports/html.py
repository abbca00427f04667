"""Điểm báo and reports as one HTML page to print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from danvan.reports.clipping import Clipping
from danvan.reports.period import SECTION_STORIES, UNNAMED, Report, span, summary

_WEB = Path(__file__).parent.parent / "web"
MOST_BARS = 16
LONGEST_WEEK = 14


def report_html(report: Report, *, linked: bool = False) -> str:
    """The report as HTML. `linked`: served by the pages (style sheet by address); else one file with all in it."""
    from danvan.web import plots

    topics = [(part.label, part.count) for part in report.topics][:MOST_BARS]
    return _render(
        "report.html",
        linked=linked,
        report=report,
        span=span(report.first, report.last),
        summary=summary(report),
        days_plot=_days_plot(report),
        topic_plot=plots.bars(topics, "Số tin theo chủ đề"),
        province_plot=plots.bars(report.provinces[:MOST_BARS], "Số tin theo tỉnh, thành phố"),
        most_bars=MOST_BARS,
        most_stories=SECTION_STORIES,
        unnamed=UNNAMED,
        longest_week=LONGEST_WEEK,
    )


def clipping_html(clipping: Clipping, *, linked: bool = False, editable: bool = False) -> str:
    """The clipping as HTML. `linked` as above; `editable`: whoever reads it may choose and reword it."""
    days = span(clipping.first, clipping.last)
    return _render("clipping.html", linked=linked, editable=editable, clipping=clipping, span=days)


def _days_plot(report: Report) -> Markup:
    from danvan.web import plots

    if len(report.days) <= LONGEST_WEEK:
        return plots.week(report.days)
    counts = [(name, core + related) for name, core, related in report.columns]
    return plots.columns(counts, f"Số tin mỗi {'tháng' if report.by_month else 'ngày'}")


def _render(template: str, **values: Any) -> str:
    from danvan.web.rendering import environment

    env = environment(Path(__file__).parent / "templates")
    style = Markup((_WEB / "static" / "style.css").read_text(encoding="utf-8"))  # noqa: S704 (our own file)
    return env.get_template(template).render(style=style, **values)
