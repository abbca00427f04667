"""The weekly report as one HTML page to print."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from danvan.reports.week import WeekReport

_WEB = Path(__file__).parent.parent / "web"
MOST_BARS = 16


def week_html(week: WeekReport, *, linked: bool = False) -> str:
    """The report as HTML. `linked`: served by the pages (style sheet by address); else one file with all in it."""
    from danvan.web import plots, words

    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"day": words.day, "moment": words.moment, "number": words.number}
    style = Markup((_WEB / "static" / "style.css").read_text(encoding="utf-8"))  # noqa: S704 (our own file)
    topics = [(part.label, part.count) for part in week.topics][:MOST_BARS]
    return env.get_template("week.html").render(
        week=week,
        linked=linked,
        style=style,
        week_plot=plots.week(week.days),
        topic_plot=plots.bars(topics, "Số tin theo chủ đề"),
        province_plot=plots.bars(week.provinces[:MOST_BARS], "Số tin theo tỉnh, thành phố"),
        most_bars=MOST_BARS,
    )
