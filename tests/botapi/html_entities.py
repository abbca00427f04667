"""Telegram's HTML as the Bot API parses it (core.telegram.org/bots/api#html-style)."""

from __future__ import annotations

import html
import re

TAGS = {
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre",
    "blockquote", "tg-emoji",
}  # fmt: skip
_NAMED = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[a-z-]+(?:=(?:\"[^\"<]*\"|'[^'<]*'|[^\s>\"']+))?)*)\s*>")


class ParseError(Exception):
    """The text cannot be parsed; the message is the API's description."""


def parse(text: str) -> tuple[str, int]:
    """The visible text and the number of entities."""
    out: list[str] = []
    stack: list[str] = []
    entities = 0
    at = 0
    for opening in re.finditer("<", text):
        if opening.start() < at:
            continue
        out.append(_unescape(text[at : opening.start()]))
        tag = _TAG.match(text, opening.start())
        offset = len(text[: opening.start()].encode())
        if tag is None:
            raise ParseError(f"Bad Request: can't parse entities: Unsupported start tag at byte offset {offset}")
        closing, name = tag[1], tag[2].lower()
        if name not in TAGS:
            raise ParseError(
                f'Bad Request: can\'t parse entities: Unsupported start tag "{name}" at byte offset {offset}'
            )
        if closing:
            if not stack or stack.pop() != name:
                raise ParseError(
                    f"Bad Request: can't parse entities: Unmatched end tag at byte offset {offset}, found {name}"
                )
            entities += 1
        else:
            stack.append(name)
        at = tag.end()
    out.append(_unescape(text[at:]))
    if stack:
        raise ParseError(
            f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"{stack[-1]}\""
        )
    return "".join(out), entities


def _unescape(text: str) -> str:
    return _NAMED.sub(lambda found: html.unescape(found[0]), text)


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
