"""`danvan subscribers`: who is told, where and when, set from the command line."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from danvan.cli.app import Command, Group, app, complain, group
from danvan.cli.opening import day, reading, settings, writing
from danvan.cli.output import JsonOption, in_hanoi, say, show
from foundation.clock import HANOI, hanoi_day, utc_now
from foundation.errors import UsageError
from foundation.numbers import LARGEST_ID

if TYPE_CHECKING:
    from models.tables import SubscriberRow

subscribers = group("Người nhận tin: liệt kê, thêm địa chỉ, kênh thứ hai, tạm dừng, giờ yên lặng, thôi nhận.")
app.add_typer(subscribers, name="subscribers", cls=Group)

UNTIL_RESUMED = timedelta(days=3650)
"""What the bot, too, means by a pause without an end."""

Number = Annotated[
    int, typer.Argument(metavar="SỐ", max=LARGEST_ID, help="Số của người nhận (danvan subscribers list).")
]


@subscribers.command("list", cls=Command)
def list_subscribers(*, as_json: JsonOption = False) -> None:
    """Liệt kê người nhận tin; địa chỉ không được in ra."""
    from sqlalchemy import select

    from models.tables import SubscriberRow

    with reading() as session:
        rows = list(session.scalars(select(SubscriberRow).order_by(SubscriberRow.id)))
    forms, lines = [_form(row) for row in rows], [_line(row) for row in rows]
    show(forms, "Người nhận tin", lines, as_json=as_json, empty="Chưa có ai nhận tin. Mời bằng: danvan invite")


def _mind_mail(channel: str | None) -> None:
    if channel == "email" and settings().smtp_url is None:
        complain("Chưa đặt DANVAN_SMTP_URL: thư nằm trong hàng đợi, đặt rồi mới gửi được.")


@subscribers.command("add-mail", cls=Command)
def add_mail(
    address: Annotated[str, typer.Argument(metavar="THƯ", help="Địa chỉ thư điện tử.")],
    *,
    name: Annotated[str, typer.Option(help="Tên để nhớ.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Gửi tin tới một địa chỉ thư điện tử, cho cơ quan không dùng Telegram (cần DANVAN_SMTP_URL)."""
    add("email", address, name=name, as_json=as_json)


@subscribers.command("add", cls=Command)
def add(
    channel: Annotated[str, typer.Argument(metavar="KÊNH", help="email, webhook hoặc apprise.")],
    address: Annotated[str, typer.Argument(metavar="ĐỊA_CHỈ", help="Địa chỉ thư, URL webhook, URL của Apprise.")],
    *,
    name: Annotated[str, typer.Option(help="Tên để nhớ.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Gửi tin tới một địa chỉ: thư, webhook của văn phòng điện tử, hay dịch vụ mà Apprise biết (Viber, Teams …)."""
    from notifications.subscribers import add_subscriber

    if channel not in ("email", "webhook", "apprise"):
        raise UsageError("Kênh phải là email, webhook hoặc apprise; Telegram và Zalo vào bằng mã mời: danvan invite")
    with writing(first=True) as session:
        row = add_subscriber(session, channel, address, name, utc_now())
        session.flush()
        number = row.id
    say({"subscriber": number}, f"Đã thêm người nhận số {number}.", as_json=as_json)
    _mind_mail(channel)


@subscribers.command("second", cls=Command)
def second(
    number: Number,
    channel: Annotated[str, typer.Argument(metavar="KÊNH", help="telegram, zalo, email, webhook, apprise; không.")],
    address: Annotated[str, typer.Argument(metavar="ĐỊA_CHỈ", help="Số phòng chat, địa chỉ thư hoặc URL.")] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Kênh thứ hai của một người nhận: thay kênh chính khi kênh ấy hỏng quá một giờ."""
    from notifications.subscribers import set_second, subscriber_of

    none = channel.casefold() in {"không", "khong", "none"}
    if not none and not address:
        raise UsageError("Hãy ghi địa chỉ của kênh thứ hai.")
    with writing() as session:
        set_second(subscriber_of(session, number), None if none else channel, None if none else address)
    words = "Đã bỏ kênh thứ hai." if none else "Đã đặt kênh thứ hai."
    say({"subscriber": number, "second_channel": None if none else channel}, words, as_json=as_json)
    _mind_mail(channel)


@subscribers.command("pause", cls=Command)
def pause_(
    number: Number,
    *,
    until: Annotated[
        str | None, typer.Option(help="Đến hết ngày này; không nói thì đến khi cho nhận lại (resume).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tạm dừng gửi tới một người nhận."""
    from notifications.subscribers import pause, subscriber_of

    today = hanoi_day(utc_now())
    last = day(until, "--until") or today + UNTIL_RESUMED
    if last < today:
        raise UsageError(f"--until: ngày {last:%d/%m/%Y} đã qua. Cho nhận lại bằng: danvan subscribers resume {number}")
    moment = datetime.combine(last, time(23, 59), HANOI)
    with writing() as session:
        pause(session, subscriber_of(session, number), moment)
    words = f"Tạm dừng đến {in_hanoi(moment)}." if until else "Tạm dừng đến khi cho nhận lại."
    say({"subscriber": number, "paused_until": moment.isoformat()}, words, as_json=as_json)


@subscribers.command("resume", cls=Command)
def resume(number: Number, *, as_json: JsonOption = False) -> None:
    """Cho một người đang tạm dừng nhận lại."""
    from notifications.subscribers import pause, subscriber_of

    with writing() as session:
        pause(session, subscriber_of(session, number), None)
    say({"subscriber": number, "paused_until": None}, "Đã cho nhận lại.", as_json=as_json)


@subscribers.command("quiet", cls=Command)
def quiet(
    number: Number,
    hours: Annotated[str, typer.Argument(metavar="GIỜ", help="Ví dụ 22:00-06:00, hoặc tắt.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Đặt giờ yên lặng của một người nhận; tin khẩn vẫn gửi."""
    from notifications.subscribers import set_quiet_hours, subscriber_of

    with writing() as session:
        row = subscriber_of(session, number)
        set_quiet_hours(session, row, hours, utc_now())
        form = {"subscriber": number, "quiet_from": row.quiet_from, "quiet_to": row.quiet_to}
    say(form, "Đã đặt giờ yên lặng.", as_json=as_json)


@subscribers.command("off", cls=Command)
def off(number: Number, *, as_json: JsonOption = False) -> None:
    """Thôi gửi tới một người nhận."""
    from notifications.subscribers import subscriber_of, switch_off

    with writing() as session:
        switch_off(session, subscriber_of(session, number), "Người vận hành cho thôi nhận.")
    say({"subscriber": number, "active": False}, "Đã thôi gửi.", as_json=as_json)


def _form(row: SubscriberRow) -> dict[str, object]:
    return {
        "id": row.id,
        "channel": row.channel,
        "second_channel": row.second_channel,
        "name": row.name,
        "operator": row.operator,
        "active": row.active,
        "off_reason": row.off_reason,
        "paused_until": row.paused_until.isoformat() if row.paused_until else None,
        "quiet_from": row.quiet_from,
        "quiet_to": row.quiet_to,
    }


def _line(row: SubscriberRow) -> dict[str, object]:
    state = "đang nhận" if row.active else f"thôi nhận: {row.off_reason or ''}"
    if row.active and row.paused_until:
        state = f"tạm dừng đến {in_hanoi(row.paused_until)}"
    quiet_hours = "không" if row.quiet_from == row.quiet_to else f"{row.quiet_from}–{row.quiet_to}"
    return {
        "Số": row.id,
        "Kênh": _channel(row),
        "Tên": row.name,
        "Vận hành": "có" if row.operator else "",
        "Yên lặng": quiet_hours,
        "Tình trạng": state,
    }


def _channel(row: SubscriberRow) -> str:
    from notifications.channels import channel_label

    second = f", thay bằng {channel_label(row.second_channel)}" if row.second_channel else ""
    return channel_label(row.channel) + second
