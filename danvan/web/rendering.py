"""Templates, and what all of them know."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from danvan.web import words
from foundation import words as vocabulary
from foundation.words import GRADES
from models import names as labels

TEMPLATES = Path(__file__).parent / "templates"


def environment(folder: Path) -> Environment:
    """Jinja for a folder of templates: everything escaped, unknown names refused, and the words of the pages."""
    env = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "day": words.day,
        "moment": words.moment,
        "long_day": words.long_day,
        "number": words.number,
        "safe_link": safe_link,
    }
    env.globals |= {
        "words": words,
        "vocabulary": vocabulary,
        "label": labels.label,
        "grades": GRADES,
        "month_span": month_span,
        "province_names": labels.province_names,
        "paper_names": labels.paper_names,
    }
    return env


def month_span(month: str) -> dict[str, str]:
    """The filters for a month: "202611" → its first and last day."""
    year, number = int(month) // 100, int(month) % 100
    return {"from": f"{year}-{number:02d}-01", "to": f"{year}-{number:02d}-{monthrange(year, number)[1]:02d}"}


def safe_link(url: str) -> str:
    """A paper's address as a link: only http and https lead anywhere."""
    return url if url.startswith(("http://", "https://")) else "#"


class Renderer:
    """Renders templates with the time and the request's address."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self.clock = clock
        self.env = environment(TEMPLATES)

    def render(self, request: Request, template: str, **values: Any) -> str:
        """A page as HTML."""
        shared = {
            "now": self.clock(),
            "path": request.url.path,
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "locked": request.state.locked,
            "person": request.state.person,
            "form_token": request.app.state.gate.token(request),
            "unread": lambda _target, _number, _came: False,  # pages with lists say what is new to their reader
        }
        return self.env.get_template(template).render(shared | values)


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page as the answer to a request."""
    return HTMLResponse(request.app.state.renderer.render(request, template, **values), status)


def changed_meanwhile(
    request: Request, error: Exception, back_to: str, *, items: Sequence[object] = (), remarks: str = ""
) -> HTMLResponse:
    """Say that a colleague was quicker, and give back what would be lost."""
    return page(request, "changed.html", 409, message=str(error), items=items, remarks=remarks, back_to=back_to)
