"""What is handed up: điểm báo and the report of a period, to print and for Word, in the office's layout."""

from danvan.reports.clipping import Clipping, build_clipping, chosen_clipping
from danvan.reports.html import clipping_html, report_html
from danvan.reports.period import Report, build_report, week_of

__all__ = [
    "Clipping",
    "Report",
    "build_clipping",
    "build_report",
    "chosen_clipping",
    "clipping_html",
    "report_html",
    "week_of",
]
