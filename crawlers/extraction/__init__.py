"""What one page says of itself: bytes in, `Extract` out."""

from __future__ import annotations

from crawlers.extraction.page import extract
from crawlers.extraction.plain import extract_text
from crawlers.extraction.recognise import recognise_source

__all__ = ["extract", "extract_text", "recognise_source"]
