"""What a look at a paper found: plain values, kept in a bundle and shown in one table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

ANSWERS = "trả lời"
"""A home page that answers."""
UNREACHED = "không tới được trang"
ENOUGH = 2
"""So many articles read well are enough, though another link is dead."""
_DOUBTS = {
    "needs_browser": "bài chỉ đọc được bằng trình duyệt: tìm nguồn cấp có toàn văn",
    "blocked": "báo chặn chương trình: hỏi báo, hoặc tắt nguồn",
    "empty": "không tìm thấy thân bài: sửa selectors.body",
    "listing": "địa chỉ bài lẫn trang chuyên mục: sửa article",
    "soft_404": "bài không còn: xem lại feeds và sections",
    "media": "bài chỉ có ảnh hoặc video: thử lại",
}


@dataclass(frozen=True, slots=True)
class ArticleSeen:
    """One article as it was read; `day` is of Hà Nội, ISO."""

    url: str
    status: str
    title: str | None
    day: str | None
    date_from: str | None
    length: int
    flags: tuple[str, ...]
    family: str

    @property
    def good(self) -> bool:
        """Whether nothing is missing."""
        return self.status in {"article", "protected"} and bool(self.title) and bool(self.day)


@dataclass(slots=True)
class Finding:
    """What one look at a paper found. `changes` are keys of its catalogue file, as they should be."""

    id: str
    day: str
    reached: str = ""
    feeds: str = "–"
    sections: str = "–"
    articles: list[ArticleSeen] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    switch_off: str | None = None
    """Why the paper should be switched off."""
    asked: dict[str, str] = field(default_factory=dict)
    """What each file of the bundle is the answer of, and what else was asked for."""
    answers: dict[str, str] = field(default_factory=dict)
    """Status and kind of each answer, or why there was none."""
    barred: bool = False
    """Whether the home page asks for a proof or refuses us."""

    @property
    def verdict(self) -> str:
        """`good`, `corrected` (with its changes the paper is read), `off`, or `person`: somebody has to look."""
        if self.switch_off:
            return "off"
        if self.doubt:
            return "person"
        return "corrected" if self.changes.keys() - {"probed"} else "good"

    @property
    def doubt(self) -> str:
        """What a person should look at, as words for the table; "" where two articles, or all, were read well."""
        if self.barred:
            return _DOUBTS["blocked"]
        if self.reached != ANSWERS:
            return "trang chủ không đọc được: thử lại sau với --again, hoặc sửa home"
        ill = [article for article in self.articles if not article.good]
        if self.articles and (not ill or len(self.articles) - len(ill) >= ENOUGH):
            return ""
        if not ill:
            return "không tìm được bài nào: sửa feeds, sections hoặc article"
        undated = "bài không rõ ngày: sửa selectors.date" if ill[0].title else "bài không đọc được"
        return _DOUBTS.get(ill[0].status, undated)

    @property
    def remark(self) -> str:
        """What is worth knowing though the paper is read; "" for nothing."""
        read = [article for article in self.articles if article.good]
        guessed = bool(read) and all("body_guessed" in article.flags for article in read)
        return "khuôn trang khác danh mục, thân bài phải đoán: xem lại selectors.body" if guessed else ""

    @property
    def is_nameless(self) -> bool:
        """Whether no such name is left, or our own line finds none."""
        return (self.switch_off or "").startswith(UNREACHED)

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "verdict": self.verdict}


@dataclass(frozen=True, slots=True)
class Survey:
    """A finding with everything that was fetched for it, by file name."""

    finding: Finding
    files: dict[str, bytes]
