"""`danvan search`, `documents`, `document`, `label`: the archive's answers on the command line."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from danvan.cli.app import Command, app
from danvan.cli.opening import archive, day, reading, settings
from danvan.cli.output import JsonOption, console, in_hanoi, print_json, print_table, write_file
from foundation.errors import UsageError
from foundation.words import GRADES

if TYPE_CHECKING:
    from models.search.results import Piece, Results
    from models.views.document_page import DocumentLine, DocumentPage

MOST = 10_000
"""Hits are looked through up to this number, or to the limit that was asked for."""
HIT_STYLE = "bold yellow"


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
    province: Annotated[list[str] | None, typer.Option(help="Tỉnh: mã, tên nay hoặc tên cũ (lặp lại được).")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Mã nguồn báo.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Chủ đề, ví dụ dan_van_kheo.")] = None,
    grade: Annotated[list[str] | None, typer.Option(help="Mức: core, related, none, all.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Loại văn bản được nhắc: NQ, CT, KH …")] = None,
    document: Annotated[str | None, typer.Option(help="Ký hiệu văn bản được nhắc, viết kiểu nào cũng được.")] = None,
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
    from models.search import Query
    from models.search import search as look
    from models.search.filters import source_ids
    from models.search.query import Sort

    query = Query(
        words=" ".join(words or ()),
        provinces=_codes(province),
        sources=source_ids(source or ()),
        topics=tuple(topic or ()),
        grades=tuple(grade or ()),
        kinds=tuple(kind or ()),
        document=document,
        date_from=day(start, "--from"),
        date_to=day(end, "--to"),
        sort=Sort(sort),
        limit=limit,
    )
    if document and not document.isdecimal():
        check_symbol(document)
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
    if not results.total:
        _check_papers(query.sources)
    if wanted is Format.TABLE:
        _show(results)
    else:
        _write(_content(results, wanted), output)


def _check_papers(ids: tuple[str, ...]) -> None:
    """Raises UnknownSourceError for what is no paper; asked where nothing was found, for a former one has articles."""
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


def check_symbol(words: str) -> None:
    """Raises UsageError for words that are no symbol of a document, in whatever spelling."""
    from analysis.citations import read_symbol

    if read_symbol(words) is None:
        raise UsageError(f"“{words}” không phải ký hiệu văn bản. Ví dụ: 25-NQ/TW, 16/CT-TTg, 01/2022/NQ-HĐND.")


def _codes(names: list[str] | None) -> tuple[str, ...]:
    """The codes of provinces by any of their names. Raises UsageError, before any archive is looked for."""
    if not names:
        return ()
    from analysis.places import province_code

    return tuple(map(province_code, names))


def _content(results: Results, wanted: Format) -> bytes:
    from danvan.web.exports import csv_bytes, xlsx_bytes
    from danvan.web.forms import results_form

    if wanted is Format.JSON:
        return json.dumps(results_form(results), ensure_ascii=False, default=str).encode() + b"\n"
    return (
        csv_bytes(results) if wanted is Format.CSV else xlsx_bytes(results, (settings().public_url or "").rstrip("/"))
    )


def _write(content: bytes, to: Path | None) -> None:
    if to is None:
        sys.stdout.buffer.write(content)
        return
    write_file(to, content)
    console.print(f"Đã ghi {to}.")


def _show(results: Results) -> None:
    for hit in results.hits:
        console.pieces(_marked(hit.title_pieces) if hit.title_pieces else [(hit.title, "")], style="bold")
        place = hit.province_name or "chưa rõ tỉnh"
        console.print(
            f"  #{hit.id} · {in_hanoi(hit.published_at)} · {hit.source} · {place} · {GRADES[hit.grade]}",
            style="dim",
            markup=False,
        )
        if hit.also:
            console.print(f"  cùng đưa: {', '.join(copy.source for copy in hit.also)}", style="dim")
        if hit.snippet:
            console.pieces([("  ", ""), *_marked(hit.snippet)])
        console.print(f"  {hit.url}\n", style="blue", markup=False)
    for note in results.notes:
        console.print(note, markup=False)
    if results.hits:
        console.print(f"Hiện {len(results.hits)} trong {results.total_words} tìm thấy.")
        return
    console.print("Không tìm thấy bài nào.")
    if results.suggestions:
        console.print("Có phải bạn tìm: " + ", ".join(results.suggestions) + "?", markup=False)


def _marked(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    return [(piece.text, HIT_STYLE if piece.hit else "") for piece in pieces]


@app.command(cls=Command)
def documents(
    *,
    kind: Annotated[str | None, typer.Option(help="Loại: NQ, “Nghị quyết” …")] = None,
    issuer: Annotated[str | None, typer.Option(help="Cơ quan ban hành: mã (TW, TU, BTGDVTU) hoặc tên.")] = None,
    province: Annotated[str | None, typer.Option(help="Tỉnh: mã, tên nay hoặc tên cũ.")] = None,
    new_since: Annotated[str | None, typer.Option(help="Được báo đưa từ ngày này (NĂM-THÁNG-NGÀY).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Nhiều nhất bao nhiêu văn bản.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê văn bản, mới nhất trước."""
    from analysis.places import former_name, province_code
    from danvan.web.forms import form
    from models.search.filters import kind_codes
    from models.views.document_lists import DocumentFilter, article_counts, list_documents
    from models.views.documents_page import document_lines

    if kind:
        kind_codes([kind])
    wanted = DocumentFilter(
        kind=kind,
        issuer=issuer,
        province=province_code(province) if province else None,
        former=former_name(province) if province else None,
        new_since=day(new_since, "--new-since"),
        limit=limit,
    )
    with reading() as session:
        lines = document_lines(session, list_documents(session, wanted))
        counts = article_counts(session, [line.id for line in lines])
    if as_json:
        print_json([{**form(line), "articles": counts.get(line.id, 0)} for line in lines])
        return
    print_table(
        "Văn bản", [_document_row(line, counts.get(line.id, 0)) for line in lines], empty="Không có văn bản nào."
    )


def _document_row(line: DocumentLine, articles: int) -> dict[str, Any]:
    by = f" của {line.issuer}" if line.issuer else ""
    about = f": {line.title or line.about}" if line.title or line.about else ""
    return {
        "Ký hiệu": line.symbol,
        "Ngày": f"{line.issued_on:%d/%m/%Y}" if line.issued_on else "chưa rõ",
        "Nơi": line.province_name or "–",
        "Bài": articles,
        "Văn bản": line.kind + by + about,
    }


@app.command(cls=Command)
def document(
    symbol: Annotated[str, typer.Argument(metavar="KÝ_HIỆU", help="Viết kiểu nào cũng được: 25-NQ/TW, “25 nq tw”.")],
    *,
    as_json: JsonOption = False,
) -> int:
    """Một văn bản: các bài nói về nó, văn bản nó thực hiện và các văn bản thực hiện nó. Trùng số thì nêu hết."""
    from danvan.web.forms import form
    from models.views.document_lists import find_documents
    from models.views.document_page import document_page

    check_symbol(symbol)
    with reading() as session:
        found = [document_page(session, row.id) for row in find_documents(session, symbol)]
    pages = [page for page in found if page is not None]
    if as_json:
        print_json([form(page) for page in pages])
    elif not pages:
        console.print(f"Kho chưa có văn bản nào mang ký hiệu {symbol}.", markup=False)
    else:
        if len(pages) > 1:
            console.print(f"Có {len(pages)} văn bản cùng ký hiệu {pages[0].document.symbol}:\n", style="bold")
        for page in pages:
            _show_document(page)
    return 0 if pages else 1


def _show_document(page: DocumentPage) -> None:
    line = page.document
    dated = f"{line.issued_on:%d/%m/%Y}" if line.issued_on else "chưa rõ"
    place = line.province_name or page.place or "Trung ương"
    console.print(
        f"{line.kind} số {line.symbol} · ngày {dated} · {line.issuer or page.issuer_code} · {place}", style="bold"
    )
    if line.title:
        console.print(f"  Về: {line.title}", markup=False)
    elif line.about and not page.carries_out:
        console.print(f"  Chưa rõ trích yếu; {line.about}", markup=False)
    if page.term:
        console.print(f"  Khóa {page.term}")
    for heading, links in (
        ("Thực hiện, sửa đổi, thay thế", page.carries_out),
        ("Được thực hiện bởi", page.carried_out_by),
    ):
        for link in links:
            other = link.document
            where = f" ({other.province_name})" if other.province_name else ""
            console.print(f"  {heading}: {other.kind} số {other.symbol}{where}, {link.role_label}", markup=False)
    for article in page.articles:
        console.print(
            f"  {in_hanoi(article.sort_at)}  #{article.id} {article.source}: {article.title} ({article.role_label})",
            markup=False,
        )
    if page.articles_total > len(page.articles):
        console.print(f"  … và {page.articles_total - len(page.articles)} bài nữa")
    for file in page.files:
        own = f", ghi số {file.symbol}" if file.symbol else ""
        console.print(f"  Tệp: {file.label or file.url} ({file.words}{own}) {file.url}", markup=False)
    spellings = ", ".join(f"{spelling.text} ({spelling.count})" for spelling in page.spellings)
    console.print(f"  Cách viết đã gặp: {spellings}\n", style="dim", markup=False)


@app.command(cls=Command)
def label(
    article: Annotated[int, typer.Argument(metavar="SỐ_BÀI", help="Số của bài trong kho (#… khi tìm).")],
    *,
    grade: Annotated[str | None, typer.Option(help="Mức đúng: core, related, none.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="Chủ đề đúng (lặp lại được); --topic - là không chủ đề nào.")
    ] = None,
    note: Annotated[str, typer.Option(help="Vì sao.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Bỏ ý kiến đã ghi: bài trở lại mức và chủ đề máy chấm.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Sửa mức hoặc chủ đề của một bài: có hiệu lực ngay ở mọi nơi; danvan eval --from-archive đo theo ý kiến này."""
    from analysis.relevance import topics
    from models.database import transaction
    from models.storing.corrections import keep_label, take_back

    if grade is not None and grade not in GRADES:
        raise UsageError(f"Không có mức “{grade}”. Các mức: {', '.join(GRADES)}.")
    chosen = None if topic is None else [key for key in topic if key != "-"]
    known = {one.key for one in topics()}
    wrong = [key for key in chosen or () if key not in known]
    if wrong:
        raise UsageError(f"Không có chủ đề {', '.join(wrong)}. Các chủ đề: {', '.join(sorted(known))}.")
    if undo:
        with transaction(archive()) as session:
            had = take_back(session, article, by="command", now=datetime.now(UTC))
        if as_json:
            print_json({"article": article, "undone": had})
        else:
            console.print(
                f"Bài #{article}: " + ("đã bỏ ý kiến, trở lại mức máy chấm." if had else "chưa có ý kiến nào.")
            )
        return
    with transaction(archive()) as session:
        number = keep_label(
            session, article, by="command", now=datetime.now(UTC), grade=grade, topics=chosen, note=note
        )
    if as_json:
        print_json({"label": number, "article": article, "grade": grade, "topics": chosen})
    else:
        console.print(f"Đã sửa bài #{article} theo ý kiến. Bỏ ý kiến: danvan label {article} --undo")
