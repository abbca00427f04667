"""Which document a mention means, and whether that is news: pure rules.

A symbol is not an identity: party numbers restart at 01 for each kind and term, state numbers each year, and every
province has its own. Identity = kind + number + issuer (+ province, place) + date of issue, or the term where no date
is known. `match` decides between joining a known document, a new one, and "the text does not tell" (open).
When numbers restart is data: `analysis/data/numbering.yaml`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from analysis.described import SLACK, Account, Described, KnownDocument, organ_of, place_of, titles_agree
from analysis.issuers import level_of
from analysis.kinds import kind_family
from analysis.numbering import Series, central_term_of, same_period, series_of
from analysis.values import Role

SLIP = dt.timedelta(days=10)
"""Dates of one number this near are one date, once misprinted."""

RECENT = dt.timedelta(days=60)
"""A document reported as issued came out at most this long before."""


class Identity(StrEnum):
    """What becomes of a mention."""

    JOIN = "join"
    NEW = "new"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision: the document joined (and those that turn out to be the same one), with the reason in words."""

    outcome: Identity
    reason: str
    document_id: int | None = None
    merge: tuple[int, ...] = ()


class Fit(IntEnum):
    """How a mention fits a known document, worst first."""

    NO = 0
    """The two contradict each other."""
    DOUBT = 1
    """Nothing certain speaks against it, but the text points elsewhere."""
    MAYBE = 2
    """Nothing speaks against it, nothing for it."""
    ORGAN = 3
    """The organ named is the same (Bộ Chính trị, Ban Bí thư …)."""
    LIKELY = 4
    """A date that reads as a misprint of the other."""
    TOLD = 5
    """Term, title or year tell."""
    SAME = 6
    """The date of issue is the same."""


def match(mention: Account, known: Iterable[KnownDocument]) -> Decision:
    """Decide what a mention means, among the known documents of its number and issuer (others are passed over)."""
    fits = [(fit, document) for document in known if (fit := fits_to(mention, document)) > Fit.NO]
    best = max((fit for fit, _ in fits), default=Fit.NO)
    leading = [document for fit, document in fits if fit == best]
    if best >= Fit.LIKELY:
        told = [document for fit, document in fits if Fit.TOLD <= fit < best]
        return _join(leading, _REASONS[best], told)
    if best >= Fit.MAYBE:
        if len(leading) == 1 and (best == Fit.ORGAN or not _unsure(fits)):
            return _join(leading, _REASONS[best])
        if mention.described.date is None:
            return Decision(Identity.OPEN, "lời văn không cho biết là văn bản nào trong các văn bản cùng ký hiệu")
    return _start(mention, doubted=best == Fit.DOUBT)


_REASONS = {
    Fit.SAME: "cùng ngày ban hành",
    Fit.TOLD: "cùng khóa, cùng năm hoặc cùng tên gọi",
    Fit.LIKELY: "ngày ban hành in lệch",
    Fit.ORGAN: "cùng cơ quan ban hành",
    Fit.MAYBE: "văn bản duy nhất còn hợp với bài",
}


def _unsure(fits: Sequence[tuple[Fit, KnownDocument]]) -> bool:
    return sum(fit >= Fit.MAYBE for fit, _ in fits) > 1


def _join(leading: Sequence[KnownDocument], reason: str, told: Sequence[KnownDocument] = ()) -> Decision:
    """Join the document all evidence leads to; several are one document when nothing tells them apart but gaps.

    `told`: documents that lesser evidence leads to; they are merged where they fit, else left alone.
    """
    survivor = min(leading, key=_standing)
    if not all(_gaps_only(one.described, survivor.described) for one in leading):
        return Decision(Identity.OPEN, "có hơn một văn bản hợp với lời văn")
    same = [*leading, *(one for one in told if _gaps_only(one.described, survivor.described))]
    survivor = min(same, key=_standing)
    return Decision(Identity.JOIN, reason, survivor.id, tuple(sorted(one.id for one in same if one is not survivor)))


def _standing(one: KnownDocument) -> tuple[bool, bool, int]:
    """Which of several rows of one document stays: the one staff were told of, the dated one, the oldest."""
    return not one.announced, one.described.date is None, one.id


def _gaps_only(one: Described, other: Described) -> bool:
    """Whether two descriptions differ only in what one of them does not say."""
    pairs = ((one.province, other.province), (one.date, other.date), (one.term, other.term), (one.year, other.year))
    clash = any(a is not None and b is not None and a != b for a, b in pairs)
    return not clash and _kinds_agree(one, other) and place_of(one) == place_of(other)


def _start(mention: Account, *, doubted: bool) -> Decision:
    """No known document fits: a new one, unless the mention cannot carry an identity."""
    described = mention.described
    if mention.role is Role.DRAFTS:
        return Decision(Identity.OPEN, "mới là dự thảo")
    if doubted and mention.role is not Role.ISSUES and described.date is None:
        return Decision(Identity.OPEN, "lời văn không khớp văn bản đang giữ, cũng không đủ để là văn bản khác")
    nowhere = described.province is None and level_of(described.issuer_code) != "central"
    if described.date is None and (nowhere or (_vague(described) and mention.role is not Role.ISSUES)):
        return Decision(Identity.OPEN, "không rõ của địa phương nào")
    return Decision(Identity.NEW, "chưa từng giữ văn bản này")


def fits_to(mention: Account, known: KnownDocument) -> Fit:
    """How a mention fits one known document."""
    new, old = mention.described, known.described
    if (new.number, new.issuer_code) != (old.number, old.issuer_code) or _differ(new.province, old.province):
        return Fit.NO
    if _differ(new.year, old.year):
        return Fit.NO
    if new.date is not None and old.date is not None:
        return _by_dates(mention, known)
    if not _kinds_agree(new, old) or place_of(new) != place_of(old) or (new.year is None) != (old.year is None):
        return Fit.NO
    if new.year is not None:
        return Fit.TOLD if new.province == old.province else Fit.MAYBE
    term = _by_term(new, old)
    if term is not None:
        return term
    return _by_time(mention, known)


def _by_dates(mention: Account, known: KnownDocument) -> Fit:
    """Both dates are known."""
    new, old = mention.described, known.described
    assert new.date is not None
    assert old.date is not None
    if new.date == old.date:
        related = _kinds_agree(new, old) or bool(_kind_families(new) & _kind_families(old))
        places = new.place is None or old.place is None or place_of(new) == place_of(old)
        return Fit.SAME if related and places else Fit.NO
    if not _kinds_agree(new, old) or place_of(new) != place_of(old):
        return Fit.NO
    if new.year is not None and new.year == old.year:
        return Fit.TOLD
    if _vague(new) and abs(new.date - old.date) > SLACK and not titles_agree(new.title, old.title):
        return Fit.NO
    same = same_period(new.issuer_code, new.date, old.date)
    alike = titles_agree(new.title, old.title)
    if same and (alike or is_slip(new.date, old.date)):
        return Fit.LIKELY
    if same is not False and abs(new.date - old.date) <= SLIP:
        return Fit.LIKELY
    if _is_year_slip(new.date, old.date) and (alike or _both_just_issued(mention, known)):
        return Fit.LIKELY
    return Fit.NO


def is_slip(one: dt.date, other: dt.date) -> bool:
    """Whether two dates read as one, once misprinted: near, day and month swapped, or one part of three different."""
    if abs(one - other) <= SLIP:
        return True
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return True
    parts = sum(a != b for a, b in zip(one.timetuple()[:3], other.timetuple()[:3], strict=True))
    return parts == 1 and one.year == other.year


def _is_year_slip(one: dt.date, other: dt.date) -> bool:
    return (one.day, one.month) == (other.day, other.month) and abs(one.year - other.year) == 1


def _both_just_issued(mention: Account, known: KnownDocument) -> bool:
    """Both articles report the document as just issued, and stand close together."""
    return (
        mention.role is Role.ISSUES and known.reported_on is not None and abs(mention.on - known.reported_on) <= RECENT
    )


def _by_term(new: Described, old: Described) -> Fit | None:
    """What the terms say; None where they say nothing. Local terms have no dates: only equal words tell."""
    if new.term is not None and old.term is not None:
        return Fit.TOLD if new.term == old.term else Fit.NO
    if new.issuer_code != "TW":
        return None
    for one, other in ((new, old), (old, new)):
        if one.term is not None and other.date is not None:
            return Fit.TOLD if one.term in central_term_of(other.date) else Fit.NO
    return None


def _by_time(mention: Account, known: KnownDocument) -> Fit:
    """At least one date is missing: title, organ and the articles' days must tell."""
    new, old = mention.described, known.described
    alike = titles_agree(new.title, old.title)
    in_period = same_period(new.issuer_code, new.date or mention.on, old.date or known.mentioned_on)
    if not _possible_in_time(mention, known):
        return Fit.NO
    if alike:
        return Fit.TOLD
    if alike is False and in_period is not True:
        return Fit.DOUBT
    if _vague(new) or (new.date is None and _too_old_for(mention, known, in_period=in_period)):
        return Fit.DOUBT
    organs = organ_of(new.issuer), organ_of(old.issuer)
    if organs[0] and organs[1]:
        return Fit.ORGAN if organs[0] == organs[1] else (Fit.MAYBE if in_period else Fit.DOUBT)
    return Fit.MAYBE


def _possible_in_time(mention: Account, known: KnownDocument) -> bool:
    """Nobody names a document before it is issued, and what is reported as issued is not old."""
    new, old = mention.described, known.described
    if new.date is not None:
        early = known.reported_on is not None and new.date < known.reported_on - RECENT
        return not early and new.date <= known.mentioned_on + SLACK
    issued = old.date or (known.reported_on - RECENT if known.reported_on else None)
    return issued is None or issued <= mention.on + SLACK


def _too_old_for(mention: Account, known: KnownDocument, *, in_period: bool | None) -> bool:
    """An undated mention that can hardly mean this document, because its number has been given again since."""
    since = known.described.date or known.reported_on or known.mentioned_on
    if mention.role is Role.ISSUES:
        return in_period is not True and abs(mention.on - since) > RECENT
    if series_of(known.described.issuer_code) is Series.YEAR:
        return abs(mention.on - since) > dt.timedelta(days=400)
    return False


def _kinds_agree(one: Described, other: Described) -> bool:
    """The word names the kind; the code speaks only where there is no word. QĐ and QĐi are one family."""
    return kind_family(one.kind, one.kind_code) == kind_family(other.kind, other.kind_code)


def _kind_families(one: Described) -> frozenset[str]:
    """The families that word, code and printed symbol stand for ("Chương trình số 32-CT/TU": both)."""
    printed = re.search(r"\d[^\w]*(?:\d{4}/)?([^\W\d_]+)", one.symbol)
    codes = {one.kind_code, printed.group(1) if printed else one.kind_code}
    return frozenset({kind_family(one.kind, one.kind_code), *(kind_family(None, code) for code in codes)})


def _vague(one: Described) -> bool:
    """A district's or commune's body without its name: every commune has a 01-NQ/ĐU."""
    if level_of(one.issuer_code) not in {"district", "commune"}:
        return False
    return place_of(one) == place_of(replace(one, place=None))


def _differ(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other
