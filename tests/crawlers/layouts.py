"""Made layouts of one article, as Vietnamese papers, portals and common themes build them; the words are ours.

A row: a name, the markup of the page's body, and paragraphs that belong to the text beside the six of `TEXT`.
"""

from __future__ import annotations

import html
import json

TITLE = "Xã Mẫu bàn việc dân vận theo Nghị quyết số 05-NQ/TU"
TEXT = (
    "Sáng nay, Đảng ủy xã Mẫu tổ chức hội nghị quán triệt Nghị quyết số 05-NQ/TU của Ban Thường vụ Tỉnh ủy về dân vận.",
    "Theo báo cáo, các thôn đã lập 14 tổ dân vận, gặp từng hộ để nghe ý kiến về việc mở con đường liên thôn năm nay.",
    "Bí thư Đảng ủy xã đề nghị các chi bộ giao việc cụ thể cho từng đảng viên, tháng nào cũng kiểm lại và nói rõ.",
    "Ở thôn Thượng, tổ dân vận gồm trưởng thôn, bí thư chi bộ và hai người có uy tín, mỗi tuần họp một buổi tối.",
    "Đến nay đã có một trăm hai mươi hộ tự nguyện hiến hơn hai nghìn mét vuông đất để làm đường ra cánh đồng.",
    "Xã phấn đấu xong cả ba tuyến đường trước mùa mưa, mọi khoản chi đều ghi lên bảng tin để bà con cùng biết.",
)
OTHER = "Ban Thường vụ Tỉnh ủy vừa ban hành Nghị quyết số 99-NQ/TU về một việc khác hẳn, có nhiều điểm mới đáng chú ý."
P = [f"<p>{text}</p>" for text in TEXT]
ALL = "".join(P)
H1 = f"<h1>{TITLE}</h1>"
DATE = '<p class="date">05/03/2026 08:30</p>'
HEAD = H1 + DATE


def teaser(number: int = 1) -> str:
    return f'<h4><a href="/bai-khac-{number}.html">Bài khác số {number} của tòa soạn hôm nay</a></h4><p>{OTHER}</p>'


def cards(number: int) -> str:
    return "".join(
        f'<div class="item"><a href="/b{i}.html"><img src="{i}.jpg"></a><h3><a href="/b{i}.html">Bài khác số {i} của tòa '
        f'soạn hôm nay</a></h3><p class="sum">Bài khác số {i} kể một chuyện khác ở xã khác của tỉnh trong tuần.</p></div>'
        for i in range(number)
    )


def wrapped(tag: str, name: str = "") -> str:
    mark = f' class="{name}"' if name else ""
    return f"{HEAD}<{tag}{mark}>{ALL}</{tag.split(maxsplit=1)[0]}>"


def inside(*boxes: str) -> str:
    """The article with these boxes between its paragraphs."""
    places = {2: boxes[0], 4: boxes[-1]} if len(boxes) > 1 else {3: boxes[0]}
    return "".join(places.get(number, "") + paragraph for number, paragraph in enumerate(P))


WRAPPERS = {
    f"wrapper {name}": f'{HEAD}<div class="{name}"><div class="nd">{ALL}</div></div>'
    for name in (
        *("comments-enabled post", "has-comments", "sidebar-1", "row has-right-sidebar", "with-sidebar content"),
        *("related-content", "article-related-wrap", "caption-wrapper", "has-caption", "no-sidebar", "share-wrap"),
        *("col-md-9 sidebar-main", "news-relate-detail", "commentable", "tags-content", "box-comment-on"),
    )
}
TAGS = {
    f"body in <{tag}>": wrapped(tag)
    for tag in ("aside", "section", "main", "article", "blockquote", "center", "fieldset", "td", "form", "header")
    if tag != "td"
}
RELATED = {
    f"box {name} in the body": f'{HEAD}<div class="nd">{inside(box)}</div>'
    for name, box in {
        "vccorp": f'<div class="VCSortableInPreviewMode link-content-footer" type="RelatedOneNews"><span>Tham khảo thêm</span>'
        f'<div><h4><a class="title" href="/x-1.htm">Bài khác về chính sách mới của tỉnh</a></h4><p class="sapo">{OTHER}</p></div></div>',
        "zce": f'<div class="related-news--inline"><h3><a href="/bai-khac-post1.html">Tỉnh khác ban hành nghị quyết mới</a></h3>'
        f'<div class="summary">{OTHER}</div></div>',
        "unnamed": f'<div class="box-lq">{teaser()}</div>',
        "table": f'<table class="article"><tr><td><a href="/a-post2.html"><img src="a.jpg"></a></td><td><p class="title"><a '
        f'href="/a-post2.html">Kỷ lục mới của một việc ở nơi khác</a></p><p class="summary">{OTHER}</p></td></tr></table>',
        "notebox": f'<div class="notebox ncenter"><p>Tòa soạn giới thiệu <a href="/sach.html">Tủ sách mới</a> với bạn đọc. {OTHER}</p></div>',
        "list": '<ul class="lq"><li><a href="/a1.html">Bài khác về chuyện mùa màng ở xã bên</a></li><li><a href="/a2.html">'
        "Bài khác nữa về chuyện mùa màng</a></li></ul>",
        "label": '<p><strong>Đọc tiếp</strong></p><p><a href="/a1.html">Bài khác về chuyện mùa màng ở xã bên</a></p>',
        "new": f"<div><b>TIN MỚI</b>{teaser(3)}</div>",
        "aside": f"<aside><h5>Xem thêm</h5>{teaser(4)}</aside>",
        "figure": f'<figure class="rel"><a href="/x.html"><img src="x.jpg"></a><figcaption>{OTHER}</figcaption></figure>',
        "wordpress": f'<div class="wp-block-embed jp-relatedposts"><div><a href="/k/"><h4>Bài khác của tòa soạn hôm qua</h4><p>{OTHER}</p></a></div></div>',
        "headline and date": f'<div class="i"><a href="/y-9.html">Bài khác của tòa soạn ngày hôm qua</a><span>27/11/2019</span><p>{OTHER}</p></div>',
        "headline, date and hour": f'<div class="i"><div>08:30, 27/11/2019 | <a href="/y-9.html">Bài khác của tòa soạn ngày hôm qua</a></div><p>{OTHER}</p></div>',
        "headline in a div": f'<div class="x1"><div><a href="/y-9.html">Bài khác của tòa soạn ngày hôm qua</a></div><div>{OTHER}</div></div>',
    }.items()
}
PICTURES = {
    "a figure with a caption": f'{HEAD}<div class="nd">{inside("<figure><img src=a.jpg><figcaption>Bà con góp công. Ảnh: N.V</figcaption></figure>")}</div>',
    "a caption in italics": f'{HEAD}<div class="nd">{inside("<p><img src=a.jpg></p><p><em>Bà con góp công làm đường ở thôn Thượng</em></p>")}</div>',
    "a table around a picture": f'{HEAD}<div class="nd">{inside("<table><tr><td><img src=a.jpg></td></tr><tr><td>Bà con góp công làm đường</td></tr></table>")}</div>',
    "a caption by WordPress": f'{HEAD}<div class="entry-content">{inside("<div class=wp-caption><img src=a.jpg><p class=wp-caption-text>Bà con góp công</p></div>")}</div>',
}
SHAPES = {
    "one form around everything": f'<form id="aspnetForm" method="post"><input type="hidden" name="__VIEWSTATE" value="x"><div class="menu">'
    f'<a href="/">Trang chủ</a></div>{HEAD}<div class="noidung">{ALL}</div><input type="submit" value="Tìm"></form>',
    "a form around the body": f'{HEAD}<form id="aspnetForm"><div class="nd">{ALL}</div></form>',
    "SharePoint": f'<form id="aspnetForm"><div id="s4-workspace"><div class="ms-rtestate-field">{HEAD}<div class="ms-rtestate-field" '
    f'style="display:inline">{ALL}</div></div></div></form>',
    "details": f'{HEAD}<div class="nd">{P[0]}<details><summary>Xem thêm</summary>{"".join(P[1:])}</details></div>',
    "details, one paragraph": f'{HEAD}<div class="nd">{"".join(P[:5])}<details><summary>Đọc tiếp</summary>{P[5]}</details></div>',
    "two rows": f'{HEAD}<div class="row1"><div class="body">{"".join(P[:2])}</div></div><aside class="ad">Quảng cáo</aside><div class="row2">'
    f'<div class="body">{"".join(P[2:])}</div></div>',
    "three columns of text": f'{HEAD}<div class="cols">{"".join(f"<div class=col>{P[i]}{P[i + 1]}</div>" for i in (0, 2, 4))}</div>',
    "a box to a paragraph": f'{HEAD}<div class="c">{"".join(f"<div class=blk>{one}</div>" for one in P)}</div>',
    "a box to a paragraph, named related": f'{HEAD}<div class="c">{"".join(f"<div class=relate-text>{one}</div>" for one in P)}</div>',
    "a section to a paragraph": f"{HEAD}<main>{''.join(f'<section><div>{one}</div></section>' for one in P)}</main>",
    "divs for paragraphs": f'{HEAD}<div class="nd">{"".join(f"<div>{text}</div>" for text in TEXT)}</div>',
    "spans for paragraphs": f'{HEAD}<div class="nd">{"<br><br>".join(f"<span>{text}</span>" for text in TEXT)}</div>',
    "breaks": f'{HEAD}<div class="nd">{"<br><br>".join(TEXT)}</div>',
    "breaks in one paragraph": f'{HEAD}<div class="nd"><p>{"<br><br>".join(TEXT)}</p></div>',
    "paragraphs and bare text": f'{HEAD}<div class="nd">{P[0]}{TEXT[1]}<br><br>{TEXT[2]}{P[3]}{TEXT[4]}<br><br>{TEXT[5]}</div>',
    "bare text behind a list": f'{HEAD}<div class="nd">{P[0]}{P[1]}{P[2]}{TEXT[3]}<div>{TEXT[4]}</div>{TEXT[5]}</div>',
    "a table for layout": f'<table width="100%"><tr><td class="menu"><a href="/">Trang chủ</a></td><td><table><tr><td>{H1}</td></tr><tr><td>'
    f"05/03/2026 08:30</td></tr><tr><td>{ALL}</td></tr></table></td></tr></table>",
    "a row of a table to a paragraph": f'{HEAD}<table class="nd">{"".join(f"<tr><td>{one}</td></tr>" for one in P)}</table>',
    "a cell of bare text": f"<table><tr><td>{HEAD}</td></tr><tr><td>{'<br><br>'.join(TEXT)}</td></tr></table>",
    "links within sentences": f'{HEAD}<div class="nd">{ALL.replace("Nghị quyết số 05-NQ/TU", "<a class=cms-relate href=/a>Nghị quyết số 05-NQ/TU</a>", 1)}</div>',
    "marked words": f'{HEAD}<div class="nd">{ALL.replace("14 tổ dân vận", "<span class=caption>14 tổ dân vận</span>")}</div>',
    "bold related words": f'{HEAD}<div class="nd">{ALL.replace("bảng tin", "<strong class=related-keyword>bảng tin</strong>")}</div>',
    "a live blog with anchors": f'{HEAD}<div class="live">'
    + "".join(
        f'<article id="p{i}"><a href="#p{i}">1{i}:0{i} | Diễn biến thứ {i} của hội nghị</a>{one}</article>'
        for i, one in enumerate(P)
    )
    + "</div>",
    "a live blog with links": f'{HEAD}<div class="live">'
    + "".join(
        f'<div class="e"><a href="#p{i}" class="t">1{i}:0{i}</a><h3><a href="#p{i}">Diễn biến thứ {i} của hội nghị xã</a></h3>{one}</div>'
        for i, one in enumerate(P)
    )
    + "</div>",
    "a nested document": f"{HEAD}<div id=x><!DOCTYPE html><html><head><meta charset=utf-8></head><body>{ALL}</body></html></div>",
    "headings for paragraphs": f'{HEAD}<div class="nd">{"".join(f"<h3>{text}</h3>" for text in TEXT)}</div>',
    "Joomla": f'<div class="item-page" itemscope><meta itemprop="inLanguage" content="vi-VN"><div class="page-header"><h2 itemprop="headline">{TITLE}</h2>'
    f'</div><dl class="article-info muted"><dd class="published">Ngày đăng: 05/03/2026 08:30</dd></dl><div itemprop="articleBody">{ALL}</div></div>',
    "NukeViet": f'<div class="news_column panel"><div class="panel-body"><h1 class="title margin-bottom-lg">{TITLE}</h1><span class="h5">Thứ năm - 05/03/2026 '
    f'08:30</span><div class="clearfix"></div><div id="news-bodyhtml" class="bodytext margin-bottom-lg">{ALL}</div></div></div><div class="news_column panel">'
    f"<h3>Những tin mới hơn</h3><ul><li><a href=/a-1.html>Bài khác của tòa soạn hôm nay</a> (06/03/2026)</li></ul></div>",
    "WordPress": f'<div id="primary" class="content-area has-sidebar"><article class="post hentry"><header class="entry-header">{H1}<time class="entry-date" '
    f'datetime="2026-03-05T08:30:00+07:00">5 Tháng Ba, 2026</time></header><div class="entry-content">{ALL}</div></article></div><aside id="secondary" '
    f'class="widget-area">{cards(6)}</aside>',
    "Elementor": f'<div class="elementor elementor-12">{H1}<div class="elementor-post-info"><time>05/03/2026 08:30</time></div><div class="elementor-widget-theme-post-content">'
    f'<div class="elementor-widget-container">{ALL}</div></div></div><div class="elementor-posts-container">{cards(4)}</div>',
    "Drupal": f'<div class="node node-news"><h1 class="page-title">{TITLE}</h1><span class="submitted">Thứ 5, 05/03/2026 - 08:30</span><div class="field field--name-body">'
    f'<div class="field-item even">{ALL}</div></div></div>',
    "Liferay": f'<div class="journal-content-article"><div class="title-detail">{H1}</div><div class="date">05/03/2026 08:30</div><div class="detailContent">{ALL}</div></div>',
    "Blogger": f'<div class="post-outer"><h3 class="post-title entry-title">{TITLE}</h3><div class="post-body entry-content"><div dir="ltr">{"<br /><br />".join(TEXT)}</div></div></div>',
    "an article beside cards": f'<div class="row"><div class="col-8">{HEAD}<div class="nd">{ALL}</div></div><div class="col-4">{cards(8)}</div></div>',
    "cards before the article": f"<div class=hot>{cards(6)}</div>{HEAD}<div class=nd>{ALL}</div>",
    "cards below, in the same box": f'<div class="w">{HEAD}<div class="nd">{ALL}</div><h3>Tin cùng chuyên mục</h3>{cards(6)}</div>',
    "cards right behind the paragraphs": f'<div class="w">{HEAD}{ALL}<h3>Tin cùng chuyên mục</h3>{cards(4)}</div>',
    "paragraphs straight in the body": f"{HEAD}{ALL}",
    "comments below": f'{HEAD}<div class="nd">{ALL}</div><div id="comments"><div class="comment"><p>Một lời bình rất dài của bạn đọc Nguyễn A gửi về tòa soạn để nói về chuyện làm đường ở quê mình.</p></div></div>',
    "more comments than text": f'<div class="w">{HEAD}<div class="nd">{ALL}</div><div class="comments-area" id="comments">'
    + "".join(
        f'<div class="comment"><p>Lời bình số {i} rất dài của bạn đọc gửi về tòa soạn để nói về chuyện làm đường ở quê mình.</p></div>'
        for i in range(12)
    )
    + "</div></div>",
    "hidden by a style": f'{HEAD}<div class="nd" style="display:none">{ALL}</div>',
    "a lone sub-heading": f'{HEAD}<div class="nd">{ALL}<h4></h4></div>',
    "an ad in a paragraph": f'{HEAD}<div class="nd">{ALL.replace("nghe ý kiến", "nghe <div class=ads-zone><ins class=adsbygoogle></ins></div>ý kiến")}</div>',
    "custom elements": f"{HEAD}<news-body><news-p>{'</news-p><news-p>'.join(TEXT)}</news-p></news-body>",
    "Word": f'{HEAD}<div class="WordSection1">{"".join(f"<p class=MsoNormal style=text-align:justify><span lang=VI>{text}<o:p></o:p></span></p>" for text in TEXT)}</div>',
    "a picture and words in one box": f'{HEAD}<div class="nd"><div class="lead-img"><img src="a.jpg"></div>{ALL}</div>',
    "lines of a share bar": f'{HEAD}<div class="tools"><a href="#">Chia sẻ</a> <span>A A</span> <span>In bài viết</span></div><div class="nd">{ALL}<div class="share">Chia sẻ bài viết</div></div>',
    "uneven depth": f'{HEAD}<div class="nd">{P[0]}<div><div>{P[1]}{P[2]}</div></div><section>{P[3]}</section>{P[4]}<div><p></p>{P[5]}</div></div>',
    "a long menu before": "<ul>"
    + "".join(f"<li><a href=/m{i}>Chuyên mục số {i}</a></li>" for i in range(60))
    + f"</ul>{HEAD}<div class=nd>{ALL}</div>",
    "text in a list": f'{HEAD}<ul class="nd" style="list-style:none">{"".join(f"<li><p>- {text}</p></li>" for text in TEXT)}</ul>',
}
MORE: dict[str, str] = {}
for _name, _box in {
    "see also": '<p><strong>Xem thêm: </strong><a href="/a1.html">Bài khác về chuyện mùa màng ở xã bên</a></p>',
    "two arrows": '<p>&gt;&gt; <a href="/a1.html">Bài khác về chuyện mùa màng ở xã bên</a></p>',
    "readers are invited": '<p><em>Mời bạn đọc thêm: <a href="/a1.html">Bài khác về chuyện mùa màng ở xã bên</a></em></p>',
    "card link": f'<a class=card href="/a1.html"><h3>Bài khác về chuyện mùa màng ở xã bên</h3><p>{OTHER}</p></a>',
    "card link long": f'<div><a class=card href="/a1.html"><h3>Bài khác về chuyện mùa màng ở xã bên</h3><p>{OTHER} {OTHER} {OTHER}</p></a></div>',
    "two": f"<div class=z1>{teaser(1)}{teaser(2)}</div>",
    "img first": f"<div class=z2><a href=/a1.html><img src=a.jpg></a><h4><a href=/a1.html>Bài khác về chuyện mùa màng ở xã bên</a></h4><div>{OTHER}</div></div>",
    "li sapo": f"<ul><li><a href=/a1.html>Bài khác về chuyện mùa màng ở xã bên</a><p>{OTHER}</p></li></ul>",
    "strong link": f"<div class=q><p><strong><a href=/a1.html>Bài khác về chuyện mùa màng ở xã bên</a></strong></p><p>{OTHER}</p></div>",
    "iframe": '<iframe src="https://www.youtube.com/embed/a"></iframe>',
    "label related": f"<div><p>Bài liên quan</p>{teaser(1)}</div>",
    "date teaser": f"<div><h4><a href=/a1.html>Bài khác về chuyện mùa màng ở xã bên</a></h4><span>04/03/2026 08:00</span><p>{OTHER}</p></div>",
    "blockquote": f"<blockquote><a href=/a1.html>Bài khác về chuyện mùa màng ở xã bên</a><br>{OTHER}</blockquote>",
    "gallery": '<div class="gallery"><img src=1.jpg><img src=2.jpg><p>Ảnh: Bà con góp công</p></div>',
    "ads": '<div class="ads-zone">Quảng cáo</div>',
    "script": '<script>var a="<p>x</p>"</script>',
    "inline box": "<table align=right width=200><tr><td><p><b>Tin liên quan</b></p><p><a href=/a.html>Bài khác về chuyện mùa màng ở xã bên</a></p></td></tr></table>",
    "caption after": '<div class="image"><img src=a.jpg><div class="desc-img">Bà con góp công làm đường. Ảnh: N.V</div></div>',
    "caption center": '<p style="text-align:center"><img src=a.jpg><br>Bà con góp công làm đường ở thôn</p>',
    "caption p center": '<p style="text-align:center"><img src=a.jpg></p><p style="text-align:center">Bà con góp công làm đường ở thôn</p>',
    "caption td": '<table class="picture"><tr><td class="pic"><img src=a.jpg></td></tr><tr><td class="caption"><p>Bà con góp công làm đường. Ảnh: N.V.</p></td></tr></table>',
}.items():
    MORE[f"between: {_name}"] = f'{HEAD}<div class="nd">{inside(_box)}</div>'
    MORE[f"at the end: {_name}"] = f'{HEAD}<div class="nd">{ALL}{_box}</div>'
    MORE[f"behind: {_name}"] = f'{HEAD}<div class="w"><div class="nd">{ALL}</div>{_box}</div>'
INTRO = (
    '<div class="col-3"><h3>Giới thiệu</h3><p>'
    + "Trang thông tin điện tử của xã Mẫu được lập để đưa tin về các hoạt động của Đảng ủy, chính quyền và nhân dân trong xã, mỗi tuần ba số. "
    * 3
    + "</p></div>"
)
FOOT = (
    '<div class="bottom"><p>'
    + "Cơ quan chủ quản: Đảng ủy xã Mẫu. Chịu trách nhiệm chính: Ông Nguyễn Văn Mẫu. Địa chỉ: thôn Thượng, xã Mẫu. Điện thoại: 0123456789. Giấy phép số 12 do Sở cấp. "
    * 2
    + "</p></div>"
)
MORE["intro before"] = INTRO + HEAD + f"<div class=nd>{ALL}</div>" + FOOT
MORE["intro after"] = HEAD + f"<div class=nd>{ALL}</div>" + INTRO + FOOT
MORE["foot in same"] = f"<div class=w>{HEAD}<div class=nd>{ALL}</div>{FOOT}</div>"
MORE["foot straight"] = HEAD + ALL + FOOT
MORE["split 3 depth"] = (
    f"{HEAD}<div class=a>{P[0]}{P[1]}</div><div class=x>Quảng cáo</div><div><div class=b>{P[2]}{P[3]}</div></div><div class=x>Quảng cáo</div><div><div><div>{P[4]}{P[5]}</div></div></div>"
)
MORE["split in main"] = (
    f"<main>{HEAD}<section>{P[0]}</section><section>{P[1]}{P[2]}</section><section>{cards(3)}</section><section>{P[3]}{P[4]}{P[5]}</section></main>"
)
MORE["split cards between"] = (
    f"<div>{HEAD}<div class=p1>{P[0]}{P[1]}{P[2]}</div><div class=rel2>{cards(3)}</div><div class=p2>{P[3]}{P[4]}{P[5]}</div></div>"
)
MORE["tabs"] = (
    f'{HEAD}<div class="tab-content"><div class="tab-pane active">{ALL}</div><div class="tab-pane">Bình luận</div></div>'
)
MORE["sidebar left text"] = f"<table><tr><td width=20%>{INTRO}</td><td>{HEAD}{ALL}</td></tr></table>"
MORE["nested tables"] = (
    f'<form><table><tr><td><table><tr><td>{HEAD}</td></tr></table></td></tr><tr><td><table><tr><td><div><span id="ctl00_lblContent">{ALL}</span></div></td></tr></table></td></tr></table></form>'
)
MORE["span lbl br"] = f'<form>{HEAD}<span id="lbl">{"<br/>".join(TEXT)}</span></form>'
MORE["font"] = f"{HEAD}<div><font face=Arial size=2>{ALL}</font></div>"
MORE["dl"] = f"{HEAD}<dl>" + "".join(f"<dt>{t}</dt>" for t in TEXT) + "</dl>"
MORE["center"] = f"<center>{HEAD}{ALL}</center>"
MORE["section aside cards"] = f"<section><aside>{cards(3)}</aside><article>{HEAD}{ALL}</article></section>"
MORE["article in aside with cards"] = f"<aside>{HEAD}<div>{ALL}</div>{cards(3)}</aside>"
MORE["amp"] = f'<amp-sidebar><ul><li>a</li></ul></amp-sidebar>{HEAD}<div class="amp-article-content">{ALL}</div>'
MORE["figure text"] = f"{HEAD}<figure>{ALL}</figure>"
MORE["li"] = f"{HEAD}<ul class=content>{''.join(f'<li>{t}</li>' for t in TEXT)}</ul>"
MORE["button wrap"] = f"{HEAD}<div class=nd>{P[0]}<button>Nghe đọc</button>{''.join(P[1:])}</div>"
MORE["two h1"] = f"<h1>Báo Mẫu điện tử</h1>{HEAD}<div class=nd>{ALL}</div>"
MORE["a box to a paragraph, named comment"] = (
    f"{HEAD}<div class=nd>" + "".join(f'<div class="comment-text">{p}</div>' for p in P) + "</div>"
)
MORE["hidden rest"] = (
    f'{HEAD}<div class=nd>{P[0]}{P[1]}<div class=more style="display:none">{"".join(P[2:])}</div></div>'
)
MORE["hidden rest small"] = (
    f'{HEAD}<div class=nd>{"".join(P[:4])}<div class=more style="display: none">{"".join(P[4:])}</div><a href="#">Xem thêm</a></div>'
)
MORE["dialog"] = f"{HEAD}<div class=nd>{ALL}</div><dialog>Đăng nhập để bình luận</dialog>"
for n in (1, 2):
    MORE[f"short {n} with cards"] = f"{HEAD}<div class=nd>{''.join(P[:n])}</div><div class=k>{cards(8)}</div>"
    MORE[f"short {n} with intro"] = f"{HEAD}<div class=nd>{''.join(P[:n])}</div>{INTRO}{FOOT}"
    MORE[f"short {n} comments"] = (
        f"{HEAD}<div class=nd>{''.join(P[:n])}</div><div id=comments>"
        + "".join(
            f"<div class=comment><p>Lời bình số {i} rất dài của bạn đọc gửi về tòa soạn để nói về chuyện làm đường.</p></div>"
            for i in range(5)
        )
        + "</div>"
    )

MORE["aspx panels"] = (
    f'<form name="form1"><div class="aspNetHidden"><input type=hidden name=__VIEWSTATE value=x></div><div id="wrapper"><div id="header"><ul><li><a href=/>Trang chủ</a></li></ul></div><div id="left">{cards(3)}</div><div id="center"><div class="tieude">{H1}</div><div class="ngay">Ngày đăng: 05/03/2026 08:30</div><div class="tomtat"><b>{TEXT[0]}</b></div><div class="noidung">{"".join(P[1:])}</div></div></div></form>'
)
MORE["update panel"] = (
    f'<form><span id="ctl00_UpdatePanel1"><div><h2>{TITLE}</h2><span>05/03/2026 08:30</span><br>{"<br /><br />".join(TEXT)}</div></span></form>'
)
MORE["aside each"] = f"{HEAD}<div class=nd>" + "".join(f"<aside>{p}</aside>" for p in P) + "</div>"
MORE["sidebar main"] = (
    f'<div class="sidebar"><div class="sidebar-1"><article>{HEAD}{ALL}</article></div><div class="sidebar-2">{cards(6)}</div></div>'
)
MORE["comment main"] = (
    f'<div id="comment-wrapper" class="comments"><article>{HEAD}{ALL}</article></div><div class="comments">'
    + "".join(f"<p>Lời bình {i} dài dài của bạn đọc gửi về tòa soạn để nói về chuyện làm đường.</p>" for i in range(2))
    + "</div>"
)
MORE["caption main"] = f'<div class="caption">{HEAD}<div class="caption-text">{ALL}</div></div>'
MORE["related main"] = (
    f'<section class="related">{HEAD}<div>{ALL}</div></section><section class="related">{cards(5)}</section>'
)
MORE["related id"] = f'<div id="related-post">{HEAD}<div>{ALL}</div></div>'
MORE["breadcrumb wrap"] = f'<div class="has-breadcrumb">{HEAD}<div class=x>{ALL}</div></div>'
MORE["share wrap"] = f'<div class="share"><div class="social">{HEAD}{ALL}</div></div>'
MORE["ads wrap"] = f'<div class="ads">{HEAD}{ALL}</div>'
MORE["tags wrap"] = f'<div class="tags">{HEAD}{ALL}</div>'
MORE["nav wrap"] = f"<nav>{HEAD}{ALL}</nav>"
MORE["footer wrap"] = f"<footer>{HEAD}{ALL}</footer>"
MORE["header wrap"] = f"<header>{HEAD}{ALL}</header>"
MORE["button wrap"] = f"<button>{HEAD}{ALL}</button>"
MORE["select in"] = f"{HEAD}<div><select><option>Một</option></select>{ALL}</div>"
MORE["para divs deep"] = (
    f"{HEAD}<div class=c>"
    + "".join(f"<div class=w><div class=i><div class=t>{t}</div></div></div>" for t in TEXT)
    + "</div>"
)
MORE["para boxes + ads"] = (
    f"{HEAD}<div class=c>"
    + "<div class=ads>Quảng cáo</div>".join(f'<div class="w-full relative clearfix"><p>{t}</p></div>' for t in TEXT)
    + "</div>"
)
MORE["br single"] = f"{HEAD}<div class=nd>{'<br>'.join(TEXT)}</div>"
MORE["br and div"] = (
    f"{HEAD}<div class=nd>{TEXT[0]}<br>{TEXT[1]}<div>{TEXT[2]}</div>{TEXT[3]}<br><br><p>{TEXT[4]}</p>{TEXT[5]}</div>"
)
MORE["live url anchors"] = (
    f"{HEAD}<div class=live>"
    + "".join(
        f'<div id=e{i}><a href="https://bao.example/x-1.html#e{i}">1{i}:10 | Diễn biến thứ {i} của hội nghị</a>{p}</div>'
        for i, p in enumerate(P)
    )
    + "</div>"
)
MORE["kicker div"] = f"<div class=detail><div class=kicker>Dân vận khéo</div>{HEAD}<div class=nd>{ALL}</div></div>"
MORE["rel label only"] = f"{HEAD}<div class=nd>{inside('<p>Tham khảo thêm</p>')}</div>"
MORE["rel TIN MOI"] = (
    f"{HEAD}<div class=nd>{inside('<p><b>TIN MỚI</b></p><p><a href=/a.html>Bài khác về chuyện mùa màng ở xã bên</a></p>')}</div>"
)
MORE["rel span label"] = (
    f'{HEAD}<div class=nd>{ALL}<div class="VCSortableInPreviewMode" type="RelatedNewsBox"><div class=t>TIN LIÊN QUAN</div><ul><li><a href=/a.htm>Bài khác về chuyện mùa màng ở xã bên</a><div>{OTHER}</div></li></ul></div></div>'
)
MORE["rel h3 nolink"] = (
    f"{HEAD}<div class=nd>{inside(f'<div class=related-box><h3>Một bài khác của tòa soạn</h3><p>{OTHER}</p></div>')}</div>"
)
MORE["rel data-type"] = (
    f"{HEAD}<div class=nd>{inside(f'<div data-type=related><a href=/a.html title=x>Bài khác về chuyện mùa màng ở xã bên</a><span>{OTHER}</span></div>')}</div>"
)
MORE["hidden sapo"] = (
    f'{HEAD}<div class=nd>{ALL}<p style="display:none">Tòa soạn đã nhận bình luận của bạn và sẽ đăng sau khi duyệt.</p></div>'
)
MORE["3 split w/ forms"] = (
    f"{HEAD}<div class=b>{P[0]}{P[1]}</div><form><input><button>Đăng ký nhận tin</button></form><div class=b>{P[2]}{P[3]}</div><aside>{cards(2)}</aside><div class=b>{P[4]}{P[5]}</div>"
)
MORE["paged"] = (
    f'{HEAD}<div id=page1>{P[0]}{P[1]}{P[2]}</div><div id=page2 style="display:none">{P[3]}{P[4]}{P[5]}</div>'
)
MORE["tmpl"] = f"{HEAD}<template><p>x</p></template><div class=nd>{ALL}</div>"
MORE["noscript body"] = f"{HEAD}<div class=nd><noscript>Bật JavaScript</noscript>{ALL}</div>"
MORE["long captions"] = (
    f"{HEAD}<div class=nd>{inside('<figure class=image><img src=a.jpg><figcaption>' + 'Chú thích rất dài về buổi họp ở thôn Thượng với bà con. ' * 4 + '</figcaption></figure>')}</div>"
)
MORE["a copy for printing"] = (
    f'{HEAD}<div class="nd">{ALL}</div><div class="print" style="display:none">{H1}{ALL}</div>'
)
MORE["a copy for phones"] = (
    f'<div class="desktop">{HEAD}<div>{ALL}</div></div><div class="mobile">{HEAD}<div>{ALL}</div></div>'
)
MORE["a bookmark around each paragraph"] = (
    f"{HEAD}<div class=nd>{''.join(f'<p><a name=_Toc{i}>{t}</a></p>' for i, t in enumerate(TEXT))}</div>"
)
MORE["for readers without scripts"] = f"<div id=x></div><noscript>{HEAD}<div>{ALL}</div></noscript>"
MORE["in a shadow root"] = f"<news-x><template shadowrootmode=open>{HEAD}<div>{ALL}</div></template></news-x>"
LAYOUTS = {**WRAPPERS, **TAGS, **RELATED, **PICTURES, **SHAPES, **MORE}


def page(body: str, head: str = "") -> str:
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head><body>'
        f'<header><a href="/">Trang chủ</a></header>{body}<footer>Giấy phép số 12/GP ngày 02/12/2021</footer></body></html>'
    )


def shell(script: str, body: str = '<div id="app"></div>') -> str:
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{TITLE}</title></head><body>{body}{script}</body></html>'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/")


_ITEM = {"title": TITLE, "publishedAt": "2026-03-05T01:30:00.000Z", "body": ALL}
_OTHERS = [{"title": f"Bài khác số {i} của tòa soạn", "body": f"<p>{OTHER}</p>" * 12} for i in range(3)]
_FLIGHT = (
    '2:["$","div",null,{"children":'
    + json.dumps([["$", "p", None, {"children": one}] for one in TEXT], ensure_ascii=False)
    + "}]\n"
)
_ROW = (
    f"7:T{len(ALL.encode()):x},"
    + ALL
    + '\n3:{"title":'
    + json.dumps(TITLE)
    + ',"publishedAt":"2026-03-05T08:30:00+07:00"}\n'
)
_NUXT = [
    {"data": 1},
    {"post": 2},
    {"title": 3, "content": 4, "published_at": 5},
    TITLE,
    ALL,
    "2026-03-05T08:30:00+07:00",
]
DATA = {
    "JSON-LD, lines": f'<script type="application/ld+json">{_json({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-05T08:30:00+07:00", "articleBody": chr(10).join(TEXT)})}</script>',
    "JSON-LD, markup": f'<script type="application/ld+json">{_json({"@graph": [{"@type": "WebSite", "name": "Báo"}, {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-05T08:30:00+07:00", "articleBody": ALL}]})}</script>',
    "JSON-LD, encoded markup": f'<script type="application/ld+json">{_json({"@type": "Article", "headline": TITLE, "datePublished": "2026-03-05", "articleBody": html.escape(ALL)})}</script>',
    "Next, pages": f'<script id="__NEXT_DATA__" type="application/json">{_json({"props": {"pageProps": {"article": _ITEM}}})}</script>',
    "Next, other articles beside": f'<script id="__NEXT_DATA__" type="application/json">{_json({"props": {"pageProps": {"related": _OTHERS, "detail": _ITEM}}})}</script>',
    "Next, blocks": f'<script id="__NEXT_DATA__" type="application/json">{_json({"props": {"post": {"title": TITLE, "publishedAt": "2026-03-05", "content": {"blocks": [{"type": "paragraph", "data": {"text": one}} for one in TEXT]}}}})}</script>',
    "Next, flight with elements": f"<script>self.__next_f.push([1,{json.dumps(_FLIGHT)}])</script>",
    "Next, flight with a text row": f"<script>self.__next_f.push([1,{json.dumps(_ROW)}])</script>",
    "Next, markup in an object": f'<script id="__NEXT_DATA__" type="application/json">{_json({"p": {"title": TITLE, "publishedAt": "2026-03-05", "body": {"html": ALL}}})}</script>',
    "Nuxt 2, an object": f"<script>window.__NUXT__={_json({'data': [{'post': _ITEM}]})};</script>",
    "Nuxt 2, a function": f"<script>window.__NUXT__=(function(a,b,c){{return {{data:[{{post:{{title:a,content:b,publishedAt:c}}}}]}}}}({json.dumps(TITLE)},{json.dumps(ALL)},{json.dumps(_ITEM['publishedAt'])}));</script>",
    "Nuxt 3": f'<script id="__NUXT_DATA__" type="application/json">{_json(_NUXT)}</script>',
    "a state": f"<script>window.__INITIAL_STATE__ = {_json({'article': {'current': _ITEM}})};</script>",
    **{
        f"a tree of rich text, {name}": f'<script id="__NEXT_DATA__" type="application/json">{_json({"p": {"title": TITLE, "publishedAt": "2026-03-05", "body": tree}})}</script>'
        for name, tree in {
            "Portable Text": [{"_type": "block", "children": [{"_type": "span", "text": one}]} for one in TEXT],
            "ProseMirror": {
                "type": "doc",
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": one}]} for one in TEXT],
            },
            "Lexical": {
                "root": {
                    "children": [{"type": "paragraph", "children": [{"type": "text", "text": one}]} for one in TEXT]
                }
            },
            "Gutenberg": [{"name": "core/paragraph", "attributes": {"content": one}} for one in TEXT],
        }.items()
    },
    "JSON in JSON (SvelteKit)": f'<script type="application/json" data-sveltekit-fetched>{_json({"body": json.dumps({"post": _ITEM})})}</script>',
    "Angular": f'<script id="serverApp-state" type="application/json">{_json({"k": _ITEM}).replace(chr(34), "&q;").replace("<", "&l;").replace(">", "&g;")}</script>',
    "an attribute (Inertia)": f'<div data-page="{html.escape(json.dumps({"props": {"post": _ITEM}}))}"></div><script src=a.js></script>',
    "an attribute (Astro)": f'<astro-island props="{html.escape(json.dumps({"post": [0, {key: [0, one] for key, one in _ITEM.items()}]}))}"></astro-island><script src=a.js></script>',
    "a state in a string": f"<script>window.__STATE__ = JSON.parse({json.dumps(json.dumps({'a': _ITEM}))});</script>",
}
