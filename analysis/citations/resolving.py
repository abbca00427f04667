"""Which mentions of a text are of one document.

Same number, kind and issuer, and nothing that speaks against it (another date, term or place); a short form joins the
one full form it fits and stays its own where it fits none or several: a document is never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from analysis.citations.stages import Completed, Form, Resolved
from analysis.citations.symbols import number_value

_FEW = 60
_CENTRAL_STATE = {"CP", "TTg"}
_SHARED = ("year", "place", "date", "term")

_Entity = list[int]
"""The places in the list of mentions of one document."""


def resolve(text: str, mentions: Sequence[Completed]) -> list[int]:
    """The document of every mention: ids from 1 upward in order of first mention."""
    buckets: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        buckets[_bucket(mention)].append(index)
    entities = sorted(entity for bucket in buckets.values() for entity in _entities(mentions, bucket))
    ids = [0] * len(mentions)
    for number, entity in enumerate(entities, start=1):
        for index in entity:
            ids[index] = number
    return _with_appositions(text, mentions, ids)


def _bucket(mention: Completed) -> tuple[object, ...]:
    number = mention.found.number or ""
    return number_value(number), number.lstrip("0123456789"), mention.found.alias, mention.family


def _entities(mentions: Sequence[Completed], bucket: Sequence[int]) -> list[_Entity]:
    """Cluster one bucket. Beyond a few dozen documents of one number only equal mentions join (keeps it linear)."""
    if len(bucket) == 1:
        return [list(bucket)]
    entities: list[_Entity] = []
    exact: dict[tuple[object, ...], _Entity] = {}
    for index in sorted(bucket, key=lambda at: _specific(mentions[at])):
        mention, beside = mentions[index], mentions[index].beside
        full = mention.found.form is Form.FULL
        key = (full, mention.code, beside.date, beside.term, beside.year, beside.place)
        if key not in exact:
            few = len(entities) <= _FEW
            fits = [one for one in entities if not _conflict([mentions[at] for at in one], mention)] if few else []
            if len(fits) != 1:
                fits = [[]]
                entities.append(fits[0])
            exact[key] = fits[0]
        exact[key].append(index)
    return [sorted(entity) for entity in entities]


def _specific(mention: Completed) -> tuple[int, int]:
    """Full symbols with date and term first, so that vaguer mentions find them."""
    known = sum(getattr(mention.beside, name) is not None for name in _SHARED)
    return (0 if mention.found.form is Form.FULL else 1, -known)


def _conflict(entity: Sequence[Completed], mention: Completed) -> bool:
    for name in _SHARED:
        value = getattr(mention.beside, name)
        known = next((found for one in entity if (found := getattr(one.beside, name)) is not None), None)
        if value is not None and known is not None and value != known:
            return True
    code, known_code = mention.code, next((one.code for one in entity if one.code is not None), None)
    if code is None or known_code is None or code == known_code:
        return False
    return mention.found.form is Form.FULL or not _codes_agree(code, known_code)


def _codes_agree(one: str, other: str) -> bool:
    return {one, other} <= _CENTRAL_STATE or one.partition("-")[0] == other.partition("-")[0]


def _with_appositions(text: str, mentions: Sequence[Completed], ids: list[int]) -> list[int]:
    """In "Nghị quyết số 60-NQ/TW (Nghị quyết Trung ương 11 khóa XIII)" both are one document."""
    same: dict[int, int] = {}
    for (first, one), (second, other) in pairwise(zip(mentions, ids, strict=True)):
        forms = (first.found.form, second.found.form)
        if forms == (Form.FULL, Form.ALIAS) and first.family == second.family:
            between = text[first.end : second.start]
            if len(between) <= 4 and between.strip() == "(":
                same.setdefault(other, one)
    return [same.get(number, number) for number in ids]


def share(mentions: Sequence[Completed], ids: Sequence[int]) -> list[Resolved]:
    """Give each mention what its text says of the document elsewhere: symbol, date, issuer, term, title, place."""
    groups: dict[int, list[int]] = defaultdict(list)
    for index, number in enumerate(ids):
        groups[number].append(index)
    resolved = {
        index: one
        for number, group in groups.items()
        for index, one in zip(group, _shared([mentions[at] for at in group], number), strict=True)
    }
    return [resolved[index] for index in range(len(mentions))]


def _shared(group: Sequence[Completed], document: int) -> list[Resolved]:
    if len(group) == 1:
        found, beside, told, code = group[0]
        return [Resolved(found, beside, told, code, document, found.number, found.symbol)]
    best = {name: _first(group, name) for name in (*_SHARED, "body", "issuer", "title")}
    code = next((m.code for m in group if m.code is not None), None)
    number = next((m.found.number for m in group if m.found.number is not None), None)
    symbols = [m.found.symbol for m in group if m.found.symbol is not None]
    full = next((symbol for symbol in symbols if symbol.text), None)
    shared = []
    for mention in group:
        beside, found = mention.beside, mention.found
        gaps = {name: best[name] for name in (*_SHARED, "title") if getattr(beside, name) is None}
        if beside.issuer is None:
            gaps |= {"issuer": best["issuer"], "body": best["body"]}
        beside = beside._replace(**gaps)  # type: ignore[arg-type]  # each is of its own field's type
        whole = found.symbol is not None and found.symbol.text is not None
        symbol = found.symbol if whole else full or (symbols[0] if found.symbol is None and symbols else found.symbol)
        known = found.number or number
        shared.append(Resolved(found, beside, mention.told, mention.code or code, document, known, symbol))
    return shared


def _first(group: Sequence[Completed], name: str) -> object:
    return next((value for one in group if (value := getattr(one.beside, name)) is not None), None)
