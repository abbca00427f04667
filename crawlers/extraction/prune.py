"""PRUNE: take out of a body what is not the article's: boxes, captions, teasers, lines that are links.

By the rules of the family and by the page's own structure, and never an element that holds most of the running text:
papers call the wrapper of an article "has-comments" and "sidebar-1" too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from crawlers.extraction.running import CAPTION_LENGTH, Paragraph, paragraphs, prose_of
from crawlers.extraction.signs import folded
from crawlers.extraction.teasers import opens_with_headline, remove_teasers
from crawlers.markup import INLINE, Element, attribute, cut, is_within, words

_CLUTTER = "script, style, noscript, template, iframe, object, embed, button, select, textarea, input, nav, svg"
_HIDDEN = '[hidden], [style*="display:none"], [style*="display: none"]'
_PHOTOGRAPHER = re.compile(r"(?:^|[.\s(])(?:ảnh|nguồn|đồ họa|clip)\s*:.{2,40}$", re.IGNORECASE)
_PICTURED = frozenset({"p", "span", "td", "figure", "center", "figcaption"})


def prune(body: Element, drop: Iterable[str], *, title: str | None = None) -> None:
    """Take out everything that is not the article's own text; `title`: what stands before this heading goes too."""
    _close_up_after_ads(body)
    selectors = (_CLUTTER, *drop)
    if not _remove(body, body.css(", ".join(selectors)), all_or_none=True):
        for selector in selectors:  # one of them means something else here: each for itself
            _remove(body, body.css(selector))
    _remove(body, [one for one in body.css("aside") if not prose_of(paragraphs(one))])
    # The rest of an article may wait hidden behind a button ("Xem thêm").
    _remove(body, [one for one in body.css(_HIDDEN) if len(prose_of(paragraphs(one))) < 2])
    if title:
        _cut_before(body, title)
    _remove_captions(body)
    _remove(body, [line.element for line in paragraphs(body) if opens_with_headline(line)])
    remove_teasers(body)


def _close_up_after_ads(body: Element) -> None:
    """Put a paragraph together again that a <div> of advertisements broke in the middle of its sentence."""
    for ad in body.css("div > ins:only-child"):
        box = ad.parent
        before = box.prev if box is not None else None
        if box is None or before is None or before.tag != "p" or box.text().strip():
            continue
        while (after := box.next) is not None and (after.tag == "-text" or after.tag in INLINE):
            before.insert_child(after, move=True)
        box.decompose()


def _remove(body: Element, found: Iterable[Element], *, all_or_none: bool = False) -> bool:
    """Cut these elements, but not where they hold most of the prose: then their name means something else here.

    Answers whether they do not. `all_or_none`: then none is cut.
    """
    meant = [e for e in found if e.mem_id != body.mem_id and is_within(e, body) and not _is_part_of_a_sentence(e)]
    if sum(len(e.text()) for e in meant) > CAPTION_LENGTH:
        prose = {p.element.mem_id: p for p in prose_of(paragraphs(body))}
        held = _held(meant, prose.values())
        lost = {one for inside in held.values() for one in inside}
        if 2 * _length(prose[one] for one in lost) > _length(prose.values()):
            if all_or_none:
                return False
            first = next(iter(prose), None)
            meant = [e for e in meant if not held[e.mem_id] or (_is_comments(e) and first not in held[e.mem_id])]
    for element in meant:
        cut(element)
    return True


def _held(boxes: Iterable[Element], prose: Iterable[Paragraph]) -> dict[int, list[int]]:
    """The paragraphs that stand in each of these boxes."""
    held: dict[int, list[int]] = {box.mem_id: [] for box in boxes}
    for paragraph in prose:
        above: Element | None = paragraph.element
        while above is not None:
            if above.mem_id in held:
                held[above.mem_id].append(paragraph.element.mem_id)
            above = above.parent
    return held


def _length(prose: Iterable[Paragraph]) -> int:
    return sum(len(p.text) for p in prose)


def _is_comments(element: Element) -> bool:
    """Whether an element says that it is the comments; they may be longer than the article that they stand below."""
    name = f"{attribute(element, 'id')} {attribute(element, 'class')}".lower().split()
    return any(part in _COMMENTS for part in name)


_COMMENTS = frozenset(
    {
        *("comment", "comments", "commentlist", "comment-list", "comments-list", "comments-area", "comment-box"),
        *("box-comments", "box-comment", "c-comments", "fb-comments"),
    }
)


def _is_part_of_a_sentence(element: Element) -> bool:
    """Whether an inline element has words beside it: "thực hiện <a class=cms-relate>Nghị quyết 25</a> về …"."""
    if element.tag not in INLINE or element.parent is None:
        return False
    own = element.text().strip()
    return bool(own) and len(element.parent.text().strip()) > len(own)


def _cut_before(body: Element, title: str) -> None:
    """Cut the headline and what stands before it: a body that was found may begin with the page's header."""
    wanted = folded(title)
    heading = next((h for h in body.css("h1, h2, h3, b, strong") if folded(words(h)) == wanted), None)
    if not wanted or heading is None or heading.mem_id == body.mem_id:
        return
    before = words(body).partition(words(heading))[0]
    if 3 * len(before) > len(words(body)):
        return  # the headline of a box below the article
    node = heading
    while node.parent is not None and node.mem_id != body.mem_id:
        while node.prev is not None:
            node.prev.decompose()
        node = node.parent
    cut(heading)


def _remove_captions(body: Element) -> None:
    """A short text in the paragraph of a picture, in its table, or set as a caption right behind it."""
    seen: set[int] = set()  # a box may hold thousands of pictures
    for picture in body.css("img, picture, figure"):
        block = picture
        while block.parent is not None and block.mem_id != body.mem_id and block.tag in {*INLINE, "img", "picture"}:
            block = block.parent
        if block.mem_id == body.mem_id or block.parent is None or block.mem_id in seen:
            continue
        seen.add(block.mem_id)
        table = _table_of(block, body)
        if table is not None and table.mem_id not in seen:
            seen.add(table.mem_id)
            if len(words(table)) <= 2 * CAPTION_LENGTH:
                cut(table)
                continue
        behind = _next_block(block)
        if behind is not None and _is_set_as_caption(behind):
            cut(behind)
        if len(words(block)) <= CAPTION_LENGTH and (block.tag in _PICTURED or _is_picture_box(block)):
            cut(block)


def _is_picture_box(block: Element) -> bool:
    """Whether a <div> is a picture's by its name or by naming the photographer."""
    named = re.search(r"ima?ge?|photo|pic|thumb|media|avatar|anh", attribute(block, "class").lower())
    return named is not None or _PHOTOGRAPHER.search(words(block)) is not None


def _table_of(block: Element, body: Element) -> Element | None:
    above: Element | None = block
    while above is not None and above.mem_id != body.mem_id:
        if above.tag == "table":
            return above
        above = above.parent
    return None


def _next_block(block: Element) -> Element | None:
    """The element behind, if nothing but space stands between."""
    behind = block.next
    while behind is not None and behind.tag in {"-text", "-comment", "br"}:
        if behind.tag == "-text" and behind.text().strip():
            return None
        behind = behind.next
    return behind


def _is_set_as_caption(element: Element) -> bool:
    """Whether a short text is centred, in italics altogether, or ends by naming the photographer."""
    text = words(element)
    if not text or len(text) > CAPTION_LENGTH or element.css_first("img, picture") is not None:
        return False
    if _PHOTOGRAPHER.search(text):
        return True
    return is_set(element, "center") or sum(len(words(part)) for part in element.css("em, i")) >= 0.9 * len(text)


def is_set(element: Element, side: str) -> bool:
    """Whether a paragraph is set to this side by its own style, attribute or tag."""
    style = attribute(element, "style").replace(" ", "").lower()
    return f"text-align:{side}" in style or attribute(element, "align").lower() == side or element.tag == side


def author_line(body: Element, is_author: Callable[[str], bool]) -> str | None:
    """The last paragraph where it is set to the right and names the author ("Tin, ảnh: P.Y"); it is taken out."""
    aside = body.css('[style*="right"], [align="right"]')
    end = words(body)[-80:] if aside else ""
    for element in reversed(aside):
        text = words(element)
        if text and len(text) <= 80 and is_set(element, "right") and end.endswith(text) and is_author(text):
            cut(element)
            return text
    return None
