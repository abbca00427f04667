"""Điểm báo by mail: the page to read as the letter's body, the Word file attached.

By hand from the page or `danvan clipping --mail`; every morning by the watch where DANVAN_CLIPPING_MAIL names readers.
A letter that goes out leaves a line among the changes, by which the watch knows to whom the day has gone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from danvan.reports.clipping import Clipping, chosen_clipping
from danvan.reports.html import clipping_html
from danvan.reports.period import span
from foundation.clock import HANOI
from foundation.errors import UsageError
from foundation.settings import Settings
from foundation.validation import is_mail_address
from models.database import transaction
from models.desk.changes import changes_of, record
from notifications.channels.mail import MailChannel, letter_to
from notifications.operators import tell_operator
from notifications.values import Receipt, Result

MOST_ADDRESSES = 20
ACTS = {Result.SENT: "mail", Result.TIMED_OUT: "mail-unsure", Result.OFF: "unmailed", Result.FAILED: "unmailed"}
"""What is written down of an answer; the others say "not now" and leave no trace."""
BY_WATCH = "trực"


def addresses_of(typed: Iterable[str]) -> list[str]:
    """The mail addresses that somebody typed, each once. Raises UsageError for what is none, and for too many."""
    found = list(dict.fromkeys(one for words in typed for one in re.split(r"[\s,;]+", words) if one))
    wrong = [one for one in found if not is_mail_address(one)]
    if wrong or not found:
        raise UsageError(f"“{wrong[0][:80]}” không phải địa chỉ thư." if wrong else "Chưa ghi địa chỉ thư nào.")
    if len(found) > MOST_ADDRESSES:
        raise UsageError(f"Nhiều nhất {MOST_ADDRESSES} địa chỉ một lần gửi.")
    return found


def mail_clipping(config: Settings, clipping: Clipping, addresses: Iterable[str], today: dt.date) -> dict[str, Receipt]:
    """Hand the letter over for each address; answers what became of each. Blocks.

    Raises UsageError where no mail server is set.
    """
    from danvan.reports.docx import clipping_docx

    if config.smtp_url is None:
        raise UsageError("Chưa có máy chủ thư: đặt DANVAN_SMTP_URL rồi gửi lại.")
    channel = MailChannel(config.smtp_url, config.smtp_from)
    page, file = clipping_html(clipping), clipping_docx(clipping, config, today)
    told: dict[str, Receipt] = {}
    for address in addresses:
        subject = f"Điểm báo {span(clipping.first, clipping.last)}"
        letter = letter_to(address, config.smtp_from, subject, f"DB-{clipping.first}-{clipping.last}")
        letter.set_content(f"{subject}: {clipping.total} tin. Bản Word đính kèm.\n")
        letter.add_alternative(page, subtype="html")
        kind = "vnd.openxmlformats-officedocument.wordprocessingml.document"
        letter.add_attachment(file, maintype="application", subtype=kind, filename=f"diem-bao-{clipping.first}.docx")
        told[address] = channel.send_now(address, letter)
    return told


def keep_mailed(session: Session, clipping: Clipping, told: dict[str, Receipt], *, by: str, now: dt.datetime) -> None:
    """Write down to whom a clipping has gone, or may have gone, and who was refused for good."""
    days = f"{clipping.first}/{clipping.last}"
    for address, receipt in told.items():
        if act := ACTS.get(receipt.result):
            record(session, by=by, act=act, target="clipping", target_id=days, after=address, at=now)


def mail_due(config: Settings, engine: Engine, now: dt.datetime) -> int:
    """Send yesterday's clipping to those who have not got it, once it is time; answers how many letters went out.

    What a mail server refuses for now is tried again at the next turn, all day long. A letter that may have arrived
    is sent once more, as alerts are. What ends otherwise is told to the operator.
    """
    local = now.astimezone(HANOI)
    if not config.clipping_mail or f"{local:%H:%M}" < config.clipping_mail_at or config.smtp_url is None:
        return 0
    day = local.date() - dt.timedelta(days=1)
    with transaction(engine) as session:
        rows = [row for row in changes_of(session, "clipping", f"{day}/{day}") if row.by == BY_WATCH]
        unsure = Counter(row.after for row in rows if row.act == ACTS[Result.TIMED_OUT])
        done = {row.after for row in rows if row.act != ACTS[Result.TIMED_OUT] or unsure[row.after] > 1}
        waiting = [address for address in config.clipping_mail if address not in done]
        if not waiting:
            return 0
        clipping = chosen_clipping(session, day, day)
    told = mail_clipping(config, clipping, waiting, local.date())
    with transaction(engine) as session:
        keep_mailed(session, clipping, told, by=BY_WATCH, now=now)
        ended = {Result.OFF, Result.FAILED}
        lost = [
            receipt.error
            for address, receipt in told.items()
            if receipt.result in ended or (receipt.result is Result.TIMED_OUT and unsure[address])
        ]
        if lost:
            text = f"Điểm báo ngày {day:%d/%m/%Y} không gửi được tới {len(lost)} địa chỉ: {lost[0]}"
            tell_operator(session, config, f"clipping:{day}", text, now)
    return sum(receipt.result is Result.SENT for receipt in told.values())
