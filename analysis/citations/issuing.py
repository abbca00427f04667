"""Verbs beside a verb of issuing: what was issued so that others carry it out, issued and carried out at once, or not
issued at all ("thông qua" as "by way of").
"""

from __future__ import annotations

import re

from analysis.citations.cues import pattern
from analysis.citations.stages import Completed
from analysis.values import Role

_ADOPTS = re.compile(
    r"[,;:\x01]|(?<!\w)(?:đã|vừa|được|hđnd|quốc hội|đại hội|hội nghị|kỳ họp|chính phủ"
    r"|biểu quyết|tỉnh ủy|thành ủy)(?!\w)"
)


def is_aim_of_what_was_issued(before: str, gap: str) -> bool:
    """In "ban hành các văn bản chỉ đạo triển khai thực hiện, như: Kế hoạch số …" the list is of what was issued."""
    intro = pattern("list_intro").search(gap)
    if intro is None or pattern("without_object").fullmatch(gap, 0, intro.start()) is None:
        return False
    return pattern("issued_nouns").search(before) is not None


_AND_MORE = re.compile(r"(?<!\w)(?:ban hành|thông qua)\s{1,2}và\s[^.,;:\x01]{0,30}$")
_AND = re.compile(r"\s{1,2}và\s")
_WHEN = re.compile(r"(?<!\w)(?:(?:ngày|sáng|chiều|tối)\s{1,2}\d|vừa\s|mới\s(?:đây|ban hành))")


def told_when(words: str, mention: Completed) -> bool:
    """Whether "ban hành và triển khai" is told of a day, and the document is nobody else's ("… của Tỉnh ủy")."""
    return mention.beside.body is None and (mention.beside.says_day or _WHEN.search(words) is not None)


def carried_out(gap: str) -> bool:
    """Of "ban hành và tổ chức thực hiện Chỉ thị số …" both verbs are of the one document."""
    return _AND.match(gap) is not None and pattern("without_object").fullmatch(gap) is not None


def is_by_way_of(words: str, found: list[re.Match[str]], at: int) -> bool:
    """In "triển khai thực hiện công tác giáo dục … thông qua Chỉ thị số …" nothing was adopted."""
    if found[at].group() != "thông qua" or at == 0 or found[at - 1].lastgroup != Role.IMPLEMENTS:
        return False
    return _ADOPTS.search(words, found[at - 1].end(), found[at].start()) is None


def issued_and(before: str) -> bool:
    """Whether a verb of issuing stands before, joined to what follows: "ban hành và tổ chức"."""
    return _AND_MORE.search(before) is not None
