"""How the channels fare: what a sign of life, or its lack, means for the operator and for readers with a second one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.settings import Settings
from foundation.words import capital
from models.database import put
from models.tables import ChannelRow
from notifications.channels import channel_label, configured
from notifications.markup import moment
from notifications.operators import clear_alarm, raise_alarm, tell_operator
from notifications.values import Receipt, Result

TOLD_AFTER = timedelta(seconds=45)
"""A channel that fails for so long is told of, by the others: shorter gaps are the network's daily bread."""
TAKEN_OVER_AFTER = timedelta(hours=1)
"""… and for so long, the second channel takes over."""
DEAD = (Result.UNREACHABLE, Result.DENIED)


DENIED_TEXT = {
    "telegram": (
        "Telegram không nhận mã token của bot nữa (đã bị thu hồi hoặc ghi sai). Việc gửi qua Telegram đã dừng; "
        "mọi tin vẫn được giữ trong hàng đợi và sẽ gửi khi có mã mới. Lấy mã ở @BotFather rồi ghi vào "
        "DANVAN_TELEGRAM_TOKEN."
    ),
    "zalo": (
        "Zalo không nhận mã token của bot nữa. Việc gửi qua Zalo đã dừng; mọi tin vẫn được giữ trong hàng đợi. "
        "Lấy mã mới ở “Zalo Bot Manager” rồi ghi vào DANVAN_ZALO_TOKEN."
    ),
    "email": (
        "Máy chủ thư không nhận tài khoản. Việc gửi thư đã dừng; tin vẫn được giữ trong hàng đợi. "
        "Kiểm tra DANVAN_SMTP_URL."
    ),
}


def health_key(channel: str, subscriber_id: int) -> str:
    """Under which name a channel's health is kept: a webhook is a service of its own for each reader."""
    return f"{channel}:{subscriber_id}" if channel == "webhook" else channel


def record_answer(session: Session, settings: Settings, channel: str, receipt: Receipt, now: datetime) -> None:
    """Note what an answer (or none) says of its channel, and tell the operator once when it is away and once when back.

    Any answer of the service counts as a sign of life, also a refusal. A token that is refused has an alarm of its own.
    """
    row = session.get(ChannelRow, channel, with_for_update=True)
    if row is None:  # two senders may meet a channel for the first time at once
        put(session, ChannelRow, [{"name": channel, "checked_at": now}])
        row = session.get_one(ChannelRow, channel, with_for_update=True)
    row.checked_at = now
    if receipt.result in DEAD:
        row.failing_since, row.error = row.failing_since or now, receipt.error
        if receipt.result is Result.DENIED and channel in DENIED_TEXT:
            raise_alarm(session, settings, f"denied-{channel}", DENIED_TEXT[channel], now, avoid=channel)
        if receipt.result is Result.UNREACHABLE and now - row.failing_since >= TOLD_AFTER:
            _alarm(session, settings, row, now)
    elif receipt.result in (Result.RETRY, Result.LATE, Result.TIMED_OUT, Result.GARBLED):
        return  # says nothing either way
    else:
        clear_alarm(session, f"denied-{channel}")
        _alive(session, settings, row, now)


def _alive(session: Session, settings: Settings, row: ChannelRow, now: datetime) -> None:
    if row.failing_since is not None:
        channel = row.name
        if clear_alarm(session, f"unreachable-{channel}"):
            label = capital(channel_label(channel))
            text = f"{label} đã liên lạc lại được; tin đang chờ được gửi tiếp, không mất tin nào."
            tell_operator(session, settings, f"reached:{channel}:{row.failing_since.timestamp():.0f}", text, now)
        row.failing_since = row.error = None


def _alarm(session: Session, settings: Settings, row: ChannelRow, now: datetime) -> None:
    text = (
        f"{capital(channel_label(row.name))} không liên lạc được từ {moment(row.failing_since)}. {row.error or ''} "
        "Tin gửi qua kênh này được giữ trong hàng đợi và sẽ gửi khi có lại; sau một giờ, ai có kênh thứ hai thì nhận "
        "qua kênh ấy."
    )
    raise_alarm(session, settings, f"unreachable-{row.name}", text, now, avoid=row.name.partition(":")[0])


def failing(session: Session) -> dict[str, datetime]:
    """The channels that are not reached, since when."""
    rows = session.execute(
        select(ChannelRow.name, ChannelRow.failing_since).where(ChannelRow.failing_since.is_not(None))
    ).tuples()
    return {name: since for name, since in rows if since is not None}


def replaced(session: Session, settings: Settings, now: datetime) -> frozenset[str]:
    """The channels whose readers are served by their second one: failing for an hour, or no longer set up."""
    gone = {name for name in ("telegram", "zalo", "email") if name not in configured(settings)}
    return frozenset(gone | {name for name, since in failing(session).items() if now - since > TAKEN_OVER_AFTER})
