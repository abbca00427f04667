"""How the pages say things: dates, numbers, states, in Vietnamese."""

from __future__ import annotations

import datetime as dt

from foundation.clock import HANOI
from foundation.words import WEEKDAYS, capital


def day(value: dt.date | dt.datetime | None) -> str:
    """A day: 21/11/2026. Moments are told in Hà Nội's time."""
    if value is None:
        return "không rõ ngày"
    if isinstance(value, dt.datetime):
        value = value.astimezone(HANOI)
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def moment(value: dt.datetime | None) -> str:
    """A moment in Hà Nội: 07:30 21/11/2026; midnight sharp is a day without a time of day."""
    if value is None:
        return "không rõ ngày"
    local = value.astimezone(HANOI)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return day(value)
    return f"{local.hour:02d}:{local.minute:02d} {day(value)}"


def long_day(value: dt.date) -> str:
    """A day with its name: Thứ Bảy, 21/11/2026."""
    return f"{capital(WEEKDAYS[value.weekday()])}, {day(value)}"


def number(value: float) -> str:
    """A number as written in Vietnamese: 1.234."""
    return f"{value:,.0f}".replace(",", ".")


def lasting(start: dt.datetime, end: dt.datetime | None) -> str:
    """How long something took."""
    if end is None:
        return "chưa xong"
    seconds = int((end - start).total_seconds())
    return f"{seconds // 60} phút {seconds % 60} giây" if seconds >= 60 else f"{seconds} giây"
