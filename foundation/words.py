"""One Vietnamese word for each grade, role and state: every table, page and message takes it from here.

Keys are the values of the enums named; what is not in a table is shown by its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime


def decimal(value: float) -> str:
    """A number with one decimal, as written in Vietnamese: 8,2."""
    return f"{value:.1f}".replace(".", ",")


def capital(words: str) -> str:
    """A word as at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def thousands(number: int) -> str:
    """A whole number as written in Vietnamese: 12.345."""
    return f"{number:,}".replace(",", ".")


def ago(then: datetime, now: datetime) -> str:
    """How long ago a moment was: "5 phút trước"."""
    seconds = (now - then).total_seconds()
    for size, name in ((86_400, "ngày"), (3_600, "giờ"), (60, "phút")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} trước"
    return "vừa xong"


WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
"""By `date.weekday()`, as within a sentence."""

GRADES: Mapping[str, str] = {"core": "Trọng tâm", "related": "Liên quan", "none": "Không liên quan"}
"""`analysis.values.Grade`."""

ROLES: Mapping[str, str] = {
    "issues": "ban hành",
    "implements": "thực hiện",
    "amends": "sửa đổi",
    "replaces": "thay thế",
    "drafts": "dự thảo",
    "cites": "nhắc đến",
}
"""`analysis.values.Role`, what tells most first."""

SOURCE_STATES: Mapping[str, str] = {
    "ok": "tốt",
    "quiet": "im lặng",
    "broken": "hỏng",
    "blocked": "bị chặn",
    "unreachable": "không kết nối được",
    "dns": "không tìm thấy tên miền",
    "disallowed": "báo không cho thu thập",
    "moved": "đã chuyển địa chỉ",
    "too_large": "trang quá lớn",
    "timed_out": "quá giờ",
    "waiting": "đang chờ",
    "crashed": "bị ngắt giữa chừng",
    "busy": "lượt khác đang thu",
    "off": "tắt",
    "": "chưa thu lần nào",
}
"""`crawlers.values.SourceStatus`; empty: never harvested."""

URL_STATES: Mapping[str, str] = {
    "new": "bài mới",
    "changed": "đã sửa",
    "unchanged": "không đổi",
    "known": "đã có",
    "duplicate": "trùng",
    "not_article": "không phải bài",
    "protected": "báo giấu nội dung",
    "blocked": "bị chặn",
    "disallowed": "báo không cho thu thập",
    "gone": "đã gỡ",
    "refused": "từ chối",
    "failed": "lỗi",
    "delayed": "để lần sau",
    "file": "tệp văn bản",
}
"""`crawlers.values.UrlState`, in the order in which a ledger shows them."""

PAGE_STATES: Mapping[str, str] = {
    "article": "bài báo",
    "listing": "trang chuyên mục, không phải bài",
    "protected": "bài bị báo che nội dung: chỉ giữ tiêu đề, ngày, sa-pô",
    "blocked": "trang chặn truy cập",
    "soft_404": "trang báo không tìm thấy",
    "media": "trang ảnh, video hay âm thanh",
    "empty": "trang không có nội dung",
    "not_html": "không phải trang web",
    "needs_browser": "trang cần trình duyệt: chữ do script của trang viết ra",
}
"""`crawlers.values.PageStatus`, as `danvan read` says it."""

PAGE_FLAGS: Mapping[str, str] = {
    "body_guessed": "thân bài phải đoán",
    "body_partial": "có đoạn nằm ngoài thân bài",
    "no_body": "không thấy thân bài",
    "unfilled_template": "khuôn trang chưa điền chữ",
    "future_date": "ngày ở tương lai",
    "old_date": "ngày quá cũ",
    "month_mismatch": "tháng khác trong địa chỉ",
    "damaged_encoding": "chữ hỏng",
    "legacy_encoding": "bộ mã cũ",
    "foreign_language": "không phải tiếng Việt",
    "oversized": "trang quá lớn",
    "too_heavy": "trang quá nặng",
}
"""Flags of `crawlers.values.Extract`."""

FILE_STATES: Mapping[str, str] = {
    "text": "đã đọc chữ",
    "scan": "bản quét, không có lớp chữ",
    "locked": "có mật khẩu, không đọc được",
    "damaged": "tệp hỏng, không đọc được",
    "legacy": "chữ theo bộ mã cũ (TCVN3, VNI), không đọc được",
    "heavy": "quá nặng, không đọc",
}
"""`crawlers.file_text.FileState`."""

RUN_STATES: Mapping[str, str] = {"running": "đang chạy", "done": "xong", "faults": "xong, có lỗi", "crashed": "bị ngắt"}
RUN_KINDS: Mapping[str, str] = {"harvest": "thu báo", "backfill": "thu bù bài cũ", "reprocess": "đọc lại kho"}

ALERT_STATES: Mapping[str, str] = {
    "queued": "chờ gửi",
    "sending": "đang gửi",
    "sent": "đã gửi",
    "unknown": "không rõ đã đến chưa",
    "failed": "không gửi được",
    "muted": "không gửi (người nhận tắt)",
}
"""`notifications.values.State`."""

EVENT_KINDS: Mapping[str, str] = {
    "document": "Văn bản mới",
    "article": "Bài mới",
    "digest": "Bản tin",
    "operator": "Báo người vận hành",
}
CHANNELS: Mapping[str, str] = {
    "telegram": "Telegram",
    "zalo": "Zalo",
    "email": "thư điện tử",
    "webhook": "webhook",
    "apprise": "dịch vụ khác (Apprise)",
    "console": "màn hình",
}
"""`notifications.channels`, as within a sentence."""
DELIVERIES: Mapping[str, str] = {"immediate": "Nhận ngay", "daily": "Bản tin hằng ngày", "weekly": "Bản tin hằng tuần"}
"""How often a rule tells: key of `notifications.rules.Rule.delivery`."""
