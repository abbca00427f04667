"""Teasers: headlines of other articles that stand between the paragraphs of a body, each with its box and its sapo."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from crawlers.extraction.running import CAPTION_LENGTH, Paragraph, is_to_file, paragraphs, spans_of
from crawlers.markup import Element, cut, is_within, words

_SAPO_LENGTH = 450
_LABEL_LENGTH = 40


def remove_teasers(body: Element) -> None:
    """Headlines of other articles that stand between the paragraphs, each with its box and its sapo.

    Where such boxes hold most of the text they are the article (a live blog): only the headlines go then.
    """
    found = paragraphs(body)
    anchors: dict[int, list[str]] = {}
    lines = [line for line in found if line.is_headline or _is_anchor_line(line, anchors)]
    run = _Run(found, body)
    boxes = {box.mem_id: box for line in lines if line.is_headline and (box := _box_of(line, body, run))}
    if 2 * sum(len(words(box)) for box in boxes.values()) <= len(words(body)):
        for box in boxes.values():
            cut(box)
    bare: dict[int, tuple[Element, list[str]]] = {}  # in a box that holds paragraphs too
    for line in lines:
        box = line.element
        if box.mem_id in bare:
            bare[box.mem_id][1].append(line.text)
        elif not is_within(box, body):
            continue
        elif box.mem_id != body.mem_id and len(words(box)) <= len(line.text):
            cut(box)
        else:
            bare[box.mem_id] = (box, [line.text])
    for box, texts in bare.values():
        said = "\n".join(texts)
        for link in box.css("a"):
            if len(text := words(link)) >= 10 and text in said:
                cut(link)


def opens_with_headline(line: Paragraph) -> bool:
    """Whether a block is a headline link and a sapo ("<a>…</a><br>…")."""
    if line.linked < 25 or len(line.text) > _SAPO_LENGTH or line.element.tag in {"td", "th", "body"}:
        return False
    link = line.element.css_first("a")
    while link is not None and link.parent is not None and link.parent.mem_id != line.element.mem_id:
        link = link.parent
    if link is None or not _begins_anew(link):
        return False
    return line.text.startswith(words(link)) and len(words(link)) >= 25


def _begins_anew(link: Element) -> bool:
    """Whether a line break stands behind a link, or an element that begins a sentence with no space between."""
    behind = link.next
    while behind is not None and behind.tag == "-text" and not behind.text().strip():
        behind = behind.next
    if behind is None or behind.tag == "-text":
        return False
    return behind.tag == "br" or (behind.mem_id == (link.next or link).mem_id and behind.text()[:1].isupper())


def _is_anchor_line(line: Paragraph, anchors: dict[int, list[str]]) -> bool:
    """Whether a line is a link within the page and nothing else ("16:10 | Diễn biến …" of a live blog).

    `anchors` remembers the links of each block: bare lines share one.
    """
    if len(line.text) > CAPTION_LENGTH or line.linked:
        return False
    if line.element.mem_id not in anchors:
        anchors[line.element.mem_id] = [words(a) for a in line.element.css("a[href]")[:20] if not is_to_file(a)]
    return sum(len(text) for text in anchors[line.element.mem_id] if text in line.text) >= 0.9 * len(line.text)


class _Run:
    """What stands in any part of a run of paragraphs, told at once: pages have thousands of headlines."""

    def __init__(self, found: Sequence[Paragraph], root: Element) -> None:
        self.spans = spans_of(found, root)
        self._is_headline = [p.is_headline for p in found]
        plain = [
            0 if is_headline or p.linked >= 0.9 * len(p.text) else len(p.text)
            for p, is_headline in zip(found, self._is_headline, strict=True)
        ]
        self._headlines = [*accumulate(self._is_headline, initial=0)]
        self._sapos = [*accumulate((length > _LABEL_LENGTH for length in plain), initial=0)]
        self._prose = [*accumulate((length > _SAPO_LENGTH for length in plain), initial=0)]
        self._first = [len(found)] * (len(found) + 1)
        for number in range(len(found) - 1, -1, -1):
            opens = self._is_headline[number] or len(found[number].text) > _LABEL_LENGTH
            self._first[number] = number if opens else self._first[number + 1]

    def is_teaser(self, begin: int, end: int) -> bool:
        """Whether these begin with a headline, and hold no prose and no more sapos than headlines."""
        first = self._first[begin]
        if first > end or not self._is_headline[first] or self._prose[begin] < self._prose[end + 1]:
            return False
        return self._sapos[end + 1] - self._sapos[begin] <= self._headlines[end + 1] - self._headlines[begin]


def _box_of(line: Paragraph, body: Element, run: _Run) -> Element | None:
    """The largest box that holds a headline first and at most a sapo behind it, None where there is no such box."""
    box: Element | None = None
    above: Element | None = line.element
    while above is not None and above.mem_id != body.mem_id:
        span = run.spans.get(above.mem_id)
        if span is None or not run.is_teaser(*span):
            break
        box, above = above, above.parent
    return box
