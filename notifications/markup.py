"""The HTML that Telegram knows: making it, measuring it, cutting it between items, taking it off again."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from foundation.clock import HANOI

if TYPE_CHECKING:
    from jinja2 import Environment

MESSAGE_LIMIT = 4096
"""Characters of one Telegram message, counted after the tags are taken out (core.telegram.org/bots/api#sendmessage)."""
PART_LIMIT = 4000
"""… of a part of a long one: leaves room for the words that mark a repetition."""
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 90
"""Telegram formats at most 100 pieces of a message and shows the rest bare."""
Measure = Callable[[str], int]
"""How a channel counts the length of a message."""
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.DOTALL)
_ANCHOR = re.compile(r"</?a\b[^>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u2028\u2029\ufeff]")


def clean(text: str) -> str:
    """Text that every channel takes: lone surrogates replaced, control and zero-width characters out."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROL.sub("", whole)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words, on one line."""
    line = " ".join(clean(text).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head).rstrip(" ,;:–-") + "…"


def visible_length(markup: str) -> int:
    """The length that Telegram counts: UTF-16 units of the text without tags."""
    return len(html.unescape(_TAG.sub("", markup)).encode("utf-16-le")) // 2


def plain(markup: str) -> str:
    """The same words without tags; a link becomes "words (address)"."""

    def link(found: re.Match[str]) -> str:
        return f"{found[2]} ({found[1]})"

    return html.unescape(_TAG.sub("", _LINK.sub(link, markup)))


def unlinked(markup: str) -> str:
    """The same without its links: their words stay."""
    return _ANCHOR.sub("", markup)


def cut_plain(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """A plain text cut at the last line that fits."""
    if len(text.encode("utf-16-le")) // 2 <= limit:
        return text
    head = text[: limit // 2] if len(text) < limit else text[: limit - 2]
    return head.rsplit("\n", 1)[0] + "\n…"


def split_lines(text: str, limit: int) -> list[str]:
    """A plain text in pieces of at most `limit` characters, cut between lines; a longer line is cut between words."""
    pieces: list[str] = []
    current = ""
    for line in text.split("\n"):
        rest = line
        while len(rest) > limit:
            cut = rest.rfind(" ", limit // 2, limit)
            cut = cut if cut > 0 else limit
            pieces += [current] * bool(current) + [rest[:cut]]
            current, rest = "", rest[cut:].lstrip()
        joined = f"{current}\n{rest}" if current else rest
        if len(joined) > limit:
            pieces.append(current)
            joined = rest
        current = joined
    return [piece for piece in (*pieces, current) if piece.strip()]


def written_length(markup: str) -> int:
    """The length where addresses stand in the text: of `plain`."""
    return len(plain(markup))


def split_items(
    header: str,
    items: Sequence[str],
    *,
    limit: int = MESSAGE_LIMIT,
    joint: str = "\n\n",
    measure: Measure = visible_length,
) -> list[str]:
    """Messages that hold all items in order, each whole: never cut inside an item or a tag.

    `header` opens the first message. An item alone longer than `limit` goes out as cut plain text.
    """
    parts: list[str] = []
    left = list(items)
    while left or (header and not parts):
        text, count = fill_items(header if not parts else "", left, limit=limit, joint=joint, measure=measure)
        parts.append(text)
        left = left[count:]
    return parts


def fill_items(
    header: str,
    items: Sequence[str],
    *,
    limit: int = MESSAGE_LIMIT,
    joint: str = "\n\n",
    measure: Measure = visible_length,
) -> tuple[str, int]:
    """One message with as many of `items` as fit (at least one, when the header leaves room), and their number."""
    current, count = header, 0
    for item in items:
        whole = item if measure(item) <= limit else unlinked(item)  # an address longer than a message
        whole = whole if measure(whole) <= limit else str(escape(cut_plain(plain(whole), limit)))
        joined = f"{current}{joint}{whole}" if current else whole
        if current and not _fits(joined, limit, measure):
            break
        current, count = joined, count + 1
    return current, count


def _fits(markup: str, limit: int, measure: Measure) -> bool:
    entities = len(_TAG.findall(markup)) // 2
    return measure(markup) <= limit and (entities <= ENTITY_LIMIT or limit > MESSAGE_LIMIT)


def day(value: date | datetime | None) -> str:
    """A date as printed here: 05/03/2026, in Hà Nội's time zone."""
    if isinstance(value, datetime):
        value = value.astimezone(HANOI)
    return "" if value is None else value.strftime("%d/%m/%Y")


def moment(value: datetime | None) -> str:
    """A time as printed here: 08:30 ngày 05/03/2026, in Hà Nội's time zone."""
    return "" if value is None else value.astimezone(HANOI).strftime("%H:%M ngày %d/%m/%Y")


def link(address: str, words: str) -> Markup:
    """A link; anything but http(s) is shown as words only."""
    text = escape(clean(words))
    if not re.match(r"https?://[^\s<>\"]+$", address):
        return text
    return Markup('<a href="{}">{}</a>').format(address, text)


@cache
def _environment() -> Environment:
    # Here, for a harvest's children queue alerts without wording them: 20 ms of their start.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("notifications"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(shorten=shorten, day=day, moment=moment, clean=clean)
    environment.globals.update(link=link)
    return environment


def render(template: str, **values: object) -> str:
    """A template of `notifications/templates` with its values, blank lines at the ends removed."""
    text = _environment().get_template(template).render(**values)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def join_words(words: Iterable[str]) -> str:
    """The words in a row: a, b và c."""
    given = list(words)
    return ", ".join(given[:-1]) + " và " + given[-1] if len(given) > 1 else "".join(given)
