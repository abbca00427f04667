"""How a visit to a feed, sitemap or section ended. Pure: an answer and what it named in, one value out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from crawlers.answers import server_error, unusable
from crawlers.blocking import blocked_because
from crawlers.discovery import Discovery
from crawlers.entries import Entry, problem_words
from crawlers.keys import OTHER_SITE
from crawlers.lists import Skip
from crawlers.values import Failure, Fault, SiteReply, UrlState


class Outcome(StrEnum):
    """How a visit to an entry ended."""

    READ = "read"
    UNCHANGED = "unchanged"
    BROKEN = "broken"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to an entry: how it ended, in which words, and the failure if it failed.

    `named`: how many articles it gave; `strange`: what is wrong with its addresses where they are none.
    """

    entry: Entry
    outcome: Outcome
    words: str = ""
    failure: Failure | None = None
    named: int = 0
    strange: str = ""


def trouble_of(reply: SiteReply, entry: Entry) -> Visit | None:
    """The visit that an unusable answer makes, or None for one that can be read."""
    status = reply.status
    blocked = blocked_because(reply)
    if blocked:
        return Visit(entry, Outcome.BLOCKED, f"{entry.name}: {blocked}")
    if status >= 500:
        failure = Failure(UrlState.FAILED, server_error(status), Fault.UNREACHABLE)
        return Visit(entry, Outcome.FAILED, failure.reason, failure)
    if status >= 400:
        gone = entry.page == 1  # past a section's last page nothing is wrong
        words = f"{entry.name} trả lời lỗi {status}: có thể địa chỉ đã đổi"
        return Visit(entry, Outcome.BROKEN, words) if gone else Visit(entry, Outcome.READ)
    reason = unusable(reply) if status not in {200, 304} or (status == 304 and not reply.asked_for_changes) else None
    return Visit(entry, Outcome.BROKEN, f"{entry.name}: {reason}") if reason else None


def visit_to(entry: Entry, found: Discovery) -> Visit:
    """The visit that an answer makes which was read, by what it named."""
    if entry.page > 1:  # past a section's last page there is the menu alone
        return Visit(entry, Outcome.READ, named=len(found.finds))
    if found.problem:
        return Visit(entry, Outcome.BROKEN, problem_words(entry, found.problem))
    return Visit(entry, Outcome.READ, named=len(found.finds), strange=_strange(found))


FEW = 3
"""So many entries without an article's address are no accident."""
_STRANGE = {
    OTHER_SITE: "ngoài trang của báo (thí dụ {address}): có thể báo đã đổi tên miền",
    Skip.NOT_ARTICLE.value: "không có dạng địa chỉ bài (thí dụ {address}): có thể báo đã đổi cách đặt địa chỉ",
}


def _strange(found: Discovery) -> str:
    """What is wrong with the addresses of an answer that names no article though it names something; else ""."""
    strange = {address: reason for address, reason in found.left_out.items() if reason in _STRANGE}
    if found.finds or len(strange) < FEW or len(strange) * 2 <= len(found.left_out):
        return ""
    reason, count = Counter(strange.values()).most_common(1)[0]
    example = next(address for address in strange if strange[address] == reason)
    return f"{count} địa chỉ {_STRANGE[reason].format(address=example[:200])}"
