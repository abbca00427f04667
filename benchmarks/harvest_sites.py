"""One process that holds the replica sites of a benchmark: what it weighs is then not measured with the harvest.

    python -m benchmarks.harvest_sites PAGES FOLDER

writes FOLDER/sources/*.yaml, an empty archive a site and one for all (FOLDER/all.sqlite3), prints one line of JSON (site → first address,
archive, and the sizes of its pages in bytes) and serves until its standard input is closed.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.bench_sites import BenchSites
from models.database import migrate, open_engine


def archive(url: str) -> None:
    """An empty archive at `url`."""
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def prepared(sites: BenchSites, folder: Path) -> dict[str, Any]:
    """What the measuring process needs to know of each site."""
    sizes = defaultdict(list)
    for page in sites.pages:
        sizes[page.site].append(len(page.body))
    archive(f"sqlite:///{folder / 'all.sqlite3'}")
    told = {}
    for name, replica in sites.replicas.items():
        section = replica.pages.addresses.section(next(iter(replica.profile.sections)))
        database = folder / f"{name}.sqlite3"
        archive(f"sqlite:///{database}")
        told[name] = {
            "start": replica.base_url + section,
            "database": str(database),
            "sizes": sizes[name],
        }
    return told


def main() -> None:
    """Serve until the asker is gone."""
    pages, folder = int(sys.argv[1]), Path(sys.argv[2])
    with BenchSites(pages, heavy=True) as sites:
        sites.write_sources(folder / "sources")
        sys.stdout.write(json.dumps(prepared(sites, folder)) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
