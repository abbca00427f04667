"""The text layer of a PDF or DOCX. For a process of its own (`crawlers.aside`): a file may be made to do harm.

pdfium, not pypdf: it reads Vietnamese words whole, and twenty times as fast (see pyproject.toml). Of a DOCX only the
one part that holds its text is unpacked, up to a limit, whatever the archive says of its sizes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from lxml import etree

from analysis.text import normalise
from crawlers.extraction.encoding import is_legacy
from crawlers.files import file_kind

MOST_PAGES = 500
MOST_TEXT = 2_000_000
MOST_XML = 40_000_000
"""Bytes of a DOCX's text with its markup; a thousand pages have ten million."""

SCARCE = 16
"""Letters a page below which a PDF is a scan: stamps and page numbers are sometimes set over the picture."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PASSWORD = 4
"""pdfium's FPDF_ERR_PASSWORD."""


class FileState(StrEnum):
    """What could be read of a file."""

    TEXT = "text"
    SCAN = "scan"
    LOCKED = "locked"
    DAMAGED = "damaged"
    LEGACY = "legacy"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class FileText:
    """What a file says. `pages`: of a PDF; `text` is NFC, "" where there is no layer of letters that can be read."""

    kind: str
    state: FileState
    text: str = ""
    pages: int | None = None


def read_file(body: bytes) -> FileText:
    """The text of a PDF or DOCX; never raises for what a file holds."""
    return _pdf(body) if file_kind(body) == "pdf" else _docx(body)


def too_heavy(body: bytes) -> FileText:
    """Of a file whose reading took more time or memory than was allowed."""
    return FileText(file_kind(body) or "pdf", FileState.HEAVY)


def _judged(kind: str, text: str, pages: int | None) -> FileText:
    text = re.sub(r"[ \t]+", " ", normalise(text.replace("\r\n", "\n").replace("\ufffe", ""))).strip()[:MOST_TEXT]
    letters = sum(map(str.isalpha, text[: SCARCE * 4 * (pages or 1)]))
    if letters < SCARCE * (pages or 0) or not letters:
        return FileText(kind, FileState.SCAN, "", pages)
    if is_legacy(text):
        return FileText(kind, FileState.LEGACY, "", pages)
    return FileText(kind, FileState.TEXT, text, pages)


def _pdf(body: bytes) -> FileText:
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(body)
    except PdfiumError as error:
        locked = getattr(error, "err_code", None) == _PASSWORD
        return FileText("pdf", FileState.LOCKED if locked else FileState.DAMAGED)
    pages, length = [], 0
    with document:
        total = len(document)
        for number in range(min(total, MOST_PAGES)):
            try:
                page = document[number]
                pages.append(page.get_textpage().get_text_range())
                page.close()
            except PdfiumError:  # a page that is broken; the others may be whole
                continue
            length += len(pages[-1])
            if length > MOST_TEXT:
                break
    return _judged("pdf", "\n\n".join(pages), total) if total else FileText("pdf", FileState.DAMAGED)


def _docx(body: bytes) -> FileText:
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive, archive.open("word/document.xml") as part:
            xml = part.read(MOST_XML + 1)
        if len(xml) > MOST_XML:
            return FileText("docx", FileState.HEAVY)
        return _judged("docx", "\n".join(_paragraphs(xml)), None)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, ValueError, NotImplementedError, etree.XMLSyntaxError):
        return FileText("docx", FileState.DAMAGED)  # NotImplementedError, a RuntimeError: packed in a way unknown here
    except RuntimeError:  # what the archive holds wants a password
        return FileText("docx", FileState.LOCKED)


def _paragraphs(xml: bytes) -> Iterator[str]:
    length = 0
    for _, paragraph in etree.iterparse(
        BytesIO(xml), tag=f"{_W}p", resolve_entities=False, no_network=True, huge_tree=False
    ):
        line = "".join(_printed(part) for part in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br"))
        paragraph.clear()
        length += len(line)
        if length > MOST_TEXT:
            return
        if line.strip():
            yield line


def _printed(part: Any) -> str:
    return part.text or "" if part.tag == f"{_W}t" else " "
