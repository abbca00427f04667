"""The channels of somebody who logs in: whose a subscriber is, and the rules that a person may change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.errors import UsageError
from models.desk.people import Person, find_person
from models.tables import PersonChannelRow, PersonCodeRow, RuleRow, SubscriberRow
from notifications.subscribers import CONSOLE, add_subscriber, create_invitation, subscriber_of

MOST_CODES = 5
"""Unused codes that one person may hold: a page reloaded a hundred times leaves no hundred invitations."""


def own_channels(session: Session, person: Person) -> list[SubscriberRow]:
    """The active subscribers of a person; all of them for the office that has no names."""
    reached = select(SubscriberRow).where(SubscriberRow.active, SubscriberRow.channel != CONSOLE)
    if person.id is not None:
        mine = select(PersonChannelRow.subscriber_id).where(PersonChannelRow.person_id == person.id)
        reached = reached.where(SubscriberRow.id.in_(mine))
    return list(session.scalars(reached.order_by(SubscriberRow.id)))


def own_channel(session: Session, person: Person, subscriber_id: int) -> SubscriberRow:
    """One of a person's subscribers. Raises UsageError for another one."""
    found = next((row for row in own_channels(session, person) if row.id == subscriber_id), None)
    if found is None:
        raise UsageError("Kênh nhận tin này không phải của bạn, hoặc không còn nhận tin.")
    return found


def own_rule(session: Session, person: Person, rule_id: int) -> RuleRow:
    """A rule of one of a person's channels. Raises UsageError for another one."""
    row = session.get(RuleRow, rule_id)
    if row is None or row.subscriber_id not in {one.id for one in own_channels(session, person)}:
        raise UsageError("Không có quy tắc này trong các quy tắc của bạn.")
    return row


def own_code(session: Session, person: Person, now: datetime) -> str:
    """A one-time code: the chat that sends it to the bot becomes this person's channel.

    Raises UsageError where nobody is logged in by name, and for one code too many.
    """
    if person.id is None:
        raise UsageError("Chưa có tên người dùng thì mọi kênh đều dùng được: không cần mã.")
    held = session.scalars(select(PersonCodeRow.code).where(PersonCodeRow.person_id == person.id)).all()
    if len(held) >= MOST_CODES:
        raise UsageError(f"Bạn đang có {len(held)} mã chưa dùng. Dùng một trong các mã ấy: {', '.join(held)}.")
    code = create_invitation(session, f"Kênh của {person.name}", operator=False, uses=1, now=now)
    session.add(PersonCodeRow(code=code, person_id=person.id))
    return code


def taken_by(session: Session, code: str, subscriber: SubscriberRow) -> None:
    """Give a chat that joined by a person's own code to that person; nothing for other codes."""
    whose = session.get(PersonCodeRow, code.strip().upper())
    if whose is not None:
        _give(session, whose.person_id, subscriber)
        session.execute(delete(PersonCodeRow).where(PersonCodeRow.code == whose.code))


def give_channel(session: Session, name: str, now: datetime, *, mail: str | None, subscriber_id: int | None) -> str:
    """Give a person a mail address (subscribed where it is not yet) or a subscriber; answers what it is called.

    Raises UsageError for a name, an address or a number that does not exist.
    """
    person = find_person(session, name)
    if mail:
        row = add_subscriber(session, "email", mail.strip(), person.name, now)
    else:
        row = subscriber_of(session, subscriber_id or 0)
    if row.channel == CONSOLE:
        raise UsageError("Màn hình của máy chủ không thể là kênh của một người.")
    _give(session, person.id, row)
    return row.name or row.address


def _give(session: Session, person_id: int, subscriber: SubscriberRow) -> None:
    if session.get(PersonChannelRow, (person_id, subscriber.id)) is None:
        session.add(PersonChannelRow(person_id=person_id, subscriber_id=subscriber.id))
    session.flush()
