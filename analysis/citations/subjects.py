"""Who issued: the issuer named before the verb ("Tỉnh ủy Cà Mau vừa ban hành Chỉ thị …")."""

from __future__ import annotations

import re
from dataclasses import replace

from analysis.citations.cues import pattern
from analysis.citations.issuer_words import Named, match_body
from analysis.citations.sentences import sentence_start
from analysis.issuers import body_starts

_LETTERS = re.compile(r"[^\W\d_]+")


def subject_body(text: str, cue: int, floor: int) -> Named | None:
    """The issuer before the verb of issuing that stands at `cue`; whom somebody signs for comes first.

    `floor` is where an earlier document's own words end: its issuer is not the subject.
    """
    if cue < 0:
        return None
    start = max(floor, sentence_start(text, cue))
    proxy = pattern("on_behalf").search(text[start:cue].lower())
    if proxy is not None and (named := match_body(text, start + proxy.end())) is not None:
        return named
    return last_body(text, start, cue)


def last_body(text: str, start: int, end: int) -> Named | None:
    """The last issuer named between two places (None: none)."""
    last: Named | None = None
    placed: dict[str, str] = {}
    at = last_end = start
    while (match := _LETTERS.search(text, at, end)) is not None:
        at = match.end()
        if match.group().lower() not in body_starts():
            continue
        named = match_body(text, match.start())
        if named is not None and named.end <= end + 1:
            last = _joined(text[last_end : match.start()], last, named)
            at = last_end = named.end
            if named.place is not None:
                placed[named.body.code] = named.place
    if last is not None and last.place is None and last.body.code in placed:
        return replace(last, place=placed[last.body.code])  # "Tỉnh ủy Hà Tĩnh cho biết, Ban Thường vụ Tỉnh ủy vừa …"
    return last


def _joined(between: str, before: Named | None, named: Named) -> Named:
    """Of "Bộ Chính trị, Ban Bí thư ban hành …" both are named: which of them issued is not said."""
    if before is None or between.strip() not in (",", "và") or before.body.code != named.body.code:
        return named
    return Named(named.end, named.body, f"{before.words}, {named.words}", named.place)
