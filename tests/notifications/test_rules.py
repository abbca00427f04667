"""Rules: what they mean, what is refused, what they would have told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.database import transaction
from models.tables import SubscriberRow
from notifications.describing import describe
from notifications.estimate import estimate, save_rule
from notifications.rules import Rule, RuleFacts, RuleRefusedError, check, level_of, match
from tests.notifications.conftest import NOW, Office

FACTS = RuleFacts(
    kind="Chương trình hành động", kind_code="CTr", issuer="Ban Thường vụ Tỉnh uỷ Thanh Hoá", issuer_code="TU",
    provinces=frozenset({"38"}), topics=frozenset({"dan_van_kheo"}), grade="core",
    text="Chương trình về công tác dân vận khéo của nhân dân vận chuyển; đường Đảng",
)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"kinds": ("Chương trình",)}, "loại Chương trình hành động"),
        ({"kinds": ("ctr",)}, "loại Chương trình hành động"),
        ({"kinds": ("Chỉ thị",)}, None),
        ({"issuers": ("Tỉnh ủy Thanh Hóa",)}, "cơ quan ban hành “Tỉnh ủy Thanh Hóa”"),
        ({"issuers": ("UBND",)}, None),
        ({"levels": ("province",)}, "cấp tỉnh"),
        ({"levels": ("central",)}, None),
        ({"provinces": ("40", "38")}, "địa phương: Thanh Hóa"),
        ({"provinces": ("40",)}, None),
        ({"topics": ("dan_van_kheo",)}, "chủ đề: Dân vận khéo"),
        ({"grades": ("core",)}, "mức “Trọng tâm”"),
        ({"grades": ("related",)}, None),
        ({"words": "tôn giáo, dân vận khéo"}, "từ “dân vận khéo”"),
        ({"words": "DAN VAN KHEO"}, "từ “DAN VAN KHEO”"),
        ({"words": "dương"}, None),  # marks mean themselves: "đường" is not "dương"
        ({"words": "duong"}, "từ “duong”"),
        ({"words": "vận kh"}, None),  # whole words only
        ({"kinds": ("Chương trình",), "provinces": ("40",)}, None),
        ({}, ""),
    ],
)
def test_match(rule: dict[str, Any], reason: str | None) -> None:
    found = match(Rule("r", **rule), FACTS)
    assert (None if found is None else "; ".join(found)) == reason


@pytest.mark.parametrize(
    ("suffix", "level"),
    [
        ("TW", "central"), ("CP", "central"), ("TTg", "central"), ("QH15", "central"), ("BTGDVTW", "central"),
        ("BNV", "central"), ("MTTW-BTT", "central"), ("TU", "province"), ("BTGDVTU", "province"),
        ("BTCTU-BDVTU", "province"), ("UBND", "province"), ("UBND-KGVX", "province"), ("HĐND", "province"),
        ("MTTQ-BTT", "province"), ("HU", "local"), ("ThU", "local"), ("ĐU", "local"), ("BDVHU", "local"),
    ],
)  # fmt: skip
def test_level_by_suffix(suffix: str, level: str) -> None:
    assert level_of(suffix) == level


@pytest.mark.parametrize(
    "rule",
    [
        {}, {"levels": ("central", "province", "local")}, {"grades": ("core", "related", "none")}, {"words": " , ;"},
        {"words": "*"}, {"words": "a"}, {"delivery": "hourly"}, {"levels": ("galaxy",)},
    ],
)  # fmt: skip
def test_76_rules_that_mean_nothing_or_everything_are_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(RuleRefusedError):
        check(Rule("r", **rule))


def test_76_estimate_is_told_before_saving(office: Office) -> None:
    office.chat(7)
    for number in range(4):
        article = office.article()
        office.document(first_article_id=article, announced_at=NOW - timedelta(days=number * 10), province="38")
    with transaction(office.engine) as session:
        row = session.get_one(SubscriberRow, 1)
        rule = Rule("Thanh Hóa", provinces=("38",))
        assert (estimate(session, rule, NOW).documents, estimate(session, rule, NOW).of_documents) == (3, 3)
        kept, found = save_rule(session, row, rule, NOW)
        assert kept.provinces == ["38"]
        assert found.words.startswith("Trong 30 ngày qua quy tắc này khớp 3 trong 3 văn bản mới (khoảng 0,1")


def test_76_rule_that_hit_every_document_is_refused(office: Office) -> None:
    office.chat(7)
    for _ in range(20):
        office.document(first_article_id=office.article())
    with transaction(office.engine) as session, pytest.raises(RuleRefusedError, match="khớp với cả 20 văn bản"):
        save_rule(session, session.get_one(SubscriberRow, 1), Rule("mọi chỉ thị", kinds=("Chỉ thị",)), NOW)


def test_description_is_plain_vietnamese() -> None:
    rule = Rule("r", kinds=("Chỉ thị",), provinces=("38",), words="khéo, tôn giáo", urgent=True)
    assert describe(rule) == (
        "loại Chỉ thị; địa phương Thanh Hóa; có từ “khéo” hoặc “tôn giáo” → nhận ngay, kể cả trong giờ yên lặng"
    )
