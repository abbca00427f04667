"""Quiet hours: when a chat may be told. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from foundation.clock import HANOI
from foundation.errors import UsageError


def read_hours(words: str) -> tuple[str, str]:
    """Two times HH:MM from "22:00-06:00", "22h-6h" or "22h30 - 6"; equal times from "tắt" (no quiet hours).

    Raises UsageError for anything else.
    """
    if words.strip().casefold() in {"không", "khong", "tắt", "tat", "0"}:
        return "00:00", "00:00"
    found = re.fullmatch(
        r"\s*(\d{1,2})(?:[:h](\d{2})?)?\s*(?:-|–|đến|tới)\s*(\d{1,2})(?:[:h](\d{2})?)?\s*", words.casefold()
    )
    if found:
        hours = [int(found[1]), int(found[3])]
        minutes = [int(found[2] or 0), int(found[4] or 0)]
        if all(h < 24 for h in hours) and all(m < 60 for m in minutes):
            return f"{hours[0]:02}:{minutes[0]:02}", f"{hours[1]:02}:{minutes[1]:02}"
    raise UsageError("Giờ yên lặng ghi như sau: 22:00-06:00 (hoặc “tắt” để nhận tin cả ngày).")


def not_before(now: datetime, quiet_from: str, quiet_to: str) -> datetime:
    """The first moment from `now` on outside the quiet hours (HH:MM in Hà Nội); equal times: no quiet hours."""
    start, end = time.fromisoformat(quiet_from), time.fromisoformat(quiet_to)
    local = now.astimezone(HANOI)
    clock = local.time().replace(tzinfo=None)
    quiet = (start <= clock < end) if start <= end else (clock >= start or clock < end)
    if not quiet:
        return now
    wake = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return wake if wake > local else wake + timedelta(days=1)
