"""What a run says of the source as a whole. Pure: evidence in, status and a Vietnamese sentence out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.entries import EntryKind
from crawlers.keys import origin_of
from crawlers.values import Failure, Fault, SourceStatus, UrlState
from crawlers.visits import FEW, Outcome, Visit


@dataclass
class Evidence:
    """What a run gathers about its source as it goes."""

    visits: list[Visit] = field(default_factory=list)
    article_failures: list[Failure] = field(default_factory=list)
    articles_answered: int = 0
    fresh_kept: int = 0
    fresh_gone: list[str] = field(default_factory=list)
    """Why articles that the paper has just named are not there, or are refused; `fresh_kept` counts those that are."""
    blocked_in_row: int = 0
    blocked_words: str = ""
    robots_cause: Fault | None = None
    errors: list[str] = field(default_factory=list)
    """Errors of this program while it read the source's answers."""

    def failures(self) -> list[Failure]:
        """All failures of the run."""
        return [*(visit.failure for visit in self.visits if visit.failure), *self.article_failures]


@dataclass(frozen=True, slots=True)
class _Case:
    """What the rules judge by: `visits` are those of which something is expected."""

    evidence: Evidence
    visits: list[Visit]
    states: Counter[UrlState]
    closed: str
    domain: str

    def failures(self) -> list[Failure]:
        return [visit.failure for visit in self.visits if visit.failure]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The source's status with its sentence; `moved_to` and `retry_at` (aware UTC) where they apply."""

    status: SourceStatus
    message: str
    moved_to: str | None = None
    retry_at: datetime | None = None


def judge(evidence: Evidence, states: Counter[UrlState], *, closed: str, domain: str) -> Judgement:
    """The status of a source after a run.

    `closed` is the reason with which Scrapy ended. What shuts the whole source out comes before what touches
    a part of it.
    """
    expected = [visit for visit in evidence.visits if not visit.entry.guessed]
    case = _Case(evidence, expected or evidence.visits, states, closed, domain)
    for rule in (_disallowed, _waiting, _blocked, _moved, _no_way_in, _timed_out, _articles_out_of_reach):
        judgement = rule(case)
        if judgement:
            return judgement
    too_large = sum(failure.fault is Fault.TOO_LARGE for failure in evidence.failures())
    if too_large:
        names = [v.entry.name for v in case.visits if v.failure and v.failure.fault is Fault.TOO_LARGE]
        words = f"{too_large} trang của {domain} lớn hơn mức cho phép, không tải" + (
            f": {_listed(names)}" if names else ""
        )
        parts = _parts(case)
        more = f"; {parts.message}" if parts.status is SourceStatus.BROKEN else ""
        return Judgement(SourceStatus.TOO_LARGE, words + more)
    if evidence.errors:
        return Judgement(SourceStatus.BROKEN, f"Chương trình lỗi khi đọc {domain}: {evidence.errors[0][:200]}")
    return _parts(case)


_MISDIRECTED = frozenset({Fault.ADDRESS, Fault.STATUS, Fault.REDIRECTS, Fault.SCHEME, Fault.HOME, Fault.MOVED})
"""An address that no longer leads where the catalogue says: it will not mend by itself."""
_LASTING = _MISDIRECTED | {Fault.TRUNCATED}
"""Also what is still cut after its tries: a feed that never comes whole would else be a line in a run that is well."""


def _parts(case: _Case) -> Judgement:
    """The verdict on a source that answers: broken in parts, or fine."""
    visits, states = case.visits, case.states
    failures = [(visit.entry.name, visit.failure) for visit in visits if visit.failure]
    broken = [visit.words for visit in visits if visit.outcome in {Outcome.BROKEN, Outcome.BLOCKED}]
    broken += [f"{name}: {failure.reason}" for name, failure in failures if failure.fault in _LASTING]
    broken += [*_nameless(visits), *_not_there(case.evidence)]
    failed = [f"{name}: {failure.reason}" for name, failure in failures if failure.fault not in _LASTING]
    if not visits and not states:
        return Judgement(SourceStatus.BROKEN, "Nguồn chưa có nguồn cấp, sơ đồ trang hay chuyên mục nào để đọc")
    if broken:
        return Judgement(SourceStatus.BROKEN, _listed([*broken, *failed]))
    words = [f"{states[UrlState.NEW]} trang mới" if states[UrlState.NEW] else "Không có trang mới"]
    words += [f"{states[UrlState.BLOCKED]} trang bị chặn"] if states[UrlState.BLOCKED] else []
    words += ["dừng theo yêu cầu, phần còn lại để lượt sau"] if case.closed == "shutdown" else []
    return Judgement(SourceStatus.OK, _listed([*words, *failed]))


def _nameless(visits: list[Visit]) -> list[str]:
    """The ways in whose addresses are none of articles. Of the maps of one index some never are."""
    maps = [visit for visit in visits if visit.entry.kind is EntryKind.SITEMAP]
    silent = not any(visit.named or visit.outcome is Outcome.UNCHANGED for visit in maps)
    told = [visit for visit in visits if visit.strange and (silent or visit not in maps)]
    return [f"{visit.entry.name}: {visit.strange}" for visit in told]


def _not_there(evidence: Evidence) -> list[str]:
    """A site in trouble sends its visitors home, or says of everything that it is gone."""
    gone = evidence.fresh_gone
    if len(gone) < FEW or len(gone) <= evidence.fresh_kept:
        return []
    return [f"{len(gone)} bài báo vừa nêu không mở được: {gone[0]}"]


def _disallowed(case: _Case) -> Judgement | None:
    if case.visits and all(visit.failure and visit.failure.fault is Fault.ROBOTS for visit in case.visits):
        message = f"robots.txt của {case.domain} không cho chương trình thu thập"
        return Judgement(SourceStatus.DISALLOWED, message)
    articles = sum(failure.fault is Fault.ROBOTS for failure in case.evidence.article_failures)
    if articles < FEW or articles <= case.evidence.articles_answered:
        return None
    message = f"robots.txt của {case.domain} không cho chương trình tải bài: {articles} bài của lượt này"
    return Judgement(SourceStatus.DISALLOWED, message)


def _waiting(case: _Case) -> Judgement | None:
    failures = [*case.failures(), *case.evidence.article_failures]
    waits = [f for f in failures if f.fault is Fault.WAITING]
    robots = [f for f in failures if f.fault is Fault.ROBOTS_UNREACHABLE]
    if robots and case.evidence.robots_cause is not Fault.WAITING:
        out_of_reach = SourceStatus.DNS if case.evidence.robots_cause is Fault.DNS else SourceStatus.UNREACHABLE
        return Judgement(out_of_reach, robots[0].reason)
    waits += robots
    if not waits:
        return None
    until = max((f.retry_at for f in waits if f.retry_at), default=None)
    return Judgement(SourceStatus.WAITING, f"{waits[0].reason} ({case.domain})", retry_at=until)


_MANY_BLOCKED = 3


def _blocked(case: _Case) -> Judgement | None:
    blocked = [visit for visit in case.visits if visit.outcome is Outcome.BLOCKED]
    pages, kept = case.states[UrlState.BLOCKED], case.evidence.articles_answered
    mostly = pages >= _MANY_BLOCKED and pages > kept  # now and then one gets through
    if case.closed != "blocked" and not mostly and not (blocked and len(blocked) == len(case.visits)):
        return None
    words = case.evidence.blocked_words or blocked[0].words
    return Judgement(SourceStatus.BLOCKED, f"{case.domain} không cho chương trình đọc: {words}")


def _moved(case: _Case) -> Judgement | None:
    away, articles = _targets(case.failures()), _targets(case.evidence.article_failures)
    mostly = len(articles) >= FEW and len(articles) > case.evidence.articles_answered
    if not mostly and (not away or len(away) * 2 < len(case.visits)):
        return None
    away += articles if mostly else []
    moved_to = Counter(map(origin_of, away)).most_common(1)[0][0]
    words = f"{case.domain} đã chuyển sang {urlsplit(moved_to).netloc}: cần sửa danh mục nguồn"
    return Judgement(SourceStatus.MOVED, words, moved_to=moved_to)


def _targets(failures: Iterable[Failure]) -> list[str]:
    """Where redirects out of the site would have led."""
    return [failure.target for failure in failures if failure.fault is Fault.MOVED and failure.target]


OUT_OF_ORDER = frozenset({Fault.DNS, Fault.UNREACHABLE, Fault.TLS, Fault.TIMED_OUT, Fault.TRUNCATED})
_OUT_OF_REACH = OUT_OF_ORDER | {Fault.STATUS, Fault.REDIRECTS}


def _no_way_in(case: _Case) -> Judgement | None:
    failures = case.failures()
    if not failures or len(failures) < len(case.visits):
        return None
    return _out_of_reach(failures, case.domain)


def _timed_out(case: _Case) -> Judgement | None:
    if case.closed != "timed_out":
        return None
    return Judgement(SourceStatus.TIMED_OUT, f"Hết thời gian dành cho {case.domain}, phần còn lại để lượt sau")


def _articles_out_of_reach(case: _Case) -> Judgement | None:
    failures = [failure for failure in case.evidence.article_failures if failure.fault in _OUT_OF_REACH]
    mostly = len(failures) >= FEW and len(failures) > case.evidence.articles_answered
    return _out_of_reach(failures, case.domain) if mostly or case.closed == "failing" else None


def _out_of_reach(failures: list[Failure], domain: str) -> Judgement | None:
    """The verdict by the most frequent failure."""
    fault, _ = Counter(failure.fault for failure in failures).most_common(1)[0]
    first = next(failure for failure in failures if failure.fault is fault)
    if fault is Fault.TOO_LARGE:
        return None
    if fault is Fault.DNS:
        status = SourceStatus.DNS
    else:
        status = SourceStatus.BROKEN if fault in _MISDIRECTED else SourceStatus.UNREACHABLE
    return Judgement(status, f"Không tải được {domain}: {first.reason}")


def _listed(sentences: Iterable[str]) -> str:
    """Up to three sentences, and how many more there are."""
    words = list(dict.fromkeys(sentences))
    rest = f"; và {len(words) - 3} chỗ khác" if len(words) > 3 else ""
    return "; ".join(words[:3]) + rest
