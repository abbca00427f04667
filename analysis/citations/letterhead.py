"""The head of a document printed in full: its day and its issuer stand in the cells around its number, not behind it.

Body and number are on the left of such a head, the country's or the Party's name, place and day on the right (Nghị định
30/2020/NĐ-CP; Quy định 399-QĐ/TW). A page prints the cells one after the other, with "|", blank lines or a rule between
them, and wraps them anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from analysis.citations.attributes import DATE, by, read_date
from analysis.citations.issuer_words import UPPER, match_body
from analysis.citations.stages import Beside, Completed, Found
from analysis.citations.symbols import Symbol, is_party, suffix_of
from analysis.issuers import PARLIAMENT, Body
from analysis.kinds import Kind, kinds

_BELOW, _ABOVE = 400, 260
_PLACE = rf"(?:TP\.\s{{0,2}})?[{UPPER}][^\W\d_]*(?:[ \n-]{{1,3}}[{UPPER}][^\W\d_]*){{0,5}}"
_PLACE_AND_DAY = re.compile(
    rf"(?:\A|[|\n]|\s{{2}}|(?<=[{UPPER}][{UPPER}]) )[\s|]{{0,6}}{_PLACE},?\s{{0,3}}ngày\s{{1,3}}(?=\d)"
)
_TEXT_BEGINS = re.compile(r"\n\s{0,4}-?\s?(?:Căn cứ|Thực hiện|Kính gửi|Điều \d|Để|Nhằm)(?!\w)", re.IGNORECASE)
_OF_ALL = re.compile(
    r"(?:ĐẢNG\s+CỘNG\s+SẢN|CỘNG\s+H(?:ÒA|OÀ)\s+XÃ\s+HỘI\s+CHỦ\s+NGHĨA)\s+VIỆT\s+NAM|Độc\s+lập\s.{0,40}", re.IGNORECASE
)
"""What every head says and is nobody's name here: the Party's, the country's, its motto."""
_CELL_ENDS = re.compile(r"\||\n\s*\n|[-–_=]{2,}|\n\s*\*+\s*(?=\n)")


_HEADER_REST = re.compile(r"[ |]*(?:[^\W\d_][\w .-]{0,30}, ?ngày [^\n|]{4,40})?[ |]*(?:\n|$)")
_REST_IN_ONE_LINE = re.compile(
    rf"[^\n]{{0,120}}?{_PLACE}, ?ngày \d{{1,2}} tháng \d{{1,2}} năm \d{{4}}[ |*-]{{1,6}}[{UPPER}]{{2}}"
)
_LABEL = re.compile(r"(?<!\w)(?:số,? (?:ký )?hiệu|ký hiệu)(?: văn bản)?[\s:|]{1,8}$", re.IGNORECASE)
_LABELLED_DAY = re.compile(r"ngày (?:ban hành|ký|văn bản)[\s:|]{1,8}(?:ngày )?(?=\d)", re.IGNORECASE)


def is_header(text: str, found: Found) -> bool:
    """A line of its own that says "Số 29-HD/ĐUK": the head of a document printed in full.

    Or all cells of the head in one line: "ĐẢNG ỦY XÃ A Số: 7-KH/ĐU Hà Nội, ngày 5 tháng 3 năm 2026 KẾ HOẠCH".
    """
    if found.symbol is None or found.symbol.text is None:
        return False
    if text[found.start : found.start + 2].lower() != "số":
        return _is_head_of_law(text, found)
    line = text.rfind("\n", max(0, found.start - 12), found.start) + 1
    if line + 10 >= found.start and (line > 0 or found.start <= 6) and not text[line : found.start].strip():
        return _HEADER_REST.match(text, found.end) is not None
    before = text[max(0, found.start - 30) : found.start]
    cells = text[found.start] == "S" and before == before.upper() and any(char.isupper() for char in before)
    return cells and _REST_IN_ONE_LINE.match(text, found.end) is not None


def _is_head_of_law(text: str, found: Found) -> bool:
    """Parliament names the kind in its head, too: "Luật số: 7/2026/QH16" above place and day."""
    if found.symbol is None or PARLIAMENT.match(found.symbol.issuer_code or "") is None:
        return False
    own_line = found.start == 0 or text[found.start - 1] in "|\n"
    ends = _HEADER_REST.match(text, found.end) if own_line else None
    return ends is not None and _PLACE_AND_DAY.search(text, found.end, found.end + 100) is not None


def is_record(text: str, found: Found) -> bool:
    """A document as a record of fields: "Số hiệu: 18/2026/NQ-HĐND … Ngày ban hành: 21/7/2026"."""
    return found.symbol is not None and _day_of_record(text, found.start, found.end) is not None


def _day_of_record(text: str, start: int, end: int) -> re.Match[str] | None:
    if _LABEL.search(text, max(0, start - 40), start) is None:
        return None
    opening = _LABELLED_DAY.search(text, end, end + _BELOW)
    return DATE.match(text, opening.end()) if opening is not None else None


def from_record(text: str, mention: Completed) -> Beside:
    """What stands beside a document, with the day of its record of fields."""
    day = None if mention.beside.says_day else _day_of_record(text, mention.start, mention.end)
    return mention.beside if day is None else mention.beside._replace(date=read_date(day)[0])


def from_letterhead(text: str, mention: Completed) -> Beside:
    """What stands beside a document in full, with the day beside the place and the body above the number."""
    beside = mention.beside
    if beside.date is None:
        beside = _dated(text, mention, beside)
    return beside if beside.body is not None else _under_its_issuer(text, mention, beside)


def under_its_heading(text: str, found: Found) -> Found:
    """The same, of the kind that the heading names: "Số: 216-QĐ/TW" over "QUY ĐỊNH" is a quy định."""
    alike = _headings(found.kind.family)
    heading = re.search(alike[0], text[found.end : found.end + _BELOW]) if alike is not None else None
    return found if alike is None or heading is None else found._replace(kind=alike[1][" ".join(heading[1].split())])


@cache
def _headings(family: str) -> tuple[str, dict[str, Kind]] | None:
    """A line that names one of the kinds printed for one another, and those kinds by their names in capitals."""
    named = {kind.name.upper(): kind for kind in kinds() if kind.family == family and kind.called == kind.name}
    if len(named) < 2:
        return None
    names = "|".join(name.replace(" ", r"\s{1,2}") for name in sorted(named, key=len, reverse=True))
    return rf"\n[ |]*({names})(?=\s*(?:\n|\(|\Z))", named


def _dated(text: str, mention: Completed, beside: Beside) -> Beside:
    """The day beside the place: below the number, above it where the right column is printed first."""
    below = text[mention.end : mention.end + _BELOW]
    begins = _TEXT_BEGINS.search(below)
    above = text[max(0, mention.start - _ABOVE) : mention.start]
    for part in (below[: begins.start() if begins is not None else None], above):
        opening = _PLACE_AND_DAY.search(part)
        day = DATE.match(" ".join(part[opening.end() : opening.end() + 40].split())) if opening is not None else None
        if day is not None:
            return beside._replace(date=read_date(day)[0])
    return beside


def _under_its_issuer(text: str, mention: Completed, beside: Beside) -> Beside:
    """The issuer of a document in full stands in a cell of its own above the number ("ĐẢNG ỦY PHƯỜNG CÁI RĂNG")."""
    above = _OF_ALL.sub("\n\n", text[max(0, mention.start - _ABOVE) : mention.start])
    for words in _names_above(above):
        named = match_body(words.title() if words.isupper() else words, 0)
        if named is None or named.end != len(words) or not _may_sign(mention.found.symbol, named.body):
            continue
        return by(beside, replace(named, words=named.body.words) if words.isupper() else named)
    return beside


def _names_above(above: str) -> Iterator[str]:
    """The cells from the number upwards: each as a whole, then line by line."""
    for cell in reversed(_CELL_ENDS.split(above)):
        lines = [line.strip(" *\t") for line in cell.splitlines() if line.strip(" *\t")]
        if len(lines) > 1:
            yield " ".join(" ".join(lines).split())
        yield from reversed(lines)


def _may_sign(symbol: Symbol | None, body: Body) -> bool:
    """Whether a body can be the one of the suffix: a committee does not sign with its board's ("15-CV/BDVTW")."""
    suffix = suffix_of(symbol)
    if suffix is None or suffix.code == body.code:
        return True
    if suffix.code == "TW":  # "445-KL/TƯ" under "TỈNH ỦY": the suffix is the slip
        return body.level != "central" and is_party(body.code)
    return suffix.level in (None, body.level) and suffix.name is None
