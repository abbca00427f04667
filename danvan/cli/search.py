"""`danvan search`: articles of the archive, as a table or a file."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import check_symbol, day, reading, settings
from danvan.cli.output import JsonOption, console, in_hanoi, write_file
from foundation.errors import UsageError
from foundation.words import GRADES

if TYPE_CHECKING:
    from models.search import Query
    from models.search.results import Piece, Results

MOST = 10_000
"""Hits are looked through up to this number, or to the limit that was asked for."""
HIT_STYLE = "bold yellow"


Provinces = Annotated[list[str] | None, typer.Option(help="Tỉnh: mã, tên nay hoặc tên cũ (lặp lại được).")]
Papers = Annotated[list[str] | None, typer.Option(help="Mã nguồn báo (lặp lại được).")]
Topics = Annotated[list[str] | None, typer.Option(help="Chủ đề, ví dụ dan_van_kheo (lặp lại được).")]
Grades = Annotated[list[str] | None, typer.Option(help="Mức: core, related, none, all.")]
Kinds = Annotated[list[str] | None, typer.Option(help="Loại văn bản được nhắc: NQ, CT, KH …")]
Symbol = Annotated[str | None, typer.Option(help="Ký hiệu văn bản được nhắc, viết kiểu nào cũng được.")]
"""The filters of a search, for the rules that searches become too."""


class Format(StrEnum):
    """How a result is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


@app.command(cls=Command)
def search(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="TỪ", help="Từ cần tìm, có dấu hay không dấu; “cụm từ”, -bỏ, OR.")
    ] = None,
    *,
    province: Provinces = None,
    source: Papers = None,
    topic: Topics = None,
    grade: Grades = None,
    kind: Kinds = None,
    document: Symbol = None,
    start: Annotated[str | None, typer.Option("--from", help="Từ ngày (NĂM-THÁNG-NGÀY).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Đến ngày.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Nhiều nhất bao nhiêu bài.")] = 20,
    sort: Annotated[
        Literal["newest", "best"], typer.Option(help="newest: mới nhất trước; best: sát nhất trước.")
    ] = "newest",
    format_: Annotated[
        Format | None, typer.Option("--format", help="Dạng in ra; không nói thì theo đuôi tệp, hoặc table.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Ghi vào tệp này (.csv, .xlsx, .json).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tìm trong kho lưu trữ."""
    from models.search import search as look
    from models.search.query import Sort

    query = replace(
        filtered(" ".join(words or ()), province, source, topic, grade, kind, document),
        date_from=day(start, "--from"),
        date_to=day(end, "--to"),
        sort=Sort(sort),
        limit=limit,
    )
    wanted = Format.JSON if as_json else _format(format_, output)
    if wanted is Format.XLSX and output is None and sys.stdout.isatty():
        raise UsageError("Tệp XLSX không in ra màn hình được: thêm -o ket-qua.xlsx.")
    with reading() as session:
        shown = wanted in {Format.TABLE, Format.JSON}
        results = look(
            session,
            query,
            facets=wanted is Format.JSON,
            snippets=shown,
            fold=wanted is Format.TABLE,
            most=max(limit, MOST),
        )
    if not results.total:  # a former paper has articles
        check_papers(query.sources)
    if wanted is Format.TABLE:
        _show(results)
    else:
        write_file(output, _content(results, wanted))


def filtered(
    words: str, province: Provinces, source: Papers, topic: Topics, grade: Grades, kind: Kinds, document: Symbol
) -> Query:
    """The query of words and filters. Raises UsageError for a province or a symbol that cannot be."""
    from models.search import Query
    from models.search.filters import source_ids

    query = Query(
        words, _codes(province), source_ids(source or ()), tuple(topic or ()), tuple(grade or ()), tuple(kind or ()),
        document,
    )  # fmt: skip
    if document and not document.isdecimal():
        check_symbol(document)
    return query


def check_papers(ids: tuple[str, ...]) -> None:
    """Raises UnknownSourceError for what is no paper of the catalogue."""
    from foundation.errors import UnknownSourceError
    from models.names import papers

    for one in ids:
        if one not in papers():
            raise UnknownSourceError(one)


def _format(said: Format | None, output: Path | None) -> Format:
    """The format that was said, else the one of the file's ending. Raises UsageError for another ending."""
    if said is not None or output is None:
        return said or Format.TABLE
    ending = output.suffix.lower().removeprefix(".")
    if ending not in {"csv", "xlsx", "json"}:
        raise UsageError(f"Tệp “{output}” phải có đuôi .csv, .xlsx hoặc .json; hoặc nói rõ bằng --format.")
    return Format(ending)


def _codes(names: list[str] | None) -> tuple[str, ...]:
    """The codes of provinces by any of their names. Raises UsageError, before any archive is looked for."""
    if not names:
        return ()
    from analysis.places import province_code

    return tuple(map(province_code, names))


def _content(results: Results, wanted: Format) -> bytes:
    from danvan.web.exports import HITS, hit_rows
    from danvan.web.forms import results_form

    if wanted is Format.JSON:
        return json.dumps(results_form(results), ensure_ascii=False, default=str).encode() + b"\n"
    if wanted is Format.CSV:
        return HITS.csv(hit_rows(results))
    return HITS.xlsx(hit_rows(results, (settings().public_url or "").rstrip("/")))


def _show(results: Results) -> None:
    for hit in results.hits:
        console.pieces(_marked(hit.title_pieces) if hit.title_pieces else [(hit.title, "")], style="bold")
        place = hit.province_name or "chưa rõ tỉnh"
        console.print(
            f"  #{hit.id} · {in_hanoi(hit.published_at)} · {hit.source} · {place} · {GRADES[hit.grade]}", style="dim"
        )
        if hit.also:
            console.print(f"  cùng đưa: {', '.join(copy.source for copy in hit.also)}", style="dim")
        if hit.snippet:
            console.pieces([("  ", ""), *_marked(hit.snippet)])
        console.print(f"  {hit.url}\n", style="blue")
    for note in results.notes:
        console.print(note)
    if results.hits:
        console.print(f"Hiện {len(results.hits)} trong {results.total_words} tìm thấy.")
        return
    console.print("Không tìm thấy bài nào.")
    if results.suggestions:
        console.print("Có phải bạn tìm: " + ", ".join(results.suggestions) + "?")


def _marked(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    return [(piece.text, HIT_STYLE if piece.hit else "") for piece in pieces]
