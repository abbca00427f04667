"""What staff say of a matter that the press told: notes, marks in their own words, and what is done about it.

A matter is an article or a document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from models.desk.changes import is_repeated, record, refuse_if_changed
from models.tables import ArticleRow, DocumentRow, FollowUpRow, MarkRow, NoteRow

Target = Literal["article", "document"]
STATES: Mapping[str, str] = {"new": "Mới", "given": "Đã giao", "handled": "Đã xử lý", "done": "Xong"}
LONGEST_NOTE = 5_000
LONGEST_MARK = 64
MOST_MARKS = 20


@dataclass(frozen=True, slots=True)
class Matter:
    """What was said of one article or document."""

    notes: tuple[NoteRow, ...]
    marks: tuple[str, ...]
    follow_up: FollowUpRow | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """A matter whose day has come: where it leads, what it is, who has it, until when."""

    target: str
    target_id: int
    title: str
    state: str
    who: str
    due_on: date | None


def matter_of(session: Session, target: Target, target_id: int) -> Matter:
    """Everything that was said of an article or document."""
    notes = select(NoteRow).where(NoteRow.target == target, NoteRow.target_id == target_id).order_by(NoteRow.id)
    follow_up = session.get(FollowUpRow, (target, target_id))
    return Matter(tuple(session.scalars(notes)), _marks(session, target, target_id), follow_up)


def _marks(session: Session, target: Target, target_id: int) -> tuple[str, ...]:
    mine = select(MarkRow.word).where(MarkRow.target == target, MarkRow.target_id == target_id)
    return tuple(session.scalars(mine.order_by(MarkRow.word)))


def add_note(session: Session, target: Target, target_id: int, text: str, *, by: str, now: datetime) -> None:
    """Keep a note; once, where its button was pressed twice.

    Raises UsageError for an empty or endless one, and for what is not in the archive.
    """
    text = text.replace("\r\n", "\n").strip()
    if not 1 <= len(text) <= LONGEST_NOTE:
        raise UsageError(f"Ghi chú cần từ 1 đến {LONGEST_NOTE} ký tự.")
    must_be_held(session, target, target_id)
    mine = select(NoteRow).where(NoteRow.target == target, NoteRow.target_id == target_id, NoteRow.by == by)
    newest = session.scalars(mine.order_by(NoteRow.id.desc()).limit(1)).first()
    if newest is not None and newest.text == text:
        return
    session.add(NoteRow(target=target, target_id=target_id, text=text, by=by, at=now))
    record(session, by=by, act="note", target=target, target_id=target_id, after=text, at=now)


def remove_note(session: Session, note_id: int, *, by: str, now: datetime) -> None:
    """Take a note away; its words stay in the line of changes. Raises UsageError where it is gone."""
    note = session.get(NoteRow, note_id)
    if note is None:
        raise UsageError("Ghi chú ấy không còn.")
    record(session, by=by, act="unnote", target=note.target, target_id=note.target_id, before=note.text, at=now)
    session.delete(note)


def _tidy(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))


def set_marks(
    session: Session,
    target: Target,
    target_id: int,
    words: Sequence[str],
    *,
    by: str,
    now: datetime,
    seen: Sequence[str] | None = None,
) -> tuple[str, ...]:
    """Let these words be the marks of something; answers them as they were kept. Raises UsageError.

    `seen`: the marks that the person had before their eyes. What a colleague added meanwhile stays, what a colleague
    took away stays away; None: nothing is known of that, the words replace all.
    """
    kept, before = _tidy(words), _marks(session, target, target_id)
    if seen is not None:
        shown = _tidy(seen)
        meanwhile = (word for word in before if word not in shown)
        kept = tuple(dict.fromkeys([*(word for word in kept if word in before or word not in shown), *meanwhile]))
    if len(kept) > MOST_MARKS or any(len(word) > LONGEST_MARK for word in kept):
        raise UsageError(f"Nhiều nhất {MOST_MARKS} nhãn, mỗi nhãn không quá {LONGEST_MARK} ký tự.")
    must_be_held(session, target, target_id)
    gone = [word for word in before if word not in kept]
    session.execute(
        delete(MarkRow).where(MarkRow.target == target, MarkRow.target_id == target_id, MarkRow.word.in_(gone))
    )
    session.add_all(
        MarkRow(target=target, target_id=target_id, word=word, by=by, at=now) for word in kept if word not in before
    )
    record(session, by=by, act="mark", target=target, target_id=target_id, before=before, after=kept, at=now)
    return kept


def known_marks(session: Session) -> list[str]:
    """The marks in use, most used first: what a field proposes while somebody types."""
    used = select(MarkRow.word).group_by(MarkRow.word).order_by(func.count().desc(), MarkRow.word).limit(200)
    return list(session.scalars(used))


def follow_up(
    session: Session,
    target: Target,
    target_id: int,
    *,
    state: str,
    due_on: date | None,
    who: str,
    outcome: str,
    version: int,
    by: str,
    now: datetime,
) -> None:
    """Say what is done about a matter, over the `version` that was seen (0: nothing was said yet).

    Raises ChangedMeanwhileError where a colleague said something else since, UsageError for an unknown state.
    """
    if state not in STATES:
        raise UsageError(f"Không có tình trạng “{state}”.")
    if len(who) > LONGEST_NOTE or len(outcome) > LONGEST_NOTE:
        raise UsageError(f"Mỗi ô không quá {LONGEST_NOTE} ký tự.")
    must_be_held(session, target, target_id)
    row = session.get(FollowUpRow, (target, target_id))
    said = {"state": state, "due_on": due_on, "who": who.strip(), "outcome": outcome.strip(), "by": by}
    if is_repeated(row, version, said):
        return
    refuse_if_changed(row, version, by=by, now=now)
    before = row.state if row else None
    if row is None:
        row = FollowUpRow(target=target, target_id=target_id, version=0)
        session.add(row)
    for name, value in said.items():
        setattr(row, name, value)
    row.version, row.at = version + 1, now
    record(session, by=by, act="follow_up", target=target, target_id=target_id, before=before, after=state, at=now)


def due(session: Session, until: date) -> tuple[DueLine, ...]:
    """All matters that are not done and whose day lies not after `until`, the oldest first: nothing else lists them."""
    rows = session.scalars(
        select(FollowUpRow)
        .where(FollowUpRow.state != "done", FollowUpRow.due_on.is_not(None), FollowUpRow.due_on <= until)
        .order_by(FollowUpRow.due_on, FollowUpRow.target, FollowUpRow.target_id)
    ).all()
    return tuple(
        DueLine(row.target, row.target_id, title_of(session, row.target, row.target_id), row.state, row.who, row.due_on)
        for row in rows
    )


def title_of(session: Session, target: str, target_id: int) -> str:
    """The title of an article, or kind and symbol of a document."""
    if target == "article":
        article = session.get(ArticleRow, target_id)
        return article.title if article else f"Bài #{target_id}"
    document = session.get(DocumentRow, target_id)
    return f"{document.kind} {document.symbol}" if document else f"Văn bản #{target_id}"


def must_be_held(session: Session, target: Target, target_id: int) -> None:
    """Raises UsageError for an article or document that is not in the archive."""
    held: type[ArticleRow | DocumentRow] = ArticleRow if target == "article" else DocumentRow
    if session.get(held, target_id) is None:
        raise UsageError("Bài hoặc văn bản ấy không có trong kho.")
