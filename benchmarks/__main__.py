"""`make bench`: run all measurements, or those named (BENCH_ARGS="harvest citations")."""

from __future__ import annotations

import subprocess
import sys

MEASURES = {
    "citations": "documents found in text, MB a second",
    "reading": "the whole reading of a 4 KB article, CPU milliseconds",
    "harvest": "pages over loopback, ours beside a plain spider",
    "idle": "sixty papers with nothing new: requests, CPU, memory",
    "reprocess": "reading an archive again, one process and two, on PostgreSQL",
    "search": "search, facets and pages on a large archive, both databases",
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"no such measure: {', '.join(unknown)}; there are: {', '.join(MEASURES)}")
        return 2
    for name in names or MEASURES:
        print(f"\n== {name}: {MEASURES[name]}", flush=True)
        # Each in a process of its own: what one has loaded neither weighs on the next nor on its children.
        failed = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode
        if failed:
            return failed
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
