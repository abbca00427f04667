"""What is taken away, for whichever route hands it over: kinds of files, how the API describes them, days asked for."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request, Response

from foundation.clock import read_day

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv; charset=utf-8"
HTML = "text/html; charset=utf-8"
ATOM = "application/atom+xml"

From = Annotated[str, Query(alias="from", description="Từ ngày (NĂM-THÁNG-NGÀY)", max_length=20)]
To = Annotated[str, Query(alias="to", description="Đến ngày", max_length=20)]

_ERRORS = {
    400: "Bộ lọc không có giá trị ấy",
    404: "Không có",
    422: "Tham số không dùng được",
    503: "Kho chưa trả lời kịp",
}


def errors(content: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What the API's description says of errors that are answered with this content."""
    return {status: {"description": said, "content": content} for status, said in _ERRORS.items()}


ERRORS = errors({"text/html": {"schema": {"type": "string"}}})


def described(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What the API's description says of a file."""
    return {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


def file_of(content: bytes, media_type: str, name: str) -> Response:
    """A file to save under a name."""
    header = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": header})


def base_of(request: Request) -> str:
    """Where our pages are for whoever opens the file."""
    return (request.app.state.settings.public_url or str(request.base_url)).rstrip("/")


def day_of(words: str, otherwise: dt.date) -> dt.date:
    """A day of an address, `otherwise` where it is none."""
    return read_day(words) or otherwise
