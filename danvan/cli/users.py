"""`danvan users`: who logs in to the pages, and what each may do there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from danvan.cli.app import Command, Group, app, group
from danvan.cli.opening import reading, settings, writing
from danvan.cli.output import JsonOption, in_hanoi, say, show
from foundation.clock import utc_now
from foundation.numbers import LARGEST_ID

if TYPE_CHECKING:
    from models.tables import PersonRow

users = group("Người đăng nhập trang tra cứu: thêm, đổi vai trò, cấp lại đường dẫn, thôi cho vào.")
app.add_typer(users, name="users", cls=Group)

BY = "lệnh danvan"
Name = Annotated[str, typer.Argument(metavar="TÊN", help="Tên hiện trên trang; viết hoa hay thường như nhau.")]
RoleOption = Annotated[str, typer.Option(help="reader: đọc; clerk: chọn tin và sửa; operator: thêm vận hành.")]


@users.command("add", cls=Command)
def add(
    name: Name,
    *,
    role: RoleOption = "reader",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Đọc mật khẩu từ đầu vào chuẩn, thay cho đường dẫn dùng một lần.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Thêm một người; in đường dẫn dùng một lần để người ấy tự đặt mật khẩu."""
    from models.desk.people import add_person, role_named

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with writing(first=True) as session:
        token = add_person(session, name, role_named(role), utc_now(), by=BY, password=password)
    _say_link(name, token, as_json=as_json, role=role)


@users.command("link", cls=Command)
def link(name: Name, *, as_json: JsonOption = False) -> None:
    """Cấp đường dẫn mới để đặt lại mật khẩu; mật khẩu cũ và các lần đăng nhập cũ hết hiệu lực."""
    from models.desk.people import new_link

    with writing() as session:
        token = new_link(session, name, utc_now(), by=BY)
    _say_link(name, token, as_json=as_json)


@users.command("channel", cls=Command)
def channel(
    name: Name,
    *,
    mail: Annotated[str | None, typer.Option(help="Địa chỉ thư của người ấy.")] = None,
    subscriber: Annotated[
        int | None, typer.Option(max=LARGEST_ID, help="Số của người nhận (danvan subscribers list).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Nối một người với kênh nhận tin: người ấy tự đặt quy tắc báo tin trên trang."""
    from foundation.errors import UsageError
    from notifications.own_channels import give_channel

    if (mail is None) == (subscriber is None):
        raise UsageError("Ghi một trong hai: --mail ĐỊA_CHỈ hoặc --subscriber SỐ.")
    with writing() as session:
        called = give_channel(session, name, utc_now(), mail=mail, subscriber_id=subscriber)
    say({"name": name, "channel": called}, f"{name} nhận tin qua {called}.", as_json=as_json)


@users.command("role", cls=Command)
def role_(
    name: Name,
    role: Annotated[str, typer.Argument(metavar="VAI_TRÒ", help="reader, clerk hoặc operator.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Đổi vai trò của một người; người đã thôi được cho vào lại."""
    from models.desk.people import change_role, role_named

    with writing() as session:
        change_role(session, name, role_named(role), utc_now(), by=BY)
    words = f"Vai trò của {name} nay là: {role_named(role).label}."
    say({"name": name, "act": "role"}, words, as_json=as_json)


@users.command("off", cls=Command)
def off(name: Name, *, as_json: JsonOption = False) -> None:
    """Không cho một người vào nữa; những gì người ấy đã ghi vẫn còn."""
    from models.desk.people import turn_off

    with writing() as session:
        turn_off(session, name, utc_now(), by=BY)
    say({"name": name, "act": "off"}, f"{name} không còn đăng nhập được.", as_json=as_json)


@users.command("list", cls=Command)
def list_users(*, as_json: JsonOption = False) -> None:
    """Liệt kê người đăng nhập."""
    from models.desk.people import people

    with reading() as session:
        rows = people(session)
        forms, lines = [_form(row) for row in rows], [_line(row) for row in rows]
    show(forms, "Người đăng nhập", lines, as_json=as_json, empty="Chưa có ai. Thêm: danvan users add TÊN")


def _form(row: PersonRow) -> dict[str, str | int | bool]:
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role,
        "active": row.off_at is None,
        "has_password": row.password_hash is not None,
        "created_at": row.created_at.isoformat(),
    }


def _line(row: PersonRow) -> dict[str, str]:
    from models.desk.people import role_named

    waiting = "chưa đặt mật khẩu" if row.password_hash is None else "đang dùng"
    return {
        "Tên": row.name,
        "Vai trò": role_named(row.role).label,
        "Tình trạng": "đã thôi" if row.off_at else waiting,
        "Thêm lúc": in_hanoi(row.created_at),
    }


def _say_link(name: str, token: str | None, *, as_json: bool, role: str | None = None) -> None:
    base = (settings().public_url or "http://127.0.0.1:8000").rstrip("/")
    address = f"{base}/login/link/{token}" if token else None
    words = f"{name} mở đường dẫn này để đặt mật khẩu (dùng một lần, trong 7 ngày):\n{address}"
    form = {"name": name, "link": address} | ({"role": role} if role else {})
    say(form, words if address else f"Đã thêm {name}.", as_json=as_json)
