"""From a printed page to a message on a phone: the real reading, the real store, the real outbox."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from foundation.settings import Settings
from notifications.outbox import announce
from tests.botapi.state import BotApi
from tests.models.papers import NOW, Press
from tests.notifications.conftest import FastClock, Office

NEWS = (
    "Ngày 3/9/2026, Ban Thường vụ Tỉnh ủy Thanh Hóa đã ban hành Chỉ thị số 31-CT/TU về tăng cường công tác dân vận "
    "của các cơ quan nhà nước. Chỉ thị yêu cầu các cấp ủy gặp gỡ, lắng nghe ý kiến của người dân mỗi quý một lần."
)


@pytest.fixture
def news_office(engine: Engine, settings: Settings) -> Office:
    office = Office(engine, settings)
    office.clock = FastClock(start=NOW)
    office.chat(7, name="Tin Thanh Hóa", provinces=["38"], words="dân vận, tôn giáo")
    return office


@pytest.fixture
def press(engine: Engine) -> Press:
    return Press(engine)


def test_78_81_many_papers_one_message_that_says_why(news_office: Office, press: Press, api: BotApi) -> None:
    press.land("thanh-hoa", "1", "Thanh Hóa ban hành chỉ thị về dân vận", NEWS)
    assert press.read(announce).alerts_queued == 1
    news_office.deliver()
    for number, paper in enumerate(("nghe-an", "hai-phong", "trung-uong")):
        press.land(paper, f"2{number}", f"Chỉ thị mới của Thanh Hóa, bản {number}", NEWS + f" Tin số {number}.")
    assert press.read(announce).alerts_queued == 0
    news_office.clock.skip(minutes=3)
    news_office.deliver()
    (sent,) = api.of(7)
    for words in (
        "Chỉ thị số 31-CT/TU: ", "Ban hành ngày 03/09/2026", "Quy tắc “Tin Thanh Hóa”",
        "địa phương: Thanh Hóa; từ “dân vận”", "đã ban hành Chỉ thị số 31-CT/TU về tăng cường",
    ):  # fmt: skip
        assert words in sent.text
    assert "Cũng đưa tin: nghe-an; hai-phong; trung-uong." in sent.text
    assert len(sent.edits) == 1


@pytest.mark.parametrize(
    ("body", "queued"),
    [
        (NEWS, 1),
        ("Hội nghị kiểm điểm việc thực hiện Nghị quyết số 25-NQ/TW, ngày 3-6-2013, của Ban Chấp hành Trung ương khóa XI.", 0),
        ("Theo Chỉ thị số 05-CT/TU ngày 12/5/2019 của Tỉnh ủy Thanh Hóa về dân vận, các xã đã đối thoại với dân.", 0),
        (NEWS.replace("đã ban hành", "đang lấy ý kiến góp ý vào dự thảo"), 0),
    ],
)  # fmt: skip
def test_79_only_a_new_document_alerts(news_office: Office, press: Press, api: BotApi, body: str, queued: int) -> None:
    press.land("thanh-hoa", "1", "Tin trong ngày", body)
    assert press.read(announce).alerts_queued == queued
    news_office.deliver()
    assert len(api.of(7)) == queued


def test_63_old_articles_alert_nobody(news_office: Office, press: Press, api: BotApi) -> None:
    for number in range(5):
        old = NEWS.replace("2026", f"{2015 + number}").replace("31-CT", f"{31 + number}-CT")
        press.land("thanh-hoa", str(number), "Tin cũ", old, on=f"{2015 + number}-09-04")
    assert press.read(announce).documents_new == 0
    news_office.deliver()
    assert api.of(7) == []


def test_64_archive_restored_after_a_week_tells_one_list(news_office: Office, press: Press, api: BotApi) -> None:
    """The week's documents are new to the restored archive; staff have read of them: no flood, one list."""
    for number in range(9):
        day = (NOW - timedelta(days=6)).date()
        body = NEWS.replace("3/9/2026", f"{day:%d/%m/%Y}").replace("31-CT", f"{41 + number}-CT")
        press.land("thanh-hoa", str(number), f"Chỉ thị thứ {number}", body, on=day.isoformat())
    assert press.read(announce).alerts_queued == 9
    report = news_office.deliver()
    (sent,) = api.of(7)
    assert report.sent == 9
    assert "9 văn bản mới\n" in sent.text
