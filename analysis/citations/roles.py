"""What a mention says of its document, read off the words around it (`data/roles.yaml`).

The cue nearest before the mention decides, within its sentence; other mentions and quoted titles between the two are
stepped over, and items of a list share the role of the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from analysis.citations.attributes import Named, match_body
from analysis.citations.grammar import body_starts, role_words, words_key
from analysis.citations.mention import Level, Mention
from analysis.values import Role

_REACH = 420
_SENTENCE_END = re.compile(r'(?<!TP)(?<!Tp)(?<!tp)(?<!Ths)(?<!TS)[.!?…]["\')\]]?\s+(?=["(\[]?[^\W\da-zà-ỹ])|\n')
_SENTENCE_STOP = re.compile(r"(?<!TP)(?<!Tp)[.!?…](?:\s|$)|\n|;")
_COORDINATION = re.compile(
    r'[\s"()]*(?:(?:,|và|hoặc|gắn với việc|gắn với|kết hợp với|đi đôi với|cùng với|cùng|với|;|hay|&)[\s"(]*)*(?:(?:số|các|những|cùng|của)\s*)*',
    re.IGNORECASE,
)
_CONNECTOR = re.compile(r'(?:[,;]|(?<!\w)(?:và|cùng|gắn với|kết hợp với))[\s"(]*(?:(?:số|các|những|cùng|với)\s+)*$')
_MASK = "\x01"
_LETTERS = re.compile(r"[^\W\d_]+")


def _alternation(words: Iterable[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=lambda w: (-len(w), w)))


@cache
def _cues() -> re.Pattern[str]:
    """All words before a number, one named group a role."""
    before = role_words()["before"]
    groups = [rf"(?P<{role}>{_alternation(map(words_key, before[role]))})" for role in Role if role in before]
    return re.compile(rf"(?<!\w)(?<!ban )(?:{'|'.join(groups)})(?!\w)")  # "Ban Chấp hành" is no verb


@cache
def _pattern(name: str, shape: str) -> re.Pattern[str]:
    data = role_words()
    words = data["before"][name] if name in data["before"] else data[name]
    return re.compile(shape.format(_alternation(map(words_key, words))))


def _adjacent() -> re.Pattern[str]:
    return _pattern("issues_adjacent", r"(?:^|[\s,;\x01])(?:{0})\s+(?:các\s+|những\s+|bản\s+)?[\"(]?$")


def _after_body() -> re.Pattern[str]:
    return _pattern("issues_after_body", r"(?:^|[\s,;\x01])(?:{0})\s+(?:bản\s+)?[\"(]?$")


def _planned() -> re.Pattern[str]:
    return _pattern("planned", r"(?<!\w)(?:{0})(?:\s+(?:được|tiếp tục|sớm|cho|tham mưu|ký))?\s*$")


def _recalled() -> re.Pattern[str]:
    return _pattern("recalled", r"(?<!\w)(?:{0})\s*$")


def _between() -> re.Pattern[str]:
    return _pattern("between", r"[\s\",:(]*(?:(?:{0})[\s\",:(]+)*")


def _intro() -> re.Pattern[str]:
    return _pattern("list_intros", r"(?<!\w)(?:{0})\s*:?[\s\"(]*$")


def _predicate() -> re.Pattern[str]:
    return _pattern("predicates", r"[\s,\"]*(?:cũng\s+|đều\s+|vừa\s+|mới\s+|này\s+)*(?:{0})(?!\w)")


def sentence_start(text: str, at: int) -> int:
    """Where the sentence of a place begins, at most a few hundred characters back."""
    low = max(0, at - _REACH)
    start = low
    for match in _SENTENCE_END.finditer(text, low, at):
        start = match.end()
    return start


def sentence_end(text: str, at: int) -> int:
    """Where the clause of a place ends, at most a few hundred characters on."""
    most = min(len(text), at + _REACH)
    match = _SENTENCE_STOP.search(text, at, most)
    return most if match is None else match.start()


@dataclass(slots=True)
class _Context:
    """The words before one mention, in lower case, earlier mentions and quoted titles masked; `start` is their place."""

    text: str
    start: int
    previous: Mention | None


def _context(text: str, mentions: list[Mention], index: int) -> _Context:
    mention = mentions[index]
    start = sentence_start(text, mention.start)
    words = text[start : mention.start].lower()
    if len(words) != mention.start - start:  # lower-casing can lengthen exotic letters: keep places right
        words = text[start : mention.start]
    at, previous = index - 1, None
    while at >= 0 and mentions[at].end > start and index - at <= 12:
        other = mentions[at]
        if previous is None:
            previous = other
        words = _masked(words, max(other.start, start) - start, _attributes_end(other) - start)
        if other.title_quoted:
            words = _masked(words, other.title_start - start, other.title_end + 1 - start)
        at -= 1
    return _Context(words, start, previous)


def _attributes_end(mention: Mention) -> int:
    return max(mention.end, mention.title_start if mention.title_start >= 0 else mention.tail_end)


def _masked(words: str, start: int, end: int) -> str:
    start, end = max(0, start), min(len(words), end)
    return words if end <= start else words[:start] + _MASK * (end - start) + words[end:]


def assign_roles(text: str, mentions: list[Mention], *, only: Level | None = None) -> None:
    """Set `role`, `cue` (where the governing words stand) and `listed_after` of every mention (of one level), in order."""
    for index, mention in enumerate(mentions):
        if only is None or mention.level is only:
            _assign(text, mentions, index, mention)


def _assign(text: str, mentions: list[Mention], index: int, mention: Mention) -> None:
    if _header(text, mention):
        mention.role, mention.header = Role.ISSUES, True
        return
    context = _context(text, mentions, index)
    after = _after(text, mention, mentions[index + 1] if index + 1 < len(mentions) else None)
    if _listed(context) and context.previous is not None and _continues(text, context, mention):
        head = _list_head(mentions, index, context)
        mention.issued_by_verb = head.issued_by_verb
        mention.role, mention.cue, mention.listed_after = (
            head.role,
            head.cue,
            mentions.index(head, max(0, index - 60), index),
        )
        return
    role, cue = _nearest(context, mention, text)
    if role is None:
        role = after or Role.CITES
    elif after in (Role.ISSUES, Role.REPLACES, Role.AMENDS) and role is Role.CITES:
        role = after
    mention.role, mention.cue = role, cue


def _listed(context: _Context) -> bool:
    """Whether only list connectors stand between the previous mention (with its words) and this one."""
    tail = context.text[context.text.rfind(_MASK) + 1 :]
    if _MASK not in context.text:
        return False
    if context.previous is not None and context.previous.title_start >= 0 and not context.previous.title_quoted:
        return _CONNECTOR.search(tail) is not None
    return len(tail) <= 30 and _COORDINATION.fullmatch(tail) is not None


def _continues(text: str, context: _Context, mention: Mention) -> bool:
    """A comma before a mention that has a predicate of its own begins a clause, not a further item."""
    previous = context.previous
    if previous is None:
        return False
    between = text[previous.end : mention.start]
    if "và" in between[-6:] or ";" in between[-4:]:
        return True
    return not (_is_subject(text, mention) and previous.listed_after < 0 and context.start == previous.start)


def _list_head(mentions: list[Mention], index: int, context: _Context) -> Mention:
    """The mention whose role a list item shares: the one before; behind a semicolon the first of the item before."""
    previous = mentions[index - 1]
    tail = context.text[context.text.rfind(_MASK) + 1 :]
    if ";" not in tail:
        return previous
    at = index - 1
    while at > 0 and index - at < 12:
        earlier = mentions[at - 1]
        if (
            earlier.end <= context.start
            or ";"
            in context.text[max(0, _attributes_end(earlier) - context.start) : mentions[at].start - context.start]
        ):
            break
        at -= 1
    return mentions[at]


def _nearest(context: _Context, mention: Mention, text: str) -> tuple[Role | None, tuple[int, int]]:
    """The role by the nearest cue before the mention, and where the cue stands."""
    words = context.text
    if _issued_adjacent(words, text, mention):
        mention.issued_by_verb = True
        return Role.ISSUES, (mention.start - 1, mention.start)
    found = [match for match in _cues().finditer(words) if match.lastgroup]
    for match in reversed(found):
        gap = words[match.end() :]
        cue = (context.start + match.start(), context.start + match.end())
        role = Role(match.lastgroup or "cites")
        if role is Role.ISSUES:
            verdict = _issues(words, match, gap)
            if verdict is not None:
                mention.issued_by_verb = True
                return verdict, cue
            continue
        if role is Role.CITES:
            if (
                _MASK not in gap
                and len(gap) <= 60
                and not re.search(r"[,:;]", gap)
                and not (match.group() in ("của", "trong") and _transparent(found, match, words))
            ):
                return Role.CITES, cue
            continue
        if role is Role.DRAFTS and len(gap.strip()) > 60:
            continue
        if _governs(gap, text, mention):
            return role, cue
    return None, (-1, -1)


def _issued_adjacent(words: str, text: str, mention: Mention) -> bool:
    """ "vừa có Công văn số", "Tỉnh ủy ra Chỉ thị số": a verb of issuing right before the kind word."""
    near = words[-24:]
    if (match := _adjacent().search(near)) is not None:
        return not _plans(words[: len(words) - len(near) + match.start() + 1])
    if (match := _after_body().search(near)) is None:
        return False
    verb = mention.start - len(near) + match.start()
    return _last_body(text, max(mention.start - len(words), verb - 70), verb + 1) is not None


def _transparent(found: list[re.Match[str]], match: re.Match[str], words: str) -> bool:
    """ "thực hiện nội dung của Nghị quyết", "sửa đổi một số điều của Nghị định": "của" does not decide."""
    at = found.index(match)
    if at == 0:
        return False
    earlier = found[at - 1]
    return (
        earlier.lastgroup not in ("cites", "issues")
        and len(words[earlier.end() : match.start()]) <= 60
        and "," not in words[earlier.end() : match.start()]
    )


_OTHER_CLAUSE = re.compile(r"[,;:\x01][^,;:\x01]*(?<!\w)(?:đã|đang|vừa|mới|sẽ|yêu cầu|chỉ đạo|đề nghị|giao)\s")


def _governs(gap: str, text: str, mention: Mention) -> bool:
    """Whether a verb reaches the mention over `gap`: no clause of another subject between."""
    if len(gap) > 260 or _OTHER_CLAUSE.search(gap):
        return False
    if _intro().search(gap):
        return True
    if not re.search(r"[,;:]", gap):
        return len(gap) <= 160
    return not _is_subject(text, mention)


def _is_subject(text: str, mention: Mention) -> bool:
    """Whether the mention, with its words, is followed by a verb of its own."""
    return _predicate().match(text, mention.tail_end, min(len(text), mention.tail_end + 40)) is not None


def _issues(words: str, match: re.Match[str], gap: str) -> Role | None:
    """The role behind a verb of issuing: issued, only planned (drafts), only recalled (cites), or None: not governed."""
    plain = _between().fullmatch(gap)
    listed = _intro().search(gap) is not None and len(gap) <= 220
    if (
        not plain
        and not listed
        and not (_MASK not in gap and len(gap) <= 30 and not re.search(r"[,;:]|\b(?:và|để|nhằm|về)\b", gap))
    ):
        return None
    if gap.lstrip().startswith("dự thảo"):
        return Role.DRAFTS
    before = words[: match.start()]
    if match.group() in ("thông qua", "đề ra", "công bố", "ban hành", "ký ban hành", "phát hành", "ban bố"):
        if _plans(before):
            return Role.DRAFTS
        if _recalls(before):
            return Role.CITES
    return Role.ISSUES


def _plans(before: str) -> bool:
    return (
        _planned().search(before[-40:]) is not None
        or re.search(r"(?<!\w)(?:sẽ|chuẩn bị|dự kiến|đề nghị|đề xuất|kiến nghị|sắp)\s[^,;:\x01]{0,70}$", before)
        is not None
    )


def _recalls(before: str) -> bool:
    if re.search(
        r"(?<!\w)(?:kể từ khi|từ khi|sau khi|trước khi|kể từ|từ ngày|việc|tham mưu|sau \d+ năm|\d+ năm)(?:\s[^,;:\x01]{0,60})?\s*$",
        before,
    ):
        return not re.search(r"(?<!\w)(?:đã|vừa|mới)\s+(?:chính thức\s+|ký\s+)?$", before)
    return re.search(r"(?<!\w)(?:chưa|không|quá trình|thẩm quyền|được|do|theo)\s*$", before) is not None


_LATER = re.compile(
    r"\s*(?:\((?:ban hành|được ban hành)|[^.;\n\"]{0,6}(?P<fresh>vừa|mới|đã|chính thức)?\s*(?:được|do)\s+(?:[^.,;\n\"]{1,60}?\s)?(?:ban hành|thông qua|ký ban hành)|\s*(?P<own>vừa|mới)\s+(?:ban hành|thông qua))",
    re.IGNORECASE,
)


def _after(text: str, mention: Mention, following: Mention | None) -> Role | None:
    """The role by the words behind the mention ("vừa được … thông qua", "hết hiệu lực")."""
    most = min(len(text), mention.tail_end + 140, following.start if following is not None else len(text))
    stretch = text[mention.end : most]
    clause = stretch[: sentence_end(stretch, max(0, mention.tail_end - mention.end))].lower()
    for role in (Role.REPLACES, Role.AMENDS):
        for words in role_words()["after"][role]:
            if words_key(words) in clause:
                return role
    for words in role_words()["after"]["issues"]:
        if words_key(words) in clause:
            return Role.ISSUES
    match = re.search(r"(?<!\w)(?:đã|chính thức) được (?:[^.,;]{1,60} )?(?:ban hành|thông qua)(?P<rest>[^.;]*)", clause)
    if match is not None:
        return Role.ISSUES
    mention.passive = re.search(r"(?<!\w)(?:được|do) (?:[^.,;]{1,60} )?(?:ban hành|ký)(?!\w)", clause) is not None
    match = re.search(r"(?<!\w)được (?:[^.,;]{1,60} )?thông qua(?!\w)", clause)
    return Role.ISSUES if match is not None else None


_HEADER = re.compile(r"\s{0,4}(?:[Ss]ố|SỐ)\s{0,2}:?\s{0,3}$")
_HEADER_REST = re.compile(rf"[ \t]*(?:[^\W\d_][\w .]{{0,30}}, ?ngày [^\n]{{4,40}})?[ \t]*(?:\n|$)")


def _header(text: str, mention: Mention) -> bool:
    """A line of its own that says "Số 29-HD/ĐUK": the head of a document printed in full."""
    symbol = mention.symbol
    if symbol is None or symbol.text is None:
        return False
    line = text.rfind("\n", max(0, mention.start - 12), mention.start) + 1
    if mention.start - line > 10 or (line == 0 and mention.start > 6):
        return False
    head = text[line : mention.end]
    return head.lstrip()[:2].lower() == "số" and _HEADER_REST.match(text, mention.end) is not None


def subject_body(text: str, mention: Mention) -> Named | None:
    """The issuer named before the verb of issuing: "Tỉnh ủy Trà Vinh đã đề ra Chương trình …"."""
    cue = mention.cue[0]
    if cue < 0:
        return None
    start = sentence_start(text, cue)
    proxy = _PROXY.search(text, start, cue)
    if proxy is not None and (named := match_body(text, proxy.end())) is not None:
        return named
    return _last_body(text, start, cue)


_PROXY = re.compile(r"(?:thay mặt|thừa ủy quyền của|Thay mặt)\s{1,2}")


def _last_body(text: str, start: int, end: int) -> Named | None:
    """The last issuer named between two places."""
    last: Named | None = None
    at = last_end = start
    while (match := _LETTERS.search(text, at, end)) is not None:
        at = match.end()
        if match.group().lower() in body_starts():
            named = match_body(text, match.start())
            if named is not None and named.end <= end + 1:
                last, at = _joined(text, last, last_end, match.start(), named), named.end
                last_end = at
    return last


def _joined(text: str, before: Named | None, end: int, start: int, named: Named) -> Named:
    """ "Bộ Chính trị, Ban Bí thư ban hành …": both are named, which of them issued is not said."""
    if before is None or text[end:start].strip() not in (",", "và") or before.body.code != named.body.code:
        return named
    return Named(named.end, named.body, f"{before.words}, {named.words}", named.place)


def role_cue(words: str, role: Role) -> int | None:
    """Where the first word of a role begins in `words` (None: nowhere)."""
    lower = words.lower()
    for match in _cues().finditer(lower):
        if match.lastgroup == role.value:
            return match.start()
    return None
