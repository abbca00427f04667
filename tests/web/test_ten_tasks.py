"""Ten tasks as a clerk does them, in a real Chromium: at a desk, on a phone, and the first by keyboard alone.

What each costs in clicks stands in docs/desk.md; a task that needs more than that fails here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from danvan.web.app import create_app
from models.database import open_engine, transaction
from models.tables import AlertRow, DocumentRow, EventRow
from notifications.own_channels import give_channel
from tests.web.archive import NOW, Builder, at
from tests.web.office import PASSWORD, PLAIN, new_plan, served, small_archive
from tests.web.test_browser import CHROMIUM, FLAGS, SIZES

CLICKS = {
    "Tỉnh nào đã triển khai một nghị quyết": 2,
    "Văn bản mới trong tuần, có đường dẫn, ra Word": 2,
    "Dân chủ cơ sở ở Thanh Hóa từ tháng 7": 2,
    "Điểm báo hôm qua: chọn, xếp, tải Word": 6,
    "Sửa một mức sai, thấy ngay khi tìm": 1,
    "Tìm “138, kế hoạch, Thanh Hóa”": 1,
    "Vì sao một tin được gửi đi": 1,
    "Báo nào im lặng, từ bao giờ": 1,
    "Theo dõi một văn bản": 1,
    "Chia sẻ kết quả cho người phải đăng nhập": 1,
}
"""Task → the most clicks it may cost; typing and Enter are not counted, nor the one that unfolds a phone's menu."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.soak,
    pytest.mark.skipif(CHROMIUM is None, reason="Không có chromium: bỏ qua phép thử bằng trình duyệt thật."),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    url = small_archive(tmp_path_factory.mktemp("tasks"), _fill, An="operator", Bình="reader")
    engine = open_engine(url)
    with transaction(engine) as session:
        give_channel(session, "An", NOW, mail="an@coquan.example", subscriber_id=None)
        _alert(Builder(session))
    engine.dispose()
    with served(
        lambda address: create_app(url, PLAIN.model_copy(update={"public_url": address}), lambda: NOW)
    ) as address:
        yield address


def _fill(builder: Builder) -> None:
    new_plan(builder)
    for number in range(3):
        builder.article(
            f"Dân vận khéo ở xã số {number}", "Dân vận khéo.", published=f"2026-11-19 0{number + 6}:00",
            topics=("dan_van_kheo",),
        )  # fmt: skip
    builder.article("Giá lúa trong ngày", "Giá lúa.", published="2026-11-19 09:00", grade="core")
    builder.source("baothanhhoa", "ok", success="2026-11-12 06:10")
    builder.run("2026-11-12 06:00", {"baothanhhoa": {"new": 3}})


def _alert(builder: Builder) -> None:
    document = builder.session.get_one(DocumentRow, 2)
    event = EventRow(
        key="document:2", kind="document", document_id=document.id, payload={}, created_at=at("2026-11-18")
    )
    builder.session.add(event)
    builder.session.flush()
    reasons = {"rule": "Nghị quyết và dân vận", "matched": ["văn bản về dân vận"]}
    builder.session.add(
        AlertRow(event_id=event.id, subscriber_id=1, state="sent", queued_at=at("2026-11-18"), reasons=reasons)
    )


class Hand:
    """A clerk's hand: every click is counted, that which unfolds the menu of a phone for itself."""

    def __init__(self, page: Any) -> None:
        self.page, self.clicks, self.unfolded = page, 0, 0

    def turn_to(self, name: str) -> None:
        if self.page.is_visible(".menu"):
            self.page.click(".menu")
            self.unfolded += 1
        self.click(self.page.locator("nav").get_by_role("link", name=name))

    def click(self, *where: Any, **more: Any) -> None:
        self.clicks += 1
        where[0].first.click(**more) if not isinstance(where[0], str) else self.page.click(where[0], **more)

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name))

    def sees(self, text: str) -> None:
        assert text in self.page.locator("main").inner_text(), text

    def word_file(self, name: str) -> str:
        import docx

        with self.page.expect_download() as waiting:
            self.link(name)
        made = docx.Document(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        links = [one.target_ref for one in made.part.rels.values() if one.is_external]
        return "\n".join([*(one.text for one in made.paragraphs), *links])


def carried_out(hand: Hand) -> None:
    hand.turn_to("Văn bản")
    hand.click(hand.page.locator("a.symbol", has_text="31-NQ/TW"))
    hand.sees("1/34 tỉnh, thành phố đã triển khai: Thanh Hóa.")


def into_word(hand: Hand) -> None:
    hand.turn_to("Báo cáo")
    hand.page.wait_for_url("**/report*")
    assert "/documents/2" in hand.word_file("Tải bản Word")


def since_july(hand: Hand) -> None:
    hand.turn_to("Tìm")
    hand.page.locator(".filterform input[name=province]").fill("Thanh Hóa")
    hand.page.locator(".filterform input[name=from]").fill("2026-07-01")
    hand.clicks += 1  # the list of topics
    with hand.page.expect_navigation():
        hand.page.locator(".filterform select[name=topic]").select_option("dan_chu_co_so")
    hand.sees("1 tin")
    hand.sees("từ 01/07/2026")


def clipping(hand: Hand) -> None:
    hand.turn_to("Điểm báo")
    hand.link("Chọn tin, sửa lời tóm")
    hand.page.locator("input[name=from]").first.fill("2026-11-19")
    hand.page.locator("input[name=to]").first.fill("2026-11-19")
    hand.click("text=Xem ngày này")
    unwanted = hand.page.get_by_role("checkbox", name="Giá lúa trong ngày")
    hand.clicks += 1
    unwanted.uncheck()  # the second hand finds it unticked already
    hand.page.locator("input[name^=order]").nth(2).fill("1")
    hand.click("text=Lưu điểm báo")
    hand.page.get_by_text("An chọn và sửa").wait_for()
    said = hand.word_file("Tải bản Word")
    assert "Dân vận khéo ở xã" in said
    assert "Giá lúa" not in said


def corrected(hand: Hand) -> None:
    hand.page.locator("header input[name=q]").fill("giá lúa")
    hand.page.keyboard.press("Enter")
    hand.page.wait_for_url("**/search?**")
    shown = hand.page.locator(".hit .grade").first.inner_text()
    wanted = "Liên quan" if shown == "Trọng tâm" else "Trọng tâm"
    with hand.page.expect_navigation():
        hand.click(hand.page.get_by_role("button", name=wanted, exact=True))
    assert hand.page.locator(".hit .grade").first.inner_text() == wanted


def by_number(hand: Hand) -> None:
    hand.turn_to("Văn bản")
    hand.page.locator(".filterform input[name=q]").fill("138, kế hoạch, Thanh Hóa")
    hand.page.keyboard.press("Enter")
    hand.page.wait_for_url("**/documents?q=**")
    hand.sees("138-KH/TU")


def why_sent(hand: Hand) -> None:
    hand.turn_to("Hộp gửi")
    hand.sees("138-KH/TU")
    hand.sees("Quy tắc “Nghị quyết và dân vận”")


def quiet(hand: Hand) -> None:
    hand.turn_to("Nguồn báo")
    row = hand.page.locator("table.sources tbody tr", has_text="Báo Thanh Hóa").inner_text()
    assert "8 ngày trước" in row


def followed(hand: Hand) -> None:
    hand.page.goto("/documents/1")
    hand.click(hand.page.get_by_role("button", name="Theo dõi văn bản này"))
    hand.page.wait_for_url("**/rules?kept=*")
    hand.sees("Theo dõi Nghị quyết")


def shared(hand: Hand) -> None:
    hand.page.goto("/search?q=dan+van+kheo&from=2026-11-19")
    address = hand.page.url
    other = hand.page.context.browser.new_context(base_url=address.partition("/search")[0])
    colleague = other.new_page()
    colleague.goto(address)
    colleague.fill("input[name=name]", "Bình")
    colleague.fill("input[name=password]", PASSWORD)
    hand.clicks += 1
    colleague.click("button")
    colleague.wait_for_url(address)
    assert "3 tin" in colleague.locator("main").inner_text()
    other.close()


TASKS = (carried_out, into_word, since_july, clipping, corrected, by_number, why_sent, quiet, followed, shared)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


def _logged_in(chromium: Any, site: str, size: str) -> Any:
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=site, viewport={"width": width, "height": height}, accept_downloads=True, locale="vi-VN"
    )
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=name]", "An")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    return page


@pytest.mark.parametrize("size", SIZES)
def test_ten_tasks(chromium: Any, site: str, size: str) -> None:
    page = _logged_in(chromium, site, size)
    spent = {}
    for task, said in zip(TASKS, CLICKS, strict=True):
        page.goto("/")
        hand = Hand(page)
        task(hand)
        spent[said] = hand.clicks
        assert hand.unfolded <= (size == "phone")
    page.context.close()
    assert spent == CLICKS


def test_by_keyboard_alone(chromium: Any, site: str) -> None:
    page = _logged_in(chromium, site, "desk")
    page.keyboard.press("/")
    page.keyboard.type("31 nq tw")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "31-NQ/TW":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents/1")
    assert "Thanh Hóa" in page.locator("main").inner_text()
    page.context.close()
