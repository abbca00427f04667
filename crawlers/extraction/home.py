"""Which element of a page holds its article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Sequence

from crawlers.extraction.running import PARAGRAPH, Paragraph, are_cards, holders_of, prose_of, spans_of
from crawlers.markup import Element, attribute, is_within, words

_HEADLINES_OF_A_LIST = 5
_SAPO_PARAGRAPHS, _SAPO_LENGTH, _SAPOS_TEXT = 2, 800, 4
_BESIDE = frozenset({"footer", "nav", "aside", "form", "dialog"})
_APART = re.compile(
    r"(?<![a-z])(?:comments?|binh-?luan|foot(?:er)?|related?|lien-?quan|sidebar|copyright|cookies?|consent|gdpr|dsgvo|modal|popup)"
    r"(?![a-z])"
)
_NAME = 40
_MOST = 0.6
_CORE = 0.85


def find_home(found: Sequence[Paragraph], told: str) -> Element | None:
    """The element that holds the article: nine tenths of the prose that trafilatura chose, and what goes on beside it.

    `told`: the words of trafilatura's result. Where it shares nothing with the page's prose, the prose alone decides.
    """
    prose = prose_of(found)
    letters = _unspaced(told)
    chosen = [p for p in prose if _unspaced(p.text[:PARAGRAPH]) in letters]
    own = _or_what_follows(_on_one_side(_not_set_apart(chosen), found), prose) if chosen else chosen
    home = _holder_of_most(own) if own else _densest(prose)
    if home is None:
        return None
    home = _whole_table(home)
    wide = _widened(home, found, own)
    if sum(p.is_headline for p in found if is_within(p.element, home)) < _HEADLINES_OF_A_LIST:
        return wide
    core = _widened(_densest(own) or home, found, own)
    held = _letters([p for p in own if is_within(p.element, core)])
    return core if held >= _CORE * _letters(own) else wide


def _whole_table(home: Element) -> Element:
    """The table around a cell where it is a list of names and values, as portals print what a document is."""
    table = next((one for one in holders_of(home) if one.tag == "table"), None) if home.tag in {"td", "tr"} else None
    rows = [row.css("td, th") for row in table.css("tr")] if table is not None else []
    named = [cells for cells in rows if len(cells) == 2 and 0 < len(words(cells[0])) <= _NAME]
    return table if table is not None and len(named) >= 3 and len(named) == len(rows) else home


def _not_set_apart(chosen: Sequence[Paragraph]) -> Sequence[Paragraph]:
    """The paragraphs without a site's notices and the like; with them where that is what most are called."""
    around = {one.mem_id for one in holders_of(chosen[0].element)}
    kept = [one for one in chosen if not is_set_apart(one.element, around)]
    return kept if _letters(kept) >= _MOST * _letters(chosen) else chosen


def _or_what_follows(own: Sequence[Paragraph], prose: Sequence[Paragraph]) -> Sequence[Paragraph]:
    """These paragraphs, or a text behind them many times as long in one place: then what was chosen is its sapo."""
    if len(own) > _SAPO_PARAGRAPHS or _letters(own) > _SAPO_LENGTH or _letters(prose) < _SAPOS_TEXT * _letters(own):
        return own
    around = {one.mem_id for one in holders_of(own[0].element)}
    behind = prose[next(n for n, one in enumerate(prose) if one is own[-1]) + 1 :]
    rest = [one for one in behind if not is_set_apart(one.element, around)]
    place = _densest(rest)
    if place is None:
        return own
    text = [one for one in rest if is_within(one.element, place)]
    return text if _letters(text) >= _SAPOS_TEXT * _letters(own) and not are_cards(text) else own


def is_set_apart(element: Element, around: Container[int] = ()) -> bool:
    """Whether a block stands in a box that says it is no article's, and is not one of those `around` the article."""
    return any(
        one.mem_id not in around
        and (one.tag in _BESIDE or _APART.search(f"{attribute(one, 'id')} {attribute(one, 'class')}".lower()))
        for one in holders_of(element)
    )


def _unspaced(text: str) -> str:
    """A text as it is compared: trafilatura sets no space where a line breaks."""
    return "".join(text.split()).lower()


def _on_one_side(chosen: Sequence[Paragraph], found: Sequence[Paragraph]) -> Sequence[Paragraph]:
    """The paragraphs without the few that a list of other articles parts from most of them: a notice, another text."""
    numbers = {id(one) for one in chosen}
    runs: list[list[Paragraph]] = [[]]
    headlines = 0
    for line in found:
        if id(line) in numbers:
            if headlines >= _HEADLINES_OF_A_LIST and runs[-1]:
                runs.append([])
            runs[-1].append(line)
            headlines = 0
        headlines += line.is_headline
    most = max(runs, key=_letters)
    return most if _letters(most) >= _MOST * _letters(chosen) else chosen


def _letters(some: Sequence[Paragraph]) -> int:
    return sum(len(p.text) for p in some)


def _holder_of_most(chosen: Sequence[Paragraph]) -> Element | None:
    """The deepest element with nine tenths of these paragraphs' letters."""
    weights: Counter[int] = Counter()
    heights: dict[int, int] = {}
    elements: dict[int, Element] = {}
    for paragraph in chosen:
        for height, element in enumerate(holders_of(paragraph.element)):
            weights[element.mem_id] += len(paragraph.text)
            heights[element.mem_id] = max(height, heights.get(element.mem_id, 0))
            elements[element.mem_id] = element
    enough = 0.9 * sum(len(p.text) for p in chosen)
    holders = [one for one, weight in weights.items() if weight >= enough]
    return elements[min(holders, key=lambda one: heights[one])] if holders else None


def _densest(prose: Sequence[Paragraph]) -> Element | None:
    """The element whose children are the most running text."""
    score: Counter[int] = Counter()
    elements: dict[int, Element] = {}
    for paragraph in prose:
        share = 9 * len(paragraph.text)
        for element, _ in zip(holders_of(paragraph.element), range(3), strict=False):
            score[element.mem_id] += share
            elements[element.mem_id] = element
            share //= 3
    return elements[max(score, key=lambda one: score[one])] if score else None


def _widened(home: Element, found: Sequence[Paragraph], own: Sequence[Paragraph]) -> Element:
    """The home with its surroundings as long as these are prose too: an article may stand in several containers.

    Where its `own` paragraphs are known, comments and the like around it are no prose.
    """
    holders = list(holders_of(home))[1:]
    spans = spans_of(found, holders[-1].parent) if holders else {}
    around = {one.mem_id for one in (home, *holders)}
    prose = {p.element.mem_id for p in prose_of(found) if not own or not is_set_apart(p.element, around)}
    begin, end = spans.get(home.mem_id, (0, -1))
    inside = set(range(begin, end + 1))
    for wider in holders:
        begin, end = spans.get(wider.mem_id, (0, -1))
        added = [number for number in range(begin, end + 1) if number not in inside]
        plain = sum(len(found[n].text) for n in added if found[n].element.mem_id in prose)
        if not plain:
            continue
        held, whole = (sum(len(found[n].text) for n in some) for some in (inside, added))
        if plain < max(0.15 * held, 0.7 * whole) or sum(found[n].linked >= 20 for n in added) >= 3:
            break
        home = wider
        inside.update(added)
    return home
