"""What a paper's selectors find on a page, asked of the names that the page bears.

An XPath over a whole page takes 0.1–0.3 ms, and a paper has a hundred selectors. A walk over its elements that looks
at class and id alone takes 0.3 ms and answers nearly all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cssselect import HTMLTranslator
from lxml import etree

from crawlers.extraction.tree import Element, cut, select
from crawlers.source import Selectors

_MOST_KNOWN = 4_096
_FEW = 40


class _Names(dict[str, tuple[str, ...]]):
    """The wanted names in the value of a class or id, found out once a value: a site writes the same ones always."""

    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__()
        self._wanted = wanted

    def __missing__(self, attribute: str) -> tuple[str, ...]:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        found = self[attribute] = tuple(name for name in attribute.split() if name in self._wanted)
        return found


@lru_cache(maxsize=2048)
def _needed(selector: str) -> frozenset[str]:
    """The class names and ids without which a selector finds nothing; none are certain where a comma gives a choice."""
    certain = re.sub(r":\w+\(.*\)|\[[^\]]*\]", "", selector)
    return frozenset() if "," in certain else frozenset(re.findall(r"[.#]([\w-]+)", certain))


@lru_cache(maxsize=256)
def _names_in(selectors: Selectors) -> _Names:
    fields = Selectors.model_fields
    return _Names(frozenset().union(*(_needed(one) for field in fields for one in getattr(selectors, field))))


@lru_cache(maxsize=1024)
def _present(selectors: Selectors, names: frozenset[str]) -> Selectors:
    kept: dict[str, Any] = {
        field: tuple(one for one in getattr(selectors, field) if _needed(one) <= names)
        for field in Selectors.model_fields
    }
    return Selectors.model_construct(_fields_set=None, **kept)


_STEP = re.compile(
    r"""(?: [\w-]*[.\#](?P<name>[\w-]+)[\w.\#-]*      # "h1.title", "#content > p"
          | (?P<tag>[a-z][a-z0-9]*) (?:\[[^\]]*\])? (?=[ ]|$)   # "meta[name=date]", "header time"
        ) (?P<rest>[^,]*)""",
    re.VERBOSE,
)
"""A selector whose first step names a class, an id or a tag."""


@lru_cache(maxsize=2048)
def _first_step(selector: str) -> tuple[str | None, str | None, bool] | None:
    """(name, tag, whether steps follow) of a selector that can be asked of the elements of its first step."""
    step = _STEP.fullmatch(selector)
    return None if step is None else (step["name"], step["tag"], bool(step["rest"]))


@lru_cache(maxsize=2048)
def _xpath_from_here(selector: str) -> Any:  # noqa: ANN401 (lxml's results are of any type)
    """The selector with its first step bound to the very element it is asked of."""
    return etree.XPath(HTMLTranslator().css_to_xpath(selector, prefix="self::"))


class Marks:
    """The elements of a page that a paper's selectors name by class or id, found in one walk."""

    def __init__(self, root: Element, selectors: Selectors) -> None:
        self._root = root
        self._selectors = selectors
        self._marked: dict[str, list[Element]] = {}
        marked, names = self._marked, _names_in(selectors)
        for element in root.iter("*"):
            classes, own = element.get("class"), element.get("id")
            borne = names[classes] if classes else ()
            if own:
                borne += names[own]
            if borne:
                for name in borne:
                    marked.setdefault(name, []).append(element)

    def present(self) -> Selectors:
        """Those selectors whose names the page has at all: asking a set costs a hundredth of an XPath."""
        return _present(self._selectors, frozenset(self._marked))

    def select(self, selector: str) -> list[Element]:
        """As `select` from the page's root, for one of the selectors. Elements cut since the walk are not found."""
        step = _first_step(selector)
        if step is None:
            return select(self._root, selector)
        name, tag, has_rest = step
        if name is not None:
            anchors = [one for one in dict.fromkeys(self._marked.get(name, ())) if self._holds(one)]
        else:
            anchors = list(self._root.iter(tag))
        # Several anchors may lie in each other, and what they lead to would come out of order.
        if len(anchors) > (1 if has_rest else _FEW):
            return select(self._root, selector)
        from_here = _xpath_from_here(selector)
        return [found for anchor in anchors for found in from_here(anchor)]

    def _holds(self, element: Element) -> bool:
        top = element
        for top in element.iterancestors():  # noqa: B007 (the last one is wanted)
            pass
        return top is self._root


_SIMPLE = re.compile(
    r"""(?!\*?$) (?P<tag>[a-z][a-z0-9]*|\*)?
        (?: (?P<sign>[.\#]) (?P<name>[\w-]+) | \[(?P<attribute>class|id)(?P<how>[*^])="(?P<part>[\w-]+)"\] )?""",
    re.VERBOSE,
)
_XML_SPACE = re.compile(r"[ \t\r\n]+")
_NO_TAGS: frozenset[str] = frozenset()


class _Verdicts(dict[str, frozenset[str]]):
    """For a value of class (or id): the tags of the elements that simple selectors mean by it, "*" for all."""

    def __init__(self, rules: Iterable[re.Match[str]], attribute: str) -> None:
        super().__init__()
        self._is_list = attribute == "class"
        sign = "." if self._is_list else "#"
        parts = [rule for rule in rules if rule["attribute"] == attribute]
        self._whole = [(rule["name"], rule["tag"] or "*") for rule in rules if rule["sign"] == sign]
        self._parts = [(rule["part"], rule["how"], rule["tag"] or "*") for rule in parts]

    def __missing__(self, value: str) -> frozenset[str]:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        names = _XML_SPACE.split(value) if self._is_list else [value]
        tags = {tag for name, tag in self._whole if name in names}
        tags |= {tag for part, how, tag in self._parts if (value.startswith(part) if how == "^" else part in value)}
        found = self[value] = frozenset(tags) or _NO_TAGS
        return found


@dataclass(frozen=True)
class _Stretch:
    """Selectors whose finds do not depend on what the others took out: the simple ones, and an XPath for the rest."""

    tags: frozenset[str]
    classes: _Verdicts
    ids: _Verdicts
    path: Any = None

    def find(self, root: Element) -> list[Element]:
        found = [] if self.path is None else list(self.path(root))
        tags, classes, ids = self.tags, self.classes, self.ids
        for element in root.iter("*"):
            tag = element.tag
            if tag in tags:
                found.append(element)
                continue
            for value, verdicts in ((element.get("class"), classes), (element.get("id"), ids)):
                if value and (meant := verdicts[value]) and (tag in meant or "*" in meant):
                    found.append(element)
        return found


def _stretch(selectors: list[str]) -> _Stretch:
    rules = [rule for one in selectors if (rule := _SIMPLE.fullmatch(one))]
    others = [HTMLTranslator().css_to_xpath(one) for one in selectors if not _SIMPLE.fullmatch(one)]
    tags = frozenset(rule["tag"] for rule in rules if not rule["sign"] and not rule["attribute"])
    path = etree.XPath(" | ".join(others)) if others else None
    return _Stretch(tags, _Verdicts(rules, "class"), _Verdicts(rules, "id"), path)


@lru_cache(maxsize=512)
def _stretches(selectors: tuple[str, ...]) -> tuple[_Stretch, ...]:
    runs: list[list[str]] = []
    free = False
    for selector in selectors:
        was_free, free = free, re.search(r"[:+~]", selector) is None
        if free and was_free:
            runs[-1].append(selector)
        else:
            runs.append([selector])
    return tuple(_stretch(run) for run in runs)


def remove(root: Element, selectors: Iterable[str]) -> None:
    """Take out everything the selectors mean, leaving the text behind each."""
    for stretch in _stretches(tuple(selectors)):
        for element in stretch.find(root):
            if element is not root:
                cut(element)
