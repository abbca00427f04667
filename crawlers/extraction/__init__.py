"""What one page says of itself: bytes in, `Extract` out."""

from __future__ import annotations

from crawlers.extraction.page import extract

__all__ = ["extract"]
