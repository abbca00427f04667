"""The role words of `data/roles.yaml` as patterns, each compiled once. All work on lower-case text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from analysis.citations.grammar import role_words
from analysis.data_files import words_key
from analysis.kinds import kinds as all_kinds
from analysis.values import Role

MASK = "\x01"
"""Stands for earlier mentions and quoted titles in the words before a mention."""


_YEARS = r"(?<!tháng )(?<!quý )(?<![/.-])\d+\s+năm"  # "tháng 9 năm 2026" is no nine years


def _words(names: Iterable[str]) -> str:
    """The words as alternatives, longest first; "N" stands for a number."""
    ordered = sorted(names, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+").replace(r"n\s+năm", _YEARS) for word in ordered)


_SHAPES = {
    # A verb of issuing right before the kind word; one that means issuing only behind the name of an issuer.
    "issues_adjacent": ("issues_adjacent", r"(?:^|[\s,;\x01])(?:{0})\s+(?:các\s+|những\s+|bản\s+)?[\"(]?$"),
    "issues_after_body": ("issues_after_body", r"(?:^|[\s,;\x01])(?:{0})\s+(?:bản\s+)?[\"(]?$"),
    # The words of a weak verb of issuing, whole.
    "weak_issues": ("weak_issues", r"[\s,;\x01]*(?:{0})\s*(?:bản\s+)?[\"(]?"),
    # A verb that changes, or takes back, right before the kind word.
    "amends_adjacent": ("amends_adjacent", r"(?:^|[\s,;\x01])(?:{0})\s+(?:các\s+)?[\"(]?$"),
    "replaces_adjacent": ("replaces_adjacent", r"(?:^|[\s,;\x01])(?:{0})\s+(?:các\s+)?[\"(]?$"),
    # All that may stand between a verb of issuing and its document.
    "between": ("between", r"[\s\",:(]*(?:(?:{0})[\s\",:(]+)*"),
    # Words that open a list, at the very end; a sentence that begins with them goes on with the sentence before.
    "list_intro": ("list_intros", r"(?<!\w)(?:{0})\s*:?[\s\"(]*$"),
    "sole_intro": ("list_intros", r"(?:{0})\s*:"),
    # Documents in general and a colon, at the very end: "các văn bản lãnh đạo, chỉ đạo: ".
    "noun_intro": ("list_nouns", r"(?<!\w)(?:{0})[^.:;]{{0,80}}:[\s\"]*$"),
    # Documents in general as the object of a verb of issuing, and what they are for, up to the very end.
    "issued_nouns": ("list_nouns", r"(?<!\w)ban hành (?:[^.,;:]{{0,30}} )?(?:{0})(?!\w)[^.;:\x01]{{0,90}}$"),
    # Behind a verb of carrying out: how, where, and no document that is carried out.
    "without_object": ("done_how", r"(?:[\s,:]|(?<!\w)(?:{0})(?!\w))*"),
    # What is to be done and a colon's place: such words open no list of documents ("với các nội dung sau").
    "tells_work": (
        "no_list_of_documents",
        r"(?<!\w)(?:{0})(?: (?:cụ thể|chính|chủ yếu|cơ bản|trọng tâm|quan trọng))?(?: như)?(?: sau(?: đây)?)? ?$",
    ),
    # A number of documents as the object of the verb: "ban hành 52 nghị quyết", "ban hành nhiều văn bản".
    "counted": (
        "list_nouns",
        r"ban hành (?:[^.,;:]{{0,30}} )?(?:\d[\d.]*|nhiều|hàng chục|hàng trăm|hơn \d+) (?:\w+ ){{0,3}}(?:{0})(?!\w)",
    ),
    # What joins the items of a list, and nothing else; the same at the very end.
    "coordination": ("connectors", r"[\s\"()]*(?:(?:,|;|&|{0})[\s\"(]*)*(?:(?:số|các|những|của)\s*)*"),
    "connector": ("connectors", r"(?:[,;]|(?<!\w)(?:{0}))[\s\"(]*(?:(?:số|các|những)\s+)*$"),
    # A comma and a verb of another subject.
    "new_clause": ("new_clause", r"[,;:\x01][^,;:\x01]*(?<!\w)(?:{0})\s"),
    # A verb whose subject is the document right before it.
    "predicates": ("predicates", r"[\s,\"]*(?:cũng\s+|đều\s+|vừa\s+|mới\s+|này\s+)*(?:{0})(?!\w)"),
    # Before the document that carries out another: "được Tỉnh ủy cụ thể hóa bằng", at the very end.
    "passive_issues": (
        "passive_issues",
        r"(?<!\w)được\s(?:[^.;:\x01]{{1,60}}\s)?(?:{0})\s(?:bằng|thành|qua)\s(?:các\s)?[\"(]?$",
    ),
    # What leads to the newer document behind "được thay thế".
    "passive_by": ("passive_by", r"(?:được|bị)\s[^.;,]{{0,40}}(?<!\w)(?:{0})\s*$"),
    # Words before the issuer that somebody signs for.
    "on_behalf": ("on_behalf", r"(?<!\w)(?:{0})\s{{1,2}}"),
    # Before a verb of issuing: it is still to come, right before it or in its clause; it is only recalled, likewise.
    "planned": ("planned", r"(?<!\w)(?:{0})(?:\s+(?:được|tiếp tục|sớm|cho|tham mưu|ký))?\s*$"),
    "planned_far": ("planned_far", r"(?<!\w)(?:{0})\s[^,;:\x01]{{0,70}}$"),
    "recalled": ("recalled", r"(?<!\w)(?:{0})\s*$"),
    "recalled_far": ("recalled_far", r"(?<!\w)(?:{0})(?:\s[^,;:\x01]{{0,60}})?$"),
    "just_now": ("just_now", r"(?<!\w)(?:{0})\s*$"),
}
"""Where the words of a list in the data (`{0}`) must stand."""


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A pattern of the table by its name; for any other list of the data its words, wherever they stand."""
    words, shape = _SHAPES.get(name, (name, r"(?<!\w)(?:{0})(?!\w)"))
    return re.compile(shape.format(_words(map(words_key, role_words()[words]))))


@cache
def cues() -> re.Pattern[str]:
    """All words before a number, one named group a role ("Ban Chấp hành" is no verb)."""
    before = role_words()["before"]
    groups = [rf"(?P<{role}>{_words(map(words_key, before[role]))})" for role in Role if role in before]
    firsts = "".join(sorted({words_key(word)[0] for words in before.values() for word in words}))
    return re.compile(rf"(?<!\w)(?=[{firsts}])(?<!ban )(?:{'|'.join(groups)})(?!\w)")


def role_cue(words: str, role: Role) -> int | None:
    """Where the first word of a role begins in `words` (None: nowhere)."""
    found = (match.start() for match in cues().finditer(words.lower()) if match.lastgroup == role.value)
    return next(found, None)


@cache
def passive() -> re.Pattern[str]:
    """Behind the document: "được các chi bộ học tập", one named group a role; what has been done to it.

    Whose it is or what it is about may stand between ("của Tỉnh ủy", "giữa hai ngành").
    """
    listed = role_words()["passive"]
    groups = "|".join(rf"(?P<{role}>{_words(map(words_key, listed[role]))})" for role in Role if role in listed)
    return re.compile(
        r"[\s,\"]*(?:(?:của|giữa|do)\s[^.;:\x01]{2,70}?\s)?"
        r"(?:(?:đã|đang|cũng|đều|vừa|mới|tiếp tục|luôn|nay|hiện|sau đó)\s+){0,2}"
        rf"(?:được|bị)\s+(?:[^.,;:\x01]{{1,60}}?\s)??(?:{groups})(?!\w)"
    )


@cache
def only_drafted() -> re.Pattern[str]:
    """A draft, or a successor still to be issued, named before the verb: what it would replace is not replaced yet."""
    drafted, planned = (_words(map(words_key, role_words()[name])) for name in ("only_drafted", "only_planned"))
    return re.compile(rf"(?<!\w)(?:(?:{drafted})\s+|(?:{planned})\s+[^.,;:\x01\d]{{1,25}}\s+)$")


@cache
def changed_by() -> re.Pattern[str]:
    """Before a document that changes another ("được bổ sung bằng") or carries it out ("cụ thể hóa … bằng")."""
    listed = role_words()["passive"]
    verbs = _words(words_key(word) for role in (Role.AMENDS, Role.REPLACES) for word in listed[role])
    told = _words(map(words_key, role_words()["passive_issues"]))
    return re.compile(
        rf"(?<!\w)(?:(?:được|bị)\s(?:[^.;:\x01]{{1,60}}\s)?(?:{verbs})\s(?:bằng|bởi)"
        rf"|(?:{told})\s[^.;:]{{0,90}}\x01[^.;:\x01]{{0,40}}\s(?:bằng|thành|qua))\s(?:các\s)?[\"(]?$"
    )


@cache
def first_naming() -> re.Pattern[str]:
    """Where a document is named by its kind, before its number in brackets follows: up to the kind."""
    kinds = _words(words for kind in all_kinds() for words in kind.words if " " in words)
    return re.compile(rf"(?:(?<!\w)(?:ban hành|thông qua|ký|và)|[,;])\s+(?=(?:{kinds})(?!\w))")


def plans(before: str) -> bool:
    """Whether the words before a verb of issuing say that it is still to come."""
    near, far = pattern("planned").search(before[-40:]), pattern("planned_far").search(before[-90:])
    if near is not None and far is None and _CONSIDERED.search(before[-40:]) is not None:
        return False
    return near is not None or far is not None or _to_be_deliberated().search(before[-150:]) is not None


_CONSIDERED = re.compile(r"(?<!\w)(?:đã|vừa)\s(?:(?:họp|thảo luận),?\s)?xem xét\s(?:và\s)?$")


@cache
def _to_be_deliberated() -> re.Pattern[str]:
    """Of "sẽ xem xét, thông qua" the words before the last verb: commas join verbs, and nothing is done yet."""
    when, verbs = (_words(map(words_key, role_words()[name])) for name in ("deliberated_when", "deliberated"))
    verb = rf"(?:{verbs})(?:\s[^,;:.\x01]{{0,25}})?"
    between = r"\s(?:(?!đã |vừa )[^,;:.\x01]){0,70}?(?<!\w)"
    return re.compile(rf"(?<!\w)(?:{when}){between}{verb}(?:,\s{{1,2}}{verb}){{0,4}}(?:,|\svà)?\s*$")


def only_dates(before: str) -> bool:
    """Whether the words before take what follows for a point in time ("sau khi", "kể từ ngày")."""
    return pattern("recalled_far").search(before[-80:]) is not None and pattern("just_now").search(before[-20:]) is None


def recalls(before: str) -> bool:
    """Whether the words before a verb of issuing only recall it ("kể từ khi Tỉnh ủy ban hành")."""
    return only_dates(before) or pattern("recalled").search(before[-20:]) is not None


@cache
def after_words() -> tuple[tuple[Role, tuple[str, ...]], ...]:
    """Words behind a mention by role; an end of force weighs more than an issue."""
    after = role_words()["after"]
    roles = (Role.REPLACES, Role.AMENDS, Role.ISSUES)
    return tuple((role, tuple(map(words_key, after[role]))) for role in roles)
