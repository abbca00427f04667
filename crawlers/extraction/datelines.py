"""Where a page prints the day of its article, when no rule names the place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from crawlers.dates import parse_date, words_beside_date
from crawlers.extraction.fields import View, heads_the_article, title_of
from crawlers.extraction.residue import is_clock_line
from crawlers.extraction.signs import folded
from crawlers.markup import Element, attribute, is_within, words

_OUTSIDE = {"header", "footer", "nav", "aside"}
_BYLINE_LENGTH = 90
_CARD = 25
_MOST_TIMES = 100
_MOST_PARTS = 40
_CLOCKS_ARE_NEWER = dt.timedelta(days=2)
_MOMENTS = ("datetime", "title", "data-time", "data-date", "data-timestamp")
_LABELLED = re.compile(
    r"\b(?:ngày (?:đăng|xuất bản|đưa tin)|đăng (?:ngày|lúc)|xuất bản)\s*:?\s*(?=\D{0,12}\d)", re.IGNORECASE
)
_CHANGED = re.compile(r"(?:ngày |lần )?(?:cập nhật|sửa|chỉnh sửa)", re.IGNORECASE)
_OF_A_DOCUMENT = re.compile(r"ngày (?:ban hành|ký|có hiệu lực|hiệu lực|hết hiệu lực)", re.IGNORECASE)
_COUNTED = re.compile(r"(?:số )?(?:lượt|bình luận|tác giả|\d+ (?:lượt|bình luận|views?))", re.IGNORECASE)
_HEADINGS = {"h1", "h2", "h3"}
_COMMENT = re.compile(r"comment|binh-?luan")
_OTHERS = re.compile(r"related?(?![a-z])|lien-quan|sidebar|footer|list|comment|binh-?luan")


def printed_in(element: Element) -> str:
    """A date as an element prints it, for machines if it does."""
    return attribute(element, "content") or attribute(element, "datetime") or words(element)


def printed_lines(view: View, visited: dt.datetime) -> Iterator[tuple[str, str]]:
    """What the page prints as dates, and where: (the place, the words).

    Where no rule names the place: a lone <time>, and the lines between the headline and the first paragraph.
    """
    all_times = view.root.css("time")
    changes = [element for element in all_times if _tells_of_change(element)]
    told = {element.mem_id for element in changes}
    others = all_times if len(all_times) <= _MOST_TIMES else []  # a list of other articles
    times = {printed_in(e) for e in others if e.mem_id not in told and not _is_outside(e, view)}
    if len(times) == 1:
        yield "time", times.pop()
    changed = {words(element) for element in changes}
    lines = (line for line in _lines_behind_title(view) if line not in changed and _is_byline(line))
    yield from (("line under the title", line) for line in _published_first(lines))
    yield from (("labelled line", line) for line in _labelled(view))
    yield from (("line above the title", line) for line in _above_title(view, visited))


def _published_first(lines: Iterable[str]) -> Iterator[str]:
    """Lines from where they say that a day is the publication's; those that tell of a change last."""
    changes = []
    for line in lines:
        label = _LABELLED.search(line)
        if label is None and _CHANGED.match(line):
            changes.append(line)
        else:
            yield line[label.start() :] if label is not None else line
    yield from changes


def _labelled(view: View) -> list[str]:
    """The one line of a page that says "Ngày đăng: …" and nothing else: it may stand below the text."""
    found = {
        line.text
        for line in view.lines
        if _LABELLED.match(line.text) and is_clock_line(line.text) and not _is_outside(line.element, view)
    }
    return list(found) if len(found) == 1 else []


def _tells_of_change(element: Element) -> bool:
    """Whether a <time> says when the page was changed last, and not also when it was published (WordPress, tagDiv)."""
    name = f"{attribute(element, 'class')} {attribute(element, 'itemprop')}".lower()
    return re.search(r"updat|modif|cap-?nhat|sua", name) is not None and re.search(r"publi|entry-date", name) is None


def _lines_behind_title(view: View) -> Iterator[str]:
    """The short lines after the headline, up to the body where it is known or the first paragraph of some length.

    Behind one long line, which may be the sapo, only a date and nothing else, at a place that is named for it.
    """
    for number in places_of_title(view)[:1]:
        long = 0
        for before, line in pairwise(view.lines[number : number + 13]):
            long += len(line.text) > _BYLINE_LENGTH
            if long > 1 or any(is_within(line.element, body) for body in view.bodies):
                break
            if _OF_A_DOCUMENT.match(before.text):
                continue
            if any(_is_named(e, _COMMENT) or _is_a_card(e) for e in _with_holders(line.element)):
                continue
            if not long or (is_clock_line(line.text) and _is_dates_place(line.element)):
                yield line.text
                yield from _parts_of(line.element)


def _is_dates_place(element: Element) -> bool:
    """Whether a block, or what it stands in, is named for a date."""
    holders = (element, element.parent)
    names = " ".join(f"{attribute(one, 'class')} {attribute(one, 'id')}" for one in holders if one is not None)
    return element.tag == "time" or re.search(r"date|time|ngay|publish|meta|info", names.lower()) is not None


def _parts_of(element: Element) -> Iterator[str]:
    """The words of what is set apart in a line, and the moments that stand in its attributes ("6 năm trước")."""
    for part in (element, *element.css("span, time, em, i, b, strong, small, abbr")[:_MOST_PARTS]):
        yield words(part)
        if not _tells_of_change(part):
            yield from filter(None, (attribute(part, name) for name in _MOMENTS))


def _above_title(view: View, visited: dt.datetime) -> Iterator[str]:
    """A date right above the headline in the same box; of an earlier day, for a clock may stand there too."""
    for number in places_of_title(view)[:1]:
        box = view.lines[number].element.parent
        for line in view.lines[max(0, number - 3) : number]:
            holders = [one.mem_id for one in _with_holders(line.element)][1:3]
            if box is None or box.mem_id not in holders or _is_outside(line.element, view):
                continue
            for part in (line.text, *_parts_of(line.element)):
                moment = parse_date(part) if is_clock_line(part) else None
                if moment is not None and moment < visited - _CLOCKS_ARE_NEWER:
                    yield part


def places_of_title(view: View) -> list[int]:
    """Where the headline stands among the lines: alone, behind a kicker, or worded otherwise than in the head."""
    title = folded(title_of(view) or "")
    places = [number for number, line in enumerate(view.lines) if title and folded(line.text) == title]
    headings = {number: tag for number, line in enumerate(view.lines) if (tag := _heading_around(line.element))}
    headed = [number for number in places if number in headings]
    ending = [n for n in headings if len(title) >= _CARD and folded(view.lines[n].text).endswith(title)]
    first = [n for n, tag in headings.items() if tag == "h1"]
    return headed or places or ending or (first[-1:] if len(view.root.css("h1")) == 1 else [])


def _heading_around(element: Element) -> str | None:
    """The heading that a block is or stands in."""
    holders = (element, element.parent)
    return next((one.tag for one in holders if one is not None and one.tag in _HEADINGS), None)


def _is_byline(line: str) -> bool:
    """A date alone or set apart ("Người Viết - 05/03/2026"), or a time of day beside a few words, never a sentence."""
    first, *rest = re.split(r"\s[-–|•·]\s", line)
    if any(is_clock_line(part) for part in (line, *rest)) or _LABELLED.search(line):
        return parse_date(line) is not None
    if rest and is_clock_line(first) and _COUNTED.match(rest[0]):
        return True
    has_time = re.search(r"\d{1,2}[:h]\d{2}", line) is not None
    return has_time and parse_date(line) is not None and len(words_beside_date(line)) <= 40


def _is_outside(element: Element, view: View) -> bool:
    above = (one for one in _with_holders(element) if one.tag in _OUTSIDE)
    return _is_others(element) or any(not heads_the_article(one, view) for one in above)


def _is_others(element: Element) -> bool:
    """Whether an element stands on the card of another article, or in a list of them, or in a comment."""
    return any(
        _is_named(above, _OTHERS) or (above.tag in {"div", "li", "p"} and _is_a_card(above))
        for above in _with_holders(element)
    )


def _is_named(box: Element, names: re.Pattern[str]) -> bool:
    """Whether a box bears one of these names, and is not wrapped around the article itself ("has-comments")."""
    return names.search(attribute(box, "class")) is not None and box.css_first("h1") is None


def _with_holders(element: Element) -> Iterator[Element]:
    above: Element | None = element
    while above is not None and above.tag != "-document":
        yield above
        above = above.parent


def _is_a_card(box: Element) -> bool:
    """Whether a box holds little more than a link to another article."""
    link = box.css_first("a[href]")
    if link is None or box.css_first("h1") is not None:
        return False
    return len(words(link)) >= _CARD and len(words(box)) <= len(words(link)) + _CARD
