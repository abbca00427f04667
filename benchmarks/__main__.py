"""`make bench`: run all measurements, or those named (BENCH_ARGS="harvest citations")."""

from __future__ import annotations

import importlib
import sys

MEASURES = {
    "citations": "documents found in text, MB a second",
    "reading": "the whole reading of a 4 KB article, CPU milliseconds",
    "harvest": "pages over loopback, ours beside a plain spider",
    "search": "search, facets and pages on a large archive, both databases",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"no such measure: {', '.join(unknown)}; there are: {', '.join(MEASURES)}")
        return 2
    for name in names or MEASURES:
        print(f"\n== {name}: {MEASURES[name]}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
