"""Which mentions of a text are of one document.

Same number, kind and issuer, and nothing that speaks against it (another date, term or place); a short form joins the
one full form it fits and stays its own where it fits none or several: a document is never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from analysis.citations.mention import Level, Mention
from analysis.citations.symbols import number_value

_FEW = 60
_CENTRAL_STATE = {"CP", "TTg"}


@dataclass(slots=True)
class _Entity:
    """One document of a text, as far as known."""

    members: list[Mention] = field(default_factory=list)

    def known(self, name: str) -> object:
        return next((value for mention in self.members if (value := getattr(mention, name)) is not None), None)


def _letter(number: str) -> str:
    return number.lstrip("0123456789")


def _bucket(mention: Mention) -> tuple[object, ...]:
    number = mention.number or ""
    family = mention.kind.family
    return (number_value(number), _letter(number), mention.alias, family)


def _conflict(entity: _Entity, mention: Mention) -> bool:
    for name in ("date", "term", "year"):
        value = getattr(mention, name)
        known = entity.known(name)
        if value is not None and known is not None and value != known:
            return True
    place, known_place = mention.place, entity.known("place")
    if place is not None and known_place is not None and place != known_place:
        return True
    code, known_code = mention.code, entity.known("code")
    if code is not None and known_code is not None and code != known_code and mention.level is Level.FULL:
        return True
    return code is not None and known_code is not None and not _codes_agree(str(code), str(known_code))


def _codes_agree(one: str, other: str) -> bool:
    return one == other or {one, other} <= _CENTRAL_STATE or one.partition("-")[0] == other.partition("-")[0]


def _specific(mention: Mention) -> tuple[int, int]:
    """Full symbols with date and term first, so that vaguer mentions find them."""
    known = sum(value is not None for value in (mention.date, mention.term, mention.year, mention.place))
    return (0 if mention.level is Level.FULL else 1, -known)


def resolve(mentions: list[Mention]) -> None:
    """Give every mention (but back references) its `document` id, 1 upward in order of first mention."""
    buckets: dict[tuple[object, ...], list[Mention]] = defaultdict(list)
    for mention in mentions:
        buckets[_bucket(mention)].append(mention)
    groups = [entity for bucket in buckets.values() for entity in _entities(bucket)]
    groups.sort(key=lambda entity: min(mention.start for mention in entity.members))
    for number, entity in enumerate(groups, start=1):
        for mention in entity.members:
            mention.document = number


def _entities(bucket: list[Mention]) -> list[_Entity]:
    """Cluster one bucket. Beyond a few dozen documents of one number only equal mentions join (keeps it linear)."""
    entities: list[_Entity] = []
    exact: dict[tuple[object, ...], _Entity] = {}
    for mention in sorted(bucket, key=_specific):
        key = (mention.level is Level.FULL, mention.code, mention.date, mention.term, mention.year, mention.place)
        if key in exact:
            exact[key].members.append(mention)
            continue
        fits = [entity for entity in entities if not _conflict(entity, mention)] if len(entities) <= _FEW else []
        if len(fits) == 1:
            entity = fits[0]
        else:
            entity = _Entity()
            entities.append(entity)
        entity.members.append(mention)
        exact[key] = entity
    return entities


def join_appositions(text: str, mentions: list[Mention]) -> None:
    """In "Nghị quyết số 60-NQ/TW (Nghị quyết Trung ương 11 khóa XIII)" both are one document."""
    same: dict[int, int] = {}
    for first, second in pairwise(mentions):
        if second.level is Level.ALIAS and first.level is Level.FULL and first.kind.family == second.kind.family:
            between = text[first.end : second.start]
            if len(between) <= 4 and between.strip() == "(":
                same.setdefault(second.document, first.document)
    for mention in mentions if same else ():
        mention.document = same.get(mention.document, mention.document)


def share(mentions: list[Mention]) -> None:
    """Give each mention what its text says of the document elsewhere: symbol, date, issuer, term, title, place."""
    groups: dict[int, list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[mention.document].append(mention)
    for group in groups.values():
        if len(group) > 1:
            _share(group)


def _share(group: list[Mention]) -> None:
    names = ("number", "symbol", "date", "term", "year", "place", "body", "issuer", "code", "title")
    best = {name: next((v for m in group if (v := getattr(m, name)) is not None), None) for name in names}
    full = next((m.symbol for m in group if m.symbol is not None and m.symbol.text), None)
    titled = next((m for m in group if m.title is not None), None)
    for mention in group:
        if mention.symbol is None or mention.symbol.text is None:
            mention.symbol = full or mention.symbol
        if mention.issuer is None:
            mention.issuer, mention.body = best["issuer"], best["body"]
        for name in ("number", "date", "term", "year", "place", "code"):
            if getattr(mention, name) is None:
                setattr(mention, name, best[name])
        if mention.title is None and titled is not None:
            mention.title, mention.title_start, mention.title_end = titled.title, titled.title_start, titled.title_end
