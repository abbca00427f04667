"""The deployed harvest on a real Prefect server and worker, over replica papers on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml
from sqlalchemy import func, select

from crawlers.values import SourceStatus
from danvan.demo.server import ReplicaSites
from flows.cluster import for_workers, task_runner
from flows.decide import superseded
from flows.harvest import ending
from flows.run import RunResult
from flows.schedule import DEPLOYMENTS
from foundation.errors import ConfigurationError
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.runs.ledger import SourceOutcome, finish_run, finish_source, start_run
from models.tables import EventRow, PageRow, RunRow
from tests.flows.prefect_server import PREFECT, ROOT, prefect, process

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.xdist_group("prefect")]

RUN_SECONDS = 120.0
BUSY_SECONDS = 60.0


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReplicaSites, Path]]:
    folder = tmp_path_factory.mktemp("replicas")
    with ReplicaSites(date.today()) as sites:  # noqa: DTZ011 (any day does)
        sites.write_sources(folder)
        yield sites, folder


@pytest.fixture(scope="module")
def served(
    replicas: tuple[ReplicaSites, Path], prefect_api: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, str], str]]:
    """Server, pool and deployments; the flows see two replica papers and one that is down."""
    sites, sources = replicas
    home = tmp_path_factory.mktemp("prefect")
    shared = max(sites.sites)  # a section that is gone, at the host of another paper: nothing that a second try mends
    (sources / "demo-down.yaml").write_text(
        f"id: demo-down\nname: Báo hỏng (mô phỏng)\nhome: {sites.sites[shared]}\n"
        "family: onecms\nsections:\n  - {path: /khong-con-nua, label: Chính trị}\n",
        encoding="utf-8",
    )
    environment = prefect_api | {
        "DANVAN_DATABASE_URL": f"sqlite:///{home / 'archive.sqlite3'}",
        "DANVAN_SOURCES_DIR": str(sources),
        "DANVAN_ALLOW_HOSTS": "127.0.0.1",
        "DANVAN_CRAWL_DELAY": "0",
    }
    migrate(open_engine(environment["DANVAN_DATABASE_URL"]))
    prefect(environment, "work-pool", "create", "danvan", "--type", "process", "--overwrite")
    prefect(environment, "deploy", "--all", "--prefect-file", str(ROOT / "prefect.yaml"))
    with process([str(PREFECT), "worker", "start", "--pool", "danvan"], environment, home / "worker.log"):
        yield environment, str(home)


def api(environment: dict[str, str], method: str, path: str, body: Any = None) -> Any:
    """What the server answers. Like Prefect's own clients it asks again when told 503: the server's SQLite was locked."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        answer = httpx.request(method, environment["PREFECT_API_URL"] + path, json=body, timeout=60)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
            answer.raise_for_status()
            return answer.json() if answer.content else None
        time.sleep(0.5)


def deployment(environment: dict[str, str], name: str) -> dict[str, Any]:
    found: dict[str, Any] = api(environment, "GET", f"/deployments/name/{name}")
    return found


def test_the_deployments_run_at_the_hours_of_hanoi(served: tuple[dict[str, str], str]) -> None:
    environment, _ = served
    crons = {
        name: [(s["schedule"]["cron"], s["schedule"]["timezone"]) for s in deployment(environment, name)["schedules"]]
        for name in ("harvest/daily", "digest/morning", "health/daily", "care/nightly")
    }
    assert crons == {
        "harvest/daily": [("0 6,12,18 * * *", "Asia/Ho_Chi_Minh")],
        "digest/morning": [("0 7 * * *", "Asia/Ho_Chi_Minh")],
        "health/daily": [("30 8 * * *", "Asia/Ho_Chi_Minh")],
        "care/nightly": [("30 2 * * *", "Asia/Ho_Chi_Minh")],
    }


def test_the_server_plans_the_runs_of_the_cron(served: tuple[dict[str, str], str]) -> None:
    environment, _ = served
    wanted = deployment(environment, "harvest/daily")["id"]
    planned = _eventually(lambda: _runs(environment, wanted, "SCHEDULED"))
    hours = {datetime.fromisoformat(run["expected_start_time"]).astimezone(UTC).hour for run in planned}
    assert hours <= {23, 5, 11}  # 06:00, 12:00 and 18:00 in Hanoi
    assert hours


def test_the_worker_runs_the_deployed_harvest_on_its_schedule(
    served: tuple[dict[str, str], str], replicas: tuple[ReplicaSites, Path]
) -> None:
    """A schedule of every few seconds stands in for the clock striking six."""
    environment, _ = served
    names = [*sorted(replicas[0].sites)[:2], "demo-down"]
    wanted = deployment(environment, "harvest/daily")
    api(environment, "PATCH", f"/deployments/{wanted['id']}", {"parameters": {"sources": names}})
    body = [
        {
            "active": True,
            "schedule": {"interval": 3600, "anchor_date": (datetime.now(UTC) + timedelta(seconds=6)).isoformat()},
        }
    ]
    api(environment, "POST", f"/deployments/{wanted['id']}/schedules", body)

    def by_schedule() -> list[dict[str, Any]]:
        """The server is shared: another test may have asked for a run of its own."""
        return [run for run in _runs(environment, wanted["id"], "COMPLETED") if run["auto_scheduled"]]

    done = _eventually(by_schedule, RUN_SECONDS)[0]
    assert done["state"]["name"] == "DoneWithFaults"  # the paper that is down, and only that
    tasks = api(environment, "POST", "/task_runs/filter", {"task_runs": {"flow_run_id": {"any_": [done["id"]]}}})
    states = {task["name"]: task["state"]["type"] for task in tasks}
    assert states["demo-down"] == "FAILED"
    assert {states[name] for name in names[:2]} == {"COMPLETED"}
    of_run = {"artifacts": {"flow_run_id": {"any_": [done["id"]]}}}
    artifacts = api(environment, "POST", "/artifacts/filter", of_run)
    ledger = next(json.loads(a["data"]) for a in artifacts if a["key"] == "ledger")
    assert {row["Nguồn"] for row in ledger} == set(names)
    assert all(row["Bài mới"] > 0 for row in ledger if row["Nguồn"] != "demo-down")


def test_the_worker_reads_the_archive_again_when_asked_to(served: tuple[dict[str, str], str]) -> None:
    """Without a cluster: one reader. What came of it is in the run's state and its artifact."""
    environment, _ = served
    form = deployment(environment, "reprocess/archive")
    assert not form["schedules"]
    told = {name: one["description"] for name, one in form["parameter_openapi_schema"]["properties"].items()}
    assert told.keys() == {"since", "everything", "readers"}
    assert all("ọc" in words or "trang" in words for words in told.values()), "in Vietnamese"
    engine = open_engine(environment["DANVAN_DATABASE_URL"])
    with transaction(engine) as session:
        pages = session.scalar(select(func.count(PageRow.id)))
    engine.dispose()
    assert pages, "the harvest before left some"
    run = _ask_for(environment, "reprocess/archive", datetime.now(UTC), {"everything": True})
    assert _ended(environment, run) == ("COMPLETED", "Completed")
    assert f"Đã đọc lại {pages} trang" in api(environment, "GET", f"/flow_runs/{run}")["state"]["message"]
    of_run = {"artifacts": {"flow_run_id": {"any_": [run]}}}
    (artifact,) = api(environment, "POST", "/artifacts/filter", of_run)
    assert (artifact["key"], artifact["type"]) == ("reprocess", "markdown")


def test_late_runs_end_as_skipped_and_the_daily_look_tells_the_operator(served: tuple[dict[str, str], str]) -> None:
    """After days off the server holds runs that were due long ago; a newer one has done their work."""
    environment, _ = served
    engine = open_engine(environment["DANVAN_DATABASE_URL"])
    now = datetime.now(UTC)
    with transaction(engine) as session:
        newer = start_run(session, kind="harvest", now=now)
        down = SourceOutcome("demo-down", "unreachable", "Không kết nối được tới báo này.")
        finish_source(session, newer, down, now=now)
        finish_run(session, newer, faults=True, totals={}, now=now)
    late = [_ask_for(environment, "harvest/daily", now - timedelta(days=days), {"sources": None}) for days in (3, 2)]
    look = _ask_for(environment, "health/daily", now, {})
    states = [_ended(environment, run) for run in (*late, look)]
    assert states == [("COMPLETED", "Skipped"), ("COMPLETED", "Skipped"), ("COMPLETED", "DoneWithFaults")]
    with transaction(engine) as session:
        assert session.scalar(select(func.max(RunRow.id))) == newer
        told = [
            event.payload["parts"][0]["html"]
            for event in session.scalars(select(EventRow).where(EventRow.kind == "operator"))
        ]
    engine.dispose()
    assert any("Nguồn cần xem" in words and "demo-down" in words for words in told)


def _ask_for(environment: dict[str, str], name: str, due: datetime, parameters: dict[str, Any]) -> str:
    """A run of a deployment as the scheduler would have planned it; gives its id."""
    state = {"type": "SCHEDULED", "name": "Late", "state_details": {"scheduled_time": due.isoformat()}}
    path = f"/deployments/{deployment(environment, name)['id']}/create_flow_run"
    return str(api(environment, "POST", path, {"state": state, "parameters": parameters})["id"])


def _ended(environment: dict[str, str], run: str) -> tuple[str, str]:
    def look() -> list[dict[str, Any]]:
        state = api(environment, "GET", f"/flow_runs/{run}")["state"]
        return [state] if state["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else []

    (state,) = _eventually(look, 2 * RUN_SECONDS)
    return state["type"], state["name"]


def test_the_worker_and_danvan_schedule_run_the_same_at_the_same_hours() -> None:
    deployed = [
        {
            "flow": import_module(one["entrypoint"].rpartition(".")[0])
            .__dict__[one["entrypoint"].rpartition(".")[2]]
            .name,
            "name": one["name"],
            "cron": next((schedule["cron"] for schedule in one["schedules"]), None),
            "timezone": next((schedule["timezone"] for schedule in one["schedules"]), None),
            "description": one["description"],
            "tags": one["tags"],
        }
        for one in yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    ]
    assert deployed == [one.form() for one in DEPLOYMENTS]


def test_a_harvest_on_a_cluster_wants_postgresql() -> None:
    with pytest.raises(ConfigurationError, match="DANVAN_DASK cần kho PostgreSQL"):
        task_runner(Settings(dask="tcp://127.0.0.1:8786", database_url="sqlite:///kho.sqlite3"))
    on_cluster = task_runner(Settings(dask="tcp://127.0.0.1:8786", database_url="postgresql://may/kho"))
    assert type(on_cluster).__name__ == "DaskTaskRunner"
    given = for_workers(Settings(telegram_token="1234:secret", database_url="postgresql://may/kho"))
    assert (given.telegram_token, given.database_url) == (None, "postgresql://may/kho")


def test_a_killed_flow_is_taken_up_again_once(
    served: tuple[dict[str, str], str], replicas: tuple[ReplicaSites, Path]
) -> None:
    """SIGKILL to the flow's process under a living worker: another run of the same parameters, within minutes."""
    environment, _ = served
    wanted = deployment(environment, "harvest/daily")["id"]
    name = min(replicas[0].sites)
    body = {"name": "killed", "parameters": {"sources": [name]}, "state": {"type": "SCHEDULED"}}
    path = f"/deployments/{wanted}/create_flow_run"
    run = api(environment, "POST", path, body)["id"]
    _eventually(lambda: [r for r in _runs(environment, wanted, "RUNNING") if r["id"] == run], RUN_SECONDS)
    _eventually(lambda: _flow_processes(run), RUN_SECONDS)
    for pid in _flow_processes(run):
        os.kill(pid, signal.SIGKILL)

    def again() -> list[dict[str, Any]]:
        runs = api(environment, "POST", "/flow_runs/filter", {"flow_runs": {"tags": {"all_": ["again"]}}})
        return [one for one in runs if one["parameters"] == {"sources": [name]}]

    (taken_up,) = _eventually(again, RUN_SECONDS)
    assert _ended(environment, taken_up["id"])[0] == "COMPLETED"


def _flow_processes(run: str) -> list[int]:
    """The processes that run this flow run: they have its id in their environment."""
    found = []
    for process_folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process_folder / "environ").read_bytes()
            words = (process_folder / "cmdline").read_bytes()
        except OSError:
            continue
        if run.encode() in environment and b"multiprocessing" not in words:
            found.append(int(process_folder.name))
    return found


def test_a_late_run_after_a_newer_one_is_not_repeated() -> None:
    six = datetime(2026, 3, 2, 23, tzinfo=UTC)
    now = six + timedelta(days=1)
    assert superseded(six, six + timedelta(hours=9), now, scheduled=True)
    assert not superseded(six, six - timedelta(hours=6), now, scheduled=True)
    assert not superseded(six, six + timedelta(hours=9), now, scheduled=False)
    assert not superseded(None, six, now, scheduled=True)
    assert not superseded(six, six + timedelta(days=200), now, scheduled=True), "a clock was wrong"


def test_a_run_that_lost_its_process_is_closed_and_one_that_lives_is_not(served: tuple[dict[str, str], str]) -> None:
    """Both say "Running"; only the one that lives holds a lease in the archive."""
    from prefect.client.orchestration import PrefectClient
    from prefect.states import Running

    from flows.ghosts import close_ghosts, flow_lease
    from models.runs.lease import leased

    environment, _ = served
    engine = open_engine(environment["DANVAN_DATABASE_URL"])
    later = datetime.now(UTC) + timedelta(minutes=10)

    async def act() -> list[str]:
        async with PrefectClient(environment["PREFECT_API_URL"]) as client:
            wanted = UUID(deployment(environment, "harvest/daily")["id"])
            ghost, alive = [await client.create_flow_run_from_deployment(wanted) for _ in range(2)]
            for run in (ghost, alive):
                await client.set_flow_run_state(run.id, Running(), force=True)
            await close_ghosts(client, "harvest", engine, datetime.now(UTC))
            begun = await client.read_flow_run(ghost.id)
            with leased(engine, [flow_lease(alive.id)], timedelta(hours=1), clock=lambda: datetime.now(UTC)):
                await close_ghosts(client, "harvest", engine, later)
            ended = [await client.read_flow_run(run.id) for run in (ghost, alive)]
            return [run.state.type.value if run.state else "" for run in (begun, *ended)]

    assert asyncio.run(act()) == ["RUNNING", "CRASHED", "RUNNING"]
    engine.dispose()


def _runs(environment: dict[str, str], wanted: str, state: str) -> list[dict[str, Any]]:
    body = {
        "deployments": {"id": {"any_": [wanted]}},
        "flow_runs": {"state": {"type": {"any_": [state]}}},
    }
    runs: list[dict[str, Any]] = api(environment, "POST", "/flow_runs/filter", body)
    return runs


def _eventually(look: Any, seconds: float = 30.0) -> list[dict[str, Any]]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: list[dict[str, Any]] = look()
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError("it did not happen in time")


def test_papers_left_to_another_run_are_named_at_its_end() -> None:
    read = SourceOutcome("bao-a", SourceStatus.OK, "", articles_new=3)
    left = SourceOutcome("bao-b", SourceStatus.BUSY, "lượt khác đang thu")
    assert ending(RunResult(7, (read,), 0, ())) == "Xong: 3 bài mới."
    assert ending(RunResult(7, (read, left), 0, ())) == "Xong: 3 bài mới. Để lượt khác thu: bao-b."
