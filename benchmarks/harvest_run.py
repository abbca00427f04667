"""All replica sites harvested by one run into one archive, as `danvan run` does it; delivers nothing.

python -m benchmarks.harvest_run ARCHIVE_URL SOURCES_FOLDER SITE…
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from flows.run import run_sources
from flows.steps import Window
from foundation.clock import utc_now
from foundation.settings import Settings
from models.database import open_engine


def main() -> int:
    """Harvest; 1 where a site did not end well."""
    url, folder, *names = sys.argv[1:]
    config = Settings.model_validate(
        {
            "database_url": url,
            "sources_dir": Path(folder),
            "allow_hosts": ("127.0.0.1",),
            "crawl_delay": 0,
            "sources_at_once": 1,
        }
    )
    engine = open_engine(url)
    work = run_sources(engine, config, names, Window(), clock=utc_now, deliver_step=None)
    result = asyncio.run(work)
    engine.dispose()
    return int(result.needs_a_person)


if __name__ == "__main__":
    sys.exit(main())
