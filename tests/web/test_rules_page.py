"""Whoever is logged in has rules of their own: from a search, from a document; edited, paused, removed; nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from foundation.settings import Settings
from models.database import open_engine, transaction
from models.tables import RuleRow, SubscriberRow
from notifications.own_channels import give_channel, taken_by
from notifications.subscribers import join
from tests.web.archive import NOW, Builder
from tests.web.office import Enter, office, small_archive


@pytest.fixture
def archive(tmp_path: Path) -> Engine:
    def fill(builder: Builder) -> None:
        builder.article("Già làng hòa giải", "Già làng giữ bình yên bản.", published="2026-11-19 07:00")
        builder.document("31-NQ/TW", kind="Nghị quyết", issued_on="2026-08-03", title="về dân vận")

    engine = open_engine(small_archive(tmp_path, fill, An="clerk", Bình="reader"))
    with transaction(engine) as session:
        give_channel(session, "An", NOW, mail="an@coquan.example", subscriber_id=None)
    return engine


@pytest.fixture
def enter(archive: Engine) -> Iterator[Enter]:
    settings = Settings.model_construct(web_password=None, telegram_token=SecretStr("1:x"), zalo_token=None)
    with office(archive, settings, follow_redirects=True) as browser:
        yield browser


def send(browser: TestClient, address: str, **form: str) -> str:
    token = re.search(r'name="form_token" value="(\w+)"', browser.get("/rules").text + browser.get("/dossiers").text)
    token = token or re.search(r'name="form_token" value="(\w+)"', browser.get("/").text)
    assert token
    answer = browser.post(address, data={"form_token": token[1], **form})
    assert answer.status_code in {200, 400}, answer.text[:300]
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def rules(archive: Engine) -> list[tuple[str, str, bool]]:
    with transaction(archive) as session:
        rows = session.scalars(select(RuleRow).where(RuleRow.query.is_not(None)).order_by(RuleRow.id))
        return [(row.name, row.delivery, row.active) for row in rows]


def test_a_search_becomes_a_rule_with_its_estimate_and_is_changed_paused_and_removed(
    enter: Enter, archive: Engine
) -> None:
    an = enter("An")
    assert "/rules/new?q=gi%C3%A0+l%C3%A0ng" in an.get("/search?q=già+làng").text
    page = an.get("/rules/new?q=già+làng").text
    assert "Trong 30 ngày qua có 1 tin khớp." in page
    said = send(an, "/rules/search?q=già+làng", channel="1", delivery="daily", name="Già làng")
    assert "Đã lưu “Già làng”. Trong 30 ngày qua có 1 tin khớp" in said
    assert rules(archive) == [("Già làng", "daily", True)]
    number = str(re.findall(r"/rules/(\d+)", an.get("/rules").text)[-1])
    assert "có 0 tin khớp" in send(an, f"/rules/{number}", name="Trưởng bản", words="trưởng bản", delivery="weekly")
    assert rules(archive) == [("Trưởng bản", "weekly", True)]
    assert "đang tạm dừng" in send(an, f"/rules/{number}", act="pause")
    send(an, f"/rules/{number}", act="resume")
    assert rules(archive)[0][2]
    send(an, f"/rules/{number}", act="remove")
    assert rules(archive) == []


def test_what_means_everything_is_refused_with_the_reason(enter: Enter, archive: Engine) -> None:
    an = enter("An")
    assert "Tìm mọi tin thì không báo được" in send(an, "/rules/search", channel="1")
    send(an, "/rules/search?q=già+làng", channel="1")
    number = str(re.findall(r"/rules/(\d+)", an.get("/rules").text)[-1])
    assert "Tìm mọi tin thì không báo được" in send(an, f"/rules/{number}", words="")
    assert len(rules(archive)) == 1


def test_a_document_is_followed(enter: Enter, archive: Engine) -> None:
    an = enter("An")
    assert "Theo dõi văn bản này" in an.get("/documents/1").text
    assert "Theo dõi Nghị quyết" in send(an, "/documents/1/watch", channel="1")
    assert "không còn trong kho" in send(an, "/documents/99/watch", channel="1")
    assert len(rules(archive)) == 1


def test_nobody_touches_another_s_rules_and_who_has_no_channel_is_told_how_to_get_one(
    enter: Enter, archive: Engine
) -> None:
    send(enter("An"), "/rules/search?q=già+làng", channel="1")
    binh = enter("Bình")
    assert "Bạn chưa có kênh nhận tin nào" in binh.get("/rules").text
    assert "Bạn chưa có kênh nhận tin nào" in binh.get("/rules/new?q=già").text
    assert "không phải của bạn" in send(binh, "/rules/search?q=già", channel="1")
    assert "Không có quy tắc này" in send(binh, "/rules/3", act="remove")
    assert binh.post("/rules/3", data={"act": "remove"}).status_code == 403
    assert len(rules(archive)) == 1


def test_an_own_code_makes_a_chat_one_s_own(enter: Enter, archive: Engine) -> None:
    binh = enter("Bình")
    code = re.search(r"/start (\w+)", send(binh, "/rules/code"))
    assert code
    with transaction(archive) as session:
        joined = join(session, "77", "Bình", code[1], NOW)
        assert joined is not None
        taken_by(session, code[1], joined)
    assert "Telegram: Bình" in binh.get("/rules").text
    with transaction(archive) as session:
        assert join(session, "78", "Ai đó", code[1], NOW) is None
        assert session.scalar(select(SubscriberRow).where(SubscriberRow.address == "78")) is None
    for _ in range(5):
        send(binh, "/rules/code")
    assert (
        "mã chưa dùng"
        in binh.post(
            "/rules/code", data={"form_token": re.findall(r'form_token" value="(\w+)"', binh.get("/rules").text)[0]}
        ).text
    )
