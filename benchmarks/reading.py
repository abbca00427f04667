"""CPU time of reading articles of 4 KB: the whole reading, the grading alone, the citations alone.

Run: python -m benchmarks.reading [--json]
The aim is 3 ms of CPU or less for the whole reading.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from analysis.citations import find_citations
from analysis.evaluation import load_examples
from analysis.reading import read
from analysis.relevance import judge

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "articles"
SIZE = 4096
DAY = dt.date(2026, 3, 20)

Article = tuple[str, str, str]


def articles() -> list[Article]:
    """Golden articles joined to texts of about 4 KB (as stored, UTF-8), a document named in each."""
    made: list[Article] = []
    text = ""
    for example in load_examples(GOLDEN):
        text += example.text + "\n"
        if len(text.encode()) >= SIZE - 200:
            text += "Việc này thực hiện Nghị quyết số 25-NQ/TW ngày 3-6-2013 và Kế hoạch số 12-KH/TU của Ban Thường vụ Tỉnh ủy.\n"
            made.append((example.title, example.lead, text.encode()[:SIZE].decode(errors="ignore")))
            text = ""
    return made


def median_ms(work: Callable[[Article], object], chosen: list[Article], rounds: int = 15) -> float:
    """The median over the articles of the best CPU time of each, in milliseconds."""
    best = []
    for article in chosen:
        times = []
        for _ in range(rounds):
            start = time.process_time_ns()
            work(article)
            times.append(time.process_time_ns() - start)
        best.append(min(times) / 1e6)
    return round(statistics.median(best), 2)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    chosen = articles()
    figures = {
        "articles": len(chosen),
        "read_ms": median_ms(lambda a: read(*a, province="22", published=DAY), chosen),
        "judge_ms": median_ms(lambda a: judge(*a), chosen),
        "citations_ms": median_ms(lambda a: find_citations("\n\n".join(a), province="22", published=DAY), chosen),
    }
    if as_json:
        print(json.dumps(figures))
        return
    print(f"reading {figures['articles']} articles of 4 KB, CPU milliseconds an article (aim: read <= 3)")
    for name, value in figures.items():
        if name != "articles":
            print(f"  {name:14} {value}")


if __name__ == "__main__":
    main()
