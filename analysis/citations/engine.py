"""The road of a text, each step a function from frozen values to frozen values (as eyecite's `get_citations`):

1. **fold** (`analysis.text.fold`): one dash, one quote, composed letters; places in the given text are kept.
2. **find** (`finding`, `aliases`): every form that names a document, reject list first → `Found`.
3. **complete**: the words behind it (`attributes`: date, issuer, term, title), what a pair shares, what is told of it
   (`roles`), the issuer before the verb (`completing`), a look back or news (`looking_back`) → `Completed`.
4. **resolve** (`resolving`): which mentions are of one document, "Nghị quyết này" among them, and what each learns of
   its document from the others → `Resolved`.
5. **cite**: kind, issuer and place in words, offsets of the given text → `Citation`.

`links` then says which documents carry out, amend or replace which.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise

from analysis.citations.aliases import aliases
from analysis.citations.attributes import read_beside
from analysis.citations.completing import complete, share_in_pairs
from analysis.citations.finding import UNREADABLE_ALIAS, back_references, digit_runs, full_symbols, unreadable
from analysis.citations.grammar import role_words
from analysis.citations.looking_back import without_look_backs
from analysis.citations.resolving import resolve, share
from analysis.citations.roles import with_roles
from analysis.citations.sentences import clause_end, sentence_start
from analysis.citations.short_forms import short_forms
from analysis.citations.stages import Beside, Completed, Form, Found, Resolved, Told
from analysis.citations.symbols import suffix_level, suffix_of
from analysis.issuers import Issuer, read_issuer
from analysis.places import unit_named, unit_on
from analysis.text import Folded, fold, normalise
from analysis.values import UNREADABLE_NUMBER, Citation, Role

_NOTHING_TOLD = Told()
_LOCAL = ("province", "district", "commune")


def find_citations(text: str, *, province: str | None = None, published: dt.date | None = None) -> list[Citation]:
    """Every document named in a text, in order of place.

    `province` is the two-digit code of the paper's province on that day (one of the 63 before 1-7-2025, of the 34
    since), used where the words name no place; `published` the day of the article, used for days printed without a year
    and for names as they were. Takes any string; offsets are places in exactly that string. Raises nothing.
    """
    folded = fold(text)
    mentions = read_mentions(folded.text, published)
    return [_citation(folded, mention, province, published) for mention in mentions]


def read_mentions(text: str, published: dt.date | None) -> list[Resolved]:
    """The mentions of a folded text with all their words, roles and document ids."""
    found = find(text)
    following = [*(one.start for one in found[1:]), len(text)]
    mentions = [
        Completed(one, read_beside(text, one, end), _NOTHING_TOLD) for one, end in zip(found, following, strict=False)
    ]
    mentions = share_in_pairs(text, [one for at, one in enumerate(mentions) if _stays(text, mentions, at)])
    mentions = complete(text, with_roles(text, mentions), published)
    mentions = without_look_backs(text, mentions, published)
    mentions, documents = _with_back_references(text, mentions, resolve(text, mentions))
    return share(mentions, documents)


def find(text: str) -> list[Found]:
    """Every form that names a document, in order; of two that overlap the first and longest."""
    runs = digit_runs(text)
    full = list(full_symbols(text, runs))
    forms = [*full, *unreadable(text, runs), *short_forms(text, full, runs), *aliases(text)]
    kept: list[Found] = []
    for found in sorted(forms, key=lambda one: (one.start, -one.end)):
        if not kept or found.start >= kept[-1].end:
            kept.append(found)
    return kept


def _stays(text: str, mentions: Sequence[Completed], index: int) -> bool:
    """A weak short form ("Chương trình 135") needs words beside it that say whose it is, "KL 43" at least company."""
    mention = mentions[index]
    found, beside = mention.found, mention.beside
    if found.form is not Form.SHORT or found.symbol is not None:
        return True
    if beside.body is not None or beside.date is not None or not (found.kind.weak or found.doubtful):
        return True
    pairs = pairwise(mentions[max(0, index - 1) : index + 2])
    return not found.kind.weak and any(_COMPANY.fullmatch(text, one.end, other.start) for one, other in pairs)


_COMPANY = re.compile(r" ?(?:,|;|và|&) ?(?:và )?")


def _own_document(text: str, mentions: Sequence[Completed]) -> int | None:
    """The document that the article prints in full, if it does."""
    signs = role_words()["full_text"]
    for index, mention in enumerate(mentions):
        if mention.told.role is not Role.ISSUES:
            continue
        end = min(len(text), clause_end(text, mention.beside.end) + 2)
        sentence = text[sentence_start(text, mention.start) : end].lower()
        if mention.told.header or any(sign in sentence for sign in signs):
            return index
    return None


def _with_back_references(
    text: str, mentions: list[Completed], documents: list[int]
) -> tuple[list[Completed], list[int]]:
    """Add "Nghị quyết này" where the text has a document of that kind before it, else leave it out."""
    references = list(back_references(text)) if mentions else []
    own = _own_document(text, mentions) if references else None
    pairs = list(zip(mentions, documents, strict=True))
    last: dict[str, int] = {}
    at = 0
    for start, end, kind in references:
        while at < len(mentions) and mentions[at].end <= start:
            last[mentions[at].family] = at
            at += 1
        nearest = last.get(kind.family)
        if nearest is None or (at < len(mentions) and mentions[at].start < end):
            continue
        of_kind = own is not None and mentions[own].family == kind.family
        meant = own if own is not None and of_kind else _antecedent(text, mentions, nearest)
        known, said = mentions[meant].found, Beside(end)
        this = Found(Form.THIS, start, end, known.kind, said, known.number)
        pairs.append((Completed(this, said, Told()), documents[meant]))
    if len(pairs) == len(mentions):
        return mentions, documents
    pairs.sort(key=lambda pair: (pair[0].start, pair[0].end))
    merged = with_roles(text, [mention for mention, _document in pairs], only=Form.THIS)
    return merged, [document for _mention, document in pairs]


def _antecedent(text: str, mentions: Sequence[Completed], nearest: int) -> int:
    """Of the documents of one sentence the one issued is meant, else the nearest."""
    start, family = sentence_start(text, mentions[nearest].start), mentions[nearest].family
    at = nearest
    while at >= 0 and mentions[at].start >= start and nearest - at < 8:
        if mentions[at].family == family and mentions[at].told.role is Role.ISSUES:
            return at
        at -= 1
    return nearest


def _where(
    beside: Beside, level: str | None, province: str | None, published: dt.date | None
) -> tuple[str | None, str | None]:
    """Place of the day and the code of today's province: by the words, else the paper's; none for central documents."""
    if level == "central":
        return None, None
    day = beside.date or published
    paper = unit_on(province, day) if province is not None else None
    if beside.place is not None:
        unit = unit_named(beside.place, day) or paper
        return beside.place, unit.today.code if unit is not None else None
    return (paper.name, paper.today.code) if paper is not None and level in _LOCAL else (None, None)


def _issuer_words(mention: Resolved, province: str | None, published: dt.date | None) -> str | None:
    suffix, beside = suffix_of(mention.symbol), mention.beside
    if beside.issuer is not None and not _names_fewer(beside.issuer, suffix):
        return beside.issuer
    name = suffix.name if suffix is not None else (read_issuer(mention.code).name if mention.code else None)
    day = beside.date or published
    unit = (unit_named(beside.place, day) if beside.place else None) or (unit_on(province, day) if province else None)
    if name is not None and "Tỉnh ủy" in name and unit is not None:
        return name.replace("Tỉnh ủy", unit.committee.partition("ủy")[0] + "ủy")
    return name


def _names_fewer(words: str, suffix: Issuer | None) -> bool:
    """Whether the words name one of several issuers that the symbol joins: then all stand in the issuer."""
    return suffix is not None and "-" in suffix.code and (suffix.name or "").count(", ") > words.count(", ")


def _citation(folded: Folded, mention: Resolved, province: str | None, published: dt.date | None) -> Citation:
    found, beside = mention.found, mention.beside
    start, end = folded.span(found.start, found.end)
    level = beside.body.level if beside.body is not None else suffix_level(mention.symbol)
    place, code = _where(beside, level, province, published)
    title = None
    if beside.title is not None:
        first, last = folded.span(beside.title.start, beside.title.end)
        title = " ".join(normalise(folded.source[first:last]).split()).strip(" ,") or None
    return Citation(
        text=folded.source[start:end],
        start=start,
        end=end,
        symbol=mention.symbol.text if mention.symbol is not None else None,
        kind=found.kind.called,
        kind_code=found.kind.code,
        number=mention.number,
        year=beside.year,
        issuer=_issuer_words(mention, province, published),
        issuer_code=mention.code,
        place=place,
        province=code,
        date=beside.date,
        term=beside.term,
        title=title,
        role=mention.told.role,
        document=mention.document,
        today=mention.told.today,
        flags=(UNREADABLE_NUMBER,) if found.alias.startswith(UNREADABLE_ALIAS) else (),
    )
