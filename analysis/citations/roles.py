"""What a mention says of its document, read off the words around it (`data/roles.yaml`).

The cue nearest before the mention decides, within its sentence; other mentions and quoted titles between the two are
stepped over, and items of a list share the role of the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.citations.cues import (
    MASK,
    after_words,
    changed_by,
    cues,
    only_dates,
    only_drafted,
    passive,
    pattern,
    plans,
    recalls,
)
from analysis.citations.issuing import carried_out, is_aim_of_what_was_issued, is_by_way_of, issued_and, told_when
from analysis.citations.letterhead import is_header, is_record
from analysis.citations.sentences import clause_end
from analysis.citations.stages import Completed, Form, Told
from analysis.citations.subjects import last_body
from analysis.citations.words_before import (
    MOST_EARLIER,
    WordsBefore,
    goes_on,
    is_listed,
    is_subject,
    list_head,
    words_before,
)
from analysis.places import names_pattern
from analysis.values import Role

_BREAK = re.compile(r"[,;:]")
_WEAK_BREAK = re.compile(r"[,;:]|\b(?:và|để|nhằm|về)\b")
_PAST_PASSIVE = re.compile(r"(?<!\w)(?:đã|chính thức) được (?:[^.,;]{1,60} )?(?:ban hành|thông qua)(?!\w)")
_JUST = re.compile(r"(?<!\w)(?:vừa|mới) (?=được|ban hành|phát hành)")
_IS_ISSUED = re.compile(r"(?:được (?:[^.,;]{1,90} )?)?(?:ban hành|thông qua|ký|công bố|phát hành|phê duyệt)(?!\w)")
_ADOPTED = re.compile(r"(?<!\w)được (?:[^.,;]{1,60} )?thông qua(?!\w)")
_PASSIVE = re.compile(
    r"(?<!\w)(?:được|do) (?:[^.,;]{1,60} )?(?:ban hành|ký)(?!\w)|(?<!\w)(?:ban hành|ra đời) (?:vào )?(?:ngày|hôm) \d"
)
_PROVINCE_BEFORE = re.compile(rf"(?<!\w)(?:{names_pattern()})\s{{0,2}}$")  # a headline: "Nghệ An ra nghị quyết 35"
_TO_COME = re.compile(
    r"(?<!\w)(?:sẽ|sắp|dự kiến|chưa|đang chờ) (?:sớm )?(?:được )?(?:[^.,;]{1,70} )?(?:ban hành|thông qua)(?!\w)"
)


def with_roles(text: str, mentions: Sequence[Completed], *, only: Form | None = None) -> list[Completed]:
    """The mentions with what is told of each (of one form, the others as they are)."""
    done = list(mentions)
    for index, mention in enumerate(done):
        if only is not None and mention.found.form is not only:
            continue
        told = _told(text, done, index)
        done[index] = Completed(mention.found, mention.beside, told, mention.code)
        if told.listed and told.role is Role.CITES and told.cue == (-1, -1):
            _share_what_follows(text, done, index)
    return done


def _told(text: str, mentions: Sequence[Completed], index: int) -> Told:
    mention = mentions[index]
    if is_header(text, mention.found):
        return Told(Role.ISSUES, header=True)
    if is_record(text, mention.found):
        return Told(Role.ISSUES)
    context = words_before(text, mentions, index)
    if is_listed(context) and goes_on(text, context, mention):
        head = list_head(text, mentions, index, context).told
        return Told(head.role, head.cue, listed=True, by_verb=head.by_verb, weak=head.weak)
    role, told = _nearest(context, mention, text)
    if role not in (None, Role.CITES):
        return told
    behind, passive = _after(text, mentions, index)
    if behind is Role.ISSUES and only_dates(context.text):
        behind = None
    return told._replace(role=behind or told.role, passive=passive or told.passive)


def _share_what_follows(text: str, mentions: list[Completed], index: int) -> None:
    """Of "Thông báo số 1-TB/TU và Thông báo số 2-TB/TU vừa được ban hành" the verb behind the last is of both."""
    role, passive = _after(text, mentions, index)
    mentions[index] = mentions[index]._replace(told=mentions[index].told._replace(passive=passive))
    for at in range(index, max(-1, index - MOST_EARLIER), -1):
        told = mentions[at].told
        if role is None or told.role is not Role.CITES:
            break
        mentions[at] = mentions[at]._replace(told=told._replace(role=role))
        if not told.listed:
            break


def _nearest(context: WordsBefore, mention: Completed, text: str) -> tuple[Role | None, Told]:
    """The role by the nearest cue before the mention (None: no cue reaches it), and where the cue stands."""
    words = context.text
    end = context.start + len(words.rstrip())  # before an apposition: "xây dựng Kế hoạch … (Kế hoạch số 8/KH-UBND)"
    near, before = words[-80:], (min(end, mention.start - 1), min(end + 1, mention.start))
    if (verb := _issuing_verb(words, text, context.start + len(words))) is not None:
        weak = pattern("weak_issues").fullmatch(verb) is not None
        return Role.ISSUES, Told(Role.ISSUES, before, by_verb=True, weak=weak)
    if near.rstrip('( "').endswith(("bằng", "bởi", "thành", "qua", "các")):
        if changed_by().search(words[-180:]) is not None:
            return None, Told(passive=True)  # "A được bổ sung bằng B": B is news for thirty days after its own day
        if pattern("passive_issues").search(near) is not None:
            return Role.ISSUES, Told(Role.ISSUES, before, by_verb=True)
    for told in (Role.AMENDS, Role.REPLACES):
        if (match := pattern(f"{told}_adjacent").search(near[-20:])) is not None:
            planned = told is Role.REPLACES and only_drafted().search(words[: -len(match[0].lstrip())]) is not None
            return (Role.CITES, Told()) if planned else (told, Told(told, before))
    found = list(cues().finditer(words))
    for at in range(len(found) - 1, -1, -1):
        role = _by_cue(words, found, at, text, mention)
        if role is not None:
            match = found[at]
            cue = context.start + match.start(), context.start + match.end()
            by_verb = match.lastgroup == Role.ISSUES
            weak = by_verb and pattern("weak_issues").fullmatch(match[0]) is not None
            return role, Told(role, cue, by_verb=by_verb, weak=weak)
    return None, Told()


def _by_cue(words: str, found: list[re.Match[str]], at: int, text: str, mention: Completed) -> Role | None:
    """What one cue makes of the mention, None where it does not reach it."""
    match, gap = found[at], words[found[at].end() :]
    role = Role(match.lastgroup or Role.CITES)
    if role is Role.ISSUES:
        shared = told_when(words, mention) and carried_out(gap)
        return None if is_by_way_of(words, found, at) else _issued(words[: match.start()], "" if shared else gap)
    if role is Role.CITES:
        intro = pattern("list_intro").search(words, match.start()) if match[0] in ("trong", "như") else None
        if intro is not None and intro.start() == match.start():
            return None  # "thông qua 14 nghị quyết, trong đó có …"
        reaches = MASK not in gap and len(gap) <= 60 and _BREAK.search(gap) is None
        return role if reaches and not _is_transparent(words, found, at) else None
    if role is Role.DRAFTS and len(gap.strip()) > 60:
        return None
    if role is Role.REPLACES and only_drafted().search(words, max(0, match.start() - 70), match.start()) is not None:
        role = Role.CITES
    if role is Role.IMPLEMENTS and is_aim_of_what_was_issued(words[: match.start()], gap):
        return None
    issued_too = told_when(words, mention) and issued_and(words[: match.start()])
    if role is Role.IMPLEMENTS and issued_too and pattern("without_object").fullmatch(gap) is not None:
        return None
    return role if _governs(gap, text, mention) else None


def _issuing_verb(words: str, text: str, end: int) -> str | None:
    """The verb of issuing right before the kind word: "vừa có Công văn số", "Tỉnh ủy ra Chỉ thị số".

    `end` is the place in the text at which the words end.
    """
    near = words[-24:]
    if (match := pattern("issues_adjacent").search(near)) is not None:
        return None if plans(words[: len(words) - len(near) + match.start() + 1]) else match[0]
    if (match := pattern("issues_after_body").search(near)) is None or pattern("list_intro").search(near) is not None:
        return None
    if plans(words[: len(words) - len(near) + match.start() + 1]):
        return None
    verb = end - len(near) + match.start()
    named = last_body(text, max(end - len(words), verb - 70), verb + 1) is not None
    return match[0] if named or _PROVINCE_BEFORE.search(text, max(0, verb - 24), verb + 1) is not None else None


def _is_transparent(words: str, found: list[re.Match[str]], at: int) -> bool:
    """In "thực hiện nội dung của Nghị quyết", "sửa đổi một số điều của Nghị định" the word "của" does not decide."""
    if at == 0 or found[at].group() not in ("của", "trong"):
        return False
    stretch = words[found[at - 1].end() : found[at].start()]
    return found[at - 1].lastgroup not in (Role.CITES, Role.ISSUES) and len(stretch) <= 60 and "," not in stretch


def _governs(gap: str, text: str, mention: Completed) -> bool:
    """Whether a verb reaches the mention over `gap`: no clause of another subject between."""
    if len(gap) > 260 or pattern("new_clause").search(gap) is not None:
        return False
    if pattern("list_intro").search(gap) is not None:
        return True
    if _BREAK.search(gap) is None:
        return len(gap) <= 160
    return not is_subject(text, mention)


def _issued(before: str, gap: str) -> Role | None:
    """Behind a verb of issuing: issued, only planned (drafts), only recalled (cites), or None: it does not reach."""
    direct = pattern("between").fullmatch(gap) is not None
    listed = len(gap) <= 220 and (pattern("list_intro").search(gap) or pattern("noun_intro").search(gap)) is not None
    near = MASK not in gap and len(gap) <= 30 and _WEAK_BREAK.search(gap) is None
    if not (direct or listed or near):
        return None
    if plans(before) or gap.lstrip().startswith("dự thảo"):
        return Role.DRAFTS
    return Role.CITES if recalls(before) else Role.ISSUES


def _after(text: str, mentions: Sequence[Completed], index: int) -> tuple[Role | None, bool]:
    """The role by the words behind ("vừa được … thông qua", "hết hiệu lực"), and whether they say "do … ban hành"."""
    mention = mentions[index]
    end = mention.beside.end
    most = min(len(text), end + 140, mentions[index + 1].start if index + 1 < len(mentions) else len(text))
    stretch = text[mention.end : most]
    clause = stretch[: clause_end(stretch, max(0, end - mention.end))].lower()
    just = _done_just_now(text, mention.end, clause)
    for role, listed in after_words():
        if any(words in clause for words in listed) and not (role is Role.ISSUES and just is not None):
            return role, False
    done = passive().match(clause, max(0, end - mention.end)) if "được " in clause or "bị " in clause else None
    done = done or just
    if done is not None and done.lastgroup != Role.ISSUES:
        return Role(done.lastgroup or Role.CITES), False
    if _TO_COME.match(clause[max(0, end - mention.end) :].lstrip(" ,")) is not None:
        return Role.DRAFTS, False
    issued = _PAST_PASSIVE.search(clause) or _ADOPTED.search(clause)
    return Role.ISSUES if issued else None, _PASSIVE.search(clause) is not None


def _done_just_now(text: str, at: int, clause: str) -> re.Match[str] | None:
    """What "vừa được" says was done other than issuing: "vừa được quán triệt" is no news of the document."""
    just = _JUST.search(clause)
    if just is None or _IS_ISSUED.match(text, at + just.end()) is not None:
        return None
    done = passive().match(clause, just.start())
    return done if done is not None and done.lastgroup != Role.ISSUES else None
