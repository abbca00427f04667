"""What is looked at now and then: each thing that goes wrong reaches the operator once, until it is over.

The dead-man's switch (no harvest succeeded for longer than the schedule allows), runs that were killed or hang, a disk
that is nearly full.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, and_, func, or_, select
from sqlalchemy.orm import Session

from foundation.settings import Settings
from foundation.words import decimal
from models.database import transaction
from models.runs.ledger import RUNNING, last_finished, overdue, reap_dead_runs
from models.tables import AlertRow, RunRow, SubscriberRow
from notifications.channel_health import failing, health_key
from notifications.channels import channel_label
from notifications.markup import moment
from notifications.operators import clear_alarm, raise_alarm, tell_operator
from notifications.values import WAITING, State

ALARM = "silence"
LONGEST_RUN = timedelta(hours=6)
"""A run that is still at work after so long hangs: a day has room for four of them."""
LEAST_FREE = 0.05
LEAST_BYTES = 1_000_000_000
STUCK = timedelta(hours=6)
"""Greylisting and restarts are over by then."""
STILL = timedelta(minutes=10)
"""Without a sign of life for so long a run counts as killed: a living one gives a sign a minute."""


def check_silence(engine: Engine, settings: Settings, now: datetime, *, watching_since: datetime) -> bool:
    """Raise the alarm when the last successful harvest ended longer ago than DANVAN_SILENCE_HOURS.

    Where there never was one, since `watching_since` (the start of the watch). Told once, until a run succeeds.
    Gives whether the alarm is on.
    """
    with transaction(engine) as session:
        last = last_finished(session, kind="harvest")
        if not overdue(last or watching_since, now, settings.silence_hours):
            clear_alarm(session, ALARM)
            return False
        since = f"từ {moment(last)}" if last else f"kể từ khi theo dõi ({moment(watching_since)})"
        text = (
            f"Không có lượt thu thập nào thành công {since}. Lịch cho phép tối đa {settings.silence_hours:g} giờ. "
            "Kiểm tra máy chủ và lịch chạy; chạy tay bằng lệnh: danvan run"
        )
        raise_alarm(session, settings, ALARM, text, now)
        return True


def check_slow_runs(engine: Engine, settings: Settings, now: datetime) -> int:
    """Tell the operator, once each, of runs that live and do not end; answers how many there are."""
    with transaction(engine) as session:
        runs = session.scalars(
            select(RunRow).where(RunRow.status == RUNNING, RunRow.started_at < now - LONGEST_RUN)
        ).all()
        for run in runs:
            text = (
                f"Lượt {run.id} bắt đầu {moment(run.started_at)} đến giờ chưa xong: có thể đang kẹt. "
                "Xem trang Lượt chạy; dừng tiến trình ấy thì lượt sau làm tiếp, không mất bài nào."
            )
            tell_operator(session, settings, f"slow-run:{run.id}", text, now)
        return len(runs)


def check_disk(engine: Engine, settings: Settings, now: datetime) -> bool:
    """Raise the alarm when the disk of the archive (of the program's home, for a database elsewhere) is nearly full.

    Gives whether the alarm is on.
    """
    place = Path(engine.url.database or ".").parent if engine.dialect.name == "sqlite" else settings.home
    usage = shutil.disk_usage(place if place.exists() else Path())
    with transaction(engine) as session:
        if usage.free >= max(LEAST_BYTES, usage.total * LEAST_FREE):
            clear_alarm(session, "disk")
            return False
        free = decimal(usage.free / 1e9)
        text = (
            f"Ổ đĩa của kho lưu trữ chỉ còn {free} GB trống: khi đầy, kho không nhận bài mới nữa. "
            "Xóa bớt tệp thừa, hoặc dọn kho bằng lệnh danvan prune."
        )
        raise_alarm(session, settings, "disk", text, now)
        return True


def check_waiting(engine: Engine, settings: Settings, now: datetime) -> int:
    """Tell the operator, once a day each, of readers who get nothing though their channel is well: a mail server, a
    webhook or a service that keeps refusing, a message of which nobody will know. Answers how many there are.
    """
    with transaction(engine) as session:
        away = set(failing(session))
        tried = or_(
            AlertRow.not_before <= now,
            and_(AlertRow.state == State.UNKNOWN, AlertRow.not_before.is_(None), AlertRow.queued_at > now - 2 * STUCK),
        )
        rows = session.execute(
            select(SubscriberRow, func.count(), func.min(AlertRow.queued_at), func.max(AlertRow.error))
            .join(AlertRow, AlertRow.subscriber_id == SubscriberRow.id)
            .where(AlertRow.state.in_(WAITING), SubscriberRow.active)
            .where(AlertRow.attempts > 0, AlertRow.error.is_not(None), tried)
            .where(or_(AlertRow.not_before.is_(None), AlertRow.queued_at < now - STUCK))
            .group_by(SubscriberRow.id)
        ).all()
        stuck = [row for row in rows if not {row[0].channel, health_key(row[0].channel, row[0].id)} & away]
        for reader, number, since, error in stuck:
            text = (
                f"“{reader.name or 'Người nhận'}” (số {reader.id}, {channel_label(reader.channel)}): {number} tin, "
                f"từ tin lúc {moment(since)}, chưa gửi được hoặc không rõ đã tới.\nLý do: {error}\n"
                "Kiểm tra địa chỉ của người nhận: danvan subscribers list"
            )
            tell_operator(session, settings, f"stuck:{reader.id}:{now:%Y-%m-%d}", text, now)
        return len(stuck)


def check_dead_runs(engine: Engine, settings: Settings, now: datetime) -> int:
    """Close runs that have gone still without an end, and tell the operator; answers how many.

    For the watch beside a harvest: needs no lock, and a run that was only asleep says itself when it ends.
    """
    with transaction(engine) as session:
        return close_dead_runs(session, settings, now, still_for=STILL)


def close_dead_runs(session: Session, settings: Settings, now: datetime, *, still_for: timedelta | None = None) -> int:
    """`models.runs.ledger.reap_dead_runs`, each of them told to the operator once; answers how many."""
    ghosts = reap_dead_runs(session, now=now, silent_for=still_for)
    for run_id in ghosts:
        run = session.get_one(RunRow, run_id)
        text = (
            f"Lượt {run_id}, bắt đầu {moment(run.started_at)}, đã dừng giữa chừng "
            f"(dấu hiệu cuối cùng: {moment(run.beat_at)}): tiến trình bị ngắt, hết bộ nhớ hoặc mất điện. "
            "Không mất bài nào; lượt sau làm tiếp phần còn lại."
        )
        tell_operator(session, settings, f"dead-run:{run_id}", text, now)
    return len(ghosts)
