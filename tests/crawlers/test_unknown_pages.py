"""Pages of no known make: the layouts of blogs, of the tables of old portals, of bodies without paragraphs."""

from __future__ import annotations

import datetime as dt

import pytest

from crawlers.extraction import extract
from crawlers.values import Page, PageStatus

TITLE = "Xã Mẫu bàn việc dân vận theo Nghị quyết số 05-NQ/TU"
TEXT = (
    "Sáng nay, Đảng ủy xã Mẫu tổ chức hội nghị quán triệt Nghị quyết số 05-NQ/TU của Ban Thường vụ Tỉnh ủy về dân vận.",
    "Theo báo cáo, các thôn đã lập 14 tổ dân vận, gặp từng hộ để nghe ý kiến về việc mở con đường liên thôn năm nay.",
    "Bí thư Đảng ủy xã đề nghị các chi bộ giao việc cụ thể cho từng đảng viên, tháng nào cũng kiểm lại và nói rõ.",
)
P = "".join(f"<p>{text}</p>" for text in TEXT)
CARDS = "".join(
    f'<div class="item"><a href="/b{i}.html"><h3>Bài khác số {i} của tòa soạn hôm nay</h3></a><p class="sum">Bài khác số '
    f"{i} kể một chuyện khác ở một xã khác của tỉnh trong tuần vừa rồi, có số liệu.</p></div>"
    for i in range(8)
)

# (name, what the body of the page holds, the date it prints, its author)
LAYOUTS = [
    (
        "blog",
        f"""<header><h1 class="site-title">Báo Mẫu</h1></header><article class="post"><h1 class="entry-title">{TITLE}</h1>
        <time class="entry-date" datetime="2026-03-05T08:15:00+07:00">5 Tháng 3, 2026</time> <span class="byline">admin</span>
        <div class="entry-content">{P}</div><div class="sharedaddy">Chia sẻ: Facebook</div></article>
        <div id="comments"><p>Một lời bình dài dài của một người đọc nào đó gửi đến tòa soạn để bày tỏ ý kiến riêng.</p></div>
        <aside>{CARDS}</aside>""",
        "2026-03-05T08:15:00+07:00",
        None,
    ),
    (
        "breaks instead of paragraphs",
        f"""<div id="menu"><a href="/">Trang chủ</a></div><div class="c"><h1>{TITLE}</h1><div class="ngay">Cập nhật: 08:15,
        05/03/2026</div><div class="nd">{"<br><br>".join(TEXT)}<br /><br /><b>Người Viết</b></div></div><div>{CARDS}</div>""",
        "2026-03-05T08:15:00+07:00",
        "Người Viết",
    ),
    (
        "tables of an old portal",
        f"""<table><tr><td>Menu</td><td><table><tr><td class="tieude"><b>{TITLE}</b></td></tr>
        <tr><td>Thứ năm, 05/03/2026 | 08:15</td></tr><tr><td class="noidung">{P}<p align="right">Người Viết</p></td></tr></table></td>
        <td>{CARDS}</td></tr></table>""",
        "2026-03-05T08:15:00+07:00",
        "Người Viết",
    ),
    (
        "divs, a clock above the title, headlines in the middle",
        f"""<div class="wrap"><h2 class="logo">Báo Mẫu</h2><div>Thứ hai, 16/03/2026 10:30</div><h1>{TITLE}</h1>
        <div class="info"><span>Người Viết</span> - <span>05/03/2026 08:15</span></div><div class="detail"><div>{TEXT[0]}</div>
        <div>{TEXT[1]}</div><div class="box"><div><a href="/x1.html">Một bài khác của tòa soạn ngày hôm qua</a></div></div>
        <div>{TEXT[2]}</div></div></div>{CARDS}""",
        "2026-03-05T08:15:00+07:00",
        None,
    ),
    (
        "the paper's name in h1, the title in h2",
        f"""<h1>Báo Mẫu điện tử</h1><p>Thứ sáu, 20/02/2026 18:38</p><h2>{TITLE}</h2><p><i>Thứ năm, ngày 5 tháng 3 năm 2026</i></p>
        {P}<hr><p>Các tin khác</p><ul><li><a href="a.html">Một bài khác của tòa soạn</a> (04/03/2026)</li></ul>""",
        "2026-03-05T00:00:00+07:00",
        None,
    ),
    ("no date anywhere", f"<h1>{TITLE}</h1>{P}<footer>Giấy phép ngày 02/12/2021</footer>", None, None),
]


@pytest.mark.parametrize(("name", "body", "moment", "author"), LAYOUTS, ids=[row[0] for row in LAYOUTS])
def test_the_article_alone_is_read(name: str, body: str, moment: str | None, author: str | None) -> None:
    markup = f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>"
    fetched = dt.datetime(2026, 3, 16, 3, 30, tzinfo=dt.UTC)
    found = extract(Page("", "", "", "", 200, {}, markup.encode(), fetched), None)
    assert (found.status, found.title) == (PageStatus.ARTICLE, TITLE)
    assert found.text == "\n\n".join(TEXT)
    assert (found.published_at.isoformat() if found.published_at else None) == moment
    assert found.author == author


def test_one_paragraph_is_an_article() -> None:
    markup = f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><p>{TEXT[0]}</p></body></html>"
    found = extract(Page("", "", "", "", 200, {}, markup.encode(), dt.datetime(2026, 3, 16, tzinfo=dt.UTC)), None)
    assert (found.status, found.text) == (PageStatus.ARTICLE, TEXT[0])
