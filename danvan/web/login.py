"""The login page; the page behind a one-time link, where a person chooses a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from danvan.web.desk import Writing
from danvan.web.rendering import page
from danvan.web.security import COOKIE, COOKIE_SECONDS, Refused, address_of
from danvan.web.sessions import Now, PageSession, found
from foundation.errors import UsageError
from models.desk.people import OFFICE, Person, by_link, close_login, open_login, use_link

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]
Target = Annotated[str, Form(alias="next", max_length=4000)]


def _page(request: Request, target: str, message: str = "", status: int = 200, link: str = "") -> HTMLResponse:
    return page(request, "login.html", status, target=target, message=message, link=link)


def own(target: str) -> str:
    """The target where it is a path of ours, else the first page: no login leads elsewhere."""
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if fine else "/"


def _let_in(request: Request, writing: Writing, person: Person, now: Now, target: str) -> Response:
    with writing() as session:
        token = open_login(session, person, now)
    response = RedirectResponse(own(target), 303)
    secure = request.url.scheme == "https"
    # Lax: a link in a mail or a chat opens for whoever is logged in; forms carry a token of their own.
    response.set_cookie(COOKIE, token, COOKIE_SECONDS, httponly=True, samesite="lax", secure=secure)
    return response


@router.get("/login")
def ask(request: Request, target: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Ask for name and password."""
    return _page(request, own(target))


@router.post("/login")
def log_in(
    request: Request, writing: Writing, now: Now, name: Text = "", password: Text = "", target: Target = "/"
) -> Response:
    """Let in with the right name and password; a wrong one waits longer and longer."""
    if not request.state.locked:
        return RedirectResponse(own(target), 303)
    answer = request.app.state.gate.open_with(name, password, address_of(request))
    if isinstance(answer, Person):
        return _let_in(request, writing, answer, now, target)
    return _refusal(request, answer, own(target))


def _refusal(request: Request, answer: Refused, target: str) -> Response:
    if not answer.wait:
        return _page(request, target, "Tên hoặc mật khẩu không đúng.", 401)
    waiting = _page(request, target, f"Sai nhiều lần quá. Thử lại sau {answer.wait} giây.", 429)
    waiting.headers["Retry-After"] = str(answer.wait)
    return waiting


@router.get("/login/link/{token}")
def choose(request: Request, session: PageSession, now: Now, token: str) -> Response:
    """Ask a new person for a password."""
    person = found(by_link(session, token, now))
    return _page(request, "/", f"Chào {person.name}. Đặt mật khẩu của bạn; đường dẫn này chỉ dùng một lần.", link=token)


@router.post("/login/link/{token}")
def chosen(request: Request, writing: Writing, now: Now, token: str, password: Text = "") -> Response:
    """Keep the password that a new person chose, and let them in."""
    try:
        with writing() as session:
            person = use_link(session, token, password, now)
    except UsageError as error:
        return _page(request, "/", str(error), 400, link=token)
    return _let_in(request, writing, found(person), now, "/")


@router.post("/logout")
def log_out(request: Request, writing: Writing) -> Response:
    """End the login, here and in the archive."""
    token = request.cookies.get(COOKIE, "")
    if (token and request.state.person not in {None, OFFICE}) or request.state.locked:
        with writing() as session:
            close_login(session, token)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response
