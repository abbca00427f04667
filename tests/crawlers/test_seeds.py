"""Real texts as printed, residue and all, put into the page shells of their papers' families.

The texts are kept outside the repository; the shells are made here, at test time.
"""

from __future__ import annotations

import datetime as dt
import html
import os
from itertools import pairwise
from pathlib import Path

import pytest

from crawlers.catalogue import load_catalogue
from crawlers.extraction import extract, extract_text
from crawlers.values import Extract, Page, PageStatus

SHARED = Path(os.environ.get("DANVAN_SHARED") or Path(__file__).parents[3] / "shared")
SEEDS = SHARED / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the folder of real texts is not here (DANVAN_SHARED)")

SOURCES = load_catalogue().sources
FETCHED = dt.datetime(2026, 10, 2, 11, 38, tzinfo=dt.UTC)
RESIDUE = (
    *(
        "Phản hồi",
        "Các tin khác",
        "Xem nhiều nhất",
        "Đọc nhiều",
        "Tin liên quan",
        "{",
        "Trả lời",
        "bình luận",
        "Ý kiến của",
    ),
    *("Thời tiết", "Chia sẻ", "Tắt [X]", "Gửi cho bạn bè", "Tài liệu tham khảo", "-----", "Xem thêm", "Ảnh minh họa"),
    *("25/4/2024", "19/01/2021", "16/08/2019", "Bài khác", "Guest", "Cùng chuyên mục", "LSO-"),
)

MEDIATECH = """<html lang="">

</html>

<head><meta charset="utf-8"><title>{title}</title></head><body>
<header><li>Thứ 6 ngày 02/10/2026</li></header><div class="title-time">Thứ 6, 02/10/2026 18:38 [(GMT +7)]</div>
<div class="content-article"><h1 class="name">{title}</h1>{date}
<div id="content-detail"><!DOCTYPE html><html><body>{paragraphs}</body></html></div>
<section class="box-comments">0 / 500 ký tự Guest</section>
<div class="block-content">Cùng chuyên mục<article class="card"><h3><a href="/b-1.html">Bài khác của báo này hôm nay</a></h3></article></div>
</div></body>"""
VERSION1 = """<html><head><meta charset="utf-8"><title>{title}</title></head><body><div class="titlecate"><h1>CHÍNH TRỊ</h1></div>
{date}<h1 class="margintopbot10 fw700">{title}</h1><div id="newscontents"><div class="content-fck">{paragraphs}</div></div>
<div class="detail-related"><a href="/b-a1.html">Bài khác của báo này hôm nay</a></div></body></html>"""
PBODY = """<html><head><meta charset="utf-8"><title>{title}</title></head><body><header><div class="today">Thứ sáu, 02/10/2026</div></header>
<h1 class="title">{title}</h1>{date}<div id="dcontent">{paragraphs}</div>
<div class="content-list"><div class="box-content">(Baothanhhoa.vn) - Bài khác của báo này hôm nay...</div></div></body></html>"""

# (seed, shell, source, address, the date as the family prints it, what it means)
SHELLS = [
    ("000", MEDIATECH, "baoquangninh", "https://baoquangninh.vn/x-2450000.html", '<div class="date font5">Thứ 6, 16/08/2019 | 16:05:00 [GMT +7]</div>', "2019-08-16T16:05:00+07:00"),
    ("001", VERSION1, "travinh-baovinhlong", "https://travinh.baovinhlong.vn/x-a1234.html", '<span class="pubdate">08/01/2015 - 18:21</span>', "2015-01-08T18:21:00+07:00"),
    ("002", PBODY, "baothanhhoa", "https://baothanhhoa.vn/x-98000.htm", '<div class="date_news">07:30 02/04/2019</div>', "2019-04-02T07:30:00+07:00"),
    ("003", MEDIATECH, "baoquangninh", "https://baoquangninh.vn/x-3230000.html", '<div class="date font5">Thứ 2, 06/03/2023 | 07:04:46 (GMT +7)</div>', "2023-03-06T07:04:46+07:00"),
    ("004", MEDIATECH, "baolangson", "https://baolangson.vn/x-5000000.html", '<div class="date font5">Thứ 3, 29/12/2020 | 11:51:00 [GMT +7]</div>', "2020-12-29T11:51:00+07:00"),
]  # fmt: skip


def seed(number: str) -> list[str]:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    return path.read_text(encoding="utf-8").split("\n")


def title_of(lines: list[str], number: str) -> str:
    """The headline is the first line that is no clock; one text lost it and only has it twice in its body."""
    if number == "002":
        return lines[6].strip()
    return next(line.strip() for line in lines if line.strip() and not line.startswith("Thứ"))


def author_of(number: str) -> str | None:
    """The name that a text prints beside its date, above its references or on its last line."""
    lines = seed(number)
    if number == "000":
        return lines[1].partition("16/08")[0]
    if number == "001":
        return next(line for line, following in pairwise(filter(None, lines)) if following.startswith("---"))
    return next(line for line in reversed(lines) if line) if number == "004" else None


def in_shell(number: str, shell: str, source_id: str, url: str, date: str) -> Extract:
    lines = seed(number)
    mark = ' class="pBody"' if shell is PBODY else ""
    paragraphs = "\n".join(f"<p{mark}>{html.escape(line)}</p>" for line in lines if line.strip())
    text = shell.format(title=html.escape(title_of(lines, number)), date=date, paragraphs=paragraphs)
    return extract(Page(source_id, "", url, url, 200, {}, text.encode(), FETCHED), SOURCES[source_id])


@pytest.mark.parametrize(("number", "shell", "source_id", "url", "date", "meant"), SHELLS)
def test_the_residue_is_gone_and_the_text_is_there(
    number: str, shell: str, source_id: str, url: str, date: str, meant: str
) -> None:
    found = in_shell(number, shell, source_id, url, date)
    assert found.status is PageStatus.ARTICLE
    assert found.title == " ".join(title_of(seed(number), number).split())
    assert found.published_at is not None
    assert found.published_at.isoformat() == meant
    _assert_clean(found, number)


@pytest.mark.parametrize(("number", "shell", "source_id", "url", "date", "meant"), SHELLS)
def test_without_a_date_of_its_own_the_date_is_unknown(
    number: str, shell: str, source_id: str, url: str, date: str, meant: str
) -> None:
    found = in_shell(number, shell, source_id, url, "")
    if number == "000":  # its byline carries the date
        assert (found.date_from, found.author) == ("byline", author_of(number))
        return
    assert found.published_at is None
    assert (found.date_from or "").startswith("none: ")


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_the_plain_text_is_cleaned_alike(number: str) -> None:
    found = extract_text("\n".join(seed(number)))
    assert found.status is PageStatus.ARTICLE
    assert found.title == " ".join(title_of(seed(number), number).split())
    assert (found.published_at is not None) == (number == "000")
    _assert_clean(found, number)


def _assert_clean(found: Extract, number: str) -> None:
    for residue in RESIDUE:
        assert residue not in found.text, residue
    assert found.author == author_of(number)
    kept = found.text + (found.lead or "")
    long = [" ".join(line.replace("{name} - {time}", "").split()) for line in seed(number) if len(line) > 250]
    for line in long:
        assert line in kept or line.removeprefix("LSO-") in kept or line == found.title, line[:80]
