"""One row, one picture, one sleeping sender: none of them stops or doubles the others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.database import transaction
from models.tables import AlertRow, EventRow, SubscriberRow
from notifications import compose, hands, messages, pictures
from notifications.outbox import MOST_OF_ONE_ARTICLE, announce, queue_parts
from notifications.values import State
from tests.botapi.state import BotApi
from tests.notifications.conftest import HASTY, NOW, Office


def spoil(office: Office, chat: int) -> int:
    """A row that nobody can put into words, before all others of its chat."""
    with transaction(office.engine) as session:
        event = EventRow(key="spoilt", kind="digest", payload={"parts": "none"}, created_at=NOW)
        session.add(event)
        session.flush()
        row = AlertRow(event_id=event.id, subscriber_id=chat, state=State.QUEUED, queued_at=NOW, not_before=NOW)
        session.add(row)
        session.flush()
        return row.id


def test_a_row_that_cannot_be_worded_ends_as_failed_and_the_others_go_on(office: Office, api: BotApi) -> None:
    chat = office.chat(7)
    office.chat(99, operator=True)
    spoilt = spoil(office, chat)
    office.news()

    report = office.deliver(HASTY)

    assert (report.alerts_sent, report.failed) == (1, 1)
    assert "Chỉ thị số 01-CT/TU" in api.of(7)[0].text
    with transaction(office.engine) as session:
        row = session.get_one(AlertRow, spoilt)
        assert (row.state, row.wording_tries) == (State.FAILED, HASTY.wording_tries)
        assert "Không soạn được tin (TypeError" in (row.error or "")
    assert f"Tin VB-{spoilt} không gửi được" in api.of(99)[0].text


def test_one_row_of_a_list_that_cannot_be_worded_leaves_the_list_whole(
    office: Office, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.chat(7)
    for _ in range(12):
        office.news()
    word = messages.news_item

    def fails_once(news: Any, *, with_rule: bool) -> str:
        if "07-CT/TU" in news.heading:
            raise KeyError("title")
        return word(news, with_rule=with_rule)

    monkeypatch.setattr(compose, "news_item", fails_once)
    office.deliver(HASTY)
    (sent,) = api.of(7)
    assert sent.text.startswith("📋 11 văn bản mới\n")
    assert sorted(office.states()) == ["failed", *["sent"] * 11]


def test_a_picture_is_drawn_before_anything_is_locked(
    office: Office, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = office.chat(7)

    def draws_for_long(*_: Any) -> bytes:
        with transaction(office.engine) as session:  # somebody else's write: waits for half a minute were it locked
            session.get_one(SubscriberRow, chat).name = "Phòng khác"
        return b"\x89PNG"

    pictures.picture_of.cache_clear()
    monkeypatch.setattr(pictures, "week_picture", draws_for_long)
    figures = {"first_day": "2026-03-02", "core": [1] * 7, "related": [0] * 7, "provinces": {}}
    with transaction(office.engine) as session:
        reader = session.get_one(SubscriberRow, chat)
        queue_parts(session, "week", "digest", [reader], {"parts": [{"html": "Tuần", "picture": figures}]}, NOW)
    assert office.deliver(HASTY).sent == 1
    assert api.of(7)[0].photo is not None
    pictures.picture_of.cache_clear()


def test_a_picture_that_cannot_be_drawn_lets_the_words_go(
    office: Office, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = office.chat(7)
    monkeypatch.setattr(pictures, "week_picture", lambda *_: 1 / 0)
    figures = {"first_day": "2026-03-02", "core": [2] * 7, "related": [0] * 7, "provinces": {}}
    with transaction(office.engine) as session:
        reader = session.get_one(SubscriberRow, chat)
        queue_parts(session, "week", "digest", [reader], {"parts": [{"html": "Tuần", "picture": figures}]}, NOW)
    assert office.deliver(HASTY).sent == 1
    assert api.of(7)[0].text == "Tuần"


def test_a_sender_that_slept_sends_nothing_beside_the_next(
    office: Office, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.chat(7)
    office.news()
    begin = hands.Hands._begin

    def sleeps(self: Any, *given: Any) -> Any:
        sending = begin(self, *given)
        monkeypatch.setattr(hands.Hands, "_begin", begin)
        office.clock.skip(minutes=5)  # a laptop closed between the mark and the request
        assert office.deliver(HASTY).sent == 1
        return sending

    monkeypatch.setattr(hands.Hands, "_begin", sleeps)
    office.deliver(HASTY)
    assert len(api.of(7)) == 1
    assert office.states() == ["sent"]


def test_a_page_that_issues_hundreds_is_one_word_to_the_operator(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.chat(99, operator=True)
    article = office.article()
    for _ in range(MOST_OF_ONE_ARTICLE + 20):
        document = office.document()
        with transaction(office.engine) as session:
            announce(session, document, article, NOW)
    office.deliver(HASTY)
    assert api.of(7) == []
    (word,) = api.of(99)
    assert f"hơn {MOST_OF_ONE_ARTICLE} văn bản" in word.text
    with transaction(office.engine) as session:
        assert session.scalars(select(AlertRow.state).where(AlertRow.subscriber_id == 1).distinct()).all() == ["muted"]


def test_at_most_ten_alerts_one_by_one_then_lists(office: Office, api: BotApi) -> None:
    office.chat(7)
    for wave in range(4):
        for _ in range(6):
            office.news()
        office.deliver(HASTY)
        office.clock.skip(minutes=1)
        assert len(api.of(7)) == (6, 7, 8, 9)[wave]
    assert sum(sent.text.startswith("📋 ") for sent in api.of(7)) == 3


def test_a_list_names_the_centre_first(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.news(symbol="09-NQ/ĐU", issuer_code="ĐU", issuer="Đảng ủy xã")
    for _ in range(10):
        office.news()
    office.news(symbol="77-CT/TW", issuer_code="TW", issuer="Ban Bí thư", province=None, place=None)
    office.deliver(HASTY)
    text = api.of(7)[0].text
    assert text.index("77-CT/TW") < text.index("-CT/TU") < text.index("09-NQ/ĐU")
