"""Articles in the style of real ones, for measuring: same seed, same articles.

Sentences are put together from the phrases of the field and, for two words in five, from Vietnamese syllables drawn
by Zipf's law, so that common, middling and rare words occur as they do in newspapers. Nobody and nothing in it is real
but the names of provinces.
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import random
from dataclasses import dataclass
from typing import Any

from analysis.places import provinces

END = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
A_DAY = 330
"""Articles a day: sixty papers."""

ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh ph qu r s t th tr v x"
RIMES = """
    a á à ả ã ạ an án àn ản ang áng àng ảng ảnh anh ánh ao áo ào ay áy ày ăn ắn ằn ăng ắng ằng ân ấn ần ận âu ấu ầu
    ậu e é è ẻ en én ê ế ề ể ễ ệ ên ến ền i í ì ỉ ị in ín inh ính ình o ó ò ỏ õ ọ oan oán oàn oa óa òa oi ói òi on
    ón ong óng òng ô ố ồ ổ ộ ôi ối ồi ôn ốn ồn ông ống ồng ộng ơ ớ ờ ở ợ ơi ới ời ơn ớn u ú ù ủ ụ ua úa ui úi un ún
    ung úng ùng ư ứ ừ ử ự ương ướng ường ượng ươi ưới ười uyên uyến uyền uyện yêu iên iến iền iện iêu iếu iều
"""

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
        self._known = [onset + rime for onset, rime in itertools.product(ONSETS.split(), RIMES.split())]
        self.random.shuffle(self._known)
        self._weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self._known))))
        self.documents = self._documents(max(40, total // 60))
        self.by_province: dict[str | None, list[dict[str, Any]]] = {}
        for document in self.documents:
            self.by_province.setdefault(document["province"], []).append(document)

    def syllables(self, number: int) -> str:
        """So many syllables, common ones more often."""
        draw, last = self.random.random, self._weights[-1]
        return " ".join(self._known[bisect.bisect(self._weights, draw() * last)] for _ in range(number))

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
            f"{self._fill(draw.choice(SENTENCES), words, sort_at)} {self.syllables(draw.randint(8, 24)).capitalize()}."
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
            name=self.syllables(2).title(),
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
