"""`danvan read` and `danvan cite`: what the program makes of one page or text; nothing is stored."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import day
from danvan.cli.output import JsonOption, print_json, print_json_lines
from foundation.clock import utc_now
from foundation.errors import UsageError, os_fault

BATCH_HELP = (
    "Đọc nhiều văn bản trong một lần chạy: mỗi dòng một JSON "
    '{"id", "text" hoặc "title"/"lead"/"body", "province"?, "published"?, "url"?, "source"?}.'
)
BatchOption = Annotated[Path | None, typer.Option("--batch", help=BATCH_HELP)]
Target = Annotated[str | None, typer.Argument(metavar="TỆP|URL", help="Tệp, địa chỉ trang, hoặc - (đầu vào chuẩn).")]


@app.command(cls=Command)
def read(
    target: Target = None,
    *,
    url: Annotated[str | None, typer.Option(help="Địa chỉ gốc của trang trong tệp.")] = None,
    source: Annotated[str | None, typer.Option(help="Mã nguồn báo; bỏ trống thì đoán từ địa chỉ.")] = None,
    text: Annotated[bool, typer.Option("--text", help="Tệp là văn bản thuần, dòng đầu là tiêu đề.")] = False,
    province: Annotated[str | None, typer.Option(help="Mã hoặc tên tỉnh, khi không có nguồn.")] = None,
    published: Annotated[str | None, typer.Option(help="Ngày đăng (NĂM-THÁNG-NGÀY), khi trang không nói.")] = None,
    batch: BatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Đọc một trang báo hay một văn bản: tiêu đề, ngày, nội dung, mức liên quan, chủ đề, văn bản được nhắc."""
    from danvan import one_page
    from danvan.cli.explain import explain_reading

    if batch is not None:
        print_json_lines(_each(batch, one_page.read_record))
        return
    if target is None:
        raise UsageError("Thiếu tệp hay địa chỉ. Ví dụ: danvan read bai-bao.html --source baothanhhoa")
    context = one_page.context(source=source, province=province, published=day(published, "--published"))
    if text:
        form = one_page.read_text(_words(target), context, url=url)
    elif target.startswith(("http://", "https://")):
        form = one_page.read_url(target, context)
    else:
        form = one_page.read_bytes(_content(target), context, url=url, fetched_at=utc_now())
    if as_json:
        print_json(form)
    else:
        explain_reading(form)


@app.command(cls=Command)
def cite(
    target: Annotated[str | None, typer.Argument(metavar="TỆP|-", help="Tệp văn bản, hoặc - (đầu vào chuẩn).")] = None,
    *,
    province: Annotated[str | None, typer.Option(help="Mã hoặc tên tỉnh của tờ báo.")] = None,
    published: Annotated[str | None, typer.Option(help="Ngày đăng (NĂM-THÁNG-NGÀY).")] = None,
    batch: BatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tìm các văn bản được nhắc trong một bài: số, loại, cơ quan, ngày, vai trò."""
    from danvan import one_page
    from danvan.cli.explain import explain_citations

    if batch is not None:
        print_json_lines(_each(batch, one_page.cite_record))
        return
    words = _words(target or "-")
    context = one_page.context(source=None, province=province, published=day(published, "--published"))
    forms = one_page.cite_text(words, context)
    if as_json or not sys.stdout.isatty():
        print_json_lines(forms)
    else:
        explain_citations(words, forms)


def _words(target: str) -> str:
    content = _content(target)
    if b"\0" in content:
        raise UsageError(f"{target} không phải tệp chữ (UTF-8).")
    return content.decode("utf-8", "replace")


def _content(target: str) -> bytes:
    if target == "-":
        return sys.stdin.buffer.read()
    if "://" in target:
        raise UsageError(f"“{target[:200]}” không phải địa chỉ web (http:// hoặc https://).")
    try:
        return Path(target).read_bytes()
    except OSError as error:
        raise UsageError(f"Không đọc được tệp {target} ({os_fault(error)}). Kiểm tra tên tệp và quyền đọc.") from error


def _each(path: Path, do: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each line of a batch file through `do`; a line that is no JSON object answers with its number and why."""
    for number, line in enumerate(_content(str(path)).decode("utf-8", "replace").split("\n"), start=1):
        if not line.strip():
            continue
        record: Any = None
        try:
            record = json.loads(line)
            yield do(_object(record))
        except (ValueError, UsageError) as error:
            name = record.get("id") if isinstance(record, dict) else None
            said = f"không phải JSON (ký tự {error.pos + 1})" if isinstance(error, json.JSONDecodeError) else error
            yield {"id": name, "error": f"Dòng {number}: {said}"}


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError("dòng không phải một đối tượng JSON")
    return value
