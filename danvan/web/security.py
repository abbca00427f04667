"""Who may read, and what a browser may do with a page: password, throttle, headers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

COOKIE = "danvan"
COOKIE_SECONDS = 12 * 3600
OPEN_PATHS = ("/login", "/healthz", "/static/")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

FREE_TRIES = 5
LONGEST_WAIT = 900.0
_MOST_REMEMBERED = 10_000


@dataclass
class Throttle:
    """Slows down guessing: after a few wrong passwords an address waits, twice as long each time.

    All addresses together are slowed down too, less: many addresses guessing at once are one guesser.
    """

    clock: Callable[[], float] = time.monotonic
    tries: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0 when it may now."""
        return max(self._wait(address, FREE_TRIES), self._wait("", FREE_TRIES * 20))

    def _wait(self, address: str, free: int) -> float:
        number, last = self.tries.get(address, (0, 0.0))
        if number < free:
            return 0.0
        return max(0.0, last + min(LONGEST_WAIT, 2.0 ** (number - free)) - self.clock())

    def failed(self, address: str) -> None:
        """Remember a wrong password."""
        for one in (address, ""):
            self.tries[one] = (self.tries.get(one, (0, 0.0))[0] + 1, self.clock())
            self.tries.move_to_end(one)
        while len(self.tries) > _MOST_REMEMBERED:
            self.tries.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget an address that knew the password."""
        self.tries.pop(address, None)


class Gate:
    """Asks for the password where one is set: a signed cookie after `/login`, or HTTP Basic for feeds and programs."""

    def __init__(self, password: str | None, clock: Callable[[], float] = time.time) -> None:
        self.password = password
        self.clock = clock
        self.throttle = Throttle()
        # New at every start: a restart logs everybody out, and no key has to be kept.
        self.key = secrets.token_bytes(32)

    def right(self, given: str) -> bool:
        """Whether the password is right; takes as long for every wrong one."""
        wanted = hashlib.sha256((self.password or "").encode()).digest()
        return hmac.compare_digest(hashlib.sha256(given.encode("utf-8", "replace")).digest(), wanted)

    def cookie(self) -> str:
        """A signed cookie that holds for half a day."""
        until = str(int(self.clock()) + COOKIE_SECONDS)
        return f"{until}.{self._signature(until)}"

    def _signature(self, until: str) -> str:
        return hmac.new(self.key, until.encode(), hashlib.sha256).hexdigest()

    def knows(self, cookie: str) -> bool:
        """Whether a cookie is one of ours and still holds."""
        until, _, signature = cookie.partition(".")
        right = hmac.compare_digest(signature.encode(), self._signature(until).encode())
        return right and until.isdecimal() and int(until) > self.clock()

    def check(self, request: Request) -> Response | None:
        """None to let a request in, else the answer that keeps it out."""
        path = request.url.path
        if self.password is None or path.startswith(OPEN_PATHS) or self.knows(request.cookies.get(COOKIE, "")):
            return None
        given = _basic(request.headers.get("authorization", ""))
        if given is not None:
            return self.answer_to(given, request)
        if path.startswith(("/api/", "/feed", "/export", "/openapi")):
            return PlainTextResponse("Cần mật khẩu.\n", 401, {"WWW-Authenticate": 'Basic realm="Dan van Monitor"'})
        return RedirectResponse(f"/login?next={path}" if path != "/" else "/login", 303)

    def answer_to(self, given: str, request: Request) -> Response | None:
        """None for the right password, else 401, or 429 for an address that has to wait."""
        address = request.client.host if request.client else "?"
        wait = self.throttle.wait(address)
        if wait > 0:
            seconds = str(int(wait) + 1)
            return PlainTextResponse(f"Thử lại sau {seconds} giây.\n", 429, {"Retry-After": seconds})
        if self.right(given):
            self.throttle.succeeded(address)
            return None
        self.throttle.failed(address)
        return PlainTextResponse("Sai mật khẩu.\n", 401, {"WWW-Authenticate": 'Basic realm="Dan van Monitor"'})

    async def __call__(self, request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        """The middleware: gate first, then the page, always the headers."""
        response = self.check(request) or await go_on(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.url.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store" if self.password else "no-cache")
        return response


def _basic(header: str) -> str | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, _, password = base64.b64decode(value, validate=True).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return ""
    return password
