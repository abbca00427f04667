"""The bundle of a check of all papers: a folder a paper, resumable, packed for whoever maintains the catalogue."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from crawlers.findings import ArticleSeen, Finding, Survey
from crawlers.options import CrawlOptions
from crawlers.own_files import write_changes
from crawlers.source import Source
from crawlers.survey import survey

FINDING = "finding.json"


def look_at_all(sources: Sequence[Source], options: CrawlOptions, folder: Path, *, at_once: int) -> Iterator[Finding]:
    """The findings of all papers as they come; those that the folder holds already are not asked for again."""
    held = {finding.id: finding for finding in findings_in(folder)}
    yield from (held[source.id] for source in sources if source.id in held)
    with ThreadPoolExecutor(at_once) as pool:
        waiting = [pool.submit(survey, source, options) for source in sources if source.id not in held]
        try:
            for done in as_completed(waiting):
                seen = done.result()
                _save(folder / seen.finding.id, seen)
                yield seen.finding
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def findings_in(folder: Path) -> list[Finding]:
    """What an earlier, perhaps interrupted check left in its folder."""
    return [_read(path) for path in sorted(folder.glob(f"*/{FINDING}"))]


def _save(folder: Path, seen: Survey) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seen.files.items():
        (folder / name).write_bytes(content)
    words = json.dumps(seen.finding.form(), ensure_ascii=False, indent=1, default=str)
    (folder / FINDING).write_text(words, encoding="utf-8")  # last of all: a paper without it is asked again


def _read(path: Path) -> Finding:
    form = json.loads(path.read_text(encoding="utf-8"))
    form.pop("verdict")
    articles = [ArticleSeen(**{**article, "flags": tuple(article["flags"])}) for article in form.pop("articles")]
    return Finding(**form, articles=articles)


def pack(folder: Path) -> Path:
    """The folder as one file that can be sent."""
    return Path(shutil.make_archive(str(folder), "zip", folder))


def is_our_line(findings: Sequence[Finding]) -> bool:
    """Whether names are not found because of our own line: no paper was read, or most have no name."""
    nameless = sum(finding.is_nameless for finding in findings)
    return not any(finding.articles for finding in findings) or nameless > max(_FEW, len(findings) / 2)


_FEW = 3


def forget(folder: Path, papers: Iterable[str]) -> None:
    """Drop what the folder holds of these papers."""
    for paper in papers:
        shutil.rmtree(folder / paper, ignore_errors=True)


def apply(findings: Iterable[Finding], sources: Sequence[Source], folder: Path) -> list[Path]:
    """Write corrections and switches into the user's folder; answers the files.

    Papers that could not be reached are left alone where it may be our own line that is down.
    """
    findings = list(findings)
    ours = is_our_line(findings)
    enabled = {source.id for source in sources if source.enabled}
    written = []
    for finding in findings:
        if finding.switch_off and finding.id in enabled and not (ours and finding.is_nameless):
            written.append(write_changes(folder, finding.id, {"enabled": False, "reason": finding.switch_off}))
        elif finding.verdict in {"good", "corrected"}:
            written.append(write_changes(folder, finding.id, finding.changes))
    return written
