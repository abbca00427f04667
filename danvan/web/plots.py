"""Plots as SVG, made here: no script, no library in the browser, readable without colour.

Colours and type come from the style sheet (classes), so that the printed report and the pages agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from markupsafe import Markup, escape

from models.views.today import DayCount

WEEKDAYS = ("Th 2", "Th 3", "Th 4", "Th 5", "Th 6", "Th 7", "CN")


def week(days: Sequence[DayCount], today: dt.date | None = None) -> Markup:
    """Columns of articles a day: core below, related above, the number on top."""
    width, height, base = 84 * len(days), 192, 146
    most = max([day.core + day.related for day in days] + [1])
    parts = [f'<line class="axis" x1="0" x2="{width}" y1="{base}" y2="{base}"/>']
    for number, day in enumerate(days):
        x = number * 84 + 14
        core, related = (round(value / most * (base - 30)) for value in (day.core, day.related))
        name = "hôm nay" if day.day == today else WEEKDAYS[day.day.weekday()]
        mark = " now" if day.day == today else ""
        total = day.core + day.related
        parts.append(
            f"<g><title>{day.day:%d/%m/%Y}: {day.core} trọng tâm, {day.related} liên quan</title>"
            f'<rect class="core" x="{x}" y="{base - core}" width="56" height="{core}"/>'
            f'<rect class="related" x="{x}" y="{base - core - related}" width="56" height="{related}"/>'
            f'<text class="value" x="{x + 28}" y="{base - core - related - 6}">{total}</text>'
            f'<text class="label{mark}" x="{x + 28}" y="{base + 18}">{name}</text>'
            f'<text class="small" x="{x + 28}" y="{base + 38}">{day.day.day}/{day.day.month}</text></g>'
        )
    said = ", ".join(f"{day.day.day}/{day.day.month}: {day.core + day.related}" for day in days)
    return _svg(width, height, "week", f"Số tin mỗi ngày: {said}", parts)


def spark(values: Sequence[int], habit: float) -> Markup:
    """Small columns of a source's articles a day, with its habit as a dashed line."""
    step, height = 6, 30
    width = step * len(values)
    most = max([*values, habit * 1.6, 1])
    parts = []
    for number, value in enumerate(values):
        tall = round(value / most * (height - 2), 1)
        kind = "low" if habit >= 3 and value < habit / 3 and number < len(values) - 1 else "bar"
        parts.append(
            f'<rect class="{kind}" x="{number * step}" y="{height - max(tall, 0.8)}" width="{step - 1.5}"'
            f' height="{max(tall, 0.8)}"/>'
        )
    level = round(height - habit / most * (height - 2), 1)
    parts.append(f'<line class="habit" x1="0" x2="{width}" y1="{level}" y2="{level}"/>')
    said = f"{len(values)} ngày qua, hôm nay {values[-1] if values else 0} tin, thường ngày {habit:g}"
    return _svg(width, height, "spark", said, parts)


def columns(values: Sequence[tuple[str, int]], said: str, kind: str = "months") -> Markup:
    """Named columns (articles a month); labels are thinned out where they would overlap."""
    if not values:
        return Markup("")
    step = max(10, min(72, 720 // len(values)))
    width, base = max(step * len(values), 240), 100
    most = max([1, *(value for _, value in values)])
    every = max(1, -(-54 // step))
    parts = [f'<line class="axis" x1="0" x2="{width}" y1="{base}" y2="{base}"/>']
    for number, (name, value) in enumerate(values):
        x, tall = number * step, round(value / most * (base - 22), 1)
        parts.append(
            f"<g><title>{escape(name)}: {value} tin</title>"
            f'<rect class="core" x="{x + 1}" y="{base - tall}" width="{step - 2}" height="{tall}"/>'
        )
        if step >= 24 and value:
            parts.append(f'<text class="value" x="{x + step / 2}" y="{base - tall - 5}">{value}</text>')
        if number % every == 0 and (x + 44 <= width or not number):  # no name is cut at the edge
            parts.append(f'<text class="small start" x="{x}" y="{base + 18}">{escape(name)}</text>')
        parts.append("</g>")
    return _svg(width, base + 26, kind, said, parts)


def bars(values: Sequence[tuple[str, int]], said: str) -> Markup:
    """Lying bars with their names (topics, provinces) and numbers."""
    if not values:
        return Markup("")
    width, name_width, row = 720, 250, 26
    most = max([1, *(value for _, value in values)])
    parts = []
    for number, (name, value) in enumerate(values):
        y = number * row
        long = round(value / most * (width - name_width - 60), 1)
        parts.append(
            f'<text class="name" x="{name_width - 10}" y="{y + 18}">{escape(name)}</text>'
            f'<rect class="core" x="{name_width}" y="{y + 4}" width="{long}" height="{row - 8}"/>'
            f'<text class="value start" x="{name_width + long + 8}" y="{y + 18}">{value}</text>'
        )
    return _svg(width, row * len(values), "bars", said, parts)


def _svg(width: float, height: float, kind: str, said: str, parts: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704 (numbers and escaped names only)
        f'<svg class="plot {kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        f' aria-label="{escape(said)}"><title>{escape(said)}</title>{"".join(parts)}</svg>'
    )
