"""`danvan serve`, `watch`, `digest`, `invite`: what runs on, and what goes to readers."""

from __future__ import annotations

import os
import socket
import sys
from datetime import date
from typing import Annotated, Any

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import day, existing_archive, reading_archive, settings, writing
from danvan.cli.output import JsonOption, console, print_json, say
from foundation.clock import hanoi_day, utc_now
from foundation.errors import UsageError, os_fault


def check_port(host: str, port: int) -> None:
    """Raises UsageError for an address that this machine cannot open, before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host.strip("[]"), port), family=family).close()
    except socket.gaierror as error:
        raise UsageError(f"Máy này không có địa chỉ {host}.") from error
    except OSError as error:
        raise UsageError(f"Không mở được {host}:{port}: {os_fault(error)}. Chọn cổng khác bằng --port.") from error


@app.command(cls=Command)
def serve(
    *,
    host: Annotated[
        str, typer.Option(help="Địa chỉ mở; ngoài 127.0.0.1 thì phải có người đăng nhập (danvan users).")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Cổng.")] = 8000,
    as_json: JsonOption = False,
) -> None:
    """Mở kho lưu trữ trong trình duyệt, cùng API JSON."""
    from danvan.web.serving import check_address
    from danvan.web.serving import serve as serve_pages

    config = settings()
    check_address(config, host)
    check_port(host, port)
    reading_archive(config).connect().close()
    url = f"http://{host}:{port}/"
    say({"url": url}, f"Kho lưu trữ: {url} (Ctrl-C để dừng)", as_json=as_json)
    serve_pages(config, host=host, port=port)


@app.command(cls=Command)
def watch(*, as_json: JsonOption = False) -> None:
    """Tiến trình trực: gửi tin, trả lời qua Telegram và Zalo, báo động khi hệ thống im lặng."""
    from danvan.reports.mailing import mail_due
    from models.database import open_engine
    from notifications.watch import run_watch

    config = settings()
    engine = open_engine(config.database_url)
    words = "Đang trực: gửi tin, nghe bot, báo động khi hệ thống im lặng (Ctrl-C để dừng)."
    say({"watch": "running"}, words, as_json=as_json)
    run_watch(config, engine, {"gửi điểm báo": mail_due} if config.clipping_mail else {})


@app.command(cls=Command)
def bot(*, as_json: JsonOption = False) -> None:
    """Tên cũ của danvan watch."""
    watch(as_json=as_json)


@app.command(cls=Command)
def schedule(*, as_json: JsonOption = False) -> None:
    """Chạy đúng giờ: thu báo, bản tin, kiểm tra nguồn; cần máy chủ Prefect (PREFECT_API_URL). --json chỉ in lịch."""
    if not as_json and not os.environ.get("PREFECT_API_URL"):
        raise UsageError(
            "Chưa biết máy chủ Prefect ở đâu. Chạy: prefect server start, rồi đặt PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    from flows.schedule import DEPLOYMENTS, serve_all

    if as_json:
        print_json([one.form() for one in DEPLOYMENTS])
    else:
        serve_all()


@app.command(cls=Command)
def digest(
    *,
    date_: Annotated[
        str | None, typer.Option("--date", help="Ngày của bản tin (NĂM-THÁNG-NGÀY); mặc định hôm nay.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Gửi cho người nhận, không chỉ in ra.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bản tin của một ngày: văn bản mới, bài trọng tâm theo chủ đề và tỉnh, bài liên quan, nguồn im lặng."""
    from notifications.deliver import deliver
    from notifications.digest_queue import digest_text, send_digest

    of: date = day(date_, "--date") or hanoi_day(utc_now())
    config = settings()
    if send:
        engine = existing_archive()
        queued = send_digest(engine, config, of, utc_now())
        report = deliver(engine, config, stream=sys.stderr if as_json else sys.stdout)
        answer: dict[str, Any] = {"date": of.isoformat(), "queued": queued}
        words = (
            f"Bản tin ngày {of:%d/%m/%Y}: đưa {queued} tin vào hàng đợi; đã gửi {report.sent} tin,"
            f" còn {report.waiting} tin trong hàng đợi."
        )
    else:
        words = digest_text(reading_archive(), config, of, weekly=of.weekday() == 0)
        answer = {"date": of.isoformat(), "text": words}
    if as_json:
        print_json(answer)
    else:
        console.print(words, soft_wrap=True)


@app.command(cls=Command)
def invite(
    label: Annotated[str, typer.Argument(metavar="TÊN", help="Mời ai: ghi chú để nhớ.")] = "",
    *,
    operator: Annotated[bool, typer.Option("--operator", help="Người vận hành (xem được tình trạng nguồn).")] = False,
    uses: Annotated[int, typer.Option(min=1, help="Mã dùng được mấy lần.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Tạo mã mời; ai gửi mã này cho bot thì được nhận tin."""
    from notifications.subscribers import create_invitation

    with writing(first=True) as session:
        code = create_invitation(session, label=label, operator=operator, uses=uses, now=utc_now())
    form = {"code": code, "label": label, "operator": operator, "uses": uses}
    say(form, f"Mã mời: {code}\nNgười nhận mở bot và gửi: /start {code}", as_json=as_json)
