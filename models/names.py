"""Vietnamese names of what filters and facets speak of: papers, provinces, topics, grades, kinds, months.

What they are read from is imported when it is asked for: a search that shows no topic loads no rules of relevance.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from analysis.text import search_key
from foundation.settings import settings
from foundation.words import GRADES

if TYPE_CHECKING:
    from crawlers.source import Source


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Source]:
    """The catalogue's papers by id, as they were when first asked for."""
    from crawlers.catalogue import catalogue_of

    return catalogue_of(settings()).sources


def harvested_at(url: str) -> str | None:
    """The id of the paper or portal that is harvested at an address; None where there is none."""
    from crawlers.catalogue import Catalogue

    found = Catalogue(dict(catalogue())).of_url(url)
    return found.id if found is not None and found.enabled else None


@lru_cache(maxsize=1)
def papers() -> Mapping[str, tuple[str, str | None]]:
    """The papers of the catalogue: id → (name, two-digit code of the province)."""
    return {source.id: (source.name, source.province) for source in catalogue().values()}


@cache
def paper(source_id: str) -> str:
    """A paper's name; its id where the catalogue does not know it (any more).

    Where the office has no files of its own, the paper's file is asked alone: to load all of the catalogue costs as
    much as the search itself.
    """
    from crawlers.marked_yaml import MarkedYaml
    from crawlers.own_files import SOURCES, own_folders

    bundled = SOURCES / f"{source_id}.yaml"
    if own_folders(settings()):
        return papers().get(source_id, (source_id, None))[0]
    known = bundled.parent == SOURCES and bundled.is_file()  # an id may be typed into an address: no path is one
    return str(MarkedYaml(bundled).data["name"]) if known else source_id


def forget() -> None:
    """Read the catalogue anew the next time: a paper was switched on or off."""
    for held in (catalogue, papers, paper):
        held.cache_clear()


def paper_names() -> list[str]:
    """The papers' names, for suggestions, in the order of the alphabet."""
    return sorted({name for name, _ in papers().values()}, key=search_key)


@lru_cache(maxsize=1)
def province_names() -> tuple[str, ...]:
    """Names of today's provinces and of those they took in, for suggestions."""
    from analysis.places import provinces

    names = {name for unit in provinces() for name in (unit.name, *(old.name for old in unit.former))}
    return tuple(sorted(names, key=search_key))


@lru_cache(maxsize=1)
def topic_labels() -> Mapping[str, str]:
    """The topics: key → label."""
    from analysis.relevance import topics

    return {topic.key: topic.label for topic in topics()}


@lru_cache(maxsize=1)
def kind_labels() -> Mapping[str, str]:
    """Kinds of documents: code → name ("NQ" → "Nghị quyết")."""
    from analysis.kinds import kind_by_code

    return {code: kind.name for code, kind in kind_by_code().items()}


@lru_cache(maxsize=1)
def kind_choices() -> Mapping[str, str]:
    """The kinds to choose from, by the alphabet: each once, without the misprints of its code (code → name)."""
    from analysis.kinds import kinds

    codes = {kind.code for kind in kinds() if kind.coded}
    return dict(sorted(((code, kind_labels()[code]) for code in codes), key=lambda pair: search_key(pair[1])))


@lru_cache(maxsize=256)
def province_name(code: str | None) -> str | None:
    """The present name of a province by its code."""
    from analysis.places import find_province

    found = find_province(code) if code else None
    return found.name if found else None


def label(facet: str, value: str) -> str:
    """The Vietnamese label of one value of a facet."""
    if facet == "province":
        return province_name(value) or value
    if facet == "source":
        return paper(value)
    if facet == "month":
        return f"{int(value) % 100}/{int(value) // 100}"
    names = {"grade": GRADES, "topic": topic_labels(), "kind": kind_labels()}[facet]
    return names.get(value, value)
