"""Tells a challenge or a shut door from a page. Such a page is never solved, evaded or stored."""

from __future__ import annotations

import re
from collections.abc import Mapping

SHUT = frozenset({401, 403, 407, 428, 429, 451})
"""Statuses by which a site keeps this client out (dantri.com.vn answers 428, Báo Quảng Ninh's feeds 403)."""

_SMALL = 100_000
"""Challenge pages are small; an article that merely writes about one is not mistaken for it."""
_TITLES = re.compile(
    rb"<title>\s*(?:just a moment|attention required|access denied|ddos-guard|checking your browser|"
    rb"are you a robot|security check|x\xc3\xa1c minh b\xe1\xba\xa1n|one moment, please)",
    re.IGNORECASE,
)
# Cloudflare, DDoS-Guard, Incapsula, the cookie scripts of laodong.vn (D1N) and qdnd.vn (jskey).
_MARKS = re.compile(
    rb"_cf_chl_opt|/cdn-cgi/challenge-platform/|cf-browser-verification|__ddg\d?_|_Incapsula_Resource|"
    rb"document\.cookie\s*=\s*[\"']?D1N=|[?&]jskey=",
)


def blocked_because(status: int, headers: Mapping[str, str], body: bytes) -> str | None:
    """Why an answer is a shut door, as a Vietnamese sentence, or None where it is a page.

    Header names are lower case.
    """
    if status in SHUT:
        return f"Trang từ chối chương trình (HTTP {status})"
    if "challenge" in headers.get("cf-mitigated", ""):
        return "Trang đòi trình duyệt vượt thử thách (Cloudflare)"
    if len(body) > _SMALL:
        return None
    head = body[:_SMALL]
    if _TITLES.search(head) or (_MARKS.search(head) and head.lower().count(b"<p") < 4):
        return "Trang đòi trình duyệt vượt thử thách"
    return None


_MAGIC = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "ảnh PNG"),
    (b"\xff\xd8\xff", "ảnh JPEG"),
    (b"GIF8", "ảnh GIF"),
    (b"PK\x03\x04", "tệp nén hoặc Office"),
    (b"\xd0\xcf\x11\xe0", "tệp Office"),
    (b"ID3", "âm thanh"),
    (b"OggS", "âm thanh"),
    (b"Rar!", "tệp nén"),
)


def file_kind(body: bytes) -> str | None:
    """What a body is if it is no text at all, told by its first bytes whatever its address or header say."""
    for magic, name in _MAGIC:
        if body.startswith(magic):
            return name
    if body[4:8] == b"ftyp":
        return "video"
    return "ảnh WebP" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else None
