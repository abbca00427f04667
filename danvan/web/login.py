"""The password page, where a password is set."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from danvan.web.security import COOKIE, COOKIE_SECONDS

router = APIRouter(include_in_schema=False)


def _page(request: Request, target: str, message: str = "", status: int = 200) -> HTMLResponse:
    html = request.app.state.renderer.render(request, "login.html", target=target, message=message)
    return HTMLResponse(html, status)


def _own(target: str) -> str:
    """The target where it is a path of ours, else the first page: no login leads elsewhere."""
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if fine else "/"


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 (the usual name in addresses)
    """Ask for the password."""
    return _page(request, _own(next))


@router.post("/login")
def log_in(request: Request, password: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:  # noqa: A002
    """Let in with the right password; a wrong one waits longer and longer."""
    gate = request.app.state.gate
    if gate.password is None:
        return RedirectResponse(_own(next), 303)
    refused = gate.answer_to(password, request)
    if refused is None:
        response = RedirectResponse(_own(next), 303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, gate.cookie(), COOKIE_SECONDS, httponly=True, samesite="strict", secure=secure)
        return response
    wait = refused.headers.get("retry-after")
    message = f"Sai nhiều lần quá. Thử lại sau {wait} giây." if wait else "Mật khẩu không đúng."
    page = _page(request, _own(next), message, refused.status_code)
    if wait:
        page.headers["Retry-After"] = wait
    return page


@router.post("/logout")
def log_out() -> Response:
    """Forget the cookie."""
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
    return response
