"""`danvan doctor`: what of the installation is not as it should be, each with what to do."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import archive, reading, settings
from danvan.cli.output import JsonOption, in_hanoi, print_json, print_table
from foundation.errors import DanvanError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from foundation.settings import Settings

ROOM = 2_000_000_000
"""Bytes that should be free beside the archive: half a year of sixty papers."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at. `advice` is empty where nothing is to be done."""

    what: str
    found: str
    advice: str = ""


@app.command(cls=Command)
def doctor(
    *,
    send_test: Annotated[bool, typer.Option("--send-test", help="Gửi thử một tin tới người vận hành.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Xem thiết lập, kho, đĩa, thư viện, kênh gửi và lượt thu có ổn không; chỗ nào không ổn thì nói cần làm gì."""
    config = settings()
    findings = [*_settings(config), *_archive(config), *_libraries(), *_channels(config)]
    if send_test:
        findings.append(_sent(config))
    if as_json:
        print_json([{**asdict(one), "ok": not one.advice} for one in findings])
    else:
        print_table("Tình trạng", [{"Mục": o.what, "Thấy": o.found, "Cần làm": o.advice or "–"} for o in findings])
    return int(any(one.advice for one in findings))


def _settings(config: Settings) -> Iterator[Diagnosis]:
    from foundation.settings import misspelt

    strange = ", ".join(misspelt())
    yield Diagnosis("Thiết lập", strange or "đọc được", "Sửa tên theo .env.example." if strange else "")
    unknown = config.contact == type(config).model_fields["contact"].default
    yield Diagnosis(
        "Liên hệ của bộ thu",
        config.contact,
        "Đặt DANVAN_CONTACT là địa chỉ mà quản trị một tờ báo liên lạc được." if unknown else "",
    )


def _archive(config: Settings) -> Iterator[Diagnosis]:
    from models.database import parse_address

    address = parse_address(config.database_url)
    place = address.render_as_string(hide_password=True)
    try:
        with reading() as session:
            yield Diagnosis("Kho lưu trữ", place)
            yield _last_run(session, config)
    except DanvanError as error:
        yield Diagnosis("Kho lưu trữ", place, str(error))
    path = Path(address.database or "")
    if address.get_backend_name() == "sqlite" and path.is_file():
        open_to = stat.S_IMODE(path.stat().st_mode) & 0o077
        advice = f"chmod 600 {path}" if open_to else ""
        yield Diagnosis("Quyền đọc kho", f"{stat.S_IMODE(path.stat().st_mode):o}", advice)
        free = shutil.disk_usage(path.parent).free
        yield Diagnosis("Đĩa còn trống", f"{free / 1e9:.1f} GB", "Dọn đĩa hoặc chuyển kho." if free < ROOM else "")


def _last_run(session: Session, config: Settings) -> Diagnosis:
    from models.runs.ledger import last_finished

    last, now = last_finished(session, kind="harvest"), datetime.now(UTC)
    if last is None:
        return Diagnosis("Lượt thu gần nhất", "chưa có lượt nào", "Thu lượt đầu bằng: danvan run")
    if last > now + timedelta(minutes=5):
        return Diagnosis("Đồng hồ", f"lượt thu gần nhất ở tương lai: {in_hanoi(last)}", "Chỉnh đồng hồ của máy (NTP).")
    late = now - last > timedelta(hours=config.silence_hours)
    advice = "Kiểm tra lịch chạy (prefect worker, danvan watch) và danvan health." if late else ""
    return Diagnosis("Lượt thu gần nhất", in_hanoi(last), advice)


def _libraries() -> Iterator[Diagnosis]:
    from importlib.util import find_spec

    for name, use in (("docx", "điểm báo, báo cáo Word"), ("openpyxl", "tệp Excel"), ("matplotlib", "biểu đồ")):
        there = find_spec(name) is not None
        advice = "" if there else "pip install 'danvan-monitor[office]'"
        yield Diagnosis(f"Thư viện cho {use}", "có" if there else "không có", advice)


def _channels(config: Settings) -> Iterator[Diagnosis]:
    from notifications.channels import channel_label, configured

    given = configured(config)
    yield Diagnosis("Kênh gửi tin", ", ".join(channel_label(name) for name in given))
    told = config.admin_chat or config.admin_email
    advice = "" if told else "Đặt DANVAN_ADMIN_CHAT hoặc DANVAN_ADMIN_EMAIL để biết khi hệ thống im lặng."
    yield Diagnosis("Người vận hành", "có kênh báo" if told else "chưa có kênh báo", advice)


def _sent(config: Settings) -> Diagnosis:
    from models.database import transaction
    from notifications.deliver import deliver
    from notifications.operators import tell_operator

    now = datetime.now(UTC)
    engine = archive(config)
    with transaction(engine) as session:
        words = f"Tin thử của danvan doctor, {in_hanoi(now)}."
        queued = tell_operator(session, config, f"doctor-{now.isoformat()}", words, now)
    report = deliver(engine, config, stream=sys.stderr)
    faults = "; ".join((*report.stopped, *report.errors))
    if not queued:
        return Diagnosis("Tin thử", "không có người vận hành nào", "Đặt DANVAN_ADMIN_CHAT hoặc DANVAN_ADMIN_EMAIL.")
    return Diagnosis("Tin thử", f"đã gửi {report.sent} tin" if report.sent else "chưa gửi được", faults)
