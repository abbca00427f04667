"""Who may read and change, and what a browser may do with a page: logins, throttle, forms, headers."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import ipaddress
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, RedirectResponse
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from foundation.errors import DanvanError
from models.desk.people import OFFICE, Person, logged_in, named, recognised
from models.read_only import reading
from models.tables import PersonRow

COOKIE = "danvan"
COOKIE_SECONDS = 12 * 3600
METRICS = "/metrics"
"""Looks after itself: who asks for figures by another name has to bring the token."""
OPEN_PATHS = ("/login", "/healthz", METRICS, "/static/")
PROGRAM_PATHS = ("/api/", "/feed", "/export", "/openapi", "/documents.")
REALM = {"WWW-Authenticate": 'Basic realm="Dan van Monitor", charset="UTF-8"'}
MOST_PARAMETERS = 200
"""Parameters in one address: reading them takes time in the square of their number."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

FREE_TRIES = 5
LONGEST_WAIT = 60.0
FORGOTTEN_AFTER = 900.0
LOGIN_SECONDS = 5.0
_MOST_REMEMBERED = 10_000


@dataclass
class Throttle:
    """Slows down guessing: after a few wrong passwords a name waits at that address, twice as long each time.

    Only this name at this address waits, never a colleague; and what was wrong is forgotten after a quarter of an hour.
    """

    clock: Callable[[], float] = time.monotonic
    tries: OrderedDict[tuple[str, str], tuple[int, float]] = field(default_factory=OrderedDict)

    def wait(self, name: str, address: str) -> float:
        """Seconds until this name may try again from this address; 0 when it may now."""
        number, last = self.tries.get((name, address), (0, 0.0))
        if number < FREE_TRIES or self.clock() - last > FORGOTTEN_AFTER:
            return 0.0
        return max(0.0, last + min(LONGEST_WAIT, 2.0 ** (number - FREE_TRIES)) - self.clock())

    def failed(self, name: str, address: str) -> None:
        """Remember a wrong password."""
        number, last = self.tries.pop((name, address), (0, 0.0))
        kept = 0 if self.clock() - last > FORGOTTEN_AFTER else number
        self.tries[name, address] = (kept + 1, self.clock())
        while len(self.tries) > _MOST_REMEMBERED:
            self.tries.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget what was wrong before."""
        self.tries.pop((name, address), None)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a name and password do not open: wrong, or `wait` seconds too early."""

    wait: int = 0


class Gate:
    """Lets people in: by a login kept in the archive, or by HTTP Basic for feeds and programs.

    Where neither a password is set nor anybody was added, whoever reaches the machine is let in as the office:
    that is only ever this machine itself (`danvan.web.serving`).
    """

    def __init__(
        self, engine: Engine, password: str | None, now: Callable[[], dt.datetime], hosts: frozenset[str] = frozenset()
    ) -> None:
        self.engine = engine
        self.password = password
        self.now = now
        self.hosts = hosts
        self.throttle = Throttle()
        self.key = secrets.token_bytes(32)

    def locked(self, session: Session) -> bool:
        """Whether anybody has to log in."""
        return self.password is not None or bool(session.scalar(select(func.count(PersonRow.id))))

    def open_with(self, name: str, password: str, address: str) -> Person | Refused:
        """Who a name and password open for; without a name, the office's one password. Wrong ones are slowed down."""
        name = " ".join(name.split()).casefold()
        with reading(self.engine, LOGIN_SECONDS) as session:
            guessed = name if named(session, name) else ""  # made-up names all guess the office's one password
        wait = self.throttle.wait(guessed, address)
        if wait > 0:
            return Refused(int(wait) + 1)
        found = self._known(name, password)
        if found is None:
            self.throttle.failed(guessed, address)
            return Refused()
        self.throttle.succeeded(guessed, address)
        return found

    def _known(self, name: str, password: str) -> Person | None:
        if self.password is not None and _same(password, self.password):
            return OFFICE
        with reading(self.engine, LOGIN_SECONDS) as session:
            return recognised(session, name, password) if name else None

    def token(self, request: Request) -> str:
        """What every form of this reader carries: another site cannot know it."""
        held = request.cookies.get(COOKIE, "")
        return hmac.new(self.key, held.encode(), hashlib.sha256).hexdigest()

    def check(self, request: Request) -> Response | None:
        """None to let a request in (`request.state.person` says as whom), else the answer that keeps it out."""
        refused = self._misused(request)
        if refused is not None:
            return refused
        try:
            with reading(self.engine, LOGIN_SECONDS) as session:
                request.state.locked = self.locked(session)
                person = logged_in(session, request.cookies.get(COOKIE, ""), self.now())
        except (DanvanError, SQLAlchemyError):
            return PlainTextResponse("Chưa đọc được kho lưu trữ. Thử lại sau ít phút.\n", 503)
        request.state.person = person if person is not None or request.state.locked else OFFICE
        path = request.url.path
        if request.state.person is not None or path.startswith(OPEN_PATHS):
            return None
        return self._by_basic(request) or (None if request.state.person is not None else _ask(request))

    def _misused(self, request: Request) -> Response | None:
        """The answer to a request that no page of ours makes."""
        if request.url.path != METRICS and not self._named_rightly(request.headers.get("host", "")):
            return PlainTextResponse("Trang này không mở bằng tên máy ấy: đặt DANVAN_PUBLIC_URL.\n", 421)
        if request.url.query.count("&") >= MOST_PARAMETERS:
            return PlainTextResponse("Địa chỉ có quá nhiều tham số.\n", 414)
        origin = request.headers.get("origin")
        safe = request.method in {"GET", "HEAD", "OPTIONS"}
        if not safe and origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return PlainTextResponse("Biểu mẫu này không phải từ trang của kho.\n", 403)
        return None

    def _named_rightly(self, host: str) -> bool:
        """Whether the name in the address is ours: a stranger's name that points here would read for the stranger."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        if name in self.hosts or name == "localhost":
            return True
        try:
            return bool(ipaddress.ip_address(name))
        except ValueError:
            return False

    def _by_basic(self, request: Request) -> Response | None:
        header = request.headers.get("authorization", "")
        given = _basic(header)
        if given is None:
            return None
        answer = self.open_with(*given, address_of(request))
        if isinstance(answer, Refused):
            return _refused(answer)
        request.state.person = answer
        return None

    async def __call__(self, request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        """The middleware: gate first, then the page, always the headers."""
        began = time.perf_counter()
        response = await run_in_threadpool(self.check, request) or await go_on(request)
        request.app.state.times.took(request, response.status_code, time.perf_counter() - began)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            locked = getattr(request.state, "locked", True)
            response.headers.setdefault("Cache-Control", "no-store" if locked else "no-cache")
        return response


def _same(given: str, wanted: str) -> bool:
    """Whether two passwords are the same; takes as long for every wrong one."""
    digests = [hashlib.sha256(one.encode("utf-8", "replace")).digest() for one in (given, wanted)]
    return hmac.compare_digest(*digests)


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "?"


def _ask(request: Request) -> Response:
    path = request.url.path
    if path.startswith(PROGRAM_PATHS):
        return PlainTextResponse("Cần đăng nhập.\n", 401, REALM)
    here = path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?next={quote(here, safe='')}" if here != "/" else "/login", 303)


def _refused(answer: Refused) -> Response:
    if answer.wait:
        return PlainTextResponse(f"Thử lại sau {answer.wait} giây.\n", 429, {"Retry-After": str(answer.wait)})
    return PlainTextResponse("Sai tên hoặc mật khẩu.\n", 401, REALM)


def _basic(header: str) -> tuple[str, str] | None:
    """Name and password of a Basic header; None where there is none."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value, validate=True).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, password
