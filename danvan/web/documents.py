"""The page of documents: filters, those worth reading first, files and a feed of the new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Query as Parameter
from fastapi.responses import HTMLResponse

from analysis.issuers import levels
from analysis.places import former_name
from danvan.json_forms import form
from danvan.web import exports
from danvan.web.asking import MOST_PAGES, PROVINCE_HINT, day_asked, pages_of
from danvan.web.atom import documents_atom
from danvan.web.files import ATOM, CSV, ERRORS, XLSX, base_of, described, file_of
from danvan.web.rendering import page
from danvan.web.sessions import FileSession, Now, PageSession
from danvan.web.unread import read_by
from foundation.clock import hanoi_day, wrong_order
from foundation.errors import UsageError
from models import names as labels
from models.search.filters import kind_codes, province_codes, topic_keys
from models.tables import DocumentRow
from models.views.document_lists import DocumentFilter
from models.views.document_map import central_documents
from models.views.document_page import DocumentLine
from models.views.documents_page import DocumentList, document_lines, document_list

PAGE = 30
FEED_ENTRIES = 50
Text = Annotated[str, Parameter(max_length=200)]

router = APIRouter(responses=ERRORS)
pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class DocumentsAsked:
    """What a request asks of the documents, as typed (`given`) and understood; `notes` say what could not be used."""

    given: dict[str, str]
    wanted: DocumentFilter
    page: int
    notes: tuple[str, ...]

    def address(self, **changes: object) -> str:
        """The parameters of this list with changes (None or empty takes one out), ready for a link."""
        pairs = {**self.given, **changes}
        return urlencode({name: str(value) for name, value in pairs.items() if value not in (None, "")})

    @property
    def filtered(self) -> bool:
        """Whether anything is asked for beside everything."""
        return any(value for name, value in self.given.items() if name != "show")


def documents_asked(
    q: Annotated[str, Parameter(max_length=1000, description="Chữ trong ký hiệu, trích yếu, cơ quan")] = "",
    kind: Text = "",
    level: Annotated[Literal["central", "province", "local", ""], Parameter(description="Cấp ban hành")] = "",
    province: Annotated[Text, Parameter(description=PROVINCE_HINT)] = "",
    topic: Text = "",
    first: Annotated[str, Parameter(alias="from", max_length=40, description="Ban hành từ ngày")] = "",
    last: Annotated[str, Parameter(alias="to", max_length=40, description="Đến ngày")] = "",
    since: Annotated[str, Parameter(max_length=40, description="Được báo đưa từ ngày")] = "",
    carries_out: Annotated[Text, Parameter(description="Số, ký hiệu của văn bản được triển khai")] = "",
    show: Annotated[Literal["rest", ""], Parameter(description="rest: các văn bản khác, ngoài công tác dân vận")] = "",
    page: Annotated[int, Parameter(ge=1, le=MOST_PAGES)] = 1,
) -> DocumentsAsked:
    """The filter of a request; a value that cannot be is left out, with a note."""
    notes: list[str] = []
    given = {"q": q, "kind": kind, "level": level, "province": province, "topic": topic, "from": first, "to": last}
    given |= {"since": since, "carries_out": carries_out, "show": show}
    given = {name: " ".join(value.replace("\x00", "").encode("utf-8", "replace").decode().split())
             for name, value in given.items()}  # fmt: skip
    wanted = DocumentFilter(
        words=given["q"],
        kind=given["kind"] if _known(kind_codes, given["kind"], notes) else None,
        level=given["level"] or None,
        province=_known(province_codes, given["province"], notes),
        former=former_name(given["province"]) if given["province"] else None,
        topic=_known(topic_keys, given["topic"], notes),
        first=day_asked(first, notes),
        last=day_asked(last, notes),
        new_since=day_asked(since, notes),
        carries_out=given["carries_out"] or None,
        reported=not (given["q"] or given["carries_out"]),
    )
    if wrong := wrong_order(wanted.first, wanted.last):
        notes.append(wrong)
    return DocumentsAsked(given, wanted, page, tuple(notes))


def _known(read: Any, value: str, notes: list[str]) -> str | None:
    if not value:
        return None
    try:
        found: tuple[str, ...] = read([value])
    except UsageError as error:
        notes.append(str(error))
        return None
    return found[0]


AskedFor = Annotated[DocumentsAsked, Depends(documents_asked)]


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of a list: its lines, how many there are of each part, and how many pages."""

    lines: tuple[DocumentLine, ...]
    worth_total: int
    rest_total: int
    rest: tuple[DocumentLine, ...]
    pages: int
    capped: bool
    notes: tuple[str, ...]


def _listed(session: PageSession, asked: DocumentsAsked, now: dt.datetime) -> tuple[DocumentList, tuple[str, ...]]:
    try:
        return document_list(session, asked.wanted, hanoi_day(now)), asked.notes
    except UsageError as error:
        return DocumentList((), (), capped=False), (*asked.notes, str(error))


def _shown(session: PageSession, asked: DocumentsAsked, now: dt.datetime) -> Shown:
    found, notes = _listed(session, asked, now)
    rows = found.rest if asked.given["show"] == "rest" else found.worth
    start = (asked.page - 1) * PAGE
    folded = found.rest[:PAGE] if asked.page == 1 and rows is found.worth else ()
    return Shown(
        document_lines(session, rows[start : start + PAGE]),
        len(found.worth),
        len(found.rest),
        document_lines(session, folded),
        pages_of(len(rows), PAGE),
        found.capped,
        notes,
    )


@pages.get("/documents")
def documents(request: Request, session: PageSession, now: Now, asked: AskedFor) -> HTMLResponse:
    """Documents: those worth reading, the rest folded; without a filter also what provinces are carrying out."""
    shown = _shown(session, asked, now)
    central = () if asked.filtered or asked.given["show"] or asked.page > 1 else central_documents(session, limit=6)
    values = {"asked": asked, "shown": shown, "central": central, "topics": labels.topic_labels()}
    values |= {"kinds": labels.kind_choices(), "levels": {key: label for key, (label, _) in levels().items()}}
    values |= {"week": hanoi_day(now) - dt.timedelta(days=6)}
    return page(request, "documents.html", unread=read_by(request, session).unread, **values)


@router.get("/api/documents")
def documents_json(session: PageSession, now: Now, asked: AskedFor) -> dict[str, Any]:
    """The documents of a filter (`recent`: worth reading; `rest`: others), and those that provinces carry out."""
    shown = _shown(session, asked, now)
    central = [{"document": form(line), "provinces": number} for line, number in central_documents(session)]
    return {
        "recent": form(shown.lines),
        "rest": form(shown.rest),
        "total": shown.worth_total,
        "rest_total": shown.rest_total,
        "page": asked.page,
        "pages": shown.pages,
        "unused": list(shown.notes),
        "central": central,
    }


def _rows(request: Request, session: FileSession, asked: AskedFor, now: Now) -> list[Sequence[exports.Cell]]:
    found, _ = _listed(session, asked, now)
    chosen = found.rest if asked.given["show"] == "rest" else (*found.worth, *found.rest)
    base = base_of(request)
    lines: list[DocumentLine] = []
    for at in range(0, len(chosen), 400):
        lines += document_lines(session, chosen[at : at + 400])
    worth = {row.id for row in found.worth}
    return [exports.document_row(line, base, worth=line.id in worth) for line in lines]


Rows = Annotated[list[Sequence[exports.Cell]], Depends(_rows)]


@router.get("/documents.csv", response_class=Response, responses=described("text/csv"))
def documents_csv(rows: Rows) -> Response:
    """The documents of a filter as CSV."""
    return file_of(exports.DOCUMENTS.csv(rows), CSV, "van-ban.csv")


@router.get("/documents.xlsx", response_class=Response, responses=described(XLSX))
def documents_xlsx(rows: Rows) -> Response:
    """The documents of a filter as an Excel workbook."""
    return file_of(exports.DOCUMENTS.xlsx(rows), XLSX, "van-ban.xlsx")


@router.get("/documents.atom", response_class=Response, responses=described(ATOM))
def documents_feed(request: Request, session: FileSession, now: Now, asked: AskedFor) -> Response:
    """The newest documents of a filter as a feed: those worth reading, or the rest."""
    wanted = replace(asked, wanted=replace(asked.wanted, reported=True))
    found, _ = _listed(session, wanted, now)
    rows: Sequence[DocumentRow] = found.rest if asked.given["show"] == "rest" else found.worth
    newest = sorted(rows, key=lambda row: row.reported_at or row.mentioned_at, reverse=True)[:FEED_ENTRIES]
    content = documents_atom(document_lines(session, newest), base=base_of(request), query=asked.address(), now=now)
    return Response(content, media_type=ATOM)


router.include_router(pages)
