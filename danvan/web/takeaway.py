"""What can be carried away: feed, CSV, XLSX, the week's report; and the sign of life."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from danvan.reports import build_report, report_html, week_of
from danvan.web import exports
from danvan.web.asking import AskedFor, titled
from danvan.web.atom import atom_bytes
from danvan.web.files import ATOM, CSV, DOCX, ERRORS, HTML, XLSX, From, To, base_of, day_of, described, file_of
from danvan.web.sessions import FileSession, Id, Now, PageSession, found
from foundation.clock import HANOI, hanoi_day
from models import names as labels
from models.runs.ledger import last_finished, overdue
from models.search import Results, Sort, search
from models.views.document_map import document_map
from models.views.files import kept_file

FEED_ENTRIES = 50
router = APIRouter(responses=ERRORS)


@router.get("/files/{file_id}", response_class=Response, responses=described("application/pdf"))
def kept(session: FileSession, file_id: Id) -> Response:
    """A document's own file as its paper sent it: only ever to be saved, never shown as a page of ours."""
    file = found(kept_file(session, file_id))
    return file_of(file.body, file.media_type, file.name)


@router.get("/feed.atom", response_class=Response, responses=described(ATOM))
def feed(request: Request, session: PageSession, now: Now, asked_for: AskedFor) -> Response:
    """The Atom feed of a search."""
    query = dataclasses.replace(asked_for.query, limit=FEED_ENTRIES, offset=0)
    results = search(session, query)
    title = "Dân vận Monitor: " + titled(asked_for, labels.topic_labels())
    content = atom_bytes(results, title=title, base=base_of(request), query=asked_for.address(), now=now)
    return Response(content, media_type=ATOM)


def _all(session: FileSession, asked_for: AskedFor) -> Results:
    # Newest first, whatever the page's order: best first orders only some hundred hits, and a file should hold all.
    query = dataclasses.replace(asked_for.query, limit=exports.LONGEST, offset=0, sort=Sort.NEWEST)
    return search(session, query, snippets=False, most=exports.LONGEST)


@router.get("/export.csv", response_class=Response, responses=described("text/csv"))
def export_csv(results: Annotated[Results, Depends(_all)]) -> Response:
    """A result as CSV (the newest 10,000 rows at most)."""
    return file_of(exports.HITS.csv(exports.hit_rows(results)), CSV, "dan-van.csv")


@router.get("/export.xlsx", response_class=Response, responses=described(XLSX))
def export_xlsx(request: Request, results: Annotated[Results, Depends(_all)]) -> Response:
    """A result as an Excel workbook (the newest 10,000 rows at most)."""
    return file_of(exports.HITS.xlsx(exports.hit_rows(results, base_of(request))), XLSX, "dan-van.xlsx")


@router.get("/documents/{document_id}/map.csv", response_class=Response, responses=described("text/csv"))
def map_csv(request: Request, session: FileSession, document_id: Id) -> Response:
    """The implementation map as CSV."""
    return file_of(exports.MAP.csv(_map_rows(request, session, document_id)), CSV, "ban-do-trien-khai.csv")


@router.get("/documents/{document_id}/map.xlsx", response_class=Response, responses=described(XLSX))
def map_xlsx(request: Request, session: FileSession, document_id: Id) -> Response:
    """The implementation map as an Excel workbook."""
    return file_of(exports.MAP.xlsx(_map_rows(request, session, document_id)), XLSX, "ban-do-trien-khai.xlsx")


def _map_rows(request: Request, session: FileSession, document_id: int) -> Iterator[Sequence[exports.Cell]]:
    return exports.map_rows(found(document_map(session, document_id)), base_of(request))


@router.get("/report", response_class=Response, responses=described("text/html"))
def report(session: FileSession, now: Now, week: str = "", first: From = "", last: To = "") -> Response:
    """The printable report of some days, or of the week that a day lies in (this week when nothing is said)."""
    start, end = _period(week, first, last, now)
    return Response(report_html(build_report(session, start, end), linked=True), media_type=HTML)


@router.get("/report.docx", response_class=Response, responses=described(DOCX))
def report_file(
    request: Request, session: FileSession, now: Now, week: str = "", first: From = "", last: To = ""
) -> Response:
    """The same report for the office."""
    start, end = _period(week, first, last, now)
    from danvan.reports.docx import report_docx

    content = report_docx(build_report(session, start, end), request.app.state.settings, hanoi_day(now))
    return file_of(content, DOCX, f"bao-cao-{start}-{end}.docx")


def _period(week: str, first: str, last: str, now: dt.datetime) -> tuple[dt.date, dt.date]:
    if first or last:
        end = day_of(last, hanoi_day(now))
        return min(day_of(first, end), end), end
    return week_of(day_of(week, hanoi_day(now)))


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def healthz(request: Request, session: PageSession, now: Now) -> dict[str, str | bool | None]:
    """Whether the archive answers, and whether the harvest keeps its hours: for a watch outside this machine.

    `late`: the last harvest that could read a paper ended longer ago than DANVAN_SILENCE_HOURS, or there was none.
    The answer is 200 all the same, for a program that restarts what does not answer would only restart the pages.
    """
    last = last_finished(session, kind="harvest")
    return {
        "status": "ok",
        "last_harvest_at": last.astimezone(HANOI).isoformat(timespec="seconds") if last else None,
        "late": overdue(last, now, request.app.state.settings.silence_hours),
    }
