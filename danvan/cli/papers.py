"""`danvan clipping` and `danvan report`: what an office hands up, as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import day, reading, settings, writing
from danvan.cli.output import JsonOption, print_json, say, write_file
from foundation.clock import hanoi_day, utc_now
from foundation.errors import UsageError


class PaperFormat(StrEnum):
    """How a paper is written."""

    DOCX = "docx"
    HTML = "html"
    JSON = "json"


PAPERS = (PaperFormat.DOCX, PaperFormat.HTML)
OutputOption = Annotated[Path | None, typer.Option("--output", "-o", help="Ghi vào tệp này (.docx hoặc .html).")]
LastOption = Annotated[str | None, typer.Option("--to", help="Đến ngày.")]


@app.command(cls=Command)
def clipping(
    *,
    first: Annotated[str | None, typer.Option("--date", help="Ngày (NĂM-THÁNG-NGÀY); không nói là hôm nay.")] = None,
    last: LastOption = None,
    format_: Annotated[PaperFormat | None, typer.Option("--format", help="Dạng: docx, html hoặc json.")] = None,
    output: OutputOption = None,
    mail: Annotated[
        list[str] | None,
        typer.Option("--mail", metavar="ĐỊA_CHỈ", help="Gửi thư tới đây, bản Word đính kèm (lặp lại được)."),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Điểm báo của một ngày hoặc nhiều ngày, xếp theo đề cương của cơ quan."""
    from danvan.json_forms import form
    from danvan.reports import build_clipping, clipping_html
    from danvan.reports.period import check_order

    today = hanoi_day(utc_now())
    start = day(first, "--date") or today
    end = day(last, "--to") or start
    check_order(start, end)
    if mail:
        return _mail(mail, start, end, today, as_json=as_json)
    wanted = _wanted(PaperFormat.JSON if as_json else format_, output)
    in_word = _in_word() if wanted is PaperFormat.DOCX else None
    with reading() as session:
        made = build_clipping(session, start, end)
    if wanted is PaperFormat.JSON:
        told = form(made) | {"total": made.total, "documents": list(made.documents)}
        if output is None:
            print_json(told)
        else:
            write_file(output, json.dumps(told, ensure_ascii=False).encode(), as_json=as_json)
        return 0
    content = in_word.clipping_docx(made, settings(), today) if in_word else clipping_html(made).encode()
    write_file(output or Path(f"diem-bao-{start}.{wanted}"), content)
    return 0


def _in_word() -> ModuleType:
    """What writes Word files. Raises MissingExtraError, before anything is read, where its library is not installed."""
    from danvan.reports import docx

    return docx


def _mail(typed: list[str], start: date, end: date, today: date, *, as_json: bool) -> int:
    """Send the clipping that somebody chose for these days, else the automatic one."""
    from danvan.reports import chosen_clipping
    from danvan.reports.mailing import addresses_of, keep_mailed, mail_clipping
    from notifications.values import Result

    addresses = addresses_of(typed)
    with reading() as session:
        made = chosen_clipping(session, start, end)
    told = mail_clipping(settings(), made, addresses, today)
    with writing() as session:
        keep_mailed(session, made, told, by="command", now=utc_now())
    lost = {address: receipt.error for address, receipt in told.items() if receipt.result is not Result.SENT}
    form = {"total": made.total, "sent": [one for one in addresses if one not in lost], "failed": lost}
    lines = [f"Đã gửi điểm báo ({made.total} tin) tới {len(addresses) - len(lost)} địa chỉ."]
    lines += [f"Chưa gửi được tới {address}: {why}" for address, why in lost.items()]
    say(form, "\n".join(lines), as_json=as_json)
    return 1 if lost else 0


@app.command(cls=Command)
def report(
    *,
    first: Annotated[str | None, typer.Option("--from", help="Từ ngày (NĂM-THÁNG-NGÀY).")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Đến ngày; như trước đây cũng nhận tên tệp ghi ra.")] = None,
    week: Annotated[str | None, typer.Option(help="Một ngày trong tuần cần báo cáo, thay cho --from và --to.")] = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Báo cáo tuần, tháng, quý hoặc của khoảng ngày bất kỳ: HTML hoặc DOCX, có biểu đồ."""
    from danvan.reports import build_report, report_html, week_of
    from danvan.reports.period import check_order

    if last and Path(last).suffix:
        output = output or Path(last)
        last = None
    today = hanoi_day(utc_now())
    start, end = week_of(day(week, "--week") or today)
    if first or last:
        start, end = day(first, "--from") or start, day(last, "--to") or today
    path = output or Path(f"bao-cao-{start}-{end}.docx")
    wanted = _wanted(None, path, PAPERS)
    check_order(start, end)
    in_word = _in_word() if wanted is PaperFormat.DOCX else None
    with reading() as session:
        made = build_report(session, start, end)
    content = in_word.report_docx(made, settings(), today) if in_word else report_html(made).encode()
    write_file(path, content, as_json=as_json)


def _wanted(
    said: PaperFormat | None, output: Path | None, among: Sequence[PaperFormat] = tuple(PaperFormat)
) -> PaperFormat:
    """The format that was said, else the one of the file's ending. Raises UsageError for another ending."""
    if said is not None or output is None or str(output) == "-":
        return said or PaperFormat.DOCX
    ending = output.suffix.lower().removeprefix(".")
    for one in among:
        if ending == one or (ending == "htm" and one is PaperFormat.HTML):
            return one
    endings = " hoặc ".join(f".{one}" for one in among)
    raise UsageError(f"Chỉ ghi ra {endings}, không phải “{output.suffix or output.name}”.")
