"""The web application: routes, one read-only session a request, errors as pages that say what to do."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from danvan.web import (
    api,
    clippings,
    correcting,
    documents,
    login,
    matters,
    metrics,
    pages,
    rules,
    sources,
    takeaway,
    unread,
)
from danvan.web.rendering import Renderer
from danvan.web.security import Gate
from foundation.errors import DanvanError, NoArchiveError, StoreError, UsageError
from foundation.settings import Settings
from foundation.validation import fault_in_words
from models.database import open_engine
from models.read_only import TooSlowError, open_reading

STATIC = Path(__file__).parent / "static"
_MESSAGES = {
    401: "Cần đăng nhập.",
    403: "Bạn không có quyền làm việc này, hoặc trang đã cũ: tải lại trang rồi thử lại.",
    404: "Không có trang này.",
    405: "Không làm được như vậy ở đây.",
}
_THINGS = {
    "articles": "bài số",
    "documents": "văn bản số",
    "files": "tệp số",
    "dossiers": "hồ sơ số",
    "runs": "lượt chạy số",
    "sources": "nguồn báo mang mã",
}
_MISSING = re.compile(rf"(?:/api)?/({'|'.join(_THINGS)})/([\w.-]+)")
"""What was asked for by an address of one thing."""
PARAMETERS = {
    "page": "số trang",
    "article_id": "số bài",
    "document_id": "số văn bản",
    "run_id": "số lượt chạy",
    "file_id": "số tệp",
    "number": "số hồ sơ",
    "sort": "cách xếp",
    "level": "cấp ban hành",
    "show": "phần hiện ra",
    "q": "câu tìm",
    "from": "từ ngày",
    "to": "đến ngày",
    "text": "lời ghi",
    "words": "nhãn",
    "who": "người làm",
    "outcome": "kết quả",
    "title": "tên hồ sơ",
}


def create_app(engine_url: str, settings: Settings, clock: Callable[[], dt.datetime]) -> FastAPI:
    """The pages and the API on an archive; `clock` answers an aware time.

    Pages are read through a read-only engine; only logins and the desk's acts write, each in one short transaction.
    """
    app = FastAPI(
        title="Dân vận Monitor",
        description="Kho lưu trữ tin công tác dân vận: bản JSON của mọi trang.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.engine = open_reading(engine_url)
    app.state.writer = open_engine(engine_url)
    app.state.clock = clock
    app.state.settings = settings
    app.state.renderer = Renderer(clock)
    password = settings.web_password.get_secret_value() if settings.web_password else None
    public = urlsplit(settings.public_url).hostname if settings.public_url else None
    app.state.gate = Gate(app.state.engine, password, clock, frozenset({public} if public else ()))
    app.state.times = metrics.Times()
    app.middleware("http")(app.state.gate)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for part in (
        login,
        documents,
        pages,
        clippings,
        correcting,
        matters,
        rules,
        sources,
        takeaway,
        unread,
        metrics,
        api,
    ):
        app.include_router(part.router)
    _explain_errors(app)
    return app


_WRITTEN = frozenset({"text", "words", "who", "outcome", "title", "remarks"})
"""The fields in which somebody writes, beside the gists of a clipping: they are given back, a password never is."""


async def _written(request: Request) -> tuple[str, ...]:
    """The words of a form that could not be kept: going back, a browser finds the form of a locked page empty."""
    if request.method != "POST":
        return ()
    try:
        form = await request.form()
    except (RuntimeError, HTTPException):  # the request was refused before its form was read
        return ()
    named = ((name, str(value).strip()) for name, value in form.multi_items())
    return tuple(said for name, said in named if said and (name in _WRITTEN or name.startswith("gist-")))


def _explain_errors(app: FastAPI) -> None:
    async def answer(request: Request, status: int, message: str, detail: Any = None) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": message, **({"detail": detail} if detail else {})}, status)
        written = await _written(request) if request.state.person is not None else ()
        html = app.state.renderer.render(request, "error.html", message=message, status=status, written=written)
        return Response(html, status, media_type="text/html")

    @app.exception_handler(RequestValidationError)
    async def wrong(request: Request, error: RequestValidationError) -> Response:
        faults = [(".".join(str(one) for one in item["loc"][1:]), fault_in_words(item)) for item in error.errors()]
        detail = [{"at": name, "problem": said} for name, said in faults]
        said = "; ".join(f"{PARAMETERS.get(name.partition('.')[0], name)} {problem}" for name, problem in faults[:3])
        what = "Trang vừa gửi" if request.method == "POST" else "Địa chỉ này"
        return await answer(request, 422, f"{what} có phần không dùng được: {said}.", detail)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        missing = _MISSING.match(request.url.path) if error.status_code == 404 else None
        said = f"Trong kho không có {_THINGS[missing[1]]} {missing[2][:40]}." if missing else None
        said = said or _MESSAGES.get(error.status_code, "Không mở được trang này.")
        return await answer(request, error.status_code, said)

    @app.exception_handler(DanvanError)
    async def known(request: Request, error: DanvanError) -> Response:
        status = 400 if isinstance(error, UsageError) else 503 if isinstance(error, TooSlowError) else 500
        return await answer(request, status, str(error))

    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(StoreError)
    @app.exception_handler(NoArchiveError)
    async def broken(request: Request, error: Exception) -> Response:
        del error  # may name places of the machine
        said = "Chưa đọc được kho lưu trữ. Thử lại sau ít phút; nếu vẫn vậy, báo người vận hành."
        return await answer(request, 503, said)
