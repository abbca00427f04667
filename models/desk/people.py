"""Who logs in, and what each may do.

Readers read; clerks choose and correct; operators also see runs and the outbox, and switch sources.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from models.desk.changes import record
from models.tables import LoginRow, PersonRow

LOGIN_HOURS = 12
LINK_DAYS = 7
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


class StaffRole(IntEnum):
    """What a person may do; a higher role may all that a lower one may."""

    READER = 1
    CLERK = 2
    OPERATOR = 3

    @property
    def label(self) -> str:
        """The role in Vietnamese."""
        return {StaffRole.READER: "Người đọc", StaffRole.CLERK: "Cán bộ", StaffRole.OPERATOR: "Người vận hành"}[self]


def role_named(name: str) -> StaffRole:
    """The role of a name (reader, clerk, operator). Raises UsageError."""
    try:
        return StaffRole[name.strip().upper()]
    except KeyError as error:
        raise UsageError(f"Không có vai trò “{name}”. Các vai trò: reader, clerk, operator.") from error


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: `id` is None for the office's one password, and at the machine itself."""

    id: int | None
    name: str
    role: StaffRole

    def may(self, needed: StaffRole) -> bool:
        """Whether the person's role is enough."""
        return self.role >= needed


OFFICE = Person(None, "Cơ quan", StaffRole.OPERATOR)
"""Whoever knows the one password of a one-person office, or sits at the machine where none is set."""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password has: a name that does not exist takes as long to refuse as one that does."""
    return _hasher().hash(secrets.token_hex())


def hashed(password: str) -> str:
    """The argon2 hash of a password. Raises UsageError for one that is too short or far too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsageError(f"Mật khẩu cần từ {SHORTEST_PASSWORD} đến {LONGEST_PASSWORD} ký tự.")
    return _hasher().hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one of a hash; takes as long where there is no hash."""
    try:
        return _hasher().verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def add_person(
    session: Session, name: str, role: StaffRole, now: datetime, *, by: str, password: str | None = None
) -> str | None:
    """Let a person in: with a password, or answer the token of a one-time link with which they choose one.

    Raises UsageError for a name that is taken or empty, and a password that is too short.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 64 or not name.isprintable():
        raise UsageError("Tên cần từ 1 đến 64 ký tự.")
    if named(session, name) is not None:
        raise UsageError(f"Đã có người tên “{name}”. Xem: danvan users list.")
    person = PersonRow(name=name, role=role.name.lower(), created_at=now)
    session.add(person)
    session.flush()
    after = {"name": name, "role": person.role}
    record(session, by=by, act="add", target="person", target_id=person.id, after=after, at=now)
    if password is not None:
        person.password_hash = hashed(password)
        return None
    return _give_link(person, now)


def new_link(session: Session, name: str, now: datetime, *, by: str) -> str:
    """The token of a new one-time link: the password before it ends, and so do open logins. Raises UsageError."""
    person = find_person(session, name)
    person.password_hash = None
    session.execute(delete(LoginRow).where(LoginRow.person_id == person.id))
    record(session, by=by, act="link", target="person", target_id=person.id, at=now)
    return _give_link(person, now)


def _give_link(person: PersonRow, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    person.link_sha256, person.link_until = _digest(token), now + timedelta(days=LINK_DAYS)
    return token


def turn_off(session: Session, name: str, now: datetime, *, by: str) -> None:
    """Let a person in no longer; what they did stays under their name. Raises UsageError."""
    person = find_person(session, name)
    person.off_at = now
    session.execute(delete(LoginRow).where(LoginRow.person_id == person.id))
    record(session, by=by, act="off", target="person", target_id=person.id, at=now)


def change_role(session: Session, name: str, role: StaffRole, now: datetime, *, by: str) -> None:
    """Give a person another role. Raises UsageError."""
    person = find_person(session, name)
    was, person.role, person.off_at = person.role, role.name.lower(), None
    record(session, by=by, act="role", target="person", target_id=person.id, before=was, after=person.role, at=now)


def people(session: Session) -> list[PersonRow]:
    """All people, in the order in which they came."""
    return list(session.scalars(select(PersonRow).order_by(PersonRow.id)))


def find_person(session: Session, name: str) -> PersonRow:
    """The person of a name. Raises UsageError where there is none."""
    found = named(session, " ".join(name.split()))
    if found is None:
        raise UsageError(f"Không có người tên “{name}”. Xem: danvan users list.")
    return found


def named(session: Session, name: str) -> PersonRow | None:
    """The person of a name, if there is one; names are the same whatever their capitals."""
    rows = session.scalars(select(PersonRow))
    return next((row for row in rows if row.name.casefold() == name.casefold()), None)


def recognised(session: Session, name: str, password: str) -> Person | None:
    """The person of a name and password; None where either is wrong, in the same time."""
    row = named(session, " ".join(name.split()))
    right = matches(password, row.password_hash if row is not None and row.off_at is None else None)
    return _person(row) if right and row is not None else None


def by_link(session: Session, token: str, now: datetime) -> Person | None:
    """Who an unused one-time link was made for."""
    row = _of_link(session, token, now)
    return _person(row) if row is not None else None


def use_link(session: Session, token: str, password: str, now: datetime) -> Person | None:
    """Set the password that a person chose by a one-time link, and end the link. Raises UsageError."""
    row = _of_link(session, token, now)
    if row is None:
        return None
    row.password_hash, row.link_sha256, row.link_until = hashed(password), None, None
    record(session, by=row.name, act="password", target="person", target_id=row.id, at=now)
    return _person(row)


def _of_link(session: Session, token: str, now: datetime) -> PersonRow | None:
    row = session.scalar(select(PersonRow).where(PersonRow.link_sha256 == _digest(token)))
    fresh = row is not None and row.off_at is None and row.link_until is not None and row.link_until > now
    return row if fresh else None


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.name, StaffRole[row.role.upper()])


def open_login(session: Session, person: Person, now: datetime) -> str:
    """The token of a new login; those that have run out are forgotten."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(LoginRow).where(LoginRow.until < now))
    session.add(LoginRow(token_sha256=_digest(token), person_id=person.id, until=now + timedelta(hours=LOGIN_HOURS)))
    return token


def close_login(session: Session, token: str) -> None:
    """End a login."""
    session.execute(delete(LoginRow).where(LoginRow.token_sha256 == _digest(token)))


def logged_in(session: Session, token: str, now: datetime) -> Person | None:
    """Who holds a login's token, while it lasts."""
    if not token:
        return None
    found = session.execute(
        select(LoginRow.person_id, PersonRow)
        .outerjoin(PersonRow, PersonRow.id == LoginRow.person_id)
        .where(LoginRow.token_sha256 == _digest(token), LoginRow.until > now)
    ).first()
    if found is None:
        return None
    if found.person_id is None:
        return OFFICE
    return _person(found.PersonRow) if found.PersonRow.off_at is None else None
