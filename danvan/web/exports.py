"""Results to take away: CSV and XLSX, for the pages and for `danvan search --format`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from danvan.in_xml import in_xml
from foundation.clock import HANOI
from foundation.errors import MissingExtraError
from foundation.words import GRADES
from models import names as labels
from models.search.results import Results
from models.views.document_map import DocumentMap, day_of
from models.views.document_page import DocumentLine

LONGEST = 10_000
"""Most rows of one file."""

_FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]")
_LONGEST_CELL = 32_000
"""A cell of Excel holds 32,767 characters."""


@dataclass(frozen=True, slots=True)
class CellLink:
    """A cell that leads somewhere. `address` None, or none of the web: just what is shown."""

    shown: str | int
    address: str | None


Cell = str | int | dt.date | CellLink | None
"""A date, or a time without zone (in Hà Nội), stays one in a workbook."""


def plain(value: Cell) -> str | int | None:
    """A cell as CSV has it."""
    if isinstance(value, CellLink):
        return harmless(value.shown)
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y %H:%M" if isinstance(value, dt.datetime) else "%d/%m/%Y")
    return harmless(value)


def harmless(value: str | int | None) -> str | int | None:
    """A cell that no spreadsheet takes for a formula: text that could be one gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    text = in_xml(value)[:_LONGEST_CELL]
    return "'" + text if _FORMULA.search(text) else text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to take away: its name in a workbook, its columns with their widths there."""

    name: str
    columns: Mapping[str, int]

    def csv(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """Rows as CSV, UTF-8 with a byte-order mark so that Excel reads Vietnamese."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        writer.writerow(self.columns)
        writer.writerows([plain(cell) for cell in row] for row in rows)
        return buffer.getvalue().encode("utf-8-sig", "replace")

    def xlsx(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        """Rows as an Excel workbook, ready to filter: texts stay texts, whatever they begin with; long ones wrap."""
        try:
            from openpyxl import Workbook
            from openpyxl.cell import WriteOnlyCell
            from openpyxl.styles import Alignment, Font
            from openpyxl.utils import get_column_letter
        except ImportError as error:
            raise MissingExtraError("openpyxl", "office") from error

        book = Workbook(write_only=True)
        sheet = book.create_sheet(self.name)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(self.columns.values(), 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        head = [WriteOnlyCell(sheet, heading) for heading in self.columns]
        for cell in head:
            cell.font = Font(bold=True)
        sheet.append(head)
        top = Alignment(vertical="top", wrap_text=True)
        count = 1
        for row in rows:
            count += 1
            cells = [WriteOnlyCell(sheet) for _ in row]
            for cell, value in zip(cells, row, strict=True):
                _fill(cell, value)
                cell.alignment = top
            sheet.append(cells)
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(self.columns))}{count}"
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()


HITS = Sheet("Kết quả", {
    "Mã": 8, "Ngày đăng": 17, "Báo": 24, "Tỉnh, thành phố": 20, "Mức": 12, "Chủ đề": 30, "Tiêu đề": 60, "Tóm tắt": 80,
    "Văn bản mới": 20, "Tác giả": 20, "Địa chỉ": 50,
})  # fmt: skip
MAP = Sheet("Triển khai", {
    "Mã": 6, "Tỉnh, thành phố": 24, "Văn bản": 20, "Loại": 18, "Ngày": 12, "Sau (ngày)": 11, "Trích yếu": 60,
    "Bài báo": 9, "Địa chỉ bài": 20,
})  # fmt: skip
DOCUMENTS = Sheet("Văn bản", {
    "Mã": 8, "Số, ký hiệu": 18, "Loại": 20, "Trích yếu": 70, "Cơ quan ban hành": 40, "Tỉnh, thành phố": 20,
    "Ngày ban hành": 14, "Báo đưa lần đầu": 17, "Số tỉnh triển khai": 10, "Công tác dân vận": 16,
})  # fmt: skip


def hit_rows(results: Results, base: str = "") -> Iterator[Sequence[Cell]]:
    """A result as rows. `base`: the address of our pages from a desk, empty where they have none."""
    for hit in results.hits:
        yield (
            CellLink(hit.id, f"{base}/articles/{hit.id}"),
            hit.published_at.astimezone(HANOI).replace(tzinfo=None) if hit.published_at else "không rõ",
            hit.source,
            hit.province_name,
            GRADES.get(hit.grade, hit.grade),
            ", ".join(labels.label("topic", topic) for topic in hit.topics),
            hit.title,
            hit.lead,
            ", ".join(hit.symbols),
            hit.author,
            CellLink(hit.url, hit.url),
        )


def map_rows(found: DocumentMap, base: str) -> Iterator[Sequence[Cell]]:
    """The implementation map as rows: every province, with each of its documents; `base` as in `hit_rows`."""
    for row in found.rows:
        if not row.links:
            yield row.code, row.name, "chưa thấy báo đưa", None, None, None, None, 0, None
        for link in row.links:
            day, first = day_of(link), link.articles[0] if link.articles else None
            yield (
                row.code,
                row.name,
                link.document.symbol,
                link.document.kind,
                day,
                (day - found.since).days if day and found.since else None,
                link.document.title,
                len(link.articles),
                CellLink(f"{base}/articles/{first.id}", f"{base}/articles/{first.id}") if first else None,
            )


def document_row(line: DocumentLine, base: str, *, worth: bool) -> Sequence[Cell]:
    """A document as a row; `base` as in `hit_rows`, `worth`: whether it is worth reading for the office."""
    address = f"{base}/documents/{line.id}"
    return (
        CellLink(line.id, address),
        CellLink(line.symbol, address),
        line.kind,
        line.title or line.about,
        line.issuer,
        line.province_name,
        line.issued_on,
        line.reported_at.astimezone(HANOI).replace(tzinfo=None) if line.reported_at else None,
        line.provinces,
        "có" if worth else "khác",
    )


def _fill(cell: Any, value: Cell) -> None:
    if isinstance(value, dt.date):
        cell.value = value
        cell.number_format = "dd/mm/yyyy hh:mm" if isinstance(value, dt.datetime) else "dd/mm/yyyy"
        return
    shown = value.shown if isinstance(value, CellLink) else value
    cell.value = harmless(shown)
    if isinstance(shown, str):
        cell.data_type = "s"
    if isinstance(value, CellLink) and (value.address or "").startswith(("http://", "https://")):
        cell.hyperlink = value.address
        cell.style = "Hyperlink"
