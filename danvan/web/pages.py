"""The pages for people. Each has its JSON twin under /api with the same view behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from analysis.issuers import level_of
from danvan.web import plots, tilemap
from danvan.web.asking import PAGE, Asked, AskedFor, pages_of
from danvan.web.desk import OPERATORS, Reader
from danvan.web.matters import desk_of
from danvan.web.rendering import page
from danvan.web.sessions import Id, Now, PageSession, found
from danvan.web.unread import opened, read_by
from foundation.errors import UsageError
from foundation.words import GRADES
from models import names as labels
from models.desk.correcting import corrected_state, seen_of
from models.desk.matters import STATES, due
from models.search import search
from models.search.query import FARTHEST, Sort
from models.search.results import Results
from models.views.article_page import article_page
from models.views.document_map import document_map, today_code
from models.views.document_page import DocumentLine, DocumentPage, document_page
from models.views.outbox_page import outbox
from models.views.runs_page import run_lines, run_page
from models.views.today import today
from notifications.own_channels import own_channels

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FACET_NAMES = {
    "province": "Tỉnh, thành phố",
    "topic": "Chủ đề",
    "grade": "Mức",
    "kind": "Loại văn bản được nhắc",
    "source": "Báo",
    "month": "Tháng",
}
FACETS_SHOWN = 8
DUE_AHEAD = 3
DUE_SHOWN = 50
"""Matters that are due and not folded away."""


@router.get("/")
def today_page(request: Request, session: PageSession, now: Now) -> HTMLResponse:
    """What came in today."""
    view = today(session, now)
    coming = due(session, view.day + timedelta(days=DUE_AHEAD))
    values = {"week": plots.week(view.week, view.day), "due": coming, "due_shown": DUE_SHOWN, "states": STATES}
    seen = seen_of(session, [hit.id for hit in view.articles.hits])
    return page(request, "today.html", view=view, seen=seen, unread=read_by(request, session).unread, **values)


@router.get("/search")
def search_page(request: Request, session: PageSession, asked_for: AskedFor) -> HTMLResponse:
    """The search."""
    notes = list(asked_for.notes)
    try:
        results = search(session, asked_for.query, facets=True, fold=True)
    except UsageError as error:
        notes.append(str(error))
        results = Results((), 0, capped=False, more=False)
    last = asked_for.query.offset + PAGE
    capped = results.capped and asked_for.query.sort is Sort.NEWEST
    return page(
        request,
        "search.html",
        unread=read_by(request, session).unread,
        asked=asked_for,
        query=asked_for.query,
        results=results,
        seen=seen_of(session, [hit.id for hit in results.hits]),
        notes=[*notes, *results.notes],
        chosen=_chosen(asked_for),
        choices=_choices(asked_for),
        facet_names=FACET_NAMES,
        shown=FACETS_SHOWN,
        pages=pages_of(results.stories or 0, PAGE),
        pages_capped=capped,
        more=results.more and last < FARTHEST,
    )


def _choices(asked_for: Asked) -> list[dict[str, Any]]:
    """The filters with several values as the form shows them: those chosen, and what there is to choose from."""
    grades = {**GRADES, "all": "mọi mức"}
    kinds = {code: f"{name} ({code})" for code, name in labels.kind_choices().items()}
    fields: dict[str, Mapping[str, str] | str] = {
        "province": "goi-y-tinh",
        "source": "goi-y-bao",
        "topic": labels.topic_labels(),
        "grade": grades,
        "kind": kinds,
    }
    return [
        {
            "name": name,
            "said": FACET_NAMES[name] + " (tên nay hoặc tên cũ)" * (name == "province"),
            "chosen": [(value, _said(name, value)) for value in asked_for.filters[name]],
            "list": given if isinstance(given, str) else "",
            "rest": {}
            if isinstance(given, str)
            else {key: one for key, one in given.items() if key not in asked_for.filters[name]},
        }
        for name, given in fields.items()
    ]


def _chosen(asked_for: Asked) -> list[tuple[str, str]]:
    """The filters that are set: what they say, and the address without them."""
    query = asked_for.query
    chosen = [
        (_said(name, value), asked_for.address(**{name: tuple(one for one in values if one != value)}))
        for name, values in asked_for.filters.items()
        for value in values
    ]
    if query.document is not None:
        chosen.append((f"nhắc đến {query.document}", asked_for.address(document=None)))
    if query.date_from:
        chosen.append((f"từ {query.date_from:%d/%m/%Y}", asked_for.address(**{"from": None})))
    if query.date_to:
        chosen.append((f"đến {query.date_to:%d/%m/%Y}", asked_for.address(to=None)))
    return chosen


def _said(name: str, value: str) -> str:
    return "mọi mức" if (name, value) == ("grade", "all") else labels.label(name, value)


@router.get("/articles/{article_id}")
def article(request: Request, session: PageSession, article_id: Id) -> HTMLResponse:
    """One article."""
    view = found(article_page(session, article_id))
    verdict = corrected_state(session, article_id)
    desk = desk_of(session, "article", article_id)
    answer = page(request, "article.html", view=view, verdict=verdict, topics=labels.topic_labels(), **desk)
    answer.background = opened(request, session, "article", article_id)
    return answer


@router.get("/documents/{document_id}")
def document(request: Request, session: PageSession, document_id: Id, person: Reader) -> HTMLResponse:
    """One document."""
    view = found(document_page(session, document_id))
    if view.document.id != document_id:
        return RedirectResponse(f"/documents/{view.document.id}", 308)  # type: ignore[return-value]  # merged: one page
    desk = desk_of(session, "document", document_id)
    said = f"Số tin nhắc đến văn bản theo tháng, từ {view.months[0][0]} đến {view.months[-1][0]}" if view.months else ""
    carrying = [link.document for link in view.carried_out_by if link.role == "implements" and link.document.province]
    codes = {today_code(line.province) for line in carrying}
    values = {
        "months": plots.columns(view.months, said),
        "provinces": {code: labels.province_name(code) for code in sorted(filter(None, codes))},
        "channels": own_channels(session, person),
        "mapped": view.document if carrying or level_of(view.issuer_code) == "central" else _carried_out(view),
    }
    answer = page(request, "document.html", view=view, **values, **desk)
    answer.background = opened(request, session, "document", document_id)
    return answer


def _carried_out(view: DocumentPage) -> DocumentLine | None:
    """The document of no province that this one carries out: what is of interest is the map of that one."""
    targets = (link.document for link in view.carries_out if link.role == "implements")
    return next((line for line in targets if line.province is None), None)


@router.get("/documents/{document_id}/map")
def map_page(request: Request, session: PageSession, document_id: Id) -> HTMLResponse:
    """Which provinces carry a document out."""
    view = found(document_map(session, document_id))
    return page(request, "map.html", view=view, tiles=tilemap.tile_map(view), tilemap=tilemap)


@router.get("/runs", dependencies=OPERATORS)
def runs(request: Request, session: PageSession) -> HTMLResponse:
    """The last runs."""
    return page(request, "runs.html", runs=run_lines(session))


@router.get("/runs/{run_id}", dependencies=OPERATORS)
def run(
    request: Request, session: PageSession, run_id: Id, source: str | None = None, state: str | None = None
) -> HTMLResponse:
    """One run and its ledger."""
    return page(request, "run.html", view=found(run_page(session, run_id, source=plain(source), state=plain(state))))


@router.get("/outbox", dependencies=OPERATORS)
def outbox_page(request: Request, session: PageSession, state: str | None = None) -> HTMLResponse:
    """The outbox."""
    return page(request, "outbox.html", view=outbox(session, state=plain(state)), state=state)


def plain(value: str | None) -> str | None:
    """A filter without what no database takes."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode() or None if value else None
