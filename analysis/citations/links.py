"""Links between documents: one carries out, amends or replaces another of the same text.

Two shapes are read: "A … thực hiện B" (A's own words reach to B), and "Thực hiện B, cơ quan ban hành A".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from analysis.citations.attributes import read_beside
from analysis.citations.cues import pattern, role_cue
from analysis.citations.issuer_words import match_body
from analysis.citations.sentences import clause_end, sentence_start
from analysis.citations.stages import Beside, Form, Found
from analysis.kinds import kind_by_name
from analysis.text import fold
from analysis.values import Citation, Link, Role

_LINKING = (Role.IMPLEMENTS, Role.AMENDS, Role.REPLACES)
_LIST = re.compile(r'[\s"()]*(?:,|;|và|,\s*và|hoặc|cùng|với|&)?[\s"(]*(?:số\s*:?\s*)?', re.IGNORECASE)
_REACHES = re.compile(
    r'(?:về|để|nhằm|có|được|do|và|đồng thời|quy định|ban hành|trong đó|tiếp tục|hướng dẫn|triển khai|với)(?!\w)|["(]',
    re.IGNORECASE,
)
_TOO_FAR = 450


@dataclass(frozen=True)
class _Cited:
    """A citation with its places in the folded text; the words behind it are read where a link may stand."""

    text: str
    citation: Citation
    start: int
    end: int

    @cached_property
    def _beside(self) -> Beside:
        kind = kind_by_name().get(self.citation.kind or "") or next(iter(kind_by_name().values()))
        return read_beside(self.text, Found(Form.FULL, self.start, self.end, kind, Beside(self.end)), self.end)

    @property
    def plain_title(self) -> bool:
        """Whether a title without quotes follows."""
        return self._beside.title is not None and not self._beside.title.quoted

    @property
    def tail(self) -> int:
        """The end of the attributes behind it; a title without quotes left out."""
        return self._beside.attributes_end if self.plain_title else self._beside.end


def find_links(text: str, citations: Sequence[Citation]) -> list[Link]:
    """Which documents of a text carry out, amend or replace which others, in order of place, each pair once.

    `citations` are those of `find_citations` on the very same text.
    """
    if not any(citation.role in _LINKING for citation in citations):
        return []
    folded = fold(text)
    cited = [_Cited(folded.text, one, folded.find(one.start), folded.find(one.end)) for one in citations]
    links = [*_direct(folded.text, cited), *_fronted(folded.text, cited)]
    return list(dict.fromkeys(link for link in links if link.subject != link.target))


def _direct(text: str, cited: list[_Cited]) -> Iterator[Link]:
    """Links such as "A thực hiện B", "A thay thế B", and the further items of a list of Bs."""
    subject: _Cited | None = None
    role: Role | None = None
    for first, second in pairwise(cited):
        if (passive := _passive(text, first, second)) is not None:
            yield passive
        alike = role is not None and first.citation.role is second.citation.role is role
        if alike and role and subject and _LIST.fullmatch(text[first.tail : second.start]):
            yield Link(subject.citation.document, second.citation.document, role)
            continue
        subject, role = None, None
        if second.citation.role in _LINKING and _reaches(text, first, second):
            subject, role = first, second.citation.role
            yield Link(first.citation.document, second.citation.document, role)


def _passive(text: str, first: _Cited, second: _Cited) -> Link | None:
    """In "A được thay thế bằng B" the second acts on the first."""
    role = first.citation.role
    if role not in (Role.AMENDS, Role.REPLACES) or second.start - first.end > _TOO_FAR:
        return None
    leads = pattern("passive_by").search(text[first.end : second.start]) is not None
    if not leads or clause_end(text, first.end) < second.start:
        return None
    return Link(second.citation.document, first.citation.document, role)


def _reaches(text: str, first: _Cited, second: _Cited) -> bool:
    """Whether the words after `first` run on to `second` without another subject taking over."""
    between = text[first.end : second.start]
    if len(between) > _TOO_FAR or clause_end(text, first.end) < second.start:
        return False
    cue = role_cue(between, second.citation.role)
    if cue is None:
        return False
    rest = text[first.tail : max(first.tail, first.end + cue)]
    if first.plain_title:
        return not _other_subject(rest)
    if ":" in rest or (rest.strip(" ,)") and _REACHES.match(rest.lstrip(" ,)")) is None):
        return False
    if rest.lstrip(" ,)").startswith("và") and second.citation.role is Role.IMPLEMENTS:
        return False
    return not _other_subject(rest)


def _other_subject(rest: str) -> bool:
    """Whether a comma brings in an issuer: ", Ban Thường vụ Tỉnh ủy chỉ đạo thực hiện …"."""
    return any(match_body(rest, match.end()) is not None for match in re.finditer(r",\s{1,2}", rest))


def _fronted(text: str, cited: list[_Cited]) -> Iterator[Link]:
    """In "Thực hiện B (và C), cơ quan ban hành A": A carries out B and C, but not what stands in B's title."""
    front: list[_Cited] = []
    start = -1
    for index, here in enumerate(cited):
        begin = sentence_start(text, here.start)
        if begin != start:
            start, front = begin, []
            opening = role_cue(text[begin : here.start], Role.IMPLEMENTS)
            if here.citation.role is Role.IMPLEMENTS and opening is not None and opening <= 12:
                front = [here]
            continue
        if front and here.citation.role is Role.IMPLEMENTS:
            before = cited[index - 1]
            if before is front[-1] and _LIST.fullmatch(text[before.tail : here.start]):
                front.append(here)
        elif here.citation.role is Role.ISSUES:
            for item in front:
                yield Link(here.citation.document, item.citation.document, Role.IMPLEMENTS)
