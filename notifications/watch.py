"""The dead-man's switch: when no harvest succeeded for longer than the schedule allows, the operator hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from danvan.settings import Settings
from models.database import transaction
from models.tables import RunRow
from notifications.markup import moment
from notifications.operators import clear_alarm, raise_alarm

ALARM = "silence"
SUCCESS = ("done", "faults")
"""A run that ended, with or without faults of single papers: the machine lives."""


def check_silence(engine: Engine, settings: Settings, now: datetime, *, watching_since: datetime) -> bool:
    """Raise the alarm when the last successful harvest ended longer ago than DANVAN_SILENCE_HOURS.

    Where there never was one, since `watching_since` (the start of the watch). Told once, until a run succeeds.
    Gives whether the alarm is on.
    """
    with transaction(engine) as session:
        last = session.scalar(
            select(func.max(RunRow.finished_at)).where(RunRow.kind == "harvest", RunRow.status.in_(SUCCESS))
        )
        if now - (last or watching_since) <= timedelta(hours=settings.silence_hours):
            clear_alarm(session, ALARM)
            return False
        since = f"từ {moment(last)}" if last else f"kể từ khi theo dõi ({moment(watching_since)})"
        text = (
            f"Không có lượt thu thập nào thành công {since}. Lịch cho phép tối đa {settings.silence_hours:g} giờ. "
            "Kiểm tra máy chủ và lịch chạy; chạy tay bằng lệnh: danvan run"
        )
        raise_alarm(session, settings, ALARM, text, now)
        return True
