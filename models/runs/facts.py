"""What is known of a source when it is judged (`models.runs.habit`), and what some of it means in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crawlers.values import SourceStatus

HEALTHY = frozenset({SourceStatus.OK, SourceStatus.QUIET})
"""Statuses that count as a successful visit."""

FEW_DAYS = 5
"""Days with articles below which a source has no habit yet; the catalogue's expectation stands in."""

MANY_LOST = 3
"""New pages one after another that lead to no article of their own; fewer are chance."""

TEMPLATE = "mẫu trang của báo có thể đã đổi"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Pages with an article's shape, and how many of them gave no text to speak of, or no date."""

    total: int = 0
    empty: int = 0
    undated: int = 0


@dataclass(frozen=True, slots=True)
class NewPages:
    """What became of the addresses that a source named for the first time in the last 24 hours.

    `articles` of them are articles. Since the last of these: `unread` failed, of which `silent` answered without any
    content, the first of them met at `since` (aware); `others` are films, albums, lists and pages that say they are
    gone; `lost` are gone, or hold the text of another article. `reason`, `why_lost`: why one of them is so.
    """

    articles: int = 0
    unread: int = 0
    silent: int = 0
    others: int = 0
    lost: int = 0
    since: datetime | None = None
    reason: str = ""
    why_lost: str = ""

    @property
    def sentence(self) -> str | None:
        """For a source of whose new pages none could be read; None where one could.

        One page is enough on a day without an article, two without content after one, three that are gone or hold
        another's text. A video, or a day with nothing new, is no fault; a day of nothing but videos, lists and pages
        that are gone (five) is one.
        """
        if self.silent >= 2 or (self.unread and not self.articles):
            return f"{self.unread} trang mới gần đây nhất, trang nào cũng không đọc được nội dung: {self.reason}."
        if self.lost >= MANY_LOST:
            return f"{self.lost} trang mới gần đây nhất, trang nào cũng không có bài của mình: {self.why_lost}."
        if self.others >= FEW_DAYS and not self.articles:
            return f"{self.others} trang mới trong 24 giờ qua đều không có bài: {TEMPLATE}."
        return None

    def is_sure(self, now: datetime) -> bool:
        """Whether it is no accident: two pages without content, or one that a look an hour later found so again."""
        looked_twice = self.since is not None and now - self.since >= timedelta(hours=1)
        return self.silent >= 2 or looked_twice or self.lost >= MANY_LOST or self.others >= FEW_DAYS


@dataclass(frozen=True, slots=True)
class Doubt:
    """Pages of the last week under one doubt (a value of `page.page_status`), with the address of one."""

    kind: str
    pages: int
    example: str

    def sentence(self, source_id: str) -> str:
        """What it is, and what to do."""
        return _DOUBTS[self.kind].format(pages=self.pages, example=self.example, source=source_id)


_DOUBTS = {
    "body_partial": (
        "{pages} bài trong 7 ngày qua có thể thiếu đoạn: có đoạn dài nằm ngoài chỗ lấy nội dung. Hãy so với trang báo "
        "({example}), rồi sửa chỗ lấy nội dung của nguồn (danvan sources fixture {source} {example})."
    ),
    "needs_browser": (
        "{pages} trang trong 7 ngày qua cần trình duyệt: chữ do script của trang viết ra, chương trình thử lại trong "
        "một tuần. Hãy tìm nguồn cấp hay chuyên mục khác của báo (danvan sources check {source}), hoặc đọc tay "
        "({example})."
    ),
    "too_heavy": (
        "{pages} trang trong 7 ngày qua quá nặng, không đọc được. Hãy mở xem có phải bài thật ({example}); "
        "nếu không phải, thêm địa chỉ của chúng vào exclude trong tệp của nguồn."
    ),
}
DOUBTS = tuple(_DOUBTS)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What is known of one source. `days`: articles by day of publication in Hà Nội, over the last eight weeks."""

    source_id: str
    name: str
    off_because: str | None = None
    status: str | None = None
    message: str = ""
    failures: int = 0
    last_run_at: datetime | None = None
    last_success_at: datetime | None = None
    days: Mapping[date, int] = field(default_factory=dict)
    recent: Coverage = Coverage()
    before: Coverage = Coverage()
    day: Coverage = Coverage()
    new: NewPages = NewPages()
    doubts: tuple[Doubt, ...] = ()
    max_silence_hours: float = 72
    fault: str | None = None
    """What was first found wrong with it, and has not been seen to be over."""
    fault_since: datetime | None = None
