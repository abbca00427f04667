"""A search becomes a rule: new articles that it finds are told, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.database import transaction
from models.search import Query, index_article
from models.tables import ArticleRow, SubscriberRow
from notifications import searches
from notifications.digest import build_digest
from notifications.outbox import announce
from notifications.rows import rule_of
from notifications.rules import RuleRefusedError
from notifications.searches import follow_document, save_search
from tests.botapi.state import BotApi
from tests.notifications.conftest import HASTY, NOW, Office


def story(office: Office, title: str, **more: object) -> int:
    article = office.article(**{"title": title, **more})  # type: ignore[arg-type]  # columns by name
    with transaction(office.engine) as session:
        index_article(session, session.get_one(ArticleRow, article))
    return article


def keep(office: Office, chat: int, query: Query, **more: str) -> str:
    with transaction(office.engine) as session:
        row, said = save_search(session, session.get_one(SubscriberRow, chat), query, NOW, **more)
        assert row.name
        return said


def test_new_articles_of_a_search_are_told_once(office: Office, api: BotApi) -> None:
    chat = office.chat(7, operator=True)
    story(office, "Già làng hòa giải, bài cũ")
    said = keep(office, chat, Query(words='"già làng" -bóng', provinces=("Thanh Hóa",)))
    assert "có 1 tin khớp" in said
    story(office, "Già làng giữ bình yên bản")
    story(office, "Già làng xem bóng đá")
    story(office, "Già làng Nghệ An", province="40")
    story(office, "Đối thoại với dân")
    assert office.deliver(HASTY).alerts_sent == 1
    office.deliver(HASTY)
    (sent,) = api.of(7)
    assert sent.text.startswith("📰 Già làng giữ bình yên bản\n")
    assert 'Quy tắc “tin có “"già làng" -bóng”; địa phương Thanh Hóa”' in sent.text


def test_an_article_that_brought_a_document_is_not_told_twice(office: Office, api: BotApi) -> None:
    chat = office.chat(7, kinds=["Chỉ thị"])
    keep(office, chat, Query(words="dân vận"))
    article, document = story(office, "Chỉ thị mới về dân vận"), office.document()
    with transaction(office.engine) as session:
        announce(session, document, article, NOW)
    office.deliver(HASTY)
    assert len(api.of(7)) == 1


def test_a_document_is_followed(office: Office, api: BotApi) -> None:
    chat, document = office.chat(7, operator=True), office.document()
    with transaction(office.engine) as session:
        reader = session.get_one(SubscriberRow, chat)
        first, _ = follow_document(session, reader, document, NOW)
        again, said = follow_document(session, reader, document, NOW)
        assert first.id == again.id
        assert "từ trước" in said
    article = office.article(title="Sơ kết chỉ thị", grade="none")
    office.mention(document, article, "text", "Chỉ thị số 01-CT/TU")
    with transaction(office.engine) as session:
        index_article(session, session.get_one(ArticleRow, article))
    office.deliver(HASTY)
    assert "Quy tắc “Theo dõi Chỉ thị số 01-CT/TU”" in api.of(7)[0].text


def test_what_means_everything_or_too_much_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "A_DAY", 1)
    chat = office.chat(7, operator=True)
    with pytest.raises(RuleRefusedError, match="Tìm mọi tin"):
        keep(office, chat, Query())
    for number in range(31):
        story(office, f"Dân vận khéo {number}")
    with pytest.raises(RuleRefusedError, match="nhiều quá"):
        keep(office, chat, Query(words="dân vận"))
    assert "bản tin hằng ngày" in keep(office, chat, Query(words="dân vận"), delivery="daily")


def test_a_daily_search_stands_in_the_digest(office: Office) -> None:
    chat = office.chat(7, operator=True)
    story(office, "Già làng giữ bình yên bản", published_at=NOW, sort_at=NOW)
    with transaction(office.engine) as session:
        reader = session.get_one(SubscriberRow, chat)
        row, _ = save_search(session, reader, Query(words="già làng"), NOW, delivery="daily")
        digest = build_digest(
            session, NOW.date(), paper=str, window_days=30, rules=(rule_of(row),), until=NOW + timedelta(hours=1)
        )  # fmt: skip
    assert [article.title for article in digest.core] == ["Già làng giữ bình yên bản"]
