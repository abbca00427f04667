"""An archive as staff know it: a week's news, a central resolution and who carries it out, runs, an outbox.

All sentences are ours; nobody in it is real.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.places import provinces
from models.names import catalogue, papers
from models.tables import AlertRow, ArticleRow, DocumentRow, EventRow, SubscriberRow
from tests.web.archive import NOW, Builder, at

SUBJECTS = (
    ("Lan tỏa phong trào “Dân vận khéo” ở cơ sở", ("dan_van_kheo",), "core"),
    ("Đối thoại để gần dân hơn", ("tiep_dan_doi_thoai",), "related"),
    ("Thực hiện dân chủ ở cơ sở: việc gì cũng bàn với dân", ("dan_chu_co_so",), "core"),
    ("Già làng góp sức giữ bình yên thôn bản", ("dan_toc",), "related"),
    ("Ngày hội đại đoàn kết ở khu dân cư", ("dai_doan_ket", "mat_tran_doan_the"), "related"),
    ("Hiến đất mở đường, chung tay xây dựng nông thôn mới", ("nong_thon_moi",), "related"),
    ("Bộ đội biên phòng làm công tác dân vận", ("luc_luong_vu_trang",), "core"),
)
BODY = (
    "Sáng nay, hội nghị sơ kết công tác dân vận đã diễn ra với sự tham gia của đông đảo cán bộ cơ sở.\n\n"
    "Thực hiện Nghị quyết số 31-NQ/TW, cấp ủy các cấp đã xây dựng kế hoạch sát với tình hình từng xã, phường. "
    "Nhiều mô hình dân vận khéo được bà con ghi nhận vì bắt đầu từ những việc nhỏ mà thiết thực.\n\n"
    "Thời gian tới, các tổ dân vận tiếp tục đến từng nhà, nghe từng ý kiến và trả lời đến nơi đến chốn."
)


@dataclass(frozen=True)
class Sample:
    """Ids of what tests look at."""

    article: int
    copy: int
    changed: int
    central: int
    provincial: int
    run: int


def build_sample(session: Session) -> Sample:
    builder = Builder(session)
    central = builder.document(
        "31-NQ/TW",
        kind="Nghị quyết",
        issued_on="2026-08-03",
        reported="2026-08-04",
        issuer="Ban Chấp hành Trung ương",
        title="về tăng cường công tác dân vận trong tình hình mới",
    )
    provincial = _programmes(builder, central)
    _daily_news(builder, central)
    _other_news(builder)
    article = _main_article(builder, central)
    copy = builder.article(
        "Dân vận khéo từ những việc nhỏ",
        BODY,
        source="baonghean",
        province="40",
        cluster_id=article.id,
        published="2026-11-20 08:10",
        topics=("dan_van_kheo",),
    )
    changed = builder.article(
        "Tỉnh ban hành chương trình hành động số 12",
        f"Chương trình hành động số {provincial.symbol} có năm nhóm nhiệm vụ, bảy chỉ tiêu.",
        published="2026-11-20 06:30",
        topics=("van_ban",),
        cites=((provincial, "issues"),),
    )
    builder.version(
        changed,
        title="Tỉnh ban hành chương trình hành động số 21",
        text=f"Chương trình hành động số {provincial.symbol} có bốn nhóm nhiệm vụ, bảy chỉ tiêu.",
        replaced="2026-11-20 07:45",
    )
    run = _runs(builder)
    _outbox(session, provincial, changed)
    return Sample(article.id, copy.id, changed.id, central.id, provincial.id, run)


def _programmes(builder: Builder, central: DocumentRow) -> DocumentRow:
    """Two provinces in three have their programme, each reported by one article."""
    last = None
    for number, province in enumerate(provinces()):
        if number % 3 == 2:
            continue
        day = dt.date(2026, 8, 3) + dt.timedelta(days=18 + (number * 37) % 95)
        symbol = f"{number + 5:02d}-CTr/TU"
        last = builder.document(
            symbol,
            kind="Chương trình hành động",
            issued_on=day.isoformat(),
            reported=day.isoformat(),
            province=province.code,
            place=province.name,
            issuer=f"Ban Thường vụ Tỉnh ủy {province.name}",
            title="thực hiện Nghị quyết số 31-NQ/TW về công tác dân vận",
        )
        source = next((name for name, (_, code) in papers().items() if code == province.code), "baothanhhoa")
        text = f"Ban Thường vụ vừa ban hành Chương trình hành động số {symbol} thực hiện Nghị quyết số 31-NQ/TW."
        article = builder.article(
            f"{province.name} ban hành chương trình hành động về công tác dân vận",
            text,
            source=source,
            province=province.code,
            published=f"{day + dt.timedelta(days=1)} 09:00",
            topics=("van_ban",),
            cites=((last, "issues"), (central, "implements")),
        )
        builder.link(last, central, article)
    assert last is not None
    return last


def _harvested() -> list[tuple[str, str]]:
    """The papers of this archive, each with its province."""
    on = [one for one in catalogue().values() if one.off_because is None]
    return [(one.id, one.province) for one in on if one.province][:14]


def _other_news(builder: Builder) -> None:
    """What papers print besides, an article a day: a paper without any would be one to look at."""
    for day in range(28):
        for source, code in _harvested():
            on = (NOW - dt.timedelta(days=day)).strftime("%Y-%m-%d 05:00")
            builder.article("Giá nông sản trong ngày", source=source, province=code, grade="none", published=on)


def _daily_news(builder: Builder, central: DocumentRow) -> None:
    shown = _harvested()
    for day in range(28):
        for number in range(2 + (day * 5) % 9 + (4 if day < 7 else 0)):
            source, code = shown[(number * 3 + day) % len(shown)]
            title, topics, grade = SUBJECTS[(number + day) % len(SUBJECTS)]
            when = NOW - dt.timedelta(days=day, minutes=25 * number + 5)
            builder.article(
                title,
                BODY,
                lead="Từ việc nhỏ trong xóm đến việc chung của xã, người dân được bàn, được quyết và được biết kết quả.",
                source=source,
                province=code,
                grade=grade,
                topics=topics,
                published=when.strftime("%Y-%m-%d %H:%M"),
                cites=((central, "implements"),) if number % 4 == 0 else (),
            )


def _main_article(builder: Builder, central: DocumentRow) -> ArticleRow:
    phrase = "công tác dân vận"
    start = BODY.index(phrase)
    return builder.article(
        "Dân vận khéo: bắt đầu từ những việc nhỏ",
        BODY,
        lead="Không hô khẩu hiệu, các tổ dân vận chọn những việc mà bà con cần.",
        topics=("dan_van_kheo", "to_chuc_can_bo"),
        published="2026-11-20 08:30",
        author="Minh Anh (CTV)",
        section="Xây dựng Đảng",
        cites=((central, "implements"),),
        reasons=[
            {"phrase": "dân vận khéo", "start": 0, "end": 12, "weight": 4.0, "field": "title"},
            {"phrase": phrase, "start": start, "end": start + len(phrase), "weight": 2.5, "field": "text"},
        ],
    )


def _runs(builder: Builder) -> int:
    names = [name for name, _ in _harvested()]
    for name in names:
        builder.source(name, "ok", success="2026-11-20 06:10")
    builder.source(names[3], "broken", success="2026-11-17 06:10", message="Trang mục không còn đường dẫn bài nào.")
    builder.source(names[5], "blocked", success="2026-11-12 06:10", message="Máy chủ của báo từ chối.")
    run = 0
    for day in range(14, 21):
        states = {
            name: {"new": 3 + (day + number) % 5, "known": 12, "unchanged": 2, "not_article": number % 3, "failed": 0}
            for number, name in enumerate(names)
        }
        row = builder.run(f"2026-11-{day} 06:00", states, status="faults" if day == 17 else "done")
        run = row.id
    return run


def _outbox(session: Session, document: DocumentRow, article: ArticleRow) -> None:
    reader = SubscriberRow(channel="telegram", address="-100200300", name="Phòng Dân vận", joined_at=at("2026-10-01"))
    event = EventRow(
        key=f"document:{document.id}",
        kind="document",
        document_id=document.id,
        article_id=article.id,
        payload={},
        created_at=at("2026-11-20 06:31"),
    )
    session.add_all((reader, event))
    session.flush()
    for part, state in enumerate(("sent", "queued", "failed")):
        session.add(
            AlertRow(
                event_id=event.id,
                subscriber_id=reader.id,
                part=part,
                state=state,
                queued_at=at("2026-11-20 06:31"),
                not_before=at("2026-11-20 06:31"),
                sent_at=at("2026-11-20 06:32") if state == "sent" else None,
                error="Nhóm đã chặn bot." if state == "failed" else None,
            )
        )
    session.flush()
