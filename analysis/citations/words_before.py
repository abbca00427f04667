"""The words before a mention within its sentence, and whether it goes on a list that another mention began."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from analysis.citations.cues import MASK, cues, first_naming, pattern
from analysis.citations.items import list_opening
from analysis.citations.sentences import sentence_start
from analysis.citations.stages import Completed, Found
from analysis.values import Role

MOST_EARLIER = 12
LONGEST_TITLE = 260
"""How far brackets can stand behind the first naming: "ban hành Kế hoạch … (Kế hoạch số 7/KH-UBND"."""


class WordsBefore(NamedTuple):
    """The words before one mention, in lower case, earlier mentions and titles masked; `start` is their place."""

    text: str
    start: int
    previous: Completed | None

    @property
    def tail(self) -> str:
        """The words behind the last mention before."""
        return self.text[self.text.rfind(MASK) + 1 :]


def words_before(text: str, mentions: Sequence[Completed], index: int) -> WordsBefore:
    """The words before a mention, within its sentence; before an item of a list those that open the list."""
    mention = mentions[index]
    if (opening := list_opening(text, mention.start)) is not None:
        return _opening_words(text, mentions, index, opening)
    start = sentence_start(text, mention.start)
    if start > 2 and pattern("sole_intro").match(text[start : start + 24].lower()) is not None:
        start = sentence_start(text, start - 2)  # "… thông qua 12 nghị quyết. Cụ thể: Nghị quyết số …"
    words = text[start : mention.start].lower()
    if len(words) != mention.start - start:  # lower-casing can lengthen exotic letters: keep places right
        words = text[start : mention.start]
    previous = mentions[index - 1] if index and mentions[index - 1].end > start else None
    for other in reversed(mentions[max(0, index - MOST_EARLIER) : index]):
        if other.end <= start:
            break
        words = _masked(words, max(other.start, start) - start, other.attributes_end - start)
        title = other.beside.title
        if title is not None and title.quoted:
            words = _masked(words, title.start - start, title.end + 1 - start)
    return WordsBefore(_without_apposition(words, mention.found), start, previous)


def _opening_words(text: str, mentions: Sequence[Completed], index: int, end: int) -> WordsBefore:
    """The words that open a list, behind the last document that they name themselves ("… Chỉ thị số 9, trong đó:")."""
    start = sentence_start(text, end - 1)
    named = (other.attributes_end for other in mentions[max(0, index - 64) : index] if start < other.end <= end)
    start = max(start, *named, start)
    words = text[start:end].lower()
    return WordsBefore((words if len(words) == end - start else text[start:end]) + " ", start, None)


def _without_apposition(words: str, found: Found) -> str:
    """Of "ban hành nghị quyết về dân vận (Nghị quyết số 17-NQ/TU" what stands before the same kind's first naming."""
    if not words.rstrip().endswith("("):
        return words
    if words.rstrip("( ").endswith(" văn bản"):  # "vừa có văn bản (Công văn số 326/UBND-NC)"
        return words[: words.rindex("văn bản")]
    low = max(0, len(words) - LONGEST_TITLE, words.rfind(MASK) + 1)
    at = max((words.rfind(kind_words, low) for kind_words in found.kind.words), default=-1)
    if at < 0:  # "ban hành Quy chế giám sát (Quyết định số 217-QĐ/TW"
        at = max((match.end() for match in first_naming().finditer(words, low)), default=-1)
    return words[:at] if at >= 0 and ";" not in words[at:] else words


def _masked(words: str, start: int, end: int) -> str:
    start, end = max(0, start), min(len(words), end)
    return words if end <= start else words[:start] + MASK * (end - start) + words[end:]


_MOST_OF_A_TITLE = 120
_PREAMBLE = re.compile(r"[\s-]{0,4}căn cứ (?!vào|tình hình)")
"""The head of a preamble: all that its line names, semicolon after semicolon, is what the document rests on."""
_SAID_OF_IT = re.compile(r"(?<!\w)(?:đã|đang|sẽ|được|bị|vừa|là|có)(?!\w)")


def _says_more(words: str) -> bool:
    """Whether words are more than the rest of a title: a verb stands in them, or a cue of another role."""
    return _SAID_OF_IT.search(words) is not None or any(cue.lastgroup != Role.CITES for cue in cues().finditer(words))


def is_listed(context: WordsBefore) -> bool:
    """Whether only what joins a list stands between the previous mention (with its words) and this one.

    Before a semicolon the rest of a title may stand too ("… “Dân vận khéo” trên địa bàn tỉnh; Hướng dẫn số 8-HD/TU").
    """
    previous = context.previous
    if previous is None or MASK not in context.text:
        return False
    title = previous.beside.title
    unquoted = title is not None and not title.quoted
    rest = context.text[title.end - context.start :] if title is not None and unquoted else context.tail
    if rest.rstrip().endswith(";") and len(rest) <= _MOST_OF_A_TITLE and not _says_more(rest):
        return True
    if rest.rstrip().endswith(";") and _PREAMBLE.match(context.text) is not None:
        return True
    if unquoted:
        return pattern("connector").search(context.tail) is not None
    return len(context.tail) <= 30 and pattern("coordination").fullmatch(context.tail) is not None


def goes_on(text: str, context: WordsBefore, mention: Completed) -> bool:
    """A comma before a mention that has a verb of its own begins a clause, not a further item."""
    previous = context.previous
    if previous is None:
        return False
    if previous.told.role is Role.CITES and previous.told.cue == (-1, -1):
        return True  # neither has a verb before it: the one behind is of both
    joint = text[previous.end : mention.start]
    if "và" in joint[-6:] or ";" in joint[-4:]:
        return True
    return previous.told.listed or context.start != previous.start or not is_subject(text, mention)


def list_head(text: str, mentions: Sequence[Completed], index: int, context: WordsBefore) -> Completed:
    """The mention whose role a list item shares: the one before; behind a semicolon the first of the item before.

    A number without a kind of its own ("các Quy định số 9-QĐ/TU; số 14-QĐ/TU") goes with the one before.
    """
    at = index - 1
    if ";" not in context.tail or text.startswith("số", mentions[index].start):
        return mentions[at]
    while at > 0 and index - at < MOST_EARLIER and mentions[at - 1].end > context.start:
        joint = context.text[
            max(0, mentions[at - 1].attributes_end - context.start) : mentions[at].start - context.start
        ]
        if ";" in joint:
            break
        at -= 1
    return mentions[at]


def is_subject(text: str, mention: Completed) -> bool:
    """Whether the mention, with its words, is followed by a verb of its own."""
    return pattern("predicates").match(text, mention.beside.end, min(len(text), mention.beside.end + 40)) is not None
