"""The morning digest and the week: what they tell, once, cut between items."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.database import transaction
from models.search import index_article
from models.tables import ArticleRow, ArticleTopicRow, EventRow, SourceRow
from notifications.channels import ABOUT
from notifications.digest import Digest, DigestDocument
from notifications.digest_queue import digest_text, send_digest
from notifications.digest_words import digest_parts
from notifications.markup import MESSAGE_LIMIT
from notifications.pictures import week_picture
from tests.botapi.html_entities import parse, units
from tests.botapi.state import BotApi
from tests.notifications.conftest import NOW, FastClock, Office

MORNING = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)  # Friday 07:00 in Hà Nội


def story(office: Office, title: str, *, grade: str = "core", topic: str | None = "dan_van_kheo", **more: Any) -> int:
    article = office.article(title=title, grade=grade, **more)
    with transaction(office.engine) as session:
        if topic:
            session.add(ArticleTopicRow(article_id=article, topic=topic, score=2.0))
        session.flush()
        index_article(session, session.get_one(ArticleRow, article))
    return article


def reported(office: Office, **more: Any) -> int:
    article = story(office, "Ban hành văn bản", grade="none", topic=None)
    return office.document(first_article_id=article, announced_at=NOW, **more)


def digests(office: Office, api: BotApi, chat: int) -> list[str]:
    before = len(api.of(chat))
    office.deliver()
    return [sent.text for sent in api.of(chat)[before:]]


def test_digest_has_documents_core_by_topic_related_and_quiet(office: Office, api: BotApi) -> None:
    office.chat(7, delivery="daily", grades=["core", "related"], name="Bản tin buổi sáng")
    reported(office, title="về dân vận khéo")
    story(office, "Mô hình khéo ở xã A")
    story(office, "Đối thoại với dân ở xã B", topic="tiep_dan_doi_thoai", source="baonghean", province="40")
    story(office, "Nông dân hiến đất làm đường", grade="related")
    story(office, "Bóng đá cuối tuần", grade="none")
    with transaction(office.engine) as session:
        session.add(SourceRow(id="baolangson", status="ok", last_article_at=NOW - timedelta(days=9)))
        session.add(SourceRow(id="baohatinh", status="ok", last_article_at=MORNING))
    office.clock = FastClock(start=MORNING)

    assert send_digest(office.engine, office.settings, date(2026, 3, 6), MORNING) == 1

    (text,) = digests(office, api, 7)
    order = [
        "Bản tin dân vận thứ Sáu, 06/03/2026", "1 văn bản mới · 2 tin trọng tâm · 1 tin liên quan", "📄 Văn bản mới",
        "Chỉ thị số", "về dân vận khéo", "⭐ Dân vận khéo", "Mô hình khéo ở xã A (Báo Thanh Hóa)", "⭐ Tiếp dân",
        "Đối thoại với dân ở xã B", "📌 Liên quan", "Nông dân hiến đất làm đường", "🤫", "Báo Lạng Sơn",
    ]  # fmt: skip
    places = [text.find(words) for words in order]
    assert places == sorted(places)
    assert min(places) >= 0
    assert "Bóng đá" not in text
    assert "Báo Hà Tĩnh" not in text


def test_a_day_is_sent_once_and_nothing_is_told_twice_or_left_out(office: Office, api: BotApi) -> None:
    """77: what arrives while (or after) a digest is built stands in the next one, also with an old time stamp."""
    office.chat(7, delivery="daily", grades=["core"])
    story(office, "Tin thứ nhất", published_at=NOW)
    office.clock = FastClock(start=MORNING)
    for _ in range(2):
        send_digest(office.engine, office.settings, date(2026, 3, 6), MORNING)
    (first,) = digests(office, api, 7)
    story(office, "Tin đến muộn", published_at=NOW)
    late = reported(office)
    next_day = MORNING + timedelta(days=1)
    office.clock.skip(days=1)
    send_digest(office.engine, office.settings, date(2026, 3, 7), next_day)
    (second,) = digests(office, api, 7)
    assert "Tin thứ nhất" in first
    assert "Tin đến muộn" in second
    assert "Tin thứ nhất" not in second
    with transaction(office.engine) as session:
        told = [event.payload["told"] for event in session.scalars(select(EventRow).order_by(EventRow.id))]
    assert f"document:{late}" in told[1]


def test_first_digest_does_not_reach_far_back(office: Office, api: BotApi) -> None:
    office.chat(7, delivery="daily", grades=["core"])
    old = NOW - timedelta(days=6)
    story(office, "Tin tuần trước", published_at=old, sort_at=old)
    office.clock = FastClock(start=MORNING)
    for days in range(2):
        send_digest(office.engine, office.settings, date(2026, 3, 6 + days), MORNING + timedelta(days=days))
        office.clock.skip(days=1)
    assert not any("Tin tuần trước" in text for text in digests(office, api, 7))


def test_a_digest_leads_into_the_archive_and_names_no_bot_where_none_answers() -> None:
    one = DigestDocument(7, "Chỉ thị số 7-CT/TU", None, None, None, "Báo X", "https://x.vn/a", "Tin")
    digest = Digest(date(2026, 3, 5), documents=(one,), other_documents=4)
    mail = "\n".join(digest_parts(digest, ABOUT["email"], "https://kho.example/"))
    assert '<a href="https://kho.example/documents/7">Chỉ thị số 7-CT/TU</a>' in mail
    assert "gõ /" not in mail
    assert "4 văn bản khác" in mail
    zalo = "\n".join(digest_parts(digest, ABOUT["zalo"], "https://kho.example/"))
    assert zalo.count("https://kho.example/") == 1
    assert "gõ /vanbankhac" in zalo
    assert "kho.example" not in "".join(digest_parts(digest, ABOUT["telegram"]))


def test_75_long_digest_is_cut_between_items(office: Office, api: BotApi) -> None:
    office.chat(7, delivery="daily", grades=["core"])
    for number in range(130):
        story(office, f"Mô hình dân vận khéo thứ {number:03} ở một xã vùng cao <biên giới> có nhiều cách làm hay")
    office.clock = FastClock(start=MORNING)
    send_digest(office.engine, office.settings, date(2026, 3, 6), MORNING)
    digests(office, api, 7)
    sent = api.of(7)
    assert len(sent) > 3
    assert all(units(one.text) <= MESSAGE_LIMIT and parse(one.raw)[1] <= 100 for one in sent)
    together = "".join(one.text for one in sent)
    assert all(
        f"thứ {number:03} ở một xã vùng cao <biên giới> có nhiều cách làm hay (" in together for number in range(130)
    )


def test_monday_brings_the_week_with_a_picture(office: Office, api: BotApi) -> None:
    office.chat(7, delivery="weekly", grades=["core"])
    story(office, "Tin trong tuần")
    monday = datetime(2026, 3, 9, 0, 0, tzinfo=UTC)
    office.clock = FastClock(start=monday)
    assert send_digest(office.engine, office.settings, date(2026, 3, 9), monday) == 2
    office.deliver()
    picture, text = api.of(7)
    assert (picture.method, (picture.photo or b"")[:4]) == ("sendPhoto", b"\x89PNG")
    assert "Tuần 02/03 – 08/03/2026" in picture.text
    assert "Tin trong tuần" in text.text


def test_quiet_day_says_so(office: Office) -> None:
    assert "Không có văn bản và tin bài mới." in digest_text(office.engine, office.settings, date(2026, 3, 6))


@pytest.mark.parametrize("figures", [([0] * 7, [0] * 7, {}), ([400, 3, 0, 1, 2, 9, 12], [1] * 7, {"38": 999, "01": 1})])
def test_picture_of_any_week(figures: tuple[list[int], list[int], dict[str, int]]) -> None:
    picture = week_picture(date(2026, 3, 2), *figures)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 1_000_000
