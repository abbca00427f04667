"""What clerks do with an article or a document: note, mark, follow up, collect; and the pages of the dossiers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from danvan.web.atom import dossier_atom
from danvan.web.desk import Clerk, OwnForm, Writing
from danvan.web.exports import Sheet
from danvan.web.files import ATOM, ERRORS, XLSX, base_of, described, file_of
from danvan.web.rendering import changed_meanwhile, page
from danvan.web.sessions import FileSession, Id, Now, PageSession, found
from danvan.web.words import day
from foundation.clock import read_day
from foundation.errors import UsageError
from foundation.numbers import LARGEST_ID
from models.desk import dossiers, matters
from models.desk.changes import ChangedMeanwhileError

acts = APIRouter(include_in_schema=False)
matter = APIRouter(prefix="/{kind}/{number}", include_in_schema=False, dependencies=[OwnForm])
router = APIRouter(responses=ERRORS)
Kind = Annotated[Literal["articles", "documents"], Path()]
Words = Annotated[str, Form(max_length=6000)]
_TARGETS: dict[str, matters.Target] = {"articles": "article", "documents": "document"}
_DOSSIER = Sheet("Hồ sơ", {"Loại": 10, "Tên": 70, "Nguồn": 24, "Ngày": 12, "Địa chỉ báo": 60, "Người đưa vào": 20})


def desk_of(session: Session, target: matters.Target, target_id: int) -> dict[str, Any]:
    """What the box of the desk shows beside an article or a document."""
    inside = dossiers.dossiers_with(session, target, target_id)
    holding = {one.id for one in inside}
    return {
        "matter": matters.matter_of(session, target, target_id),
        "states": matters.STATES,
        "known_marks": matters.known_marks(session),
        "inside": inside,
        "open_dossiers": [one for one in dossiers.dossiers(session) if not one.closed and one.id not in holding],
        "at": f"/{target}s/{target_id}",
    }


@dataclass(frozen=True, slots=True)
class Act:
    """What a clerk does with one article or document: who, when, and the transaction that keeps it."""

    kind: str
    number: int
    by: str
    now: datetime
    writing: Callable[[], AbstractContextManager[Session]]

    @property
    def target(self) -> matters.Target:
        """What it is done with, by the archive's word."""
        return _TARGETS[self.kind]

    def back(self) -> Response:
        """To the desk's box on the page of it."""
        return RedirectResponse(f"/{self.kind}/{self.number}#ban-lam-viec", 303)


def _act(kind: Kind, number: Id, person: Clerk, writing: Writing, now: Now) -> Act:
    return Act(kind, number, person.name, now, writing)


Acting = Annotated[Act, Depends(_act)]


@matter.post("/note")
def note(act: Acting, text: Words = "") -> Response:
    """Keep a note."""
    with act.writing() as session:
        matters.add_note(session, act.target, act.number, text, by=act.by, now=act.now)
    return act.back()


@matter.post("/note/{note_id}/remove")
def unnote(act: Acting, note_id: Id) -> Response:
    """Take a note away."""
    with act.writing() as session:
        matters.remove_note(session, note_id, by=act.by, now=act.now)
    return act.back()


@matter.post("/marks")
def marks(act: Acting, words: Words = "", seen_marks: Annotated[str | None, Form(max_length=5_000)] = None) -> Response:
    """Set the marks, given with commas between them; `seen_marks`: those that the form had shown."""
    seen = None if seen_marks is None else seen_marks.split(",")
    with act.writing() as session:
        matters.set_marks(session, act.target, act.number, words.split(","), by=act.by, now=act.now, seen=seen)
    return act.back()


@matter.post("/follow-up")
def follow_up(
    request: Request,
    act: Acting,
    state: Words = "new",
    due_on: Words = "",
    who: Words = "",
    outcome: Words = "",
    version: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Say what is done about the matter, by whom, until when."""
    last = read_day(due_on)
    if last is None and due_on.strip():
        raise UsageError(f"Hạn “{due_on.strip()[:40]}” không phải là ngày, nên chưa lưu gì. Ghi như 01/07/2026.")
    try:
        with act.writing() as session:
            matters.follow_up(
                session, act.target, act.number, state=state, due_on=last, who=who, outcome=outcome, version=version,
                by=act.by, now=act.now,
            )  # fmt: skip
    except ChangedMeanwhileError as error:
        return changed_meanwhile(request, error, f"/{act.kind}/{act.number}", remarks=f"{who}\n{outcome}")
    return act.back()


@matter.post("/dossier")
def into_dossier(act: Acting, dossier: Annotated[int, Form(ge=0)] = 0, title: Words = "") -> Response:
    """Put it into a dossier, or into a new one of this title."""
    if not (dossier or title.strip()):
        raise UsageError("Chưa chọn hồ sơ nào: hãy ghi tên hồ sơ mới.")
    with act.writing() as session:
        chosen = dossiers.add_dossier(session, title, "", by=act.by, now=act.now) if title.strip() else dossier
        dossiers.put_in(session, chosen, act.target, act.number, by=act.by, now=act.now)
    return act.back()


@acts.get("/dossiers")
def dossiers_page(request: Request, session: PageSession) -> HTMLResponse:
    """All dossiers."""
    return page(request, "dossiers.html", dossiers=dossiers.dossiers(session))


@acts.post("/dossiers", dependencies=[OwnForm])
def open_dossier(person: Clerk, writing: Writing, now: Now, title: Words = "", text: Words = "") -> Response:
    """Open a dossier."""
    with writing() as session:
        number = dossiers.add_dossier(session, title, text, by=person.name, now=now)
    return RedirectResponse(f"/dossiers/{number}", 303)


@acts.get("/dossiers/{number}")
def dossier_page(request: Request, session: PageSession, number: Id) -> HTMLResponse:
    """One dossier."""
    return page(request, "dossier.html", view=found(dossiers.dossier(session, number)))


@acts.post("/dossiers/{number}/close", dependencies=[OwnForm])
def close(number: Id, person: Clerk, writing: Writing, now: Now, closed: Words = "yes") -> Response:
    """Close a dossier, or open it again."""
    with writing() as session:
        dossiers.close_dossier(session, number, closed=closed == "yes", by=person.name, now=now)
    return RedirectResponse(f"/dossiers/{number}", 303)


@acts.post("/dossiers/{number}/take-out", dependencies=[OwnForm])
def take_out(
    number: Id,
    person: Clerk,
    writing: Writing,
    now: Now,
    target: Annotated[Literal["article", "document"], Form()],
    target_id: Annotated[int, Form(ge=1, le=LARGEST_ID)],
) -> Response:
    """Take something out of a dossier."""
    with writing() as session:
        dossiers.take_out(session, number, target, target_id, by=person.name, now=now)
    return RedirectResponse(f"/dossiers/{number}", 303)


@router.get("/dossiers/{number}/export.xlsx", response_class=Response, responses=described(XLSX))
def dossier_file(session: FileSession, number: Id) -> Response:
    """A dossier as an Excel workbook."""
    view = found(dossiers.dossier(session, number))
    rows = [
        ("Bài" if item.target == "article" else "Văn bản", item.title, item.source, day(item.when), item.url, item.by)
        for item in view.items
    ]
    return file_of(_DOSSIER.xlsx(rows), XLSX, f"ho-so-{number}.xlsx")


@router.get("/dossiers/{number}/feed.atom", response_class=Response, responses=described(ATOM))
def dossier_feed(request: Request, session: PageSession, number: Id) -> Response:
    """A dossier as an Atom feed."""
    content = dossier_atom(found(dossiers.dossier(session, number)), base=base_of(request))
    return Response(content, media_type=ATOM)


router.include_router(matter)
router.include_router(acts)
