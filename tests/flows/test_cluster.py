"""A harvest of sixty papers over three workers of a Dask cluster, whose parts are killed in the middle.

PostgreSQL, the Prefect server, the schedule, the scheduler and the workers are processes of the installed wheel.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import pairwise

import httpx
import pytest
from sqlalchemy import Engine, NullPool, create_engine, func, select, text
from sqlalchemy.engine import make_url

from benchmarks.many_sites import ManySites
from models.database import transaction
from models.tables import ArticleRow, EventRow, PageRow, RunRow, RunSourceRow
from tests.flows.install import Installed, free_port
from tests.flows.prefect_server import process, server_environment, wait_until_healthy
from tests.flows.services import service, until

pytestmark = [pytest.mark.prefect, pytest.mark.soak, pytest.mark.xdist_group("prefect")]

PAPERS = int(os.environ.get("DANVAN_TEST_PAPERS", "60"))
DELAY = 1.0
JITTER = 0.6
"""What a loaded machine may add to or take from four pauses on the way to the site that is asked."""

WORKERS = 3
SEATS = 2 * WORKERS
"""Papers harvested at once: two threads a worker."""


def settled(engine: Engine) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(RunSourceRow)) or 0


def test_a_harvest_outlives_its_workers_and_its_scheduler(
    installed: Installed, prefect_api: dict[str, str], archive: Engine
) -> None:
    """One worker dies and another takes its papers; the scheduler dies and comes back; at last the cluster is gone."""
    port, folder = free_port(), installed.place("cluster")
    with ManySites(PAPERS, date.today() - timedelta(days=1)) as sites, ExitStack() as stack:  # noqa: DTZ011 (any day)
        names = sites.write(folder / "sources", DELAY)
        environment = prefect_api | {
            "CREDENTIALS_DIRECTORY": str(installed.secrets),
            "DANVAN_HOME": str(installed.place("home")),
            "DANVAN_SOURCES_DIR": str(folder / "sources"),
            "DANVAN_ALLOW_HOSTS": "127.0.0.1",
            "DANVAN_CRAWL_DELAY": str(DELAY),
            "DANVAN_DASK": f"tcp://127.0.0.1:{port}",
        }
        scheduler = stack.enter_context(
            service(installed.command("dask-scheduler", port), environment, folder / "scheduler.log")
        )
        workers = [
            stack.enter_context(service(installed.command("dask-worker", port), environment, folder / f"{number}.log"))
            for number in range(WORKERS)
        ]
        schedule = folder / "schedule.log"
        stack.enter_context(process(installed.command("schedule", 0), environment, schedule))
        until(lambda: "care/nightly" in schedule.read_text("utf-8"), "the schedule")
        api, started = prefect_api["PREFECT_API_URL"], time.monotonic()
        run = ask(api, names)
        until(lambda: settled(archive) >= PAPERS // 4, "a quarter of the papers")
        workers[0].kill()
        first = time.monotonic() - started
        until(lambda: settled(archive) >= PAPERS // 2, "half of the papers")
        scheduler.kill()
        second = time.monotonic() - started
        until(lambda: settled(archive) >= PAPERS - SEATS, "most papers")
        for gone in (scheduler, *workers):
            gone.end()
        third = time.monotonic() - started
        until(lambda: ended(api, run), "the end of the run")
        state, wall = ended(api, run), time.monotonic() - started
        sys.stdout.write(
            f"\n{PAPERS} papers, {WORKERS} workers: {wall:.0f} s, {len(sites.requests)} requests; killed after"
            f" {first:.0f} (worker), {second:.0f} (scheduler), {third:.0f} s (all); {state}\n"
        )
        check(archive, sites)
        assert "Cụm máy Dask" in told(archive)
        assert state == ("COMPLETED", "DoneWithFaults"), schedule.read_text("utf-8")[-5000:]


def test_a_harvest_outlives_a_restart_of_the_database_and_of_the_prefect_server(
    installed: Installed, archive: Engine
) -> None:
    """Every connection to PostgreSQL is cut, and the server is killed and started again, while papers are read."""
    port, folder, papers = free_port(), installed.place("restart"), 8
    with ManySites(papers, date.today() - timedelta(days=1)) as sites, ExitStack() as stack:  # noqa: DTZ011 (any day)
        names = sites.write(folder / "sources", DELAY)
        given = make_url(installed.postgresql_url)
        admin = create_engine(given, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE orchestra"))
        place = given.set(drivername="postgresql+asyncpg", database="orchestra").render_as_string(hide_password=False)
        installed.keep_secret("prefect_database_url", place)
        environment = server_environment(folder, port) | {
            "PATH": f"{installed.bin}:{os.environ['PATH']}",
            "CREDENTIALS_DIRECTORY": str(installed.secrets),
            "DANVAN_HOME": str(installed.place("home")),
            "DANVAN_SOURCES_DIR": str(folder / "sources"),
            "DANVAN_ALLOW_HOSTS": "127.0.0.1",
            "DANVAN_CRAWL_DELAY": str(DELAY),
        }
        server = stack.enter_context(service(installed.command("prefect", port), environment, folder / "server.log"))
        schedule = folder / "schedule.log"
        api = environment["PREFECT_API_URL"]
        wait_until_healthy(api, folder / "server.log")
        stack.enter_context(process(installed.command("schedule", 0), environment, schedule))
        until(lambda: "care/nightly" in schedule.read_text("utf-8"), "the schedule")
        run = ask(api, names)
        until(lambda: settled(archive) >= 2, "two papers")
        server.kill()
        with admin.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            )
        wait_until_healthy(api, folder / "server.log")
        until(lambda: ended(api, run), "the end of the run")
        sys.stdout.write(f"\n{ended(api, run)}, {len(sites.requests)} requests\n")
        admin.dispose()
        check(archive, sites, most_runs=2)  # where the flow itself met the cut, it tries again two minutes later


def ask(api: str, names: list[str]) -> str:
    deployment = httpx.get(f"{api}/deployments/name/harvest/daily", timeout=30).json()["id"]
    body = {"parameters": {"sources": names}, "state": {"type": "SCHEDULED"}}
    made = httpx.post(f"{api}/deployments/{deployment}/create_flow_run", json=body, timeout=30)
    return str(made.json()["id"])


def ended(api: str, run: str) -> tuple[str, str] | None:
    state = httpx.get(f"{api}/flow_runs/{run}", timeout=30).json()["state"]
    done = state["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
    return (state["type"], state["name"]) if done else None


def told(engine: Engine) -> str:
    with transaction(engine) as session:
        return str([event.payload for event in session.scalars(select(EventRow).where(EventRow.kind == "operator"))])


def check(engine: Engine, sites: ManySites, *, most_runs: int = 1) -> None:
    """The ledger adds up, nothing is lost or twice, and no host was asked faster than it wishes."""
    with transaction(engine) as session:
        runs = session.scalars(select(RunRow).order_by(RunRow.id)).all()
        parts = session.scalars(select(RunSourceRow).where(RunSourceRow.run_id == runs[-1].id)).all()
        articles = session.execute(select(ArticleRow.source_id, ArticleRow.url)).all()
        kept = Counter(session.execute(select(PageRow.source_id, PageRow.key)).tuples())
    gaps = [later - one for asked in sites.asked.values() for one, later in pairwise(asked)]
    four = [asked[number + 4] - asked[number] for asked in sites.asked.values() for number in range(len(asked) - 4)]
    paths = {(name, "/" + url.split("/", 3)[3]) for name, url in articles}
    twice = {request: count for request, count in Counter(sites.requests).items() if count > 1 and request in paths}
    sys.stdout.write(
        f"{len(articles)} articles, asked for twice: {len(twice)}; least gap {min(gaps):.2f} s of {DELAY}, least time of"
        f" four {min(four):.2f} s; {dict(sum((Counter(part.states) for part in parts), Counter()))}\n"
    )
    assert all(run.finished_at for run in runs)
    assert len(runs) <= most_runs
    assert {part.source_id: part.status for part in parts} == dict.fromkeys(sites.sites, "ok")
    assert all(part.discovered == sum(part.states.values()) for part in parts)
    assert not any(part.states.get("delayed") for part in parts)
    if len(runs) == 1:
        assert sum(part.articles_new for part in parts) == len(articles), "visits that were killed count too"
    assert max(kept.values()) == 1
    of_kind = defaultdict(set)
    for name in sites.sites:
        own = frozenset(path for held, path in paths if held == name)
        of_kind[name.rpartition("-")[0]].add(own)
    assert all(len(same) == 1 for same in of_kind.values()), "papers of one kind have the same articles"
    assert min(four) > 4 * DELAY - JITTER
    assert len(twice) <= 3 * SEATS, twice
