"""A real Chromium walks search → article → document → map → export, at desk and phone size, with and without script.

Set DANVAN_SCREENSHOTS to a folder to keep pictures of the main pages (docs/screenshots is made so).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from danvan.web.app import create_app
from tests.web.archive import NOW
from tests.web.office import PLAIN, served
from tests.web.sample import Sample

CHROMIUM = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)
SIZES = {"desk": (1280, 860), "phone": (390, 844)}
MAIN_PAGES = {
    "hom-nay": "/",
    "tim": "/search?q=dan+van+kheo",
    "bai": "/articles/{article}",
    "van-ban": "/documents/{central}",
    "cac-van-ban": "/documents",
    "ban-do": "/documents/{central}/map",
    "quy-tac": "/rules",
    "nguon-bao": "/sources",
    "mot-bao": "/sources/baothanhhoa",
    "lan-chay": "/runs/{run}",
    "hop-gui": "/outbox",
    "bao-cao": "/report",
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Không có chromium: bỏ qua phép thử bằng trình duyệt thật."),
]


@pytest.fixture(scope="module")
def site(sample_url: tuple[str, Sample]) -> Iterator[str]:
    """The pages on a loopback port."""
    with served(lambda _address: create_app(sample_url[0], PLAIN, lambda: NOW)) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture(params=[(size, script) for size in SIZES for script in (True, False)], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, chromium: Any, site: str) -> Iterator[Any]:
    """A page of each size, with and without script; anything it asks of another host fails the test."""
    size, script = request.param
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, base_url=site, accept_downloads=True
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(site) else complaints.append(asked.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert not complaints


def test_from_search_to_export(page: Any) -> None:
    page.goto("/")
    page.locator("header input[name=q]").fill("chuong trinh hanh dong")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert "tin" in page.locator(".bar").inner_text()
    assert page.locator(".hit mark").count() > 3
    page.locator(".hit h3 a").first.click()
    page.wait_for_url("**/articles/*")
    assert page.locator("article.text h1").is_visible()
    page.locator("a.symbol", has_text="31-NQ/TW").or_(page.locator("aside a.symbol")).first.click()
    page.wait_for_url("**/documents/*")
    if "31-NQ/TW" not in page.locator("h1").inner_text():
        page.locator(".doc a.symbol", has_text="31-NQ/TW").first.click()
        page.wait_for_url("**/documents/*")
    page.get_by_text("Bản đồ triển khai 34 tỉnh, thành phố").click()
    page.wait_for_url("**/map")
    assert page.locator(".tile").count() == 34
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")


FAULTS = """() => {
  const wide = document.documentElement.clientWidth, faults = [];
  for (const one of document.querySelectorAll("main *")) {
    const box = one.getBoundingClientRect();
    if (box.width && box.right > wide + 1 && !one.closest(".hidden, svg")) faults.push("sticks out: " + one.className);
  }
  const rows = [...document.querySelectorAll(".hit, .grid tbody tr, .doc")].map((one) => one.getBoundingClientRect());
  for (let at = 1; at < rows.length; at++) {
    const above = rows[at - 1], below = rows[at];
    const same = Math.abs(above.left - below.left) < 2 && below.top > above.top;
    if (same && above.bottom > below.top + 1) faults.push("overlap at row " + at);
  }
  for (const plot of document.querySelectorAll("svg.plot")) {
    const tall = [...plot.querySelectorAll("rect")].map((one) => one.getBoundingClientRect().height);
    if (plot.getBoundingClientRect().height < 15 || Math.max(0, ...tall) < 4) faults.push("empty plot");
  }
  return faults;
}"""


@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_or_overlaps_and_no_plot_is_empty(
    chromium: Any, site: str, sample: Sample, size: str
) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(base_url=site, viewport={"width": width, "height": height})
    page = context.new_page()
    for name, address in MAIN_PAGES.items():
        page.goto(address.format(article=sample.article, central=sample.central, run=sample.run))
        assert page.evaluate(FAULTS) == [], name
    context.close()


def test_the_keyboard_is_enough(chromium: Any, site: str) -> None:
    context = chromium.new_context(base_url=site, viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Đến nội dung"
    page.keyboard.press("/")
    page.keyboard.type("dan van kheo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/*")
    context.close()


def test_on_a_phone_the_pages_fold_behind_a_button_that_keys_open(chromium: Any, site: str) -> None:
    width, height = SIZES["phone"]
    context = chromium.new_context(
        base_url=site, viewport={"width": width, "height": height}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/documents")
    assert not page.is_visible("nav")
    page.focus(".menu")
    page.keyboard.press("Enter")
    page.wait_for_selector("nav a >> text=Hồ sơ")
    page.keyboard.press("Escape")
    page.wait_for_selector("nav", state="hidden")
    page.set_viewport_size({"width": SIZES["desk"][0], "height": height})
    assert page.is_visible("nav a >> text=Hồ sơ")
    assert not page.is_visible(".menu")
    context.close()


def test_script_in_a_search_does_not_run(page: Any) -> None:
    page.goto("/search?q=%3Cscript%3Edocument.title%3D'x'%3C/script%3E%22onfocus=%22alert(1)")
    assert page.title() != "x"
    assert "<script>" in page.locator("main").inner_text()


@pytest.mark.skipif("DANVAN_SCREENSHOTS" not in os.environ, reason="DANVAN_SCREENSHOTS không được đặt.")
def test_pictures_of_the_main_pages(chromium: Any, site: str, sample: Sample) -> None:
    folder = Path(os.environ["DANVAN_SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    for size, (width, height) in SIZES.items():
        context = chromium.new_context(base_url=site, viewport={"width": width, "height": height})
        page = context.new_page()
        for name, address in MAIN_PAGES.items():
            page.goto(address.format(article=sample.article, central=sample.central, run=sample.run))
            page.screenshot(path=folder / f"{name}-{size}.png")
            with Image.open(folder / f"{name}-{size}.png") as picture:
                picture.convert("RGB").quantize(48).save(folder / f"{name}-{size}.png", optimize=True)
        context.close()
