"""Cuts the text of an article into zones: lead, body, tail, and what does not count.

topics.md: position counts; a list of attendees, a caption, tags, a teaser box and the byline do not. The papers
mark these by fixed words at the head of a line or sentence, which is what is looked at here.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

LEAD_WORDS = 80
"""Where a paper gives no lead, so many words of the first paragraph of prose stand for it."""

TAIL_SHARE = 6
"""The last sixth of a body is its tail: there the papers put what was "also" said."""

TAIL_FROM = 1200
"""A text of fewer characters has no tail."""


class Zone(StrEnum):
    """Where a phrase stands. FIRST and OPENING are the first sentence and paragraph where no lead is given.

    ASIDE does not count.
    """

    TITLE = "title"
    LEAD = "lead"
    FIRST = "first"
    OPENING = "opening"
    BODY = "body"
    TAIL = "tail"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones of one text, as the offsets where each begins; whether it is a document printed in full.

    The offsets are those of the composed text; `decomposed` is the text as given where that is another one.
    """

    starts: list[int]
    zones: list[Zone]
    full_text: bool
    decomposed: str | None = None

    def at(self, offset: int) -> Zone:
        """The zone that a character of the given text stands in."""
        if self.decomposed is not None:
            offset = len(unicodedata.normalize("NFC", self.decomposed[:offset]))
        return self.zones[bisect_right(self.starts, offset) - 1]


_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\w+")
_TAG_LINE = re.compile(
    r"""(?: tags? | từ\ kh(?:óa|oá) | thẻ | chủ\ đề | chuyên\ mục | (?:mời\ )?(?:xem|đọc)\ thêm
          | (?:tin|bài|tin,\ bài)\ liên\ quan ) \s* :
      | >> | » | ▶ | ➤ | \#\w""",
    re.VERBOSE,
)
_BOX_HEAD = re.compile(
    r"""(?:các\ )?(?:tin|bài|tin,?\ bài)\ (?:liên\ quan|khác|mới|cùng\ chuyên\ mục|cùng\ chủ\ đề|nổi\ bật|đọc\ nhiều)\b
      | đọc\ nhiều | xem\ nhiều | đọc\ thêm | xem\ thêm | đọc\ tiếp | có\ thể\ bạn\ quan\ tâm | gửi\ cho\ bạn\ bè
      | cùng\ chuyên\ mục | bình\ luận | ý\ kiến\ bạn\ đọc""",
    re.VERBOSE,
)
_END_HEAD = re.compile(r"(?:tài liệu tham khảo|danh mục tài liệu|nơi nhận|chú thích)\s*(?::|-|$)")
_CAPTION = re.compile(
    r"""(?:^|[\s(\[.]) (?: ảnh | ảnh\ minh\ h(?:ọa|oạ) | ảnh\ tư\ liệu ) \s* [:\-–(/]
      | \(ảnh | ^(?:trong\ )?ảnh\b""",
    re.VERBOSE,
)
_ATTENDING = re.compile(
    r"""(?:(?:cùng|đến|tới|về|tham|đồng|còn\ có|có)\ )*(?:dự|tham\ gia|chủ\ trì)\b
        (?:\ (?:và|chủ\ trì|chỉ\ đạo|phát\ biểu))*
        (?: \ (?:buổi|lễ|hội|đoàn|cuộc|chương|phiên|đại|tại|với|cùng|có|sự|kỳ|ngày|diễn|điểm)\b | \s*[:,])""",
    re.VERBOSE,
)
_GUESTS = re.compile(
    r"""có\ (?:các\ )?(?:đồng\ chí|đ/c|ông|bà|đại\ biểu|đại\ diện|lãnh\ đạo) | (?:các\ )?đồng\ chí[:\ ]
      | có\ sự\ tham\ (?:dự|gia) | lãnh\ đạo\ (?:các\ )?(?:ban|sở|tỉnh|cơ\ quan|đơn\ vị)""",
    re.VERBOSE,
)
_ATTENDED = re.compile(
    r"""(?:hội\ nghị|hội\ thảo|buổi\ lễ|lễ|buổi\ làm\ việc|đại\ hội|chương\ trình|buổi\ tiếp)\b [^,.]{0,60}
        (?: (?:có|với)\ sự\ (?:tham\ (?:dự|gia)|hiện\ diện) | (?:tham\ )?dự\ có )
      | (?:cùng\ )?(?:tham\ )?dự\ (?:có|còn\ có)\b | thành\ phần\ (?:tham\ )?dự | đồng\ chủ\ trì
      | (?:các\ )?đồng\ chí:.{0,500}(?:chủ\ trì|tham\ dự|dự\ hội)""",
    re.VERBOSE,
)
_SENTENCE_END = re.compile(r"[.!?…](?<![A-ZĐ].)[.!?…]*[”\"’)]*(?=\s)")  # mark first: it is searched for in C
_DOCUMENT_LINE = re.compile(
    r"""(?:[ivx]{1,4}|[a-d]|\d{1,2})?\s*[.\-–/)]*\s*
        (?: mục\ đích,?\ yêu\ cầu | mục\ tiêu,?\ yêu\ cầu | quan\ điểm,?\ mục\ tiêu | tổ\ chức\ thực\ hiện
          | nhiệm\ vụ,?\ (?:và\ )?giải\ pháp | yêu\ cầu | mục\ tiêu | phạm\ vi\ điều\ chỉnh | mục\ đích )\b[\ :.,]*$
      | (?:t/m|tm\.)\s | điều\ \d+[.:] | nơi\ nhận | kính\ gửi | căn\ cứ\ """,
    re.VERBOSE,
)


class _Line(NamedTuple):
    start: int
    raw: str
    plain: str
    words: int


def cut(title: str, lead: str, text: str) -> Zones:
    """The zones of `text`. With no lead given, the head of its first paragraph is the opening; with no title
    either, its first sentence stands for them.

    A document printed in full has no opening: its first paragraph says no more of its subject than the others.
    """
    given, text = text, unicodedata.normalize("NFC", text)
    marks: list[tuple[int, Zone]] = [(0, Zone.BODY)]
    lines = _lines(text)
    shut = _shut_lines(lines, {_plain(title), _plain(lead)} - {""})
    full_text = sum(line.words < 60 and bool(_DOCUMENT_LINE.match(line.plain)) for line in lines) >= 2
    wants_lead = not lead.strip() and not full_text
    for line, aside in zip(lines, shut, strict=True):
        if aside:
            marks.append((line.start, Zone.ASIDE))
        elif wants_lead and line.words >= 15:
            wants_lead = False
            marks += _lead_marks(line, Zone.FIRST if title.strip() else Zone.LEAD)
        else:
            marks.append((line.start, Zone.BODY))
        if not aside:
            marks += _guest_marks(line, marks[-1][1])
    marks = _with_tail(marks, _tail_start(text))
    return Zones(
        [start for start, _ in marks], [zone for _, zone in marks], full_text, None if given == text else given
    )


def guest_spans(text: str) -> list[tuple[int, int]]:
    """The sentences that only say who was there, as offsets."""
    ends = [*(end.end() for end in _SENTENCE_END.finditer(text)), len(text)]
    spans = itertools.pairwise((0, *ends))
    return [(start, end) for start, end in spans if _names_guests(_plain(text[start:end]))]


def _lines(text: str) -> list[_Line]:
    found = []
    for match in _LINE.finditer(text):
        plain = _plain(match.group())
        if plain:
            found.append(_Line(match.start(), match.group(), plain, plain.count(" ") + 1))
    return found


def _plain(line: str) -> str:
    return unicodedata.normalize("NFC", line).strip(" \t\u00a0-–•*+").lower()


def _shut_lines(lines: list[_Line], seen: set[str]) -> list[bool]:
    """Which lines do not count as a whole: teaser boxes, tags, captions, byline, references, the title again."""
    shut = []
    boxed = ended = False
    for number, line in enumerate(lines):
        ended = ended or bool(_END_HEAD.match(line.plain))
        if boxed and (line.words > 45 or (line.words > 12 and line.plain[-1] in ".;:")):
            boxed = False
        boxed = boxed or (line.words < 10 and bool(_BOX_HEAD.match(line.plain)))
        last_lines = number > 0 and number >= len(lines) - 2
        byline = last_lines and line.words < 12 and line.plain[-1] not in ".!?;:"
        caption = line.words < 60 and "ảnh" in line.plain and bool(_CAPTION.search(line.plain))
        shut.append(boxed or ended or byline or caption or line.plain in seen or bool(_TAG_LINE.match(line.plain)))
    return shut


def _lead_marks(line: _Line, first_zone: Zone) -> list[tuple[int, Zone]]:
    """The first sentence has its own zone, what follows of the paragraph is the opening, up to `LEAD_WORDS`."""
    first = _SENTENCE_END.search(line.raw)
    marks = [(line.start, first_zone)]
    for number, word in enumerate(_WORD.finditer(line.raw)):
        if number == LEAD_WORDS:
            marks.append((line.start + word.start(), Zone.BODY))
            break
    if first and (len(marks) == 1 or line.start + first.end() < marks[1][0]):
        marks.insert(1, (line.start + first.end(), Zone.OPENING))
    return marks


def _names_guests(sentence: str) -> bool:
    if _ATTENDED.match(sentence):
        return True
    return bool(_ATTENDING.match(sentence)) and bool(_GUESTS.search(sentence))


def _guest_marks(line: _Line, zone: Zone) -> list[tuple[int, Zone]]:
    """Marks that set sentences naming guests aside within one line."""
    if "dự" not in line.plain and "chủ trì" not in line.plain and "tham gia" not in line.plain:
        return []
    marks: list[tuple[int, Zone]] = []
    for start, end in guest_spans(line.raw):
        marks += [(line.start + start, Zone.ASIDE), (line.start + end, zone)]
    return marks


def _tail_start(text: str) -> int:
    return len(text) - len(text) // TAIL_SHARE if len(text) > TAIL_FROM else len(text) + 1


def _with_tail(marks: list[tuple[int, Zone]], tail: int) -> list[tuple[int, Zone]]:
    """Body behind `tail` becomes tail; body that runs on into it is cut there."""
    marks = sorted(marks, key=lambda mark: mark[0])
    done: list[tuple[int, Zone]] = []
    for index, (start, zone) in enumerate(marks):
        behind = marks[index + 1][0] if index + 1 < len(marks) else tail + 1
        done.append((start, Zone.TAIL if zone is Zone.BODY and start >= tail else zone))
        if zone is Zone.BODY and start < tail < behind:
            done.append((tail, Zone.TAIL))
    return done
