"""Results to take away: CSV and XLSX, for the pages and for `danvan search --format`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from foundation.errors import MissingExtraError
from foundation.settings import HANOI
from foundation.words import GRADES
from models import names as labels
from models.search.results import Hit, Results
from models.views.document_map import DocumentMap, day_of

LONGEST = 10_000
"""Most rows of one file."""

HEADINGS = (
    "Mã",
    "Ngày đăng",
    "Báo",
    "Tỉnh, thành phố",
    "Mức",
    "Chủ đề",
    "Tiêu đề",
    "Tóm tắt",
    "Văn bản mới",
    "Tác giả",
    "Địa chỉ",
)
MAP_HEADINGS = ("Mã", "Tỉnh, thành phố", "Văn bản", "Loại", "Ngày", "Sau (ngày)", "Trích yếu", "Bài báo", "Địa chỉ bài")

_FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_000
"""A cell of Excel holds 32,767 characters."""

Cell = str | int | None


def harmless(value: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula: text that could be one gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    text = _NOT_IN_XML.sub("\ufffd", value)[:_LONGEST_CELL]
    return "'" + text if _FORMULA.search(text) else text


def csv_bytes(results: Results) -> bytes:
    """A result as CSV, UTF-8 with a byte-order mark so that Excel reads Vietnamese."""
    return table_csv(HEADINGS, (_row(hit) for hit in results.hits))


def xlsx_bytes(results: Results) -> bytes:
    """A result as an Excel workbook."""
    return table_xlsx(
        "Kết quả", HEADINGS, (_row(hit) for hit in results.hits), widths=(8, 17, 24, 20, 12, 30, 60, 80, 20, 20, 50)
    )


def map_rows(found: DocumentMap) -> list[Sequence[Cell]]:
    """The implementation map as rows: every province, with each of its documents."""
    rows: list[Sequence[Cell]] = []
    for row in found.rows:
        if not row.links:
            rows.append((row.code, row.name, "chưa thấy báo đưa", None, None, None, None, 0, None))
        for link in row.links:
            day, first = day_of(link), link.articles[0] if link.articles else None
            after = (day - found.since).days if day and found.since else None
            rows.append(
                (
                    row.code,
                    row.name,
                    link.document.symbol,
                    link.document.kind,
                    day.strftime("%d/%m/%Y") if day else None,
                    after,
                    link.document.title,
                    len(link.articles),
                    f"/articles/{first.id}" if first else None,
                )
            )
    return rows


def table_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig", "replace")


def table_xlsx(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, widths: Sequence[int] = ()
) -> bytes:
    """Rows as an Excel workbook: texts stay texts, whatever they begin with."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter
    except ImportError as error:
        raise MissingExtraError("openpyxl", "office") from error

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    head = [WriteOnlyCell(sheet, heading) for heading in headings]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        cells = [WriteOnlyCell(sheet, harmless(value)) for value in row]
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                cell.data_type = "s"
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _row(hit: Hit) -> Sequence[Cell]:
    return (
        hit.id,
        hit.published_at.astimezone(HANOI).strftime("%d/%m/%Y %H:%M") if hit.published_at else "không rõ",
        hit.source,
        hit.province_name,
        GRADES.get(hit.grade, hit.grade),
        ", ".join(labels.label("topic", topic) for topic in hit.topics),
        hit.title,
        hit.lead,
        ", ".join(hit.symbols),
        hit.author,
        hit.url,
    )
