"""What `danvan sources check` shows of the papers that it probed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from danvan.cli.app import complain
from danvan.cli.opening import settings
from danvan.cli.output import console, print_json, print_table, show
from foundation.clock import HANOI, utc_now

if TYPE_CHECKING:
    from crawlers.findings import ArticleSeen, Finding
    from crawlers.source import Source

VERDICTS = {"person": "cần người xem", "corrected": "sửa được", "off": "nên tắt", "good": "tốt"}


def check_one(source: Source, *, as_json: bool) -> int:
    """Probe one paper and say what each step found; answers the exit code."""
    from crawlers.options import CrawlOptions
    from crawlers.probe import check_source

    report = check_source(source, CrawlOptions.of(settings()))
    rows = [
        {"Bước": step.name, "Kết quả": "được" if step.ok else "không được", "Nhận xét": step.sentence}
        for step in report.steps
    ]
    show(report.form(), f"Thăm dò {source.id}", rows, as_json=as_json)
    return 0 if report.ok else 1


def check_all(papers: list[Source], bundle: Path | None, *, apply: bool, again: bool, as_json: bool) -> int:
    """Probe papers, keep the pages in a bundle, say what of the catalogue to mend; answers the exit code."""
    from crawlers import bundle as bundles
    from crawlers.options import CrawlOptions
    from crawlers.own_files import own_folder

    config = settings()
    folder = bundle or config.home / "checks" / f"{utc_now().astimezone(HANOI):%Y-%m-%d}"
    if again:
        bundles.forget(folder, [paper.id for paper in papers])
    findings = []
    try:
        for finding in bundles.look_at_all(papers, CrawlOptions.of(config), folder, at_once=config.sources_at_once):
            findings.append(finding)
            complain(f"[{len(findings)}/{len(papers)}] {finding.id}: {VERDICTS[finding.verdict]}")
    except KeyboardInterrupt:
        complain("Dừng giữa chừng. Chạy lại đúng lệnh ấy để làm tiếp: báo nào đã hỏi thì không hỏi lại.")
        raise
    findings.sort(key=lambda finding: ([*VERDICTS].index(finding.verdict), finding.id))
    files = bundles.apply(findings, papers, own_folder(config)) if apply else []
    packed = bundles.pack(folder)
    ours = bundles.is_our_line(findings) and any(finding.is_nameless for finding in findings)
    if as_json:
        form = {"bundle": str(packed), "applied": [str(path) for path in files]}
        print_json({"sources": [finding.form() for finding in findings], **form})
    else:
        print_table("Thăm dò báo", [_finding_row(finding) for finding in findings], lines=True)
        counts = Counter(VERDICTS[finding.verdict] for finding in findings)
        console.print(", ".join(f"{count} báo {words}" for words, count in counts.items()) + ".")
        console.print(f"Gói gửi người giữ danh mục: {packed}")
        if ours:
            console.print(
                "Nhiều báo không tìm thấy tên miền: có thể do mạng ở đây, nên chưa tắt báo nào vì lẽ ấy."
                " Xem mạng và DNS (qua máy chủ trung gian: DANVAN_CRAWL_PROXY), rồi chạy lại với --again.",
                soft_wrap=True,
            )
        corrected = sum(bool(finding.switch_off or finding.verdict == "corrected") for finding in findings)
        if apply:
            console.print(f"Đã ghi {len(files)} tệp vào {own_folder(config)}.")
        elif corrected:
            console.print(f"{corrected} báo có chỗ cần sửa: chạy lại với --apply để ghi vào thư mục riêng.")
    return 1 if ours or any(finding.verdict == "person" for finding in findings) else 0


def _finding_row(finding: Finding) -> dict[str, Any]:
    from crawlers.findings import ANSWERS

    note = finding.doubt if finding.verdict == "person" else finding.remark
    seen = {
        "→": note,
        "Trang chủ:": finding.reached if finding.reached != ANSWERS else "",
        "Nguồn cấp:": finding.feeds.replace("–", ""),
        "Chuyên mục:": finding.sections.replace("–", ""),
    }
    lines = [f"{label} {words}" for label, words in seen.items() if words]
    lines += [f"Bài: {_article_cell(article)}" for article in finding.articles]
    changes = [key for key in finding.changes if key != "probed"]
    lines += [f"Sửa: {', '.join(changes)}"] if changes else []
    return {"Báo": finding.id, "Kết luận": VERDICTS[finding.verdict], "Đã thấy": "\n".join(lines)}


def _article_cell(article: ArticleSeen) -> str:
    from foundation.words import PAGE_FLAGS, PAGE_STATES

    if article.status not in {"article", "protected"}:
        return f"{PAGE_STATES.get(article.status, article.status)} ({_short(article.url)})"
    if not article.title:
        return f"không có tiêu đề ({_short(article.url)})"
    day = "/".join(reversed(article.day.split("-"))) if article.day else "không rõ ngày"
    flags = ", ".join(PAGE_FLAGS.get(flag, flag) for flag in article.flags)
    return f"“{article.title[:60]}”, {day}, {article.length} ký tự" + (f" [{flags}]" if flags else "")


def _short(url: str) -> str:
    return url.rpartition("/")[2][:40] or url
