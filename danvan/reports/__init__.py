"""The weekly report to print: HTML, and DOCX for the office."""

from danvan.reports.docx import week_docx
from danvan.reports.html import week_html
from danvan.reports.week import WeekReport, build_week, write_weekly_report

__all__ = ["WeekReport", "build_week", "week_docx", "week_html", "write_weekly_report"]
