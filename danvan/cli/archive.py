"""`danvan search`, `documents`, `document`, `label`: the archive's answers on the command line."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from danvan.cli.app import Command, app
from danvan.cli.harvest import archive, day
from danvan.cli.output import GRADE_LABELS, JsonOption, console, in_hanoi, print_json
from danvan.errors import UsageError

if TYPE_CHECKING:
    from models.search.results import Piece, Results

HIT_STYLE = "bold yellow"


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class Sort(StrEnum):
    """The order of a result."""

    NEWEST = "newest"
    BEST = "best"


@app.command(cls=Command)
def search(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="TỪ", help="Từ cần tìm, có dấu hay không dấu; “cụm từ”, -bỏ, OR.")
    ] = None,
    *,
    province: Annotated[list[str] | None, typer.Option(help="Tỉnh: mã, tên nay hoặc tên cũ (lặp lại được).")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Mã nguồn báo.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Chủ đề, ví dụ dan_van_kheo.")] = None,
    grade: Annotated[list[str] | None, typer.Option(help="Mức: core, related, none, all.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Loại văn bản được nhắc: NQ, CT, KH …")] = None,
    document: Annotated[str | None, typer.Option(help="Ký hiệu văn bản được nhắc, viết kiểu nào cũng được.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Từ ngày (NĂM-THÁNG-NGÀY).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Đến ngày.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Nhiều nhất bao nhiêu bài.")] = 20,
    sort: Annotated[Sort, typer.Option(help="newest: mới nhất trước; best: sát nhất trước.")] = Sort.NEWEST,
    format_: Annotated[Format, typer.Option("--format", help="Dạng in ra.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Ghi vào tệp này (csv, xlsx).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tìm trong kho lưu trữ."""
    from danvan.web.exports import LONGEST, csv_bytes, xlsx_bytes
    from danvan.web.forms import results_form
    from models.database import transaction
    from models.search import Query
    from models.search import search as look
    from models.search.query import Sort as Order

    query = Query(
        words=" ".join(words or ()),
        provinces=tuple(province or ()),
        sources=tuple(source or ()),
        topics=tuple(topic or ()),
        grades=tuple(grade or ()),
        kinds=tuple(kind or ()),
        document=document,
        date_from=day(start, "--from"),
        date_to=day(end, "--to"),
        sort=Order(sort.value),
        limit=limit,
    )
    wanted = Format.JSON if as_json else format_
    with transaction(archive()) as session:
        results = look(session, query, snippets=wanted in {Format.TABLE, Format.JSON}, most=max(limit, LONGEST))
    if wanted is Format.JSON:
        print_json(results_form(results))
    elif wanted is Format.TABLE:
        _show(results)
    else:
        _write(csv_bytes(results) if wanted is Format.CSV else xlsx_bytes(results), output, wanted)


def _write(content: bytes, to: Path | None, wanted: Format) -> None:
    if to is not None:
        to.write_bytes(content)
        console.print(f"Đã ghi {to}.")
    elif wanted is Format.XLSX and sys.stdout.isatty():
        raise UsageError("Tệp XLSX không in ra màn hình được: thêm --output ket-qua.xlsx.")
    else:
        sys.stdout.buffer.write(content)


def _show(results: Results) -> None:
    for hit in results.hits:
        console.print(_marked(hit.title_pieces) if hit.title_pieces else Text(hit.title), style="bold")
        place = hit.province_name or "chưa rõ tỉnh"
        console.print(
            f"  #{hit.id} · {in_hanoi(hit.published_at)} · {hit.source} · {place} · {GRADE_LABELS[hit.grade]}",
            style="dim",
            markup=False,
        )
        if hit.snippet:
            console.print(Text("  ") + _marked(hit.snippet))
        console.print(f"  {hit.url}\n", style="blue", markup=False)
    for note in results.notes:
        console.print(note, markup=False)
    if results.hits:
        console.print(f"{len(results.hits)} bài trong {results.total}{'+' if results.capped else ''} bài tìm thấy.")
        return
    console.print("Không tìm thấy bài nào.")
    if results.suggestions:
        console.print("Có phải bạn tìm: " + ", ".join(results.suggestions) + "?", markup=False)


def _marked(pieces: tuple[Piece, ...]) -> Text:
    shown = Text()
    for piece in pieces:
        shown.append(piece.text, style=HIT_STYLE if piece.hit else "")
    return shown
