"""`danvan subscribers`, `danvan rules`: who is told what, set from the command line."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from danvan.cli.app import Command, Group, app, complain, group
from danvan.cli.opening import archive, day, reading
from danvan.cli.output import JsonOption, console, in_hanoi, print_json, print_table
from foundation.clock import HANOI
from foundation.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.tables import SubscriberRow

subscribers = group("Người nhận tin: liệt kê, thêm địa chỉ, kênh thứ hai, tạm dừng, giờ yên lặng, thôi nhận.")
rules = group("Quy tắc nhận tin: liệt kê, thêm, sửa, đặt tên, bỏ; từ một câu tìm.")
app.add_typer(subscribers, name="subscribers", cls=Group)
app.add_typer(rules, name="rules", cls=Group)

UNTIL_RESUMED = timedelta(days=3650)
"""What the bot, too, means by a pause without an end."""

Number = Annotated[int, typer.Argument(metavar="SỐ", help="Số của người nhận (danvan subscribers list).")]


@subscribers.command("list", cls=Command)
def list_subscribers(*, as_json: JsonOption = False) -> None:
    """Liệt kê người nhận tin; địa chỉ không được in ra."""
    from sqlalchemy import select

    from models.tables import SubscriberRow

    with reading() as session:
        rows = list(session.scalars(select(SubscriberRow).order_by(SubscriberRow.id)))
    if as_json:
        print_json([_form(row) for row in rows])
    else:
        print_table(
            "Người nhận tin", [_line(row) for row in rows], empty="Chưa có ai nhận tin. Mời bằng: danvan invite"
        )


def _mind_mail(channel: str | None) -> None:
    from foundation.settings import settings

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
    from models.database import transaction
    from notifications.subscribers import add_subscriber

    with transaction(archive()) as session:
        row = add_subscriber(session, "email", address, name, datetime.now(UTC))
        session.flush()
        number = row.id
    _say({"subscriber": number}, f"Đã thêm người nhận số {number}.", as_json=as_json)
    _mind_mail("email")


@subscribers.command("add", cls=Command)
def add(
    channel: Annotated[str, typer.Argument(metavar="KÊNH", help="email, webhook hoặc apprise.")],
    address: Annotated[str, typer.Argument(metavar="ĐỊA_CHỈ", help="Địa chỉ thư, URL webhook, URL của Apprise.")],
    *,
    name: Annotated[str, typer.Option(help="Tên để nhớ.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Gửi tin tới một địa chỉ: thư, webhook của văn phòng điện tử, hay dịch vụ mà Apprise biết (Viber, Teams …)."""
    from models.database import transaction
    from notifications.subscribers import add_subscriber

    if channel not in ("email", "webhook", "apprise"):
        raise UsageError("Kênh phải là email, webhook hoặc apprise; Telegram và Zalo vào bằng mã mời: danvan invite")
    with transaction(archive()) as session:
        row = add_subscriber(session, channel, address, name, datetime.now(UTC))
        session.flush()
        number = row.id
    _say({"subscriber": number}, f"Đã thêm người nhận số {number}.", as_json=as_json)
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
    from models.database import transaction
    from notifications.subscribers import set_second

    none = channel.casefold() in {"không", "khong", "none"}
    if not none and not address:
        raise UsageError("Hãy ghi địa chỉ của kênh thứ hai.")
    with transaction(archive()) as session:
        set_second(_subscriber(session, number), None if none else channel, None if none else address)
    words = "Đã bỏ kênh thứ hai." if none else "Đã đặt kênh thứ hai."
    _say({"subscriber": number, "second_channel": None if none else channel}, words, as_json=as_json)
    _mind_mail(channel)


@subscribers.command("pause", cls=Command)
def pause_(
    number: Number,
    *,
    until: Annotated[
        str | None,
        typer.Option(help="Đến hết ngày này; không nói thì đến khi cho nhận lại (resume)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tạm dừng gửi tới một người nhận."""
    from models.database import transaction
    from notifications.subscribers import pause

    today = datetime.now(HANOI).date()
    last = day(until, "--until") or today + UNTIL_RESUMED
    if last < today:
        raise UsageError(f"--until: ngày {last:%d/%m/%Y} đã qua. Cho nhận lại bằng: danvan subscribers resume {number}")
    moment = datetime.combine(last, time(23, 59), HANOI)
    with transaction(archive()) as session:
        pause(session, _subscriber(session, number), moment)
    words = f"Tạm dừng đến {in_hanoi(moment)}." if until else "Tạm dừng đến khi cho nhận lại."
    _say({"subscriber": number, "paused_until": moment.isoformat()}, words, as_json=as_json)


@subscribers.command("resume", cls=Command)
def resume(number: Number, *, as_json: JsonOption = False) -> None:
    """Cho một người đang tạm dừng nhận lại."""
    from models.database import transaction
    from notifications.subscribers import pause

    with transaction(archive()) as session:
        pause(session, _subscriber(session, number), None)
    _say({"subscriber": number, "paused_until": None}, "Đã cho nhận lại.", as_json=as_json)


@subscribers.command("quiet", cls=Command)
def quiet(
    number: Number,
    hours: Annotated[str, typer.Argument(metavar="GIỜ", help="Ví dụ 22:00-06:00, hoặc tắt.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Đặt giờ yên lặng của một người nhận; tin khẩn vẫn gửi."""
    from models.database import transaction
    from notifications.subscribers import set_quiet_hours

    with transaction(archive()) as session:
        row = _subscriber(session, number)
        set_quiet_hours(session, row, hours, datetime.now(UTC))
        form = {"subscriber": number, "quiet_from": row.quiet_from, "quiet_to": row.quiet_to}
    _say(form, "Đã đặt giờ yên lặng.", as_json=as_json)


@subscribers.command("off", cls=Command)
def off(number: Number, *, as_json: JsonOption = False) -> None:
    """Thôi gửi tới một người nhận."""
    from models.database import transaction
    from notifications.subscribers import switch_off

    with transaction(archive()) as session:
        switch_off(session, _subscriber(session, number), "Người vận hành cho thôi nhận.")
    _say({"subscriber": number, "active": False}, "Đã thôi gửi.", as_json=as_json)


@rules.command("list", cls=Command)
def list_rules(*, as_json: JsonOption = False) -> None:
    """Liệt kê quy tắc của mọi người nhận."""
    from sqlalchemy import select

    from models.tables import RuleRow
    from notifications.rows import rule_of
    from notifications.rules import describe

    with reading() as session:
        found = [
            {
                "id": row.id,
                "subscriber": row.subscriber_id,
                "name": row.name,
                "active": row.active,
                "words": describe(rule_of(row)),
            }
            for row in session.scalars(select(RuleRow).order_by(RuleRow.subscriber_id, RuleRow.id))
        ]
    if as_json:
        print_json(found)
        return
    lines = [
        {
            "Số": one["id"],
            "Người nhận": one["subscriber"],
            "Quy tắc": one["words"],
            "Dùng": "có" if one["active"] else "không",
        }
        for one in found
    ]
    print_table("Quy tắc", lines, empty="Chưa có quy tắc nào.")


@rules.command("add", cls=Command)
def add_rule(
    number: Number,
    words: Annotated[
        str,
        typer.Argument(
            metavar="QUY_TẮC", help="Ví dụ: “loại=NQ,CT; tỉnh=Thanh Hóa; từ=dân vận khéo; nhận=ngay; khẩn”."
        ),
    ],
    *,
    as_json: JsonOption = False,
) -> None:
    """Thêm quy tắc; nói trước 30 ngày qua sẽ có bao nhiêu tin, từ chối quy tắc khớp với mọi thứ."""
    from models.database import transaction
    from notifications.bot.rule_words import read_rule
    from notifications.estimate import save_rule
    from notifications.rules import describe

    rule = read_rule(words)
    with transaction(archive()) as session:
        row, found = save_rule(session, _subscriber(session, number), rule, datetime.now(UTC))
        session.flush()
        form = {"rule": row.id, "words": describe(rule), "documents": found.documents, "of": found.of_documents}
    said = f"Đã lưu quy tắc {form['rule']}: {form['words']}. {found.words}"
    _say(form, said, as_json=as_json)


@rules.command("search", cls=Command)
def search_rule(
    number: Number,
    words: Annotated[str, typer.Argument(metavar="TỪ", help="Như danvan search: “cụm từ”, -bỏ, OR, số hiệu.")] = "",
    *,
    province: Annotated[list[str] | None, typer.Option(help="Tỉnh, thành (lặp lại được).")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Mã nguồn báo (lặp lại được).")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Chủ đề (lặp lại được).")] = None,
    grade: Annotated[list[str] | None, typer.Option(help="Mức: core, related, none, all.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Loại văn bản mà bài nêu.")] = None,
    document: Annotated[str | None, typer.Option(help="Bài nhắc tới văn bản này (số, ký hiệu).")] = None,
    delivery: Annotated[str, typer.Option(help="immediate: ngay; daily: hằng ngày; weekly: hằng tuần.")] = "immediate",
    name: Annotated[str, typer.Option(help="Tên của quy tắc.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Biến một câu tìm thành quy tắc: báo khi có bài mới khớp."""
    from models.database import transaction
    from models.search import Query
    from notifications.searches import save_search

    query = Query(
        words=words, provinces=tuple(province or ()), sources=tuple(source or ()), topics=tuple(topic or ()),
        grades=tuple(grade or ()), kinds=tuple(kind or ()), document=document,
    )  # fmt: skip
    with transaction(archive()) as session:
        reader = _subscriber(session, number)
        row, said = save_search(session, reader, query, datetime.now(UTC), name=name, delivery=delivery)
        form = {"rule": row.id, "name": row.name, "words": said}
    _say(form, f"Đã lưu quy tắc {form['rule']}: {form['name']}. {said}", as_json=as_json)


@rules.command("edit", cls=Command)
def edit_rule(
    number: Annotated[int, typer.Argument(metavar="SỐ", help="Số của quy tắc (danvan rules list).")],
    words: Annotated[str, typer.Argument(metavar="QUY_TẮC", help="Điều kiện mới; bỏ trống là giữ.")] = "",
    *,
    name: Annotated[str, typer.Option(help="Tên mới.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Sửa điều kiện hoặc tên của một quy tắc."""
    from dataclasses import replace

    from models.database import transaction
    from models.tables import RuleRow
    from notifications.bot.rule_words import read_rule
    from notifications.estimate import save_rule
    from notifications.rows import rule_of
    from notifications.rules import describe

    with transaction(archive()) as session:
        row = session.get(RuleRow, number)
        if row is None:
            raise UsageError(f"Không có quy tắc số {number}. Xem: danvan rules list")
        if words and row.query is not None:
            raise UsageError("Quy tắc này là một câu tìm: bỏ nó rồi tạo lại bằng danvan rules search.")
        if words:
            rule = replace(read_rule(words), id=row.id)
            save_rule(session, _subscriber(session, row.subscriber_id), rule, datetime.now(UTC))
        row.name = name or row.name
        session.flush()
        form = {"rule": row.id, "name": row.name, "words": describe(rule_of(row))}
    _say(form, f"Quy tắc {number} “{form['name']}”: {form['words']}.", as_json=as_json)


@rules.command("remove", cls=Command)
def remove_rule(
    number: Annotated[int, typer.Argument(metavar="SỐ", help="Số của quy tắc (danvan rules list).")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Bỏ một quy tắc."""
    from models.database import transaction
    from models.tables import RuleRow

    with transaction(archive()) as session:
        row = session.get(RuleRow, number)
        if row is None:
            raise UsageError(f"Không có quy tắc số {number}. Xem: danvan rules list")
        session.delete(row)
    _say({"rule": number, "removed": True}, "Đã bỏ quy tắc.", as_json=as_json)


def _subscriber(session: Session, number: int) -> SubscriberRow:
    from models.tables import SubscriberRow

    row = session.get(SubscriberRow, number)
    if row is None:
        raise UsageError(f"Không có người nhận số {number}. Xem: danvan subscribers list")
    return row


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


def _say(form: dict[str, object], words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(form)
    else:
        console.print(words, markup=False)


def _channel(row: SubscriberRow) -> str:
    from notifications.channels import channel_label

    second = f", thay bằng {channel_label(row.second_channel)}" if row.second_channel else ""
    return channel_label(row.channel) + second
