"""The road of a text: fold → find → read the words beside → roles → which are one document → places → citations."""

from __future__ import annotations

import datetime as dt

from analysis.citations.aliases import alias_mentions
from analysis.citations.attributes import read_tail
from analysis.citations.completing import (
    complete_day,
    is_fresh,
    issuer_code,
    read_subject,
    share_in_pairs,
    suffix_level,
    suffix_of,
)
from analysis.citations.finding import back_references, full_symbols, short_forms
from analysis.citations.grammar import role_words
from analysis.citations.looking_back import mark_look_backs
from analysis.citations.mention import Level, Mention
from analysis.citations.resolving import join_appositions, resolve, share
from analysis.citations.roles import assign_roles
from analysis.citations.sentences import clause_end, sentence_start
from analysis.issuers import Issuer, read_issuer
from analysis.places import find_province, province_by_code
from analysis.text import Folded, fold, normalise
from analysis.values import Citation, Role

_LOCAL = ("province", "district", "commune")


def find_citations(text: str, *, province: str | None = None, published: dt.date | None = None) -> list[Citation]:
    """Every document named in a text, in order of place.

    `province` is the two-digit code (of the 34) of the paper's province, used where the words name no place;
    `published` the day of the article, used for days printed without a year and for names as they were. Takes any
    string; offsets are places in exactly that string. Raises nothing.
    """
    folded = fold(text)
    mentions = read_mentions(folded.text, published)
    return [_citation(folded, mention, province, published) for mention in mentions]


def read_mentions(text: str, published: dt.date | None) -> list[Mention]:
    """The mentions of a folded text with all their words, roles and document ids."""
    mentions = _found(text)
    for index, mention in enumerate(mentions):
        limit = mentions[index + 1].start if index + 1 < len(mentions) else len(text)
        read_tail(text, mention, limit)
    mentions = [mention for mention in mentions if _stays(mention)]
    share_in_pairs(text, mentions)
    assign_roles(text, mentions)
    for index, mention in enumerate(mentions):
        read_subject(text, mentions, index)
        complete_day(mention, published)
        if mention.passive and mention.role is Role.CITES and is_fresh(mention.date, published):
            mention.role = Role.ISSUES
        mention.code = issuer_code(mention)
    mark_look_backs(text, mentions, published)
    resolve(mentions)
    join_appositions(text, mentions)
    mentions = _with_back_references(text, mentions)
    share(mentions)
    return mentions


def _found(text: str) -> list[Mention]:
    full = list(full_symbols(text))
    taken = sorted([*full, *short_forms(text, full)], key=lambda mention: mention.start)
    found: list[Mention] = []
    last = -1
    for mention in sorted([*taken, *alias_mentions(text)], key=lambda m: (m.start, -m.end)):
        if mention.start >= last:
            found.append(mention)
            last = mention.end
    return found


def _stays(mention: Mention) -> bool:
    """A weak short form ("Chương trình 135") needs words beside it that say whose it is."""
    if mention.level is not Level.SHORT or mention.symbol is not None:
        return True
    doubtful = mention.kind.verb and not mention.capital and len(mention.number or "") == 1
    if not mention.kind.weak and not doubtful:
        return True
    return mention.body is not None or mention.date is not None


def _own_document(text: str, mentions: list[Mention]) -> Mention | None:
    """The document that the article prints in full, if it does."""
    signs = role_words()["full_text"]
    for mention in mentions:
        if mention.role is not Role.ISSUES:
            continue
        if mention.header:
            return mention
        end = min(len(text), clause_end(text, mention.tail_end) + 2)
        sentence = text[sentence_start(text, mention.start) : end].lower()
        if any(sign in sentence for sign in signs):
            return mention
    return None


def _with_back_references(text: str, mentions: list[Mention]) -> list[Mention]:
    """Add "Nghị quyết này" where the text has a document of that kind before it, else leave it out."""
    references = list(back_references(text)) if mentions else []
    if not references:
        return mentions
    own = _own_document(text, mentions)
    added: list[Mention] = []
    last: dict[str, int] = {}
    at = 0
    for start, end, kind in references:
        while at < len(mentions) and mentions[at].end <= start:
            last[mentions[at].kind.family] = at
            at += 1
        index = last.get(kind.family)
        if index is None or (at < len(mentions) and mentions[at].start < end):
            continue
        known = _antecedent(text, mentions, index, own, kind.family)
        added.append(Mention(Level.THIS, start, end, known.kind, known.number, document=known.document, tail_end=end))
    merged = sorted([*mentions, *added], key=lambda mention: (mention.start, mention.end))
    assign_roles(text, merged, only=Level.THIS)
    return merged


def _antecedent(text: str, mentions: list[Mention], index: int, own: Mention | None, family: str) -> Mention:
    nearest = mentions[index]
    if own is not None and own.kind.family == family:
        return own
    start = sentence_start(text, nearest.start)
    at = index
    while at >= 0 and mentions[at].start >= start and index - at < 8:
        if mentions[at].kind.family == family and mentions[at].role is Role.ISSUES:
            return mentions[at]
        at -= 1
    return nearest


def _where(
    mention: Mention, level: str | None, province: str | None, published: dt.date | None
) -> tuple[str | None, str | None]:
    """Place and today's province code: by the words, else the paper's; none for central documents."""
    if level == "central":
        return None, None
    if mention.place is not None:
        named = find_province(mention.place)
        return mention.place, named.code if named is not None else province
    unit = province_by_code(province) if province is not None and level in _LOCAL else None
    return (unit.name_on(mention.date or published), unit.code) if unit is not None else (None, None)


def _issuer_words(mention: Mention, province: str | None, published: dt.date | None) -> str | None:
    suffix = suffix_of(mention)
    if mention.issuer is not None and not _names_fewer(mention.issuer, suffix):
        return mention.issuer
    name = suffix.name if suffix is not None else (read_issuer(mention.code).name if mention.code else None)
    unit = (find_province(mention.place) if mention.place else None) or (
        province_by_code(province) if province else None
    )
    if name is not None and "Tỉnh ủy" in name and unit is not None:
        return name.replace("Tỉnh ủy", unit.committee_on(mention.date or published).partition("ủy")[0] + "ủy")
    return name


def _names_fewer(words: str, suffix: Issuer | None) -> bool:
    """Whether the words name one of several issuers that the symbol joins: then all stand in the issuer."""
    return suffix is not None and "-" in suffix.code and (suffix.name or "").count(", ") > words.count(", ")


def _citation(folded: Folded, mention: Mention, province: str | None, published: dt.date | None) -> Citation:
    start, end = folded.span(mention.start, mention.end)
    level = mention.body.level if mention.body is not None else suffix_level(mention)
    place, code = _where(mention, level, province, published)
    title = None
    if mention.title is not None:
        first, last = folded.span(mention.title_start, mention.title_end)
        title = " ".join(normalise(folded.source[first:last]).split()).strip(" ,") or None
    return Citation(
        text=folded.source[start:end],
        start=start,
        end=end,
        symbol=mention.symbol.text if mention.symbol is not None else None,
        kind=mention.kind.name,
        kind_code=mention.kind.code,
        number=mention.number,
        year=mention.year,
        issuer=_issuer_words(mention, province, published),
        issuer_code=mention.code,
        place=place,
        province=code,
        date=mention.date,
        term=mention.term,
        title=title,
        role=mention.role,
        document=mention.document,
    )
