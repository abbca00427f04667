"""`danvan doctor`: what of the installation is not as it should be, each with what to do."""

from __future__ import annotations

import os
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
from danvan.cli.opening import existing_archive, reading, settings
from danvan.cli.output import JsonOption, in_hanoi, show
from foundation.clock import utc_now
from foundation.errors import DanvanError
from foundation.words import decimal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from foundation.settings import Settings

ROOM = 2_000_000_000
"""Bytes that should be free beside the archive: half a year of sixty papers."""

PATIENT = timedelta(minutes=5)
BACKED_UP = timedelta(hours=36)
"""A backup a night, and one that failed."""


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
    findings = [*_settings(config), *_archive(config), _backup(config), *_schedule(), *_libraries(), *_channels(config)]
    if send_test:
        findings.append(_sent(config))
    forms = [{**asdict(one), "ok": not one.advice} for one in findings]
    rows = [{"Mục": one.what, "Thấy": one.found, "Cần làm": one.advice or "–"} for one in findings]
    show(forms, "Tình trạng", rows, as_json=as_json)
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
            yield _clock(session)
            yield from _papers(session, config)
            yield from _failing_channels(session)
    except DanvanError as error:
        yield Diagnosis("Kho lưu trữ", place, str(error))
    path = Path(address.database or "")
    if address.get_backend_name() == "sqlite" and path.is_file():
        open_to = stat.S_IMODE(path.stat().st_mode) & 0o077
        advice = f"chmod 600 {path}" if open_to else ""
        yield Diagnosis("Quyền đọc kho", f"{stat.S_IMODE(path.stat().st_mode):o}", advice)
        free = shutil.disk_usage(path.parent).free
        yield Diagnosis("Đĩa còn trống", f"{decimal(free / 1e9)} GB", "Dọn đĩa hoặc chuyển kho." if free < ROOM else "")


def _last_run(session: Session, config: Settings) -> Diagnosis:
    from models.runs.ledger import last_finished, overdue

    last, now = last_finished(session, kind="harvest"), utc_now()
    if last is None:
        return Diagnosis("Lượt thu gần nhất", "chưa có lượt nào", "Thu lượt đầu bằng: danvan run")
    late = overdue(last, now, config.silence_hours)
    advice = "Kiểm tra lịch chạy (prefect worker, danvan watch) và danvan health." if late else ""
    return Diagnosis("Lượt thu gần nhất", in_hanoi(last), advice)


def _clock(session: Session) -> Diagnosis:
    """Against the database's own, and against what was written before."""
    from sqlalchemy import func, select

    from models.tables import RunRow

    now = utc_now()
    known = [session.scalar(select(func.max(RunRow.beat_at)))]
    if session.get_bind().dialect.name == "postgresql":
        known.append(session.scalar(select(func.now())))
    ahead = max((one - now for one in known if one is not None), default=timedelta())
    if ahead > PATIENT:
        found = f"chậm hơn kho lưu trữ {ahead.total_seconds() / 60:.0f} phút"
        return Diagnosis("Đồng hồ", found, "Chỉnh đồng hồ của máy (NTP); bài và lượt thu mang giờ của máy này.")
    return Diagnosis("Đồng hồ", in_hanoi(now))


def _papers(session: Session, config: Settings) -> Iterator[Diagnosis]:
    """Whether the papers that are switched on let us in, by their last visit."""
    from sqlalchemy import select

    from crawlers.catalogue import catalogue_of
    from models.tables import SourceRow

    catalogue = catalogue_of(config)
    problems = "; ".join(map(str, catalogue.problems))
    yield Diagnosis("Danh mục nguồn", problems or f"{len(catalogue.sources)} báo", "Sửa tệp nguồn." if problems else "")
    stands = dict(session.execute(select(SourceRow.id, SourceRow.status)).tuples().all())
    enabled = [source.id for source in catalogue.enabled()]
    closed = [one for one in enabled if stands.get(one) == "disallowed"]
    advice = f"Tắt báo ấy: danvan sources off {closed[0]} --reason robots; hoặc xin phép báo." if closed else ""
    yield Diagnosis(
        "robots.txt của báo đang bật", f"không cho thu: {', '.join(closed)}" if closed else "đều cho thu", advice
    )
    never = [one for one in enabled if one not in stands]
    advice = "Hỏi thử các báo: danvan sources check --all --apply" if never else ""
    yield Diagnosis("Báo chưa thu lần nào", f"{len(never)}/{len(enabled)}", advice)


def _failing_channels(session: Session) -> Iterator[Diagnosis]:
    from notifications.channel_health import failing
    from notifications.channels import channel_label

    for name, since in failing(session).items():
        advice = "Kiểm tra mạng và mã của kênh; danvan doctor --send-test gửi thử. Tin vẫn được giữ trong hàng đợi."
        yield Diagnosis(f"Kênh {channel_label(name)}", f"không liên lạc được từ {in_hanoi(since)}", advice)


def _backup(config: Settings) -> Diagnosis:
    from models.moving import backups

    if config.backup_dir is None:
        advice = "Đặt DANVAN_BACKUP_DIR (lịch care/nightly sao lưu hằng đêm), hoặc chạy danvan backup TỆP đều đặn."
        return Diagnosis("Bản sao lưu", "chưa đặt nơi sao lưu", advice)
    newest = max((path.stat().st_mtime for path in backups(config.backup_dir)), default=None)
    if newest is None:
        return Diagnosis("Bản sao lưu", f"chưa có bản nào trong {config.backup_dir}", "Sao lưu ngay: danvan backup")
    at = datetime.fromtimestamp(newest, UTC)
    late = utc_now() - at > BACKED_UP
    return Diagnosis("Bản sao lưu", in_hanoi(at), "Xem lịch care/nightly; sao lưu ngay: danvan backup" if late else "")


def _schedule() -> Iterator[Diagnosis]:
    """What the Prefect server says of our flows; without one the schedule is the office's own (cron)."""
    api = os.environ.get("PREFECT_API_URL")
    if not api:
        yield Diagnosis("Lịch chạy", "không dùng Prefect: lịch là cron của máy, hoặc chạy tay")
        return
    import httpx

    try:
        answer = httpx.post(f"{api}/deployments/filter", json={}, timeout=5)
        answer.raise_for_status()
        held = [one for one in answer.json() if "danvan" in one["tags"]]
    except httpx.HTTPError:
        yield Diagnosis("Lịch chạy", f"máy chủ Prefect {api} không trả lời", "Chạy: prefect server start")
        return
    if not held:
        yield Diagnosis(
            "Lịch chạy", "máy chủ Prefect chưa có lịch nào", "Chạy: danvan schedule (hoặc prefect deploy --all)"
        )
        return
    # Two of them are called "daily": their descriptions tell them apart.
    idle = [
        (one["description"] or one["name"]).rstrip(".") for one in held if one["paused"] or one["status"] != "READY"
    ]
    advice = "Tiến trình danvan schedule (hoặc prefect worker) không chạy: khởi động lại." if idle else ""
    hours = sum(bool(one["schedules"]) for one in held)  # what runs when asked for has none
    yield Diagnosis("Lịch chạy", f"đang dừng: {'; '.join(sorted(idle))}" if idle else f"{hours} lịch đang chạy", advice)


def _libraries() -> Iterator[Diagnosis]:
    from importlib.util import find_spec

    for name, use in (("docx", "điểm báo, báo cáo Word"), ("openpyxl", "tệp Excel"), ("matplotlib", "biểu đồ")):
        there = find_spec(name) is not None
        advice = "" if there else "pip install 'danvan-monitor[office]'"
        yield Diagnosis(f"Thư viện cho {use}", "có" if there else "không có", advice)
    drawing = find_spec("matplotlib")
    if drawing is not None and drawing.origin:
        font = (Path(drawing.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf").is_file()
        advice = "" if font else "Cài lại matplotlib: phông DejaVu Sans đi cùng nó vẽ đủ chữ Việt."
        yield Diagnosis("Phông chữ của biểu đồ", "DejaVu Sans" if font else "thiếu DejaVu Sans", advice)


def _channels(config: Settings) -> Iterator[Diagnosis]:
    from notifications.channels import channel_label, configured

    given = configured(config)
    usable = ", ".join(channel_label(name) for name in given)
    unset = "" if {"telegram", "zalo", "email"} & {*given} else "chưa đặt Telegram, Zalo hay thư; dùng được: "
    yield Diagnosis("Kênh gửi tin", unset + usable)
    told = config.admin_chat or config.admin_email
    advice = "" if told else "Đặt DANVAN_ADMIN_CHAT hoặc DANVAN_ADMIN_EMAIL để biết khi hệ thống im lặng."
    yield Diagnosis("Người vận hành", "có kênh báo" if told else "chưa có kênh báo", advice)


def _sent(config: Settings) -> Diagnosis:
    from models.database import transaction
    from notifications.deliver import deliver
    from notifications.operators import tell_operator
    from notifications.values import Pace

    now = utc_now()
    try:
        engine = existing_archive()
    except DanvanError as error:
        return Diagnosis("Tin thử", "chưa gửi được", str(error))
    with transaction(engine) as session:
        words = f"Tin thử của danvan doctor, {in_hanoi(now)}."
        queued = tell_operator(session, config, f"doctor-{now.isoformat()}", words, now)
    if not queued:
        return Diagnosis("Tin thử", "không có người vận hành nào", "Đặt DANVAN_ADMIN_CHAT hoặc DANVAN_ADMIN_EMAIL.")
    # Whoever asks is waiting: what does not go out at once stays in the outbox.
    report = deliver(engine, config, pace=Pace(patience=1.0), stream=sys.stderr)
    faults = "; ".join((*report.stopped, *report.errors))
    if report.sent:
        return Diagnosis("Tin thử", f"đã gửi {report.sent} tin", faults)
    why = faults or "Kiểm tra mạng và địa chỉ, mã của kênh."
    return Diagnosis("Tin thử", "chưa gửi được", f"{why} Tin vẫn nằm trong hàng đợi: danvan deliver.")
