"""Pages of any kind: letters, verdicts, dates, pages of no known paper, and pages that mean harm."""

from __future__ import annotations

import datetime as dt
import html
import json
import os
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.catalogue import load_catalogue
from crawlers.extraction import extract, extract_text, recognise_source
from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus

CATALOGUE = load_catalogue()
SOURCES = CATALOGUE.sources
FETCHED = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)
TITLE = "Xã Mẫu bàn việc dân vận theo Nghị quyết số 05-NQ/TU"
PARAGRAPHS = (
    "Sáng nay, Đảng ủy xã Mẫu tổ chức hội nghị quán triệt Nghị quyết số 05-NQ/TU của Ban Thường vụ Tỉnh ủy về dân vận.",
    "Theo báo cáo, các thôn đã lập 14 tổ dân vận, gặp từng hộ để nghe ý kiến về việc mở con đường liên thôn năm nay.",
    "Bí thư Đảng ủy xã đề nghị các chi bộ giao việc cụ thể cho từng đảng viên, tháng nào cũng kiểm lại và nói rõ.",
)


def page(
    body: bytes | str, *, url: str = "https://example.org/bai.html", status: int = 200, content_type: str = "text/html"
) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page("", "", url, url, status, {"content-type": content_type}, raw, FETCHED)


def article(extra: str = "", head: str = "", title: str = TITLE, body: str | None = None) -> str:
    paragraphs = body if body is not None else "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        f"<html><head><title>{title}</title>{head}</head><body><div class='top'>Trang chủ</div><div class='post'>"
        f"<h1>{title}</h1>{extra}<div class='inner'>{paragraphs}</div></div><div class='foot'>Liên hệ</div></body></html>"
    )


def read(body: bytes | str, source: Source | None = None, **more: str) -> Extract:
    return extract(page(body, **more), source)  # type: ignore[arg-type]


# --- letters -----------------------------------------------------------------------------------------------------

MARKUP = article(head="<meta charset='{charset}'>")
LETTERS = [
    # the header lies, the page lies, nobody says anything, a byte order mark
    ("utf-8", "windows-1252", "text/html; charset=iso-8859-1"),
    ("utf-8", "windows-1252", ""),
    ("utf-8", "", "application/octet-stream"),
    ("utf-16", "utf-8", "text/html"),
    ("utf-8-sig", "windows-1258", "text/html"),
]


@pytest.mark.parametrize(("real", "claimed", "content_type"), LETTERS)
def test_letters_come_out_right_whoever_lies(real: str, claimed: str, content_type: str) -> None:
    found = read(MARKUP.replace("{charset}", claimed).encode(real), content_type=content_type)
    assert found.title == TITLE
    assert PARAGRAPHS[0] in found.text


def test_a_title_of_signs_alone_stands_before_nothing() -> None:
    body = "<h2></h2>" + "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "<b> </b>"
    for title in ("…", "“”"):
        assert read(article(title=title, body=body)).text == "\n\n".join(PARAGRAPHS)


def test_what_was_encoded_twice_is_undone_or_not_read() -> None:
    twice = MARKUP.replace("{charset}", "utf-8").encode().decode("latin-1").encode()
    assert PARAGRAPHS[0] in read(twice).text
    found = read(MARKUP.replace("{charset}", "utf-8").encode().decode("cp1252", "replace").encode())
    assert (found.status, found.text) == (PageStatus.EMPTY, ""), "some of it is lost"
    assert "legacy_encoding" in found.flags


@pytest.mark.parametrize("claimed", ["windows-1258", "windows-1252"])
def test_windows_1258_is_composed(claimed: str) -> None:
    """The encoding holds a base letter and a combining tone mark."""
    split = "".join(_for_1258(letter) for letter in MARKUP.replace("{charset}", claimed))
    found = read(split.encode("cp1258"))
    assert found.title == TITLE
    assert found.text == unicodedata.normalize("NFC", found.text)
    assert PARAGRAPHS[0] in found.text


def _for_1258(letter: str) -> str:
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        whole = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in whole if mark in "\u0300\u0301\u0303\u0309\u0323")
        rest = "".join(mark for mark in whole if mark not in tones)
        return unicodedata.normalize("NFC", rest) + tones
    return letter


def test_decomposed_text_is_stored_composed() -> None:
    assert read(unicodedata.normalize("NFD", article())).text == read(article()).text


def test_numeric_entities_are_decoded_once() -> None:
    found = read(article(title="Tuy&#234;n truy&#7873;n &amp;lt;d&#226;n vận&amp;gt;"))
    assert found.title == "Tuyên truyền &lt;dân vận&gt;"


CONTROLS = ["\x0b", "\x0c", "\x01", "\x1f", "\x7f", "\ufffe", "&#11;", "&#1;", "&#xFFFF;"]


@pytest.mark.parametrize("sign", CONTROLS)
@pytest.mark.parametrize("block", ["<p>{}</p>", "<div>{}<br><br></div>", "{}<br><br>"])
def test_a_control_character_costs_no_article(sign: str, block: str) -> None:
    body = "".join(block.format(f"{text[:30]}{sign} {text[30:]}") for text in PARAGRAPHS)
    found = read(article(body=body, title=f"Xã Mẫu {sign}bàn việc dân vận"))
    assert (found.status, found.title) == (PageStatus.ARTICLE, "Xã Mẫu bàn việc dân vận")
    expected = [" ".join(f"{text[:30]} {text[30:]}".split()) for text in PARAGRAPHS]
    assert [" ".join(line.split()) for line in found.text.split("\n\n")] == expected


def test_quotation_marks_of_a_page_that_says_latin_1_stay() -> None:
    raw = article(head="<meta charset='iso-8859-1'>").replace("tháng nào", "“tháng nào”")
    assert "“tháng nào”" in read(raw.encode("cp1252", "xmlcharrefreplace")).text


LEGACY = [
    # TCVN3 and VNI: Latin letters that only an old font shows as Vietnamese
    "Héi nghÞ cña §¶ng ñy x· vµ c¸c tæ d©n vËn ®· nghe ý kiÕn nh©n d©n vÒ c«ng viÖc, kh«ng ai bÞ bá qu¾n. " * 3,
    "Hoäi nghò cuûa Ñaûng uûy xaõ vaø caùc toå daân vaän ñaõ nghe yù kieán nhaân daân veà coâng vieäc chung. " * 3,
]


@pytest.mark.parametrize("charset", ["windows-1252", "windows-1258", ""])
def test_old_font_bytes_are_flagged(charset: str) -> None:
    raw = article(head=f"<meta charset='{charset}'>", title="Hoi nghi", body=f"<p>{LEGACY[0]}</p>").replace(
        "Trang chủ", ""
    )
    found = read(raw.replace("Liên hệ", "").encode("latin-1"))
    assert ("legacy_encoding" in found.flags, found.text) == (True, "")


@pytest.mark.parametrize("words", LEGACY)
def test_old_font_encodings_are_flagged_and_never_stored(words: str) -> None:
    found = read(article(title=words[:40], body=f"<p>{words}</p>"))
    assert "legacy_encoding" in found.flags
    assert (found.status, found.text, found.title) == (PageStatus.EMPTY, "", None)


def test_damaged_letters_do_not_hide_the_article() -> None:
    broken = article(body="".join(f"<p>{text}\x00 \u200b😀</p>" for text in PARAGRAPHS)).encode() + b"\xff\xfe\x80"
    found = read(broken)
    assert found.status is PageStatus.ARTICLE
    assert "\x00" not in found.text


NOT_HTML = [
    b"%PDF-1.4\n1 0 obj",
    b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
    b"\xff\xd8\xff\xe0" + b"JFIF" * 20,
    b"PK\x03\x04" + b"docx" * 9,
    b"\x1f\x8b\x08" + b"\x01" * 40,
    b"\x00" * 4000,
    b"<?xml version='1.0'?><rss><channel><item><title>x</title></item></channel></rss>",
    b'{"blocks": []}',
    bytes(range(256)) * 8,
]


@pytest.mark.parametrize("body", NOT_HTML)
def test_what_is_no_page_is_recognised_by_content(body: bytes) -> None:
    found = extract(page(body), SOURCES["baothanhhoa"])
    assert (found.status, found.text) == (PageStatus.NOT_HTML, "")


def test_an_empty_answer_is_empty() -> None:
    assert read(b"  \n ").status in {PageStatus.EMPTY, PageStatus.NOT_HTML}


# --- what is no article ------------------------------------------------------------------------------------------

CHALLENGES = [
    "<html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue</body></html>",
    "<html><head><title>Attention Required! | Cloudflare</title></head><body><p>Ray ID</p></body></html>",
    "<html><head><title>baoquangninh.vn</title></head><body><script src='/cdn-cgi/challenge-platform/x.js'></script></body></html>",
    "<html><body><script>document.cookie='D1N=abc';window.location.reload(true);</script></body></html>",
    "<html><head><title>Xác minh bạn không phải là robot</title></head><body><div class='g-recaptcha'></div></body></html>",
]


@pytest.mark.parametrize("body", CHALLENGES)
@pytest.mark.parametrize("source_id", ["baoquangninh", None])
def test_a_challenge_is_blocked_and_nothing_else(body: str, source_id: str | None) -> None:
    url = "https://baoquangninh.vn/bai-3279038.html"
    found = extract(page(body, url=url), SOURCES[source_id] if source_id else None)
    assert (found.status, found.text, found.published_at) == (PageStatus.BLOCKED, "", None)


def test_an_article_on_a_site_that_carries_the_same_scripts_is_an_article() -> None:
    head = (
        "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><script>document.cookie='a=1';</script>"
    )
    assert (
        read(article(head=head, body="".join(f"<p>{text}</p>" for text in PARAGRAPHS * 3))).status is PageStatus.ARTICLE
    )


MISSING = [
    "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>",
    "<html><head><title>Báo Mẫu</title></head><body><h1>Không tìm thấy trang</h1><p>Mời bạn về trang chủ.</p></body></html>",
    "<html><head><title>Bài viết bạn tìm không tồn tại hoặc đã bị xóa</title></head><body><p>Về trang chủ</p></body></html>",
    "<html><head><title>Lỗi 404</title></head><body><p>Xin lỗi, trang bạn yêu cầu không còn.</p></body></html>",
]


@pytest.mark.parametrize("body", MISSING)
def test_a_missing_page_with_status_200(body: str) -> None:
    assert read(body).status is PageStatus.SOFT_404
    own = extract(page(body, url="https://baothanhhoa.vn/bai-1.htm"), SOURCES["baothanhhoa"])
    assert own.status is PageStatus.SOFT_404


def test_an_article_about_missing_things_is_an_article() -> None:
    assert read(article(title="Không tìm thấy bài học nào hay hơn từ nhân dân")).status is PageStatus.ARTICLE


def _cards(number: int) -> str:
    return "".join(
        f"<li><h3><a href='/bai-{i}.html'>Bài số {i} kể chuyện ở một xã khác</a></h3><p>Bài số {i} nói về một việc "
        f"vừa làm trong tuần ở một xã khác của tỉnh, với vài con số.</p><time>1{i % 9}/03/2026</time></li>"
        for i in range(number)
    )


def test_a_listing_is_no_article() -> None:
    found = read(f"<html><head><title>Thời sự</title></head><body><h1>Thời sự</h1><ul>{_cards(14)}</ul></body></html>")
    assert (found.status, found.text, found.published_at) == (PageStatus.LISTING, "", None)


def test_a_family_page_without_an_address_is_no_listing_for_its_neighbours() -> None:
    body = f"<div id='content-detail'><p>{PARAGRAPHS[0]}</p></div><ul>{_cards(12)}</ul>"
    assert (
        extract(page(f"<html><h1 class='name'>{TITLE}</h1>{body}</html>", url=""), SOURCES["baoquangninh"]).text
        == PARAGRAPHS[0]
    )


def test_an_article_beside_many_headlines_is_an_article() -> None:
    found = read(article().replace("<div class='foot'>", f"<div class='foot'><ul>{_cards(20)}</ul>"))
    assert found.status is PageStatus.ARTICLE
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_a_film_with_a_lead_is_media() -> None:
    body = article(
        body="<video src='a.mp4'></video><p>Phóng sự ngắn về một buổi họp thôn ở xã Mẫu trong tháng này.</p>"
    )
    assert read(body).status is PageStatus.MEDIA


@pytest.mark.parametrize(
    "player", ["<video src='a.mp4'></video>", "<iframe src='https://www.youtube.com/embed/x'></iframe>"]
)
def test_a_film_in_the_body_of_a_family_page_is_media(player: str) -> None:
    body = f"<div class='content-article'><h1 class='name'>{TITLE}</h1><div id='content-detail'><p class='sapo'>Phóng sự ngắn.</p>{player}</div></div>"
    found = extract(page(body, url="https://baoquangninh.vn/bai-3279038.html"), SOURCES["baoquangninh"])
    assert (found.status, found.text, found.lead) == (PageStatus.MEDIA, "", "Phóng sự ngắn.")


def test_a_page_of_the_site_that_is_no_article_by_its_address_needs_a_body() -> None:
    source, url = SOURCES["baoquangninh"], "https://baoquangninh.vn/dieu-khoan-su-dung"
    assert extract(page(article(), url=url), source).status is PageStatus.LISTING
    body = f"<h1 class='name'>{TITLE}</h1><div id='content-detail'><p>{PARAGRAPHS[0]}</p></div>"
    assert extract(page(body, url=url), source).status is PageStatus.ARTICLE


def test_a_missing_page_that_offers_other_articles_is_missing() -> None:
    body = f"<html><head><title>Không tìm thấy bài viết</title></head><body><h1>Không tìm thấy bài viết</h1><ul>{_cards(6)}</ul></body></html>"
    for url in ("https://baoquangninh.vn/bai-3279038.html", "https://example.org/x"):
        found = extract(page(body, url=url), SOURCES["baoquangninh"] if "quangninh" in url else None)
        assert (found.status, found.text) == (PageStatus.SOFT_404, "")


def test_what_the_feed_said_helps_where_the_page_is_silent() -> None:
    hint = {
        "title": TITLE,
        "summary": "<img src='a.jpg'>Sapo của <b>bài</b>.",
        "published": "Mon, 16 Mar 2026 09:15:00 +0700",
    }
    url = "https://baothanhhoa.vn/bai-1.htm"
    silent = Page("", "", url, url, 200, {}, b"<html><body><div id='dcontent'></div></body></html>", FETCHED, hint)
    found = extract(silent, SOURCES["baothanhhoa"])
    assert (found.status, found.title, found.lead) == (PageStatus.PROTECTED, TITLE, "Sapo của bài.")
    assert found.date_from == "feed pubDate"


def test_a_date_of_later_today_is_the_moment_of_the_visit() -> None:
    found = read(article(head="<meta property='article:published_time' content='2026-03-16T20:00:00+07:00'>"))
    assert found.published_at == FETCHED
    assert "future_date" in found.flags


def test_teasers_of_other_articles_are_never_the_text() -> None:
    teasers = "".join(
        f"<article><h3><a href='/b-{i}.htm'>Bài khác số {i} của tòa soạn</a></h3><div>(Báo) - Bài khác số {i} kể chuyện "
        f"mùa màng ở xã bên, nơi bà con vừa gặt xong và bắt đầu làm đất cho vụ sau của cả xã...</div></article>"
        for i in range(5)
    )
    found = read(f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div></div>{teasers}</body></html>")
    assert "mùa màng" not in found.text


# --- dates of pages of no known paper ----------------------------------------------------------------------------


def test_a_date_in_the_text_or_beside_it_is_not_the_articles() -> None:
    text = "<p>Nghị quyết ngày 03/6/2013 của Ban Chấp hành Trung ương nói rõ việc này.</p>" + "".join(
        f"<p>{text}</p>" for text in PARAGRAPHS
    )
    beside = (
        "<aside><h4>Tin liên quan</h4><time>05/03/2026 08:00</time></aside><footer>Giấy phép ngày 02/12/2021</footer>"
    )
    found = read(article(body=text).replace("<div class='foot'>", beside + "<div class='foot'>"))
    assert found.published_at is None
    assert found.date_from == "none: trang không in ngày của riêng bài"


OWN_DATES = [
    ("<div class='meta'>Thứ năm, ngày 5 tháng 3 năm 2026</div>", "2026-03-05T00:00:00+07:00"),
    ("<p class='d'>05/03/2026 08:15 (GMT+7)</p>", "2026-03-05T08:15:00+07:00"),
    ("<div>Người Viết | 05/03/2026, 08:15</div>", "2026-03-05T08:15:00+07:00"),
    ("<time datetime='2026-03-05T08:15:00+07:00'>5 ngày trước</time>", "2026-03-05T08:15:00+07:00"),
]


@pytest.mark.parametrize(("line", "moment"), OWN_DATES)
def test_a_date_line_under_the_title_is_the_articles(line: str, moment: str) -> None:
    found = read(article(extra=line))
    assert found.published_at is not None
    assert found.published_at.isoformat() == moment


def test_structured_dates_are_read_tolerantly() -> None:
    data = (
        '{"@type":"NewsArticle","name":"' + TITLE + '","description":"một\nhai","datePublished":"2026-03-05 08:15:00",}'
    )
    found = read(article(head=f"<script type='application/ld+json'>{data}</script>"))
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2026-03-05T08:15:00+07:00"
    assert found.date_from == "json-ld datePublished"


def test_the_articles_of_a_list_lend_no_date() -> None:
    two = [{"@type": "NewsArticle", "headline": f"Bài khác {i}", "datePublished": "2026-03-05"} for i in (1, 2)]
    found = read(article(head=f"<script type='application/ld+json'>{json.dumps(two)}</script>"))
    assert found.published_at is None


@pytest.mark.parametrize(("printed", "flag"), [("2027-03-05T08:00:00", "future_date"), ("1970-01-01", "old_date")])
def test_impossible_dates_are_refused_and_flagged(printed: str, flag: str) -> None:
    found = read(article(head=f"<meta property='article:published_time' content='{printed}'>"))
    assert found.published_at is None
    assert flag in found.flags
    assert (found.date_from or "").startswith("none: ")


def test_the_minute_of_the_visit_under_the_title_is_a_clock() -> None:
    assert read(article(extra="<div>Thứ hai, 16/03/2026 10:30</div>")).published_at is None


# --- text --------------------------------------------------------------------------------------------------------


def test_list_numbers_stay() -> None:
    body = (
        f"<p>{PARAGRAPHS[0]}</p><ol><li>Nghe dân nói.</li><li><p>Nói cho dân hiểu.</p></li></ol>"
        f"<ol start='3'><li>Làm cho dân tin.</li></ol><ol type='a'><li>Việc nhỏ.</li></ol><ul><li>- Gạch sẵn.</li><li>Chưa gạch.</li></ul>"
        f"<p>{PARAGRAPHS[1]}</p><p>{PARAGRAPHS[2]}</p>"
    )
    found = extract(page(f"<div id='dcontent'><p class='pBody'>x</p>{body}</div>"), None)
    lines = found.text.split("\n\n")
    assert lines[2:6] == ["1. Nghe dân nói.", "2. Nói cho dân hiểu.", "3. Làm cho dân tin.", "a. Việc nhỏ."]
    assert lines[6:8] == ["- Gạch sẵn.", "- Chưa gạch."]


def test_what_is_printed_three_times_is_kept_three_times() -> None:
    body = f"<p>{PARAGRAPHS[0]}</p>" + f"<p>{PARAGRAPHS[1]}</p>" * 3 + f"<p>{PARAGRAPHS[2]}</p>"
    assert read(article(body=body)).text.count(PARAGRAPHS[1]) == 3


def test_a_cell_of_several_lines_keeps_its_words_apart() -> None:
    head = "<table><tr><td><p>TỈNH ỦY MẪU</p><p>Số 138-KH/TU</p></td><td>Ngày 27<br>tháng 3</td></tr></table>"
    found = extract(page(f"<div id='content-detail'>{head}<p>{PARAGRAPHS[0]}</p></div>"), None)
    assert found.text.startswith("TỈNH ỦY MẪU Số 138-KH/TU | Ngày 27 tháng 3")


def test_lines_of_one_paragraph_stay_together_and_tables_keep_their_rows() -> None:
    body = f"<p>NGHỊ QUYẾT<br>về công tác dân vận</p>{''.join(f'<p>{t}</p>' for t in PARAGRAPHS)}<table><tr><td>Thôn</td><td>Tổ</td></tr><tr><td>Một</td><td>14</td></tr></table>"
    found = extract(page(f"<div id='content-detail'>{body}</div>"), None)
    assert "NGHỊ QUYẾT\nvề công tác dân vận" in found.text
    assert "Một | 14" in found.text


TITLES = [
    ("Nghị quyết số 25-NQ/TW về công tác dân vận - Báo Tỉnh", "Nghị quyết số 25-NQ/TW về công tác dân vận"),
    ("Chỉ thị số 05-CT/TU: ba việc phải làm | Báo Lào Cai điện tử", "Chỉ thị số 05-CT/TU: ba việc phải làm"),
    ("Dân vận khéo ở xã Mẫu - baomau.vn", "Dân vận khéo ở xã Mẫu"),
    ("Bài 2 - Nghị quyết số 25 - NQ/TW", "Bài 2 - Nghị quyết số 25 - NQ/TW"),
    ("Đưa Nghị quyết vào cuộc sống - Báo cáo từ cơ sở", "Đưa Nghị quyết vào cuộc sống - Báo cáo từ cơ sở"),
]


@pytest.mark.parametrize(("printed", "title"), TITLES)
def test_only_the_papers_name_leaves_the_title(printed: str, title: str) -> None:
    assert read(article(title=printed)).title == title


ENDS = [
    # (last lines of the text, author, origin)
    (["Người Viết"], "Người Viết", None),
    (["NGƯỜI VIẾT MẪU"], "NGƯỜI VIẾT MẪU", None),
    (["Tin, ảnh: N.V"], "N.V", None),
    (["Người Viết/Báo Tin tức"], "Người Viết", "Báo Tin tức"),
    (["Theo TTXVN"], None, "TTXVN"),
    (["(Theo Báo Nhân Dân)"], None, "Báo Nhân Dân"),
    (["Nguồn: chinhphu.vn"], None, "chinhphu.vn"),
    (["(baoquangninh.vn)\u00a0", "Gửi cho bạn bè", "Xem nhiều nhất"], None, "baoquangninh.vn"),
    (
        ["Người Viết", "-----------", "Tài liệu tham khảo:", "Một cuốn sách (2014).", "Phản hồi", "Các tin khác"],
        "Người Viết",
        None,
    ),
    (["Tin liên quan", "Một bài khác", "Một bài khác nữa", "Đọc nhiều"], None, None),
    (
        ["{name} - {time}", "\u00a0Trả lời", "{body}", "0 bình luận", "Chia sẻ thông tin với bạn bè!", "Tắt [X]"],
        None,
        None,
    ),
    (["Ý kiến ()", "0 / 500 ký tự", "Guest", "Đang tải dữ liệu"], None, None),
]


@pytest.mark.parametrize(("end", "author", "origin"), ENDS)
def test_the_tail_of_a_text_is_read_and_cut(end: list[str], author: str | None, origin: str | None) -> None:
    found = extract_text("\n\n".join((TITLE, *PARAGRAPHS, *end)))
    assert found.title == TITLE
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert (found.author, found.origin) == (author, origin)


def test_teasers_behind_the_lead_are_cut_at_the_second_signature() -> None:
    teaser = (
        "(Báo Mẫu.vn) - Chiều 16/3, một bài khác kể chuyện mùa màng ở xã bên, nơi bà con vừa gặt xong và làm đất..."
    )
    found = extract_text(
        "\n\n".join((TITLE, "(Báo Mẫu.vn) - " + PARAGRAPHS[0], PARAGRAPHS[1], teaser, teaser, "Bộ khác đề nghị."))
    )
    assert found.text == "\n\n".join(("(Báo Mẫu.vn) - " + PARAGRAPHS[0], PARAGRAPHS[1]))


def test_a_hidden_body_in_a_text_is_protected() -> None:
    found = extract_text(
        "\n\n".join((TITLE, "(Báo Mẫu.vn) - " + PARAGRAPHS[0], *(["w6A9IMOq4budY8Oj4oCc" * 4] * 8), "Bài khác."))
    )
    assert (found.status, found.text) == (PageStatus.PROTECTED, "")
    assert found.lead == "(Báo Mẫu.vn) - " + PARAGRAPHS[0]


def test_who_signed_a_printed_document_is_not_its_author() -> None:
    found = extract_text("\n\n".join((TITLE, *PARAGRAPHS, "T/M BAN THƯỜNG VỤ", "PHÓ BÍ THƯ", "Người Ký Mẫu")))
    assert found.author is None
    assert found.text.endswith("Người Ký Mẫu")


def test_headings_of_boxes_do_not_cut_an_article_in_the_middle() -> None:
    found = extract_text(
        "\n\n".join((TITLE, PARAGRAPHS[0], "Tin liên quan", "Đọc nhiều", *(p * 2 for p in PARAGRAPHS[1:])))
    )
    assert found.text == "\n\n".join((PARAGRAPHS[0], *(p * 2 for p in PARAGRAPHS[1:])))


def test_a_clock_before_the_title_is_no_date() -> None:
    found = extract_text("\n\n".join(("Thứ Năm, 25/4/2024", TITLE, *PARAGRAPHS)))
    assert (found.title, found.published_at) == (TITLE, None)


def test_a_byline_glued_to_its_date() -> None:
    found = extract_text("\n".join((TITLE, "Người Viết16/08/2019 4:00 PM", "", "\n\n".join(PARAGRAPHS))))
    assert found.author == "Người Viết"
    assert found.published_at is not None
    assert found.published_at.isoformat() == "2019-08-16T16:00:00+07:00"
    assert found.text == "\n\n".join(PARAGRAPHS)


def test_a_hard_wrapped_text_keeps_its_sentences() -> None:
    wrapped = f"{TITLE}\n\nXã đã ra Kế hoạch số 12-\nKH/ĐU để thực hiện nghị quyết\nvà giao việc.\nViệc đầu tiên là nghe dân nói."
    assert extract_text(wrapped).text.split("\n\n") == [
        "Xã đã ra Kế hoạch số 12-\nKH/ĐU để thực hiện nghị quyết\nvà giao việc.",
        "Việc đầu tiên là nghe dân nói.",
    ]


# --- whose page --------------------------------------------------------------------------------------------------


def test_a_page_in_a_file_says_whose_it_is() -> None:
    body = b"<html><head><link rel='canonical' href='https://baotayninh.vn/bai-88701.html'></head></html>"
    source, url = recognise_source(body, "", CATALOGUE)
    assert source is not None
    assert (source.id, url) == ("baotayninh", "https://baotayninh.vn/bai-88701.html")
    assert recognise_source(b"<html></html>", "", CATALOGUE) == (None, "")


def test_a_changed_template_is_flagged() -> None:
    url = "https://baoquangninh.vn/bai-3279038.html"
    found = extract(page(article(), url=url), SOURCES["baoquangninh"])
    assert found.text == "\n\n".join(PARAGRAPHS)
    assert "body_guessed" in found.flags


def test_where_bodies_are_hidden_nothing_is_guessed() -> None:
    found = extract(page(article(), url="https://baothanhhoa.vn/bai-1.htm"), SOURCES["baothanhhoa"])
    assert (found.status, found.text) == (PageStatus.EMPTY, "")
    assert "no_body" in found.flags


def test_another_language_is_flagged() -> None:
    words = "The commune met this morning to talk about the road and to hear what every household had to say about it. "
    found = read(article(title="The commune met", body=f"<p>{words}</p>" * 4))
    assert "foreign_language" in found.flags


# --- pages that mean harm ----------------------------------------------------------------------------------------

HARM = [
    "<div>" * 50_000 + PARAGRAPHS[0] + "</div>" * 50_000,
    "<ins " * 30_000,
    "<html" * 30_000,
    "<p>" + "a" * 2_000_000,
    "<table>" * 5_000,
    "<ul>" + "<li><ol>" * 3_000 + "x",
    "<script type='application/ld+json'>" + "[" * 20_000 + "</script>" + article(),
    "<meta property='og:title' content='" + "x " * 200_000 + "'>" + article(),
    article(body="<p>" + "{a} - " * 50_000 + "</p>"),
    article(body="".join(f"<p>(A) - {i} {PARAGRAPHS[0]}</p>" for i in range(3_000))),
]


@pytest.mark.parametrize("body", HARM, ids=range(len(HARM)))
@pytest.mark.parametrize("source_id", ["baothanhhoa", None])
def test_a_hostile_page_costs_little(body: str, source_id: str | None) -> None:
    begun = time.process_time()
    found = extract(page(body, url="https://baothanhhoa.vn/bai-1.htm"), SOURCES[source_id] if source_id else None)
    assert isinstance(found.status, PageStatus)
    assert time.process_time() - begun < 8


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["baothanhhoa", "baoquangninh", "baoquangngai", "baodaklak", None]))
def test_no_bytes_upset_the_reader(body: bytes, source_id: str | None) -> None:
    source = SOURCES[source_id] if source_id else None
    for raw in (body, b"<html><div id='dcontent'>" + body, b"<div id=content-detail><p>" + body):
        assert isinstance(extract(page(raw), source), Extract)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_upsets_the_cleaner(text: str) -> None:
    found = extract_text(text)
    assert found.text == found.text.strip()
    assert isinstance(read("<html><body><p>" + text), Extract)


# --- real structure, kept outside the repository -----------------------------------------------------------------

SHARED = Path(os.environ.get("DANVAN_SHARED") or Path(__file__).parents[3] / "shared")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder of real samples is not here (DANVAN_SHARED)")

# (file, source, address, status, moment, whether it names its author)
SAMPLES = [
    ("baocantho.com.vn__article__2026-01.html", "baocantho", "https://baocantho.com.vn/x-a196670.html", "article", "2026-01-08T18:21:00+07:00", True),
    ("baocantho.com.vn__category_thoi-su__2026-01.html", "baocantho", "https://baocantho.com.vn/thoi-su/", "listing", None, False),
    ("baolaocai.vn__post404649__2026-01.html", "baolaocai", "https://baolaocai.vn/x-post404649.html", "article", "2025-06-17T13:43:02+07:00", True),
    ("baodanang.vn__onecms_article__crawled-2026-10.html", "baodanang", "https://baodanang.vn/x-3318952.html", "article", "2026-01-08T10:02:00+07:00", True),
    ("baohaiphong.vn__onecms_article__crawled-2026-10-01.html", "baohaiphong", "https://baohaiphong.vn/x-457674.html", "article", "2021-05-05T15:28:00+07:00", False),
    ("baotayninh.vn__mediatech_article__crawled-2026-10-02.html", "baotayninh", "https://baotayninh.vn/x-88701.html", "article", "2021-12-01T11:51:00+07:00", True),
    ("phuyen.baodaklak.vn__vnpt_article__crawled-2026-10.html", "phuyen-baodaklak", "https://phuyen.baodaklak.vn/suc-khoe/201403/x-3f71fbf/", "article", "2014-03-31T13:00:00+07:00", True),
    ("reconstructed/baothanhhoa.vn__clear.html", "baothanhhoa", "https://baothanhhoa.vn/x-157140.htm", "article", None, False),
    ("reconstructed/baothanhhoa.vn__protected_in_div.html", "baothanhhoa", "https://baothanhhoa.vn/x-157140.htm", "protected", None, False),
    ("reconstructed/baothanhhoa.vn__protected_in_script.html", "baothanhhoa", "https://baothanhhoa.vn/x-157140.htm", "protected", None, False),
    ("reconstructed/baothanhhoa.vn__unfilled_template.html", "baothanhhoa", "https://baothanhhoa.vn/x-157140.htm", "empty", None, False),
]  # fmt: skip


@needs_shared
@pytest.mark.parametrize(("name", "source_id", "url", "status", "moment", "signed"), SAMPLES)
@pytest.mark.parametrize("known", [True, False])
def test_real_structure(
    name: str, source_id: str, url: str, status: str, moment: str | None, signed: bool, known: bool
) -> None:
    path = SHARED / "sites" / "samples" / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    body = path.read_bytes()
    fetched = dt.datetime(2026, 10, 2, 11, 38, tzinfo=dt.UTC)
    found = extract(Page(source_id, "", url, url, 200, {}, body, fetched), SOURCES[source_id] if known else None)
    assert str(found.status) == status
    assert (found.published_at.isoformat() if found.published_at else None) == moment
    if known and status != "listing":
        title = html.escape(found.title or "?", quote=False)
        assert title in html.unescape(body.decode()) or title in body.decode()
        assert found.author is not None or not signed
    for residue in ("Gửi bình luận", "ký tự", "Bình luận của bạn", "Bài liên quan", "Chia sẻ", "bài khác", "{"):
        assert residue not in found.text
    if status != "article":
        assert found.text == ""
