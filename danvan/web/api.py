"""The JSON twin of every page: the same views, as JSON, described by OpenAPI (/api/openapi.json)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from danvan.json_forms import form
from danvan.web.asking import AskedFor
from danvan.web.desk import CLERKS, OPERATORS
from danvan.web.files import errors
from danvan.web.forms import results_form
from danvan.web.pages import plain
from danvan.web.sessions import Id, Now, PageSession, found
from models.search import search
from models.views.article_page import article_page
from models.views.document_lists import DocumentFilter, list_documents
from models.views.document_map import document_map
from models.views.document_page import DocumentLine, document_line, document_page
from models.views.outbox_page import outbox
from models.views.runs_page import run_lines, run_page
from models.views.sources_page import source_states
from models.views.today import today

_ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
router = APIRouter(prefix="/api", responses=errors({"application/json": {"schema": _ERROR}}))

LEAST_TYPED = 2
SUGGESTED = 12
Json = dict[str, Any]


def _found(view: object) -> Json:
    return form(found(view))  # type: ignore[no-any-return]


@router.get("/today")
def today_json(session: PageSession, now: Now) -> Json:
    """What came in today, and the documents of the week."""
    view = today(session, now)
    return form(view) | {"articles": results_form(view.articles)}  # type: ignore[no-any-return]


@router.get("/search")
def search_json(session: PageSession, asked_for: AskedFor) -> Json:
    """The search, with facets."""
    results = search(session, asked_for.query, facets=True, fold=True)
    return results_form(results) | {"page": asked_for.page, "unused": list(asked_for.notes)}


@router.get("/suggestions")
def suggestions_json(
    session: PageSession, q: Annotated[str, Query(max_length=200, description="Chữ đang gõ")] = ""
) -> Json:
    """Documents that words typed so far may mean, for the filters' fields."""
    words = "".join(char for char in q if char.isprintable()).strip()
    if len(words) < LEAST_TYPED:
        return {"documents": []}
    rows = list_documents(session, DocumentFilter(words=words, limit=SUGGESTED))
    lines = [document_line(row) for row in rows]
    return {"documents": [{"symbol": one.symbol, "said": _in_short(one)} for one in lines]}


def _in_short(line: DocumentLine) -> str:
    where = line.province_name or line.issuer or "Trung ương"
    return " · ".join(part for part in (line.kind, where, (line.title or "")[:80]) if part)


@router.get("/articles/{article_id}")
def article_json(session: PageSession, article_id: Id) -> Json:
    """One article: text, citations, reasons, copies, versions."""
    return _found(article_page(session, article_id))


@router.get("/documents/{document_id}")
def document_json(session: PageSession, document_id: Id) -> Json:
    """One document: identity, articles, links, spellings."""
    return _found(document_page(session, document_id))


@router.get("/documents/{document_id}/map")
def map_json(session: PageSession, document_id: Id) -> Json:
    """The 34 provinces and their documents that carry this one out."""
    return _found(document_map(session, document_id))


@router.get("/sources", dependencies=CLERKS)
def sources_json(session: PageSession, now: Now) -> Json:
    """How every paper stands."""
    return {"sources": form(source_states(session, now))}


@router.get("/runs", dependencies=OPERATORS)
def runs_json(session: PageSession) -> Json:
    """The last runs."""
    return {"runs": form(run_lines(session))}


@router.get("/runs/{run_id}", dependencies=OPERATORS)
def run_json(session: PageSession, run_id: Id, source: str | None = None, state: str | None = None) -> Json:
    """One run, its papers and its ledger."""
    return _found(run_page(session, run_id, source=plain(source), state=plain(state)))


@router.get("/outbox", dependencies=OPERATORS)
def outbox_json(session: PageSession, state: str | None = None) -> Json:
    """The outbox."""
    return _found(outbox(session, state=plain(state)))
