"""The body of an article: prune, clean, tidy.

Where the body stands is said by the family's rule; on a page that no rule knows trafilatura, asked on the whole page,
says which words are the article's. From there on every page takes the same road. A body that stands only in a script
is read from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawlers.extraction.clean import clean, extracted, tree_of
from crawlers.extraction.credits import clean_author, origin_of
from crawlers.extraction.embedded import article_in, from_variable
from crawlers.extraction.fields import View
from crawlers.extraction.home import find_home, is_set_apart
from crawlers.extraction.prune import author_line, prune
from crawlers.extraction.residue import is_clock_line, tidy
from crawlers.extraction.running import Paragraph, are_cards, prose_of
from crawlers.extraction.script_data import attributes_of
from crawlers.extraction.signs import folded, signs
from crawlers.files import links_in
from crawlers.markup import Element, attribute, cut, is_within, words

_SCRAMBLED = re.compile(r"[A-Za-z0-9+/=]{60,}")
_SCRAMBLED_SCRIPT = re.compile(r"""["'`][A-Za-z0-9+/=]{400,}["'`]""")
LONG = 120
"""A paragraph of this many characters is no teaser, caption or comment."""


@dataclass(frozen=True, slots=True)
class ArticleBody:
    """Clean paragraphs, and what their margins said. `hidden`: the publisher keeps the body from plain readers."""

    paragraphs: tuple[str, ...] = ()
    author: str | None = None
    origin: str | None = None
    byline_date: datetime | None = None
    hidden: bool = False
    sapo: str | None = None
    """A paragraph that stands alone between the headline and a body that no rule named."""
    told_date: str | None = None
    """The date of publication in the page's data, as printed, where the body was read from there."""
    flags: tuple[str, ...] = field(default=())
    files: tuple[tuple[str, str], ...] = ()
    """Links to PDF and DOCX as the body has them: address and words."""


def read_body(view: View, title: str | None, lead: str | None, lead_element: Element | None) -> ArticleBody:
    """The article's own paragraphs. `lead_element` is taken out where it stands inside the body."""
    source = view.source
    if source is not None and source.body_script:
        told = _tidied(view, from_variable(view.scripts, source.body_script), title, lead)
        if told.paragraphs or told.hidden:
            return told  # else the paper prints its texts in the page by now
    bodies = view.bodies
    if source is not None and source.body_may_be_hidden:
        if not bodies:  # nothing is guessed: what is left then are the teasers of other articles
            return ArticleBody(flags=("no_body",))
        if attribute(bodies[0], "id") == "dcontent":
            refusal = _hidden_or_unfilled(view, bodies[0])
            if refusal is not None:
                return refusal
    found = _read_elements(view, bodies, title, lead, lead_element) if bodies else ArticleBody()
    if found.hidden or found.paragraphs:
        return found
    guessed = _guessed(view, title, lead)
    if guessed.paragraphs and source is not None and source.selectors.body:
        return replace(guessed, flags=("body_guessed", *guessed.flags))
    return guessed


def _guessed(view: View, title: str | None, lead: str | None) -> ArticleBody:
    """The body of a page whose markup no rule knows: where trafilatura sees it, else in the data of its scripts.

    On a known paper's page this is said by a flag, for its template may have changed.
    """
    told = _told_by_trafilatura(view.root)
    home = find_home(view.lines, told)
    found = ArticleBody()
    if home is not None and not are_cards([p for p in view.lines if is_within(p.element, home)]):
        sapo = _sapo_above(view, home, title)
        found = replace(_read_elements(view, [home], title, sapo or lead, None), sapo=sapo)
    short = sum(map(len, found.paragraphs)) < LONG
    if short and (data := article_in((*view.scripts, *attributes_of(view.root)), title)) is not None:
        in_script = _tidied(view, data.lines, title, lead)
        if sum(map(len, in_script.paragraphs)) > sum(map(len, found.paragraphs)):
            return replace(in_script, told_date=data.published)
    return found


def _sapo_above(view: View, home: Element, title: str | None) -> str | None:
    """The one whole sentence or more between the headline and the body; None where there is none, or a list."""
    wanted = folded(title or "\0")
    heads = [n for n, line in enumerate(view.lines) if folded(line.text) == wanted]
    begin = next((n for n, line in enumerate(view.lines) if is_within(line.element, home)), 0)
    before = next((n for n in reversed(heads) if n < begin), None)
    between = view.lines[before + 1 : begin] if before is not None else []
    if len(between) > _BETWEEN or any(line.linked for line in between):
        return None
    long = [line.text for line in between if len(line.text) >= _PROSE]
    return long[0] if len(long) == 1 and long[0].endswith((".", "!", "?", "…", "”")) else None


def _told_by_trafilatura(root: Element) -> str:
    """The words that trafilatura takes for the article, asked on the whole page."""
    tree = tree_of(root.html or "")
    if tree is None:
        return ""
    return " ".join(" ".join("".join(part.itertext()).split()) for part in extracted(tree))


def _read_elements(
    view: View, bodies: Sequence[Element], title: str | None, lead: str | None, lead_element: Element | None
) -> ArticleBody:
    """Prune, clean and tidy these elements of a page."""
    if lead_element is not None and any(b.mem_id != lead_element.mem_id and is_within(lead_element, b) for b in bodies):
        cut(lead_element)
    outside, files = _outside(view, bodies), links_in(bodies)
    lines: list[str] = []
    author: str | None = None
    for body in bodies:
        _take_credits(view, body)
        prune(body, (*view.rules.drop, *view.rules.caption), title=title)
        printed = author_line(body, lambda line: clean_author(line, view.source)[0] is not None)
        author = clean_author(printed, view.source)[0] if printed else author
        lines += clean(_markup_of(body))
    found = _tidied(view, lines, title, lead)
    flags = ("body_partial",) if found.paragraphs and _is_partial(found, outside, lead) else ()
    return replace(found, author=found.author or author, flags=(*found.flags, *flags), files=files)


def _markup_of(body: Element) -> str:
    """The markup of a body; parts of a table are none without the table."""
    if body.tag in {"td", "th"}:
        return body.inner_html or ""
    markup = body.html or ""
    return f"<table>{markup}</table>" if body.tag in {"tbody", "thead", "tr"} else markup


def _outside(view: View, bodies: Sequence[Element]) -> list[Paragraph]:
    """The words of a page that stand outside its body; none where long paragraphs do not add up to a quarter of it."""
    long = [(p, len(text)) for p in view.root.css("p") if len(text := p.text()) >= LONG and not text.endswith("...")]
    apart = [(p, n) for p, n in long if not any(is_within(p, body) for body in bodies)]
    boxes = {box.mem_id: box for p, _ in apart if (box := p.parent) is not None}
    cards = {name for name, box in boxes.items() if _is_card(box)}
    outside = sum(n for p, n in apart if p.parent is None or p.parent.mem_id not in cards)
    if 4 * outside <= sum(len(body.text()) for body in bodies):
        return []
    return [p for p in view.lines if not any(is_within(p.element, body) for body in bodies)]


def _is_card(box: Element) -> bool:
    """Whether a box holds one paragraph beside a link: the sapo of another article."""
    return len(box.css("p")) == 1 and box.css_first("a[href]") is not None


def _is_partial(found: ArticleBody, outside: Sequence[Paragraph], lead: str | None) -> bool:
    """Whether long paragraphs of a page stand outside its body, in no box of other articles, comments or notices."""
    enough = sum(map(len, found.paragraphs)) / 4
    if sum(len(p.text) for p in outside if len(p.text) >= LONG and not p.linked) <= enough:
        return False
    said = folded(lead or "")
    left = [p for p in prose_of(outside) if _is_left(p) and folded(p.text) not in said]
    return len(left) >= 2 and sum(len(p.text) for p in left) > enough


def _is_left(paragraph: Paragraph) -> bool:
    return len(paragraph.text) >= LONG and not paragraph.text.endswith("…") and not is_set_apart(paragraph.element)


def _take_credits(view: View, body: Element) -> None:
    """Take the author's line out of the body where it stands at the family's place."""
    for selector in view.rules.author:
        for element in body.css(selector):
            line = words(element)
            credit = any(clean_author(line, view.source)) or origin_of(line, view.source) is not None or not line
            if element.mem_id != body.mem_id and len(line) <= 80 and credit:
                cut(element)


def _tidied(view: View, lines: Sequence[str], title: str | None, lead: str | None) -> ArticleBody:
    if any(len(line) > 400 and _SCRAMBLED.fullmatch(line) for line in lines):
        return ArticleBody(hidden=True)
    tidied = tidy(_once(lines), title=title, lead=lead, source=view.source, pruned=True)
    return ArticleBody(tidied.paragraphs, tidied.author, tidied.origin, tidied.byline_date)


def _once(lines: Sequence[str]) -> Sequence[str]:
    """The lines without a second copy of the article: papers send one for the phone or for printing beside it."""
    first: dict[str, int] = {}
    long = [(number, line) for number, line in enumerate(lines) if len(line) >= _PROSE]
    again = [number for number, line in long if first.setdefault(line, number) < number]
    if 3 * len(again) < len(long) or len({lines[number] for number in again}) < 3:
        return lines  # a refrain is printed again on purpose
    begin = again[0] - (is_clock_line(lines[again[0] - 1]))  # the copy's own date
    return [line for n, line in enumerate(lines) if n < begin or (n > again[-1] and line not in first)]


_PROSE = 80
_BETWEEN = 12


def _hidden_or_unfilled(view: View, body: Element) -> ArticleBody | None:
    """A verdict where `#dcontent` holds no paragraph of the article, else None.

    The papers of this family send many bodies as base64 of scrambled HTML. It is never decoded.
    """
    if any(body.css(selector) for selector in view.rules.paragraph):
        return None
    text = words(body)
    if _SCRAMBLED.search(text):
        return ArticleBody(hidden=True)
    if _plain_paragraphs(view, body) >= 2:
        return None
    if signs().inside.search(text):
        return ArticleBody(flags=("unfilled_template",))
    if any(_SCRAMBLED_SCRIPT.search(script.text) for script in view.scripts) or not text:
        return ArticleBody(hidden=True)
    return ArticleBody(flags=("no_body",))


def _plain_paragraphs(view: View, body: Element) -> int:
    """Paragraphs of older pages that lack the family's class, teasers not counted."""
    own = (view.source.signatures if view.source else ()) or ("\0",)
    texts = [words(p) for p in body.css("p") if attribute(p, "class") not in {"pHead", "pTitle"}]
    return sum(len(t) >= 80 and not t.endswith(("...", "…")) and not t.startswith(own) for t in texts)
