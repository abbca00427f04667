"""The papers: all of them, each on a page of its own, probed at once, switched on and off."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from crawlers.source import Source
from danvan.web import plots
from danvan.web.desk import CLERKS, Operator, OwnForm, Reader, Writing
from danvan.web.rendering import page
from danvan.web.sessions import PAGE_SECONDS, Now, PageSession, found
from foundation.clock import hanoi_day
from foundation.errors import DanvanError
from foundation.settings import Settings
from models import names as labels
from models.desk.changes import record
from models.desk.people import StaffRole
from models.read_only import reading
from models.views.sources_page import DAYS, source_page, source_states

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SourceId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
_probing = Lock()
"""One probe at a time: it takes half a minute and a thread."""

PROBE_SECONDS = 10.0
"""For each of the four addresses: somebody waits at the page, and what a paper does not answer by then is a finding."""


@router.get("/sources", dependencies=CLERKS)
def sources(request: Request, session: PageSession, now: Now) -> HTMLResponse:
    """How the papers stand: those that are harvested, and folded those that are not."""
    states = source_states(session, now)
    sparks = {state.id: plots.spark(state.daily, state.habit) for state in states}
    living = [state for state in states if state.status != "off"]
    return page(
        request, "sources.html", living=living, off=[one for one in states if one.status == "off"], sparks=sparks
    )


@router.get("/sources/{source_id}", dependencies=CLERKS)
def source(request: Request, session: PageSession, source_id: SourceId, person: Reader, now: Now) -> HTMLResponse:
    """One paper: its days, runs and faults, the last good page beside today's."""
    return _shown(request, session, source_id, now, operator=person.may(StaffRole.OPERATOR))


def _shown(
    request: Request, session: Session, source_id: str, now: dt.datetime, *, operator: bool, **said: Any
) -> HTMLResponse:
    view = found(source_page(session, source_id, now))
    last = hanoi_day(now)
    days = [(f"{last - dt.timedelta(days=DAYS - 1 - at):%d/%m}", value) for at, value in enumerate(view.state.daily)]
    plot = plots.columns(days, f"Số tin mỗi ngày trong {DAYS} ngày qua", "days")
    values = {"steps": (), "problem": "", **said}
    return page(request, "source.html", view=view, days=plot, operator=operator, **values)


@router.post("/sources/{source_id}/check", dependencies=[OwnForm])
def check(request: Request, source_id: SourceId, person: Operator, now: Now) -> HTMLResponse:
    """Probe a paper politely, now: robots.txt, a feed, a section, an article."""
    del person
    paper = found(labels.catalogue().get(source_id))
    said = _probed(paper, request.app.state.settings)
    # Only now: a look into the archive ends after seconds, and a silent paper takes longer.
    with reading(request.app.state.engine, PAGE_SECONDS) as session:
        return _shown(request, session, source_id, now, operator=True, **said)


def _probed(paper: Source, settings: Settings) -> dict[str, Any]:
    if not _probing.acquire(blocking=False):
        return {"problem": "Đang kiểm tra một báo khác, chờ xong."}
    try:
        from crawlers.options import CrawlOptions
        from crawlers.probe import check_source

        options = replace(CrawlOptions.of(settings), request_time_limit=PROBE_SECONDS, retry_times=0)
        return {"steps": check_source(paper, options).steps}
    except DanvanError as error:
        return {"problem": str(error)}
    finally:
        _probing.release()


@router.post("/sources/{source_id}/switch", dependencies=[OwnForm])
def switch_source(
    request: Request,
    source_id: SourceId,
    person: Operator,
    writing: Writing,
    now: Now,
    turn: Annotated[str, Form(pattern="^(on|off)$")] = "off",
    reason: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Switch a paper on from today, or off for a reason; the next run minds it."""
    from crawlers.own_files import own_folder, switch

    found(labels.catalogue().get(source_id))
    why = " ".join(reason.split()) or f"{person.name} tắt ngày {hanoi_day(now):%d/%m/%Y}"
    switch(own_folder(request.app.state.settings), source_id, on=turn == "on", today=hanoi_day(now), reason=why)
    labels.forget()
    with writing() as session:
        record(session, by=person.name, act=turn, target="source", target_id=source_id, after=why, at=now)
    return RedirectResponse(f"/sources/{source_id}", 303)
