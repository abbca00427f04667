"""What stands beside a number: date, issuer with place, term, title.

They follow the number in any order ("ngày 3-6-2013 của Ban Chấp hành Trung ương Đảng khóa XI về “…”"); reading stops
at the first thing that is none of them, so that a date behind a second number stays with the second.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from analysis.citations.grammar import role_words
from analysis.citations.issuer_words import LOWER, Named, match_body
from analysis.citations.stages import Beside, Found, Title
from analysis.citations.symbols import Symbol, suffix_level, suffix_of
from analysis.issuers import Body, issuer_of
from analysis.kinds import kind_words

# Between a number and its attributes: spaces, commas, and a line end only where the sentence goes on in small letters.
_GAP = rf"[ ,]{{0,4}}(?:\n(?=(?-i:[{LOWER}(])))?\(? ?"
_NUMERIC = r"(\d{1,2}) ?[-/.] ?(\d{1,2})(?: ?[-/.] ?(\d{4}|\d{2})(?!\d)|(?![-/.]?\d))"
_SPELLED = r"(\d{1,2})[ \n]{0,3}tháng[ \n]{0,3}(\d{1,2})(?:(?:[ \n]{0,3}năm| ?[-/,])[ \n]{0,3}(\d{4}))?(?!\d)"
_ISSUED = r"(?:(?:đã |vừa |mới )?(?:được |do )?(?:ký )?(?:ban hành|thông qua|ký) {1,3})?(?:vào {1,3})?"
DATE = re.compile(rf"(?:{_SPELLED}|{_NUMERIC})", re.IGNORECASE)
_DAY = re.compile(
    rf"(?: [-–] (?=(?-i:ngày))|{_GAP}){_ISSUED}(?:(?:hồi|lúc) \d{{1,2}} giờ(?: \d{{1,2}}(?: phút)?)?,? )?"
    r"ngày[ \n]{0,3}(?:ký |m[ùồ]ng )?(?=\d)",
    re.IGNORECASE,
)
_BARE_DAY = re.compile(r"(?: {0,3}\( ?(?:ban hành )?| ?, ?)(?=\d{1,2} ?[-/.] ?\d{1,2} ?[-/.] ?\d{4}(?!\d))")
_OF = re.compile(
    rf"{_GAP}(?:(?:ý kiến )?kết luận )?(?:(?:đã |vừa |mới )?được {{1,3}}|(?:của|do|giữa)[ \n]{{1,3}})", re.IGNORECASE
)
_VERB_AFTER = re.compile(r"(?:\s{1,2}khóa\s{1,2}\w{1,6})?\s{1,3}(?:ký\s{1,3})?(?:ban hành|thông qua)(?!\w)")
_DIRECT = re.compile(r"(?: {1,2}\(?|, ?(?=Hội nghị )| tại (?=Hội nghị (?:lần thứ|Trung ương)))(?=[A-ZĐỦƯ])")
_TERM = re.compile(
    rf"{_GAP}(?:(?:Đại hội|nhiệm kỳ)\s{{1,3}})?(?:khóa|Khóa|KHÓA)\s{{1,3}}([IVXLivxl]{{1,6}}|\d{{1,2}})(?!\w)\)?"
)
_YEAR = re.compile(rf"{_GAP}(?:ban hành )?năm {{1,2}}((?:19|20)\d\d)(?!\d)\)?")
_QUOTED = re.compile(r'[ ,:]{0,4}\n?(?:về\s{1,3}(?:việc\s{1,3})?)?"')
_ABOUT = re.compile(rf"{_GAP}về\s{{1,3}}(?:việc\s{{1,3}})?(?=\w)", re.IGNORECASE)
_SENT_ABOUT = re.compile(rf"{_GAP}gửi\s[^.;:\"()\n]{{2,90}}?\svề việc\s{{1,3}}(?=\w)", re.IGNORECASE)
_CLAUSE = "|".join(role_words()["title_ends_before"])
_TITLE_ISSUERS = "|".join(role_words()["title_issuers"])
_TITLE_VERBS = "|".join(role_words()["title_verbs"])
_CLAUSE_VERBS = "|".join(role_words()["title_clause_verbs"])
_UNITS = "|".join(role_words()["title_units"])
_TITLE_STOP = re.compile(
    rf'[.;:"()]|\n(?![{LOWER}])'
    rf"|,\s(?=(?:{_CLAUSE})(?:\b|(?<=20))|[^,.;:\"()\n]{{1,40}}?\s(?:{_CLAUSE_VERBS})\s)"
    rf"|\s(?=(?:(?:của|do|(?:đã |vừa |mới )?được) (?:{_TITLE_ISSUERS})|{_TITLE_VERBS})\b)"
)
_UNIT_BEFORE = re.compile(rf"(?<!\w)({_UNITS})$")
_UNIT_AFTER = re.compile(rf",\s({_UNITS})(?!\w)")
_LIST_END = re.compile(r'[\s"(]*(?:,|;|,?\s*và|,?\s*cùng|&)[\s"(]*(?:(?:số|các|những)\s+)?$')
_TITLE_MOST = 400


def read_date(match: re.Match[str]) -> tuple[dt.date | None, tuple[int, int] | None]:
    """The day a match of `DATE` stands for: a date, or day and month where no year is printed. None: no such day."""
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
    if year is None:
        return None, ((int(day), int(month)) if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else None)
    full = int(year) if len(year) == 4 else 2000 + int(year)
    try:
        return dt.date(full, int(month), int(day)), None
    except ValueError:
        return None, None


def read_beside(text: str, found: Found, limit: int) -> Beside:
    """Date, issuer, place, term and title from what follows a form, not beyond `limit`."""
    before = _elements(text, found.said._replace(end=found.end), found.symbol)
    beside = _title(text, before, limit, found.symbol)
    if beside.title is not None and beside.title.end <= limit:  # no other document inside the title
        beside = _elements(text, beside, found.symbol)
        whose = beside.body is not None and found.said.body is None and not _fits(found.symbol, beside.body)
        if whose and beside.title is not None and before.body is None:  # "“…” của Bộ Chính trị" behind a province's own
            beside = beside._replace(body=None, issuer=None, place=None)
    return beside if found.inner is None else _inner(text, *found.inner, beside)


def _elements(text: str, beside: Beside, symbol: Symbol | None) -> Beside:
    """Date, issuer and term that follow, in any order."""
    for _element in range(6):
        if text[beside.end : beside.end + 1] in ".;:!?":  # nothing goes on behind these, nor at the very end
            break
        after = _date(text, beside, symbol) or _issuer(text, beside, symbol) or _term(text, beside)
        if after is None:
            break
        beside = after._replace(end=after.end + 1) if text[after.end : after.end + 1] == ")" else after
    return beside


def _inner(text: str, start: int, end: int, beside: Beside) -> Beside:
    """Issuer or title between kind and number: "Nghị quyết của Tỉnh ủy về du lịch số 15-NQ/TU"."""
    opening = _OF.match(text, start, end)
    if opening is not None and beside.body is None and (named := match_body(text, opening.end())) is not None:
        beside = by(beside, named)
        start = min(end, named.end)
    about = _ABOUT.match(text, start, end)
    if about is not None and beside.title is None:
        beside = beside._replace(title=Title(text[about.end() : end].strip(), about.end(), end, quoted=False))
    return beside


def by(beside: Beside, named: Named) -> Beside:
    """The same, of an issuer named."""
    return beside._replace(body=named.body, issuer=named.words, place=named.place)


def on(beside: Beside, day: re.Match[str]) -> Beside:
    """The same, of the day that a match of `DATE` stands for."""
    date, day_month = read_date(day)
    return beside._replace(date=date, day_month=day_month)


def _date(text: str, beside: Beside, symbol: Symbol | None) -> Beside | None:
    if beside.says_day:
        return None
    at = beside.end
    opening = _DAY.match(text, at) or _BARE_DAY.match(text, at)
    if opening is not None and (match := DATE.match(text, opening.end())) is not None:
        return on(beside, match)._replace(end=match.end())
    if beside.year is None and (match := _YEAR.match(text, at)) is not None:
        party = symbol is not None and "-" in (symbol.text or "").split("/", 1)[0]
        return beside._replace(year=None if party else int(match[1]), end=match.end())
    return None


def _issuer(text: str, beside: Beside, symbol: Symbol | None) -> Beside | None:
    if beside.body is not None:
        return None
    opening = _OF.match(text, beside.end) or _DIRECT.match(text, beside.end)
    if opening is None or (named := match_body(text, opening.end())) is None:
        return None
    if _never(symbol, named.body):
        return None
    if "được" in opening.group().lower() and _VERB_AFTER.match(text, named.end) is None:
        return None  # "được Tỉnh ủy khen": who praised did not issue
    named = _with_partners(text, named, symbol)
    return by(beside, named)._replace(end=named.end)


_AND = re.compile(r"(?:,|\s{1,2}và|,\s?và)\s{1,2}")


def _with_partners(text: str, named: Named, symbol: Symbol | None) -> Named:
    """The further issuers behind the first, where the symbol says that there are several."""
    codes = symbol.issuers if symbol is not None else ()
    names = (issuer_of(codes).name or "") if len(codes) > 1 else ""
    for _further in range(max(1, names.count(", "))):
        joint = _AND.match(text, named.end)
        partner = match_body(text, joint.end()) if joint is not None else None
        if partner is None or not (names or _same_leaders(text, named, partner)):
            break
        words = f"{named.words}, {partner.words}"
        named = replace(named, end=partner.end, words=words, place=named.place or partner.place)
    return named


_PHRASE_ENDS = re.compile(r"\s{0,2}(?:[.,;:)(]|$|(?:về|là|khóa|(?:đang |đã |cũng |đều |vừa |mới )?được)\s)")


def _same_leaders(text: str, named: Named, partner: Named) -> bool:
    """Of "của Bộ Chính trị, Ban Bí thư" both are named; a verb behind the second makes it a new subject."""
    one = named.body.level == "central" and named.body.code == partner.body.code
    return one and _PHRASE_ENDS.match(text, partner.end) is not None


_ROMANS = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """A number in Roman numerals, as terms are written."""
    out = ""
    for value, letters in _ROMANS:
        while number >= value:
            out += letters
            number -= value
    return out


def read_term(word: str) -> str:
    """A term as printed ("xi", "11") in Roman numerals."""
    return roman(int(word)) if word.isdigit() else word.upper()


def _term(text: str, beside: Beside) -> Beside | None:
    if beside.term is not None or (match := _TERM.match(text, beside.end)) is None:
        return None
    return beside._replace(term=read_term(match[1]), end=match.end())


def term_after(text: str, at: int) -> str | None:
    """The term that stands right at `at` ("… khóa XIII đã ban hành"), or None."""
    match = _TERM.match(text, at)
    return None if match is None else read_term(match[1])


def _never(symbol: Symbol | None, body: Body) -> bool:
    """Whether a suffix shuts an issuer out: `15-CT/TU` is never the Bộ Chính trị's, though TW may be a slip for TU."""
    return body.level == "central" and suffix_level(symbol) not in (None, "central")


def _fits(symbol: Symbol | None, body: Body | None) -> bool:
    """Whether an issuer in words can be the one of the suffix: on another level it is none of them."""
    return body is None or suffix_level(symbol) in (None, body.level)


def _another(symbol: Symbol | None, body: Body) -> bool:
    """Whether the suffix names one body and the words another: not where one is the other's board ("của Tỉnh ủy")."""
    suffix = suffix_of(symbol)
    if suffix is None or suffix.name is None:
        return False
    return body.code not in suffix.code and suffix.code not in body.code


def _title(text: str, beside: Beside, limit: int, symbol: Symbol | None) -> Beside:
    """The title: in quotation marks, or after "về" up to the end of the phrase."""
    at = beside.end
    most = min(len(text), at + _TITLE_MOST)
    if (match := _QUOTED.match(text, at)) is not None:
        close = text.find('"', match.end(), most)
        return _titled(text, beside, match.end(), close, close + 1, quoted=True) if close > match.end() else beside
    if (match := _ABOUT.match(text, at) or _SENT_ABOUT.match(text, at, limit)) is None:
        return beside
    stop = _title_stop(text, match.end(), most, symbol)
    end = stop.start() if stop is not None else most
    if limit < end and (joint := _LIST_END.search(text, max(match.end(), limit - 12), limit)) is not None:
        end = joint.start()
    elif stop is not None and stop.group() == '"' and (close := text.find('"', stop.end(), most)) > 0:
        end = close + 1
    end = max(match.end(), end)
    return _titled(text, beside, match.end(), end, max(match.end(), min(end, limit)), quoted=False)


def _title_stop(text: str, at: int, most: int, symbol: Symbol | None) -> re.Match[str] | None:
    """Where a title without quotes ends. Units listed ("ở xã, phường, thị trấn") do not end it, nor another's issuer
    ("về thực hiện Chỉ thị của Thủ tướng").
    """
    for stop in _TITLE_STOP.finditer(text, at, most):
        whose = _OF.match(text, stop.start()) if stop.group().isspace() else None
        named = match_body(text, whose.end()) if whose is not None else None
        others = named is not None and (not _fits(symbol, named.body) or _another(symbol, named.body))
        if others or (named is not None and _names_a_kind(text[at : stop.start()])):
            continue
        after = _UNIT_AFTER.match(text, stop.start(), most)
        before = _UNIT_BEFORE.search(text, max(at, stop.start() - 14), stop.start()) if after is not None else None
        if after is None or before is None or before[1] == after[1]:
            return stop
    return None


def _names_a_kind(words: str) -> bool:
    """Whether words end with the name of a kind: what follows says whose document that is."""
    last = words.rsplit(" ", 1)[-1].lower()
    return any(words.lower().endswith(f" {name}") for name, kind in kind_words().get(last, ()) if kind and " " in name)


def _titled(text: str, beside: Beside, start: int, end: int, tail: int, *, quoted: bool) -> Beside:
    words = " ".join(text[start:end].split()).strip(" ,")
    return beside._replace(title=Title(words, start, end, quoted), end=tail) if words else beside
