"""An archive of any size in the style of real articles, for measuring: `python -m benchmarks.archive_generator URL N`.

Sentences are put together from the phrases of the field and, for two words in five, from Vietnamese syllables drawn
by Zipf's law, so that common, middling and rare words occur as they do in newspapers. Nobody and nothing in it is real
but the names of provinces. Same seed, same archive.
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, text

from analysis.places import provinces
from models.database import migrate, open_engine
from models.search import postgresql, sqlite
from models.search.prepared import IndexedDocument, Prepared, blocks_at, prepare
from models.search.table import month_of, order_of, space_of, vocabulary
from models.search.words import Word
from models.storing.copies import KEYS, day_of, packed, sketch
from models.tables import ArticleRow, ArticleShingleRow, ArticleTopicRow, CitationRow, DocumentLinkRow, DocumentRow

UTC = dt.UTC
END = dt.datetime(2026, 11, 21, 12, tzinfo=UTC)
A_DAY = 330
"""Articles a day: sixty papers."""
BATCH = 2_000

ONSETS = [
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "gh",
    "gi",
    "h",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "ngh",
    "nh",
    "ph",
    "qu",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
]
RIMES = [
    "a",
    "á",
    "à",
    "ả",
    "ã",
    "ạ",
    "an",
    "án",
    "àn",
    "ản",
    "ang",
    "áng",
    "àng",
    "ảng",
    "ảnh",
    "anh",
    "ánh",
    "ao",
    "áo",
    "ào",
    "ay",
    "áy",
    "ày",
    "ăn",
    "ắn",
    "ằn",
    "ăng",
    "ắng",
    "ằng",
    "ân",
    "ấn",
    "ần",
    "ận",
    "âu",
    "ấu",
    "ầu",
    "ậu",
    "e",
    "é",
    "è",
    "ẻ",
    "en",
    "én",
    "ê",
    "ế",
    "ề",
    "ể",
    "ễ",
    "ệ",
    "ên",
    "ến",
    "ền",
    "i",
    "í",
    "ì",
    "ỉ",
    "ị",
    "in",
    "ín",
    "inh",
    "ính",
    "ình",
    "o",
    "ó",
    "ò",
    "ỏ",
    "õ",
    "ọ",
    "oan",
    "oán",
    "oàn",
    "oa",
    "óa",
    "òa",
    "oi",
    "ói",
    "òi",
    "on",
    "ón",
    "ong",
    "óng",
    "òng",
    "ô",
    "ố",
    "ồ",
    "ổ",
    "ộ",
    "ôi",
    "ối",
    "ồi",
    "ôn",
    "ốn",
    "ồn",
    "ông",
    "ống",
    "ồng",
    "ộng",
    "ơ",
    "ớ",
    "ờ",
    "ở",
    "ợ",
    "ơi",
    "ới",
    "ời",
    "ơn",
    "ớn",
    "u",
    "ú",
    "ù",
    "ủ",
    "ụ",
    "ua",
    "úa",
    "ui",
    "úi",
    "un",
    "ún",
    "ung",
    "úng",
    "ùng",
    "ư",
    "ứ",
    "ừ",
    "ử",
    "ự",
    "ương",
    "ướng",
    "ường",
    "ượng",
    "ươi",
    "ưới",
    "ười",
    "uyên",
    "uyến",
    "uyền",
    "uyện",
    "yêu",
    "iên",
    "iến",
    "iền",
    "iện",
    "iêu",
    "iếu",
    "iều",
]

SUBJECTS = [
    "công tác dân vận",
    "phong trào thi đua “Dân vận khéo”",
    "dân vận chính quyền",
    "Quy chế dân chủ ở cơ sở",
    "Luật Thực hiện dân chủ ở cơ sở",
    "tiếp dân, đối thoại với nhân dân",
    "giám sát và phản biện xã hội",
    "công tác Mặt trận và đoàn thể",
    "xây dựng nông thôn mới",
    "giảm nghèo bền vững",
    "vận động đồng bào dân tộc thiểu số",
    "vận động chức sắc, tín đồ tôn giáo",
    "ngày hội đại đoàn kết",
    "cải cách hành chính",
    "chuyển đổi số",
    "đầu tư công",
    "phòng, chống thiên tai",
    "sản xuất vụ đông",
    "khai giảng năm học mới",
    "giải bóng đá thiếu niên",
    "thu ngân sách",
    "bảo đảm trật tự an toàn giao thông",
    "chăm sóc sức khỏe nhân dân",
    "xúc tiến thương mại",
    "bảo tồn di sản",
]
DOERS = [
    "Ban Thường vụ Tỉnh ủy",
    "Ủy ban nhân dân tỉnh",
    "Ban Tuyên giáo và Dân vận Tỉnh ủy",
    "Ủy ban Mặt trận Tổ quốc tỉnh",
    "Hội Nông dân tỉnh",
    "Hội Liên hiệp Phụ nữ xã",
    "Đoàn Thanh niên phường",
    "Bộ Chỉ huy Quân sự tỉnh",
    "Đồn Biên phòng",
    "Công an xã",
    "Đảng ủy phường",
    "Hội Cựu chiến binh",
    "Liên đoàn Lao động tỉnh",
    "Hội đồng nhân dân tỉnh",
]
SENTENCES = [
    "Sáng {day}, tại xã {name}, {doer} tổ chức hội nghị sơ kết {subject} sáu tháng đầu năm.",
    "Theo báo cáo, toàn tỉnh {province} có {n} mô hình về {subject} được công nhận ở cấp cơ sở.",
    "{doer} yêu cầu các địa phương tiếp tục đổi mới nội dung, phương thức {subject}, hướng mạnh về cơ sở.",
    "Người dân thôn {name} đã hiến {n} mét vuông đất, đóng góp hàng trăm ngày công làm đường.",
    "Các ý kiến phát biểu làm rõ kết quả, hạn chế và bài học kinh nghiệm trong {subject}.",
    "Đến nay, {n} phần trăm hộ dân ở phường {name} đã tham gia ký cam kết.",
    "Thực hiện {cited}, cấp ủy các cấp đã cụ thể hóa bằng chương trình, kế hoạch sát với tình hình địa phương.",
    "Kết luận hội nghị, đại diện {doer} đề nghị quán triệt sâu sắc quan điểm “dân là gốc”.",
    "Nhiều cách làm hay trong {subject} được nhân rộng, tạo sự đồng thuận trong nhân dân tỉnh {province}.",
    "Bên cạnh kết quả đạt được, {subject} ở một số nơi còn hình thức, chưa thường xuyên.",
    "Thời gian tới, {doer} tập trung chỉ đạo {subject} gắn với học tập và làm theo tư tưởng, đạo đức Hồ Chí Minh.",
    "Tại buổi đối thoại, {n} lượt ý kiến của cử tri được tiếp nhận và trả lời trực tiếp.",
]
TITLES = [
    "{province}: Nâng cao hiệu quả {subject}",
    "{doer} sơ kết {subject}",
    "Xã {name} làm tốt {subject}",
    "Lan tỏa {subject} ở {province}",
    "Triển khai {cited} tại {province}",
    "{doer} {province} ban hành {cited}",
    "Chuyện {subject} ở thôn {name}",
    "Gỡ khó trong {subject}",
    "{province} tổng kết {subject} năm {year}",
]
TOPICS = {
    0: "to_chuc_can_bo",
    1: "dan_van_kheo",
    2: "dan_van_chinh_quyen",
    3: "dan_chu_co_so",
    4: "dan_chu_co_so",
    5: "tiep_dan_doi_thoai",
    6: "giam_sat_phan_bien",
    7: "mat_tran_doan_the",
    8: "nong_thon_moi",
    9: "nong_thon_moi",
    10: "dan_toc",
    11: "ton_giao",
    12: "dai_doan_ket",
}
KINDS = [("NQ", "Nghị quyết"), ("CT", "Chỉ thị"), ("KH", "Kế hoạch"), ("KL", "Kết luận"), ("CTr", "Chương trình")]


@dataclass(frozen=True, slots=True)
class Made:
    """One generated article: its row, and what hangs on it."""

    row: dict[str, Any]
    topics: list[str]
    citations: list[dict[str, Any]]


class Writer:
    """Writes articles; every random choice comes from one seed."""

    def __init__(self, total: int, seed: int = 20261121) -> None:
        self.random = random.Random(seed)
        self.total = total
        self.provinces = provinces()
        self.papers = [(f"bao{p.slug.replace('-', '')}{n}", p) for p in self.provinces for n in ("", "2")][:60]
        self.syllables = [onset + rime for onset, rime in itertools.product(ONSETS, RIMES)]
        self.random.shuffle(self.syllables)
        weights = itertools.accumulate(1 / (rank + 3) for rank in range(len(self.syllables)))
        self.weights = list(weights)
        self.documents = self._documents(max(40, total // 60))
        self.by_province: dict[str | None, list[dict[str, Any]]] = {}
        for document in self.documents:
            self.by_province.setdefault(document["province"], []).append(document)

    def _syllables(self, number: int) -> str:
        draw, last = self.random.random, self.weights[-1]
        return " ".join(self.syllables[bisect.bisect(self.weights, draw() * last)] for _ in range(number))

    def _documents(self, number: int) -> list[dict[str, Any]]:
        start = END - dt.timedelta(days=self.total / A_DAY)
        span = (END - start).total_seconds()
        made = []
        for one in range(1, number + 1):
            central = one <= 30 or self.random.random() < 0.05
            code, kind = self.random.choice(KINDS)
            province = None if central else self.random.choice(self.provinces)
            issuer = "TW" if central else "TU"
            day = start + dt.timedelta(seconds=span * one / number)
            serial = self.random.randint(1, 400)
            made.append(
                {
                    "id": one,
                    "symbol": f"{serial:02d}-{code}/{issuer}",
                    "kind_code": code,
                    "kind": kind,
                    "number": serial,
                    "issuer_code": issuer,
                    "issuer": "Ban Chấp hành Trung ương" if central else "Ban Thường vụ Tỉnh ủy",
                    "province": province.code if province else None,
                    "place": province.name if province else None,
                    "issued_on": day.date(),
                    "title": f"về {self.random.choice(SUBJECTS)}",
                    "first_seen_at": day,
                    "mentioned_at": day,
                    "reported_at": day,
                }
            )
        return made

    def moment(self, number: int) -> dt.datetime:
        """When the article with this id appeared."""
        return END - dt.timedelta(seconds=(self.total - number) * 86_400 / A_DAY)

    def article(self, number: int) -> Made:
        """The article with this id (1 is the oldest)."""
        draw = self.random
        sort_at = self.moment(number)
        source, province = draw.choice(self.papers)
        # Two articles in three are about something else, as in the papers' own sections.
        subject = draw.randrange(13, len(SUBJECTS)) if draw.random() < 0.65 else draw.randrange(13)
        near = self.by_province.get(province.code) or self.documents
        cited = [
            draw.choice(near if draw.random() < 0.6 else self.documents) for _ in range(draw.choice((0, 1, 1, 2, 3)))
        ]
        words = {
            "province": province.name,
            "year": sort_at.year,
            "subject": SUBJECTS[subject],
            "cited": f"{cited[0]['kind']} số {cited[0]['symbol']}" if cited else "nghị quyết đại hội",
        }
        title = self._fill(draw.choice(TITLES), words, sort_at)
        lead = self._fill(draw.choice(SENTENCES), words, sort_at)
        paragraphs = [
            self._fill(draw.choice(SENTENCES), words, sort_at)
            + " "
            + self._syllables(draw.randint(8, 24)).capitalize()
            + "."
            for _ in range(draw.randint(6, 14))
        ]
        grade = "none" if subject > 12 else draw.choice(("core", "related", "related"))
        topics = [TOPICS[subject]] if subject in TOPICS and grade != "none" else []
        if cited and draw.random() < 0.1 and grade != "none":
            topics.append("van_ban")
        return Made(
            self._row(number, source, province.code, sort_at, (title, lead, "\n\n".join(paragraphs)), grade),
            topics,
            [self._citation(number, at, document) for at, document in enumerate(cited)],
        )

    def _fill(self, sentence: str, words: dict[str, Any], sort_at: dt.datetime) -> str:
        draw = self.random
        return sentence.format(
            **words,
            day=f"{sort_at.day}/{sort_at.month}",
            n=draw.randint(2, 900),
            doer=draw.choice(DOERS),
            name=self._syllables(2).title(),
        )

    def _row(
        self, number: int, source: str, province: str, sort_at: dt.datetime, texts: tuple[str, str, str], grade: str
    ) -> dict[str, Any]:
        title, lead, body = texts
        return {
            "id": number,
            "source_id": source,
            "key": str(number),
            "url": f"https://{source}.example/bai-viet-{number}.html",
            "status": "article",
            "title": title,
            "lead": lead,
            "text": body,
            "author": None,
            "section": "Xây dựng Đảng",
            "origin": None,
            "published_at": sort_at,
            "date_from": "generated",
            "first_seen_at": sort_at,
            "sort_at": sort_at,
            "updated_at": sort_at,
            "removed_at": None,
            "province": province,
            "grade": grade,
            "score": 1.0,
            "reasons": [],
            "flags": [],
            "rules": "generated",
            "text_sha256": f"{number:064x}",
            "text_length": len(body),
            "cluster_id": number,
        }

    def _citation(self, article: int, at: int, document: dict[str, Any]) -> dict[str, Any]:
        return {
            "article_id": article,
            "document_id": document["id"],
            "local_id": at,
            "field": "text",
            "start": 0,
            "end": 10,
            "text": document["symbol"],
            "symbol": document["symbol"],
            "kind": document["kind"],
            "kind_code": document["kind_code"],
            "number": str(document["number"]),
            "issuer_code": document["issuer_code"],
            "province": document["province"],
            "role": self.random.choice(("issues", "implements", "cites", "cites")),
        }


def prepared(made: Made) -> Prepared:
    """The generated article as the index takes it."""
    row = made.row
    return prepare(
        article_id=row["id"],
        source_id=row["source_id"],
        province=row["province"],
        grade=row["grade"],
        sort_at=row["sort_at"],
        title=row["title"],
        lead=row["lead"],
        text=row["text"],
        topics=made.topics,
        mentions=[IndexedDocument(c["document_id"], c["symbol"], c["kind_code"], c["number"]) for c in made.citations],
    )


def load(engine: Engine, total: int, *, texts: int | None = None, progress: bool = False) -> None:
    """Fill an empty archive with `total` articles.

    `texts`: so many different ones; they come again and again, each time later and under another id. Writing a text
    and cutting it into tokens takes longer than storing it.
    """
    migrate(engine)
    writer = Writer(total)
    started = time.monotonic()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP INDEX ix_search_entry_tokens"))
        _insert(connection, DocumentRow.__table__, writer.documents)  # type: ignore[arg-type]
        _insert(connection, DocumentLinkRow.__table__, [])  # type: ignore[arg-type]
    words: dict[str, Word] = {}
    last_keys: dict[int, int] = {}
    for start, batch in _batches(engine.dialect.name, writer, texts or total, words):
        with engine.begin() as connection:
            _store(connection, batch, last_keys)
        if progress and start // BATCH % 10 == 0:
            print(f"{start + len(batch):>9,} articles, {time.monotonic() - started:.0f} s", flush=True)
    with engine.begin() as connection:
        _insert(
            connection, vocabulary, [{"word": w.exact, "folded": w.folded} for w in words.values() if w.exact.isalpha()]
        )
    if engine.dialect.name == "postgresql":
        _finish_postgresql(engine)
    else:
        with engine.begin() as connection:
            connection.execute(text("ANALYZE article"))
    if progress:
        print(f"{total:,} articles in {time.monotonic() - started:.0f} s", flush=True)


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A generated article, what the index holds of it, and the keys under which its copies find it."""

    made: Made
    entry: dict[str, Any]
    base: int
    space: int
    values: dict[str, Any]
    keys: tuple[int, ...]


def _batches(dialect: str, writer: Writer, texts: int, words: dict[str, Word]) -> Iterator[tuple[int, list[_Indexed]]]:
    """The articles with their numbers, oldest first; new texts as long as there are any, then the same again."""
    kept: list[_Indexed] = []
    for start in range(0, writer.total, BATCH):
        batch = []
        for number in range(start + 1, min(start + BATCH, writer.total) + 1):
            if number <= texts:
                one = _indexed(dialect, writer.article(number), words)
                if texts < writer.total:
                    kept.append(one)
            else:
                one = _later(kept[(number - 1) % texts], number, writer.moment(number))
            batch.append(one)
        yield start, batch


def _indexed(dialect: str, made: Made, words: dict[str, Word]) -> _Indexed:
    one = prepared(made)
    for word in (*one.title, *one.lead, *one.text):
        words.setdefault(word.exact, word)
    values = (sqlite if dialect == "sqlite" else postgresql).index_values(0, one)
    hashes = sketch(f"{made.row['lead']}\n{made.row['text']}")
    made.row["sketch"] = packed(hashes)
    return _Indexed(made, one.row, one.base, space_of(one.grade), values, hashes[:KEYS])


def _later(one: _Indexed, number: int, moment: dt.datetime) -> _Indexed:
    """The same text as another article of another day."""
    when = dict.fromkeys(("published_at", "first_seen_at", "sort_at", "updated_at"), moment)
    own = {"id": number, "key": str(number), "text_sha256": f"{number:064x}", "cluster_id": number}
    citations = [citation | {"article_id": number} for citation in one.made.citations]
    made = Made(one.made.row | when | own, one.made.topics, citations)
    base, values = order_of(moment), one.values
    if "tokens" in values:
        tokens = values["tokens"].split("'@space:")[0]
        values = values | {"tokens": tokens + " ".join(f"'{token}'" for token in blocks_at(one.space, base))}
    return _Indexed(
        made, one.entry | {"article_id": number, "month": month_of(moment)}, base, one.space, values, one.keys
    )


def _store(connection: Connection, batch: list[_Indexed], last_keys: dict[int, int]) -> None:
    topics = [
        {"article_id": one.made.row["id"], "topic": topic, "score": 1.0, "reasons": []}
        for one in batch
        for topic in one.made.topics
    ]
    _insert(connection, ArticleRow.__table__, [one.made.row for one in batch])  # type: ignore[arg-type]
    _insert(connection, ArticleTopicRow.__table__, topics)  # type: ignore[arg-type]
    _insert(connection, CitationRow.__table__, [c for one in batch for c in one.made.citations])  # type: ignore[arg-type]
    shingles = [
        {"shingle": key, "day": day_of(one.made.row["sort_at"]), "article_id": one.made.row["id"]}
        for one in batch
        for key in one.keys
    ]
    _insert(connection, ArticleShingleRow.__table__, shingles)  # type: ignore[arg-type]
    rows = []
    for one in batch:
        start = one.space + one.base
        key = last_keys[one.space] = max(start, last_keys.get(one.space, start - 1) + 1)
        rows.append(one.entry | one.values | {"key": key})
    if connection.dialect.name == "sqlite":
        connection.execute(text(sqlite.INSERT_ENTRY), rows)
        connection.execute(
            text(sqlite.INSERT), [one.values | {"key": row["key"]} for one, row in zip(batch, rows, strict=True)]
        )
        return
    for row in rows:
        row["order_key"] = row.pop("key")
    _copy(connection, "search_entry", list(rows[0]), rows)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, list(rows[0]), rows)
        return
    connection.execute(insert(table), rows)


def _copy(connection: Connection, table: str, names: list[str], rows: list[dict[str, Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    quoted = ", ".join(f'"{name}"' for name in names)
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(row[n]) if isinstance(row[n], list) else row[n] for n in names])


def _finish_postgresql(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        connection.execute(
            text(
                "CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens) WITH (gin_pending_list_limit = 1024)"
            )
        )
        for name in ("article", "document", "citation"):
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT coalesce(max(id), 1) FROM {name}))"
                )
            )
        connection.execute(text("ANALYZE"))


def batches(total: int) -> Iterator[Made]:
    """All articles of an archive of this size, oldest first (for other benchmarks)."""
    writer = Writer(total)
    return (writer.article(number) for number in range(1, total + 1))


if __name__ == "__main__":
    load(
        open_engine(sys.argv[1]),
        int(sys.argv[2]),
        texts=int(sys.argv[3]) if len(sys.argv) > 3 else None,
        progress=True,
    )
