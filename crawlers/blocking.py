"""Tells a challenge or a shut door from a page. Such a page is never solved, evaded or stored."""

from __future__ import annotations

from crawlers.challenges import asked_by, is_challenge
from crawlers.values import SiteReply

SHUT = frozenset({401, 403, 407, 428, 429, 451})
"""Statuses by which a site keeps this client out (dantri.com.vn answers 428, Báo Quảng Ninh's feeds 403)."""


def blocked_because(reply: SiteReply) -> str | None:
    """Why an answer is a shut door, as a Vietnamese sentence, or None where it is a page."""
    if reply.status in SHUT:
        return f"Trang từ chối chương trình (HTTP {reply.status})"
    whose = asked_by(reply.headers)
    if whose:
        return f"Trang đòi trình duyệt vượt thử thách ({whose})"
    return "Trang đòi trình duyệt vượt thử thách" if is_challenge(reply.body) else None


MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "ảnh PNG",
    b"\xff\xd8\xff": "ảnh JPEG",
    b"GIF8": "ảnh GIF",
    b"PK\x03\x04": "tệp nén hoặc Office",
    b"\xd0\xcf\x11\xe0": "tệp Office",
    b"ID3": "âm thanh",
    b"OggS": "âm thanh",
    b"Rar!": "tệp nén",
}
"""The first bytes of what is no text."""


def file_kind(body: bytes) -> str | None:
    """What a body is if it is no text at all, told by its first bytes whatever its address or header say."""
    for magic, name in MAGIC.items():
        if body.startswith(magic):
            return name
    if body[4:8] == b"ftyp":
        return "video"
    return "ảnh WebP" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else None
