"""What one page says of itself: bytes in, `Extract` out."""

from __future__ import annotations

from crawlers.extraction.page import extract
from crawlers.extraction.plain import extract_text

__all__ = ["extract", "extract_text"]
