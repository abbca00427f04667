"""Điểm báo: to read and print, to take away for Word, and for clerks to choose, order and reword."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from danvan.reports import chosen_clipping, clipping_html
from danvan.reports.clipping import cut_note, section_labels, section_of
from danvan.reports.mailing import MOST_ADDRESSES, addresses_of, keep_mailed, mail_clipping
from danvan.web.desk import Clerk, OwnForm, Reader, Writing
from danvan.web.files import DOCX, ERRORS, HTML, From, To, day_of, described, file_of
from danvan.web.rendering import changed_meanwhile, page
from danvan.web.sessions import FILE_SECONDS, FileSession, Now
from foundation.clock import hanoi_day
from foundation.errors import UsageError
from models.desk.changes import ChangedMeanwhileError
from models.desk.clippings import TONES, Item, keep_clipping, kept_clipping
from models.desk.people import StaffRole
from models.read_only import reading
from models.views.clipping import MOST, ClippedStory, older, stories
from notifications.values import Result

LONGEST_DAYS = 31
_FIELDS = 6 * MOST
Words = Annotated[str, Form(max_length=6000)]

router = APIRouter(responses=ERRORS)
desk = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/clipping", response_class=Response, responses=described("text/html"))
def clipping(
    session: FileSession, person: Reader, now: Now, date: str = "", first: From = "", last: To = ""
) -> Response:
    """The clipping of a day (today when nothing is said) or of some days: as somebody chose it, else all of it."""
    made = chosen_clipping(session, *_days(date, first, last, now))
    return Response(clipping_html(made, linked=True, editable=person.may(StaffRole.CLERK)), media_type=HTML)


@router.get("/clipping.docx", response_class=Response, responses=described(DOCX))
def clipping_file(
    request: Request, session: FileSession, now: Now, date: str = "", first: From = "", last: To = ""
) -> Response:
    """The same clipping for the office."""
    from danvan.reports.docx import clipping_docx

    start, end = _days(date, first, last, now)
    content = clipping_docx(chosen_clipping(session, start, end), request.app.state.settings, hanoi_day(now))
    return file_of(content, DOCX, f"diem-bao-{start}.docx")


@desk.get("/clipping/edit")
def edit(
    request: Request,
    session: FileSession,
    person: Clerk,
    now: Now,
    date: str = "",
    first: From = "",
    last: To = "",
    mailed: Annotated[int, Query(ge=0, le=MOST_ADDRESSES)] = 0,
) -> HTMLResponse:
    """The desk: every story of the days with a tick, a place, a section, a gist and a tone."""
    del person
    start, end = _days(date, first, last, now)
    kept = kept_clipping(session, start, end)
    return page(
        request,
        "clipping_desk.html",
        first=start,
        last=end,
        rows=desk_rows(stories(session, start, end), kept.items if kept else None),
        remarks=kept.remarks if kept else "",
        version=kept.version if kept else 0,
        mailed=mailed,
        sections=section_labels(),
        tones=TONES,
        note=cut_note(older(session, start, end)),
    )


@desk.post("/clipping/edit", dependencies=[OwnForm])
async def save(request: Request, person: Clerk, writing: Writing, now: Now) -> Response:
    """Keep what was chosen, unless a colleague saved another choice meanwhile."""
    form = {name: str(value) for name, value in (await request.form(max_fields=_FIELDS)).items()}
    start, end = _days("", form.get("from", ""), form.get("to", ""), now)
    items, remarks, version = chosen(form), form.get("remarks", ""), _number(form.get("version", ""))
    try:
        with writing() as session:
            keep_clipping(session, start, end, items, remarks, version=version, by=person.name, now=now)
    except ChangedMeanwhileError as error:
        back_to = f"/clipping/edit?from={start}&to={end}"
        return changed_meanwhile(request, error, back_to, items=items, remarks=remarks)
    return RedirectResponse(f"/clipping?{urlencode({'from': start, 'to': end})}", 303)


@desk.post("/clipping/mail", dependencies=[OwnForm])
def mail(
    request: Request, person: Clerk, writing: Writing, now: Now, first: Words = "", last: Words = "", to: Words = ""
) -> Response:
    """Send the clipping of some days by mail."""
    start, end = _days("", first, last, now)
    addresses = addresses_of([to])
    with reading(request.app.state.engine, FILE_SECONDS) as session:
        made = chosen_clipping(session, start, end)
    told = mail_clipping(request.app.state.settings, made, addresses, hanoi_day(now))
    with writing() as session:
        keep_mailed(session, made, told, by=person.name, now=now)
    lost = [f"{address}: {receipt.error}" for address, receipt in told.items() if receipt.result is not Result.SENT]
    if lost:
        raise UsageError(f"Đã gửi tới {len(told) - len(lost)} địa chỉ; chưa gửi được tới {'; '.join(lost)}")
    return RedirectResponse(f"/clipping/edit?{urlencode({'from': start, 'to': end, 'mailed': len(told)})}", 303)


def _number(words: str) -> int:
    """A number of a form's hidden field; 0 for what no form of ours holds."""
    return int(words) if words.isdecimal() and len(words) < 10 else 0


def chosen(form: Mapping[str, str]) -> list[Item]:
    """The ticked stories of a form in the order of their numbers; a story without a number keeps its place."""
    picked: list[tuple[float, int, Item]] = []
    for place, number in enumerate(form.get("stories", "").split(",")):
        if f"take-{number}" not in form or not _number(number):
            continue
        section, tone = form.get(f"section-{number}", ""), form.get(f"tone-{number}", "")
        item = Item(
            int(number),
            section if section in section_labels() else section_of(()),
            form.get(f"gist-{number}", "").replace("\r\n", "\n").strip(),
            tone if tone in TONES else "",
        )
        order = form.get(f"order-{number}", "").strip()
        picked.append((float(order) if order.isdecimal() else place + 1, place, item))
    return [item for _, _, item in sorted(picked, key=lambda one: one[:2])]


def desk_rows(found: tuple[ClippedStory, ...], items: tuple[Item, ...] | None) -> list[tuple[ClippedStory, Item, bool]]:
    """Stories with what was said of each and whether it is ticked: those chosen first, in their order.

    Where nothing was saved yet (None), all are ticked, as in the automatic clipping.
    """
    by_id = {story.article_id: story for story in found}
    proposed = [Item(one.article_id, section_of(one.topics), "\n".join(one.gist)) for one in found]
    order = {key: number for number, key in enumerate(section_labels())}
    proposed.sort(key=lambda item: order[item.section])
    if items is None:
        return [(by_id[item.article_id], item, True) for item in proposed]
    taken = {item.article_id for item in items}
    rows = [(by_id[item.article_id], item, True) for item in items if item.article_id in by_id]
    return rows + [(by_id[item.article_id], item, False) for item in proposed if item.article_id not in taken]


def _days(date: str, first: str, last: str, now: dt.datetime) -> tuple[dt.date, dt.date]:
    """One day, or the days from the first to the last. Raises UsageError for more than LONGEST_DAYS of them."""
    start = day_of(first or date, hanoi_day(now))
    end = max(day_of(last, start), start)
    if (end - start).days >= LONGEST_DAYS:
        raise UsageError(f"Điểm báo dài nhất {LONGEST_DAYS} ngày; hãy chọn khoảng ngày ngắn hơn.")
    return start, end


router.include_router(desk)
