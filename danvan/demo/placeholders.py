"""Dates in the demo's texts that move with the anchor day.

A text says `{ngay:-5}` for the day five days before the anchor; the name after the bar chooses one of the
forms in which newspapers print dates, or a `strftime` pattern. `{nam:-5}` is that day's year, `{thang:-5}` its
month.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from foundation.words import WEEKDAYS

_FORMS: dict[str, Callable[[date], str]] = {
    "so": lambda day: f"{day:%d/%m/%Y}",
    "gon": lambda day: f"{day.day}/{day.month}/{day.year}",
    "gach": lambda day: f"{day.day}-{day.month}-{day.year}",
    "cham": lambda day: f"{day.day}.{day.month}.{day.year}",
    "chu": lambda day: f"{day.day} tháng {day.month} năm {day.year}",
    "ngan": lambda day: f"{day.day}/{day.month}",
    "ngangach": lambda day: f"{day.day}-{day.month}",
    "thu": lambda day: WEEKDAYS[day.weekday()].lower(),
}
_MARK = re.compile(r"\{(?P<what>ngay|nam|thang|d):(?P<offset>-?\d+)(?:\|(?P<form>[^{}]+))?\}")


def fill(text: str, anchor: date) -> str:
    """`text` with every placeholder replaced by its date; the offset counts days from `anchor`.

    Raises KeyError for a form that does not exist.
    """

    def replace(match: re.Match[str]) -> str:
        day = anchor + timedelta(days=int(match["offset"]))
        if match["what"] == "nam":
            return str(day.year)
        if match["what"] == "thang":
            return str(day.month)
        form = match["form"] or "so"
        return day.strftime(form) if "%" in form else _FORMS[form](day)

    return _MARK.sub(replace, text)
