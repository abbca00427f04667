"""What the bot says of itself and to whom it does not know; the digest of today. Telegram is not known here."""

from __future__ import annotations

from datetime import datetime

from markupsafe import escape
from sqlalchemy.orm import Session

from foundation.clock import hanoi_day
from foundation.errors import UsageError
from models.tables import SubscriberRow
from notifications.bot.views import Reply, open_view, pager
from notifications.digest import build_digest
from notifications.digest_words import digest_parts
from notifications.markup import shorten
from notifications.rows import Presentation
from notifications.values import Button

HELP = """<b>Dân vận Monitor</b> theo dõi báo đảng các tỉnh, báo ngay nghị quyết mới của cấp ủy và văn bản về dân vận.

/tim từ khóa – tìm trong kho tin. Không dấu cũng được; “25-NQ/TW” tìm theo số hiệu
/vanban 25-NQ/TW – một văn bản và các báo đã viết về nó
/moi – văn bản và tin trọng tâm mới nhất (/vanbankhac – các văn bản còn lại trong tuần)
/tinh Thanh Hóa – tin của một địa phương
/baocao – bản tin hôm nay
/luat – các quy tắc nhận tin: thêm, sửa, xóa, tạm dừng, giờ yên lặng
/trogiup – trang này"""
HELP_OPERATOR = "\n/nguon – tình trạng các báo và lượt thu thập (người vận hành)"
NO_GOOD_CODE = "Mã mời này không đúng, đã dùng hoặc đã hết hạn"
WRONG_CODE = Reply(f"{NO_GOOD_CODE}. Hãy kiểm tra lại từng chữ, hoặc xin người vận hành mã mới.")
STRANGER = Reply(
    "Xin chào! Bot này phục vụ nội bộ. Để nhận tin, xin liên hệ người vận hành lấy mã mời rồi gõ: /start MÃ"
)
"""The one line for a chat without an invitation."""


def help_answer(subscriber: SubscriberRow) -> Reply:
    """What the bot can do."""
    return Reply(HELP + (HELP_OPERATOR if subscriber.operator else ""))


def report_answer(
    session: Session,
    subscriber: SubscriberRow,
    now: datetime,
    shown: Presentation,
    page: int = 0,
    view: int | None = None,
) -> Reply:
    """/baocao: the digest from yesterday's beginning until now, page by page."""
    digest = build_digest(session, hanoi_day(now), paper=shown.paper, window_days=shown.window_days, until=now)
    parts = digest_parts(digest)
    page = min(page, len(parts) - 1)
    view = view or open_view(session, subscriber.id, "report", {}, now)
    paging = pager(view, page, len(parts))
    return Reply(parts[page], (paging,) if paging else ())


def joined_before_answer(*, spared: bool) -> Reply:
    """A code from a chat that needs none; `spared`: it is good, and left for somebody else."""
    what = "Mã này vẫn để dành cho nơi khác" if spared else NO_GOOD_CODE
    return Reply(f"{what}; cuộc trò chuyện này đã đăng ký nhận tin từ trước nên không cần mã nữa. Cách dùng: /trogiup")


def unknown_answer(name: str) -> Reply:
    """A command that does not exist."""
    return Reply(f"Không có lệnh /{escape(shorten(name, 30))}. Gõ /trogiup để xem các lệnh.")


def welcome_answer(subscriber: SubscriberRow, *, private: bool = True) -> Reply:
    """What a person, or a group, reads when it has joined."""
    quiet = f"{subscriber.quiet_from} đến {subscriber.quiet_to}"
    who = "anh/chị" if private else "nhóm"
    return Reply(
        f"✅ <b>Đã đăng ký nhận tin.</b>\nTừ nay {who} nhận ngay nghị quyết mới của cấp ủy và văn bản về dân vận, "
        f"cùng bản tin mỗi sáng; từ {quiet} không làm phiền.\nĐổi theo nhu cầu: /luat. Cách dùng: /trogiup",
        ((Button("⚙️ Quy tắc nhận tin", data="rules"),),),
    )


def problem_answer(error: UsageError) -> Reply:
    """What was wrong with a command, in the error's own words."""
    return Reply(f"⚠️ {escape(str(error))}")
