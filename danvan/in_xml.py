"""Text that XML can hold: feeds, workbooks and Word files alike refuse control characters and lone surrogates."""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def in_xml(text: str) -> str:
    """The text, with a mark for every character that XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", text)
