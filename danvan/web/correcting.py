"""Correcting a grade or topics: from the article's page and from lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from analysis.relevance import topics
from danvan.web.desk import Clerk, OwnForm, Writing
from danvan.web.login import own
from danvan.web.rendering import changed_meanwhile
from danvan.web.sessions import Id, Now
from foundation.errors import UsageError
from foundation.words import GRADES
from models.desk.changes import ChangedMeanwhileError
from models.desk.correcting import correct

router = APIRouter(include_in_schema=False)


@router.post("/articles/{article_id}/correct", dependencies=[OwnForm])
def correct_article(
    request: Request,
    article_id: Id,
    person: Clerk,
    writing: Writing,
    now: Now,
    grade: Annotated[str, Form(max_length=10)] = "",
    topic: Annotated[list[str] | None, Form(max_length=40)] = None,
    seen: Annotated[int | None, Form(ge=0)] = None,
    undo: Annotated[str, Form(max_length=4)] = "",
    back: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Keep a correction (or take it back with `undo`) and go back to the page it came from."""
    chosen = None if seen is None or topic is None else [key for key in topic if key]
    known = {one.key for one in topics()}
    if wrong := [key for key in chosen or () if key not in known]:
        raise UsageError(f"Không có chủ đề {wrong[0]}.")
    said = {"grade": None, "topics": None} if undo else {"grade": grade or None, "topics": chosen}
    back_to = own(back or f"/articles/{article_id}")
    try:
        with writing() as session:
            correct(session, article_id, seen=seen, by=person.name, now=now, **said)
    except ChangedMeanwhileError as error:
        remarks = f"Mức bạn chọn: {GRADES.get(grade, 'như máy chấm')}."
        return changed_meanwhile(request, error, back_to, remarks=remarks)
    return RedirectResponse(back_to, 303)
