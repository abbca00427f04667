"""/nguon: how the papers and the runs stand, for operators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from crawlers.source import Source
from foundation.words import RUN_STATES, ago
from models.runs.health import health
from models.tables import RunRow, SubscriberRow
from models.views.outbox_page import alert_counts
from notifications.bot.views import Reply
from notifications.channel_health import failing
from notifications.channels import channel_label
from notifications.due import waiting
from notifications.markup import fill_items, moment, shorten


def sources_answer(session: Session, subscriber: SubscriberRow, sources: Mapping[str, Source], now: datetime) -> Reply:
    """The last run, the outbox, and every paper that needs a person."""
    if not subscriber.operator:
        return Reply("Lệnh này chỉ dành cho người vận hành.")
    run = session.scalars(select(RunRow).order_by(RunRow.id.desc()).limit(1)).first()
    states = alert_counts(session)
    found = health(session, sources, now)
    ill = [one for one in found if one.needs_a_person]
    well = sum(1 for one in found if one.status == "ok")
    last = "chưa có lượt nào" if run is None else f"{ago(run.started_at, now)}, {RUN_STATES[run.status]}"
    head = (
        f"🩺 <b>Tình trạng</b>\nLượt thu thập gần nhất: {last}\n"
        f"Hàng đợi: {waiting(session)} chờ gửi, {states.get('unknown', 0)} chưa rõ, {states.get('failed', 0)} hỏng\n"
        f"Nguồn: {well} tốt trong {len(found)}; {len(ill)} cần xem lại"
    )
    for name, since in failing(session).items():
        head += f"\n⚠️ {escape(channel_label(name))} không liên lạc được từ {moment(since)}"
    worth = [(one.name, line) for one in found if one.needs_a_person or len(one.lines) > 1 for line in one.lines]
    lines = [f"• <b>{escape(name)}</b>: {escape(shorten(line, 300))}" for name, line in worth]
    text, shown = fill_items(head, lines, joint="\n")
    return Reply(text if shown == len(lines) else f"{text}\n… và {len(lines) - shown} dòng nữa: danvan health")
