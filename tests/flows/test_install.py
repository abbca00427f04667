"""The installed wheel runs every command line of compose.yaml and of the units, from another folder.

Only an engine can show that the image builds, who the processes are in it, its volumes, networks and restarts.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from prefect.events.schemas.automations import AutomationCore
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from danvan.demo.server import ReplicaSites
from models.read_only import open_reading, reading
from models.tables import ArticleRow
from tests.flows.install import ROOT, UNITS, Installed, free_port, services, unit_lines
from tests.flows.prefect_server import process

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.xdist_group("prefect")]

SECONDS = 300.0


@pytest.fixture(scope="module")
def office(installed: Installed, prefect_api: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of the services: one replica paper, an archive of their own on PostgreSQL, secrets from files."""
    given = make_url(installed.postgresql_url)
    admin = create_engine(given, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE office"))
    archive = given.set(drivername="postgresql", database="office").render_as_string(hide_password=False)
    installed.keep_secret("danvan_database_url", archive)
    installed.keep_secret("danvan_web_password", "một mật khẩu dài")
    installed.keep_secret("danvan_telegram_token", "")
    sources = installed.place("sources")
    with ReplicaSites(date.today(), only=["demo-thanhhoa"]) as sites:  # noqa: DTZ011 (any day does)
        sites.write_sources(sources)
        yield prefect_api | {
            "CREDENTIALS_DIRECTORY": str(installed.secrets),
            "DANVAN_HOME": str(installed.place("home")),
            "DANVAN_SOURCES_DIR": str(sources),
            "DANVAN_ALLOW_HOSTS": "127.0.0.1",
            "DANVAN_CRAWL_DELAY": "0",
        }
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE office WITH (FORCE)"))
    admin.dispose()


def eventually(look: Callable[[], object], what: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            if look():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError(f"it did not happen in time:\n{what.read_text('utf-8')[-3000:]}")


def _run(api: str, deployment: str, parameters: dict[str, object], log: Path) -> str:
    """Ask the server for a run of a deployment; gives the name of the state in which it ends."""
    held = httpx.get(f"{api}/deployments/name/{deployment}").json()["id"]
    body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
    run = httpx.post(f"{api}/deployments/{held}/create_flow_run", json=body).json()["id"]

    def state() -> dict[str, str]:
        found: dict[str, str] = httpx.get(f"{api}/flow_runs/{run}").json()["state"]
        return found

    eventually(lambda: state()["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}, log)
    return state()["name"]


def test_every_service_lives_and_the_scheduled_harvest_fills_the_archive(
    installed: Installed, office: dict[str, str]
) -> None:
    """Pages, watch, schedule, scheduler and worker of the cluster side by side; the Prefect server runs already."""
    ports = dict.fromkeys(services(), 0) | {
        "pages": free_port(),
        "dask-scheduler": (dask := free_port()),
        "dask-worker": dask,
    }
    archive = subprocess.run(
        installed.command("archive", 0), env=office, cwd=installed.place("archive"), capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert archive.returncode == 0, archive.stderr
    assert "***" in archive.stdout or "@/office" in archive.stdout
    running = [name for name in services() if name not in {"archive", "prefect"}]
    assert running == ["schedule", "watch", "pages", "dask-scheduler", "dask-worker"]
    with ExitStack() as stack:
        children = {}
        for name in running:
            log = installed.place(name) / "log"
            own = {"DANVAN_DASK": f"tcp://127.0.0.1:{dask}"} if name == "schedule" else {}
            children[name] = stack.enter_context(process(installed.command(name, ports[name]), office | own, log))
        home = f"http://127.0.0.1:{ports['pages']}"
        eventually(lambda: httpx.get(f"{home}/healthz").status_code == 200, installed.place("pages") / "log")
        assert httpx.get(f"{home}/").status_code == 303, "the password from the file is asked for"
        log = installed.place("schedule") / "log"
        eventually(lambda: "care/nightly" in log.read_text("utf-8"), log)
        ended = _run(office["PREFECT_API_URL"], "harvest/daily", {"sources": ["demo-thanhhoa"]}, log)
        assert ended == "Completed", log.read_text("utf-8")[-3000:]
        for name, child in children.items():
            assert child.poll() is None, (installed.place(name) / "log").read_text("utf-8")[-3000:]
    with reading(open_reading((installed.secrets / "danvan_database_url").read_text().strip())) as session:
        assert (session.scalar(select(func.count()).select_from(ArticleRow)) or 0) > 5


def test_the_units_start_what_compose_starts() -> None:
    """Unit by unit the same words as the service of that name, but for the address and the secret of a container."""
    started = {}
    for path in UNITS.glob("*.service"):
        lines = unit_lines(path)
        started[path.stem.removeprefix("danvan-")] = lines[-1]
        assert all(before == services()["archive"]["command"] for before in lines[:-1])
    wanted = {
        name: [re.sub(r"0\.0\.0\.0|dask-scheduler(?=:)", "127.0.0.1", word) for word in one["command"]]
        for name, one in services().items()
        if name != "archive"
    }
    wanted["prefect"] = wanted["prefect"][-1].partition(" exec ")[2].split()
    assert started == wanted


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units(installed: Installed, tmp_path: Path) -> None:
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    units = sorted(tmp_path.glob("*.service"))
    for unit in units:
        unit.write_text(unit.read_text("utf-8").replace("/opt/danvan/bin", str(installed.bin)), encoding="utf-8")
    words = ["systemd-analyze", "verify", "--man=no", *map(str, units)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert [line for line in done.stderr.splitlines() if "danvan" in line] == []


def test_the_image_is_pinned_and_nobody_is_root_in_it() -> None:
    image = (ROOT / "Dockerfile").read_text("utf-8")
    assert re.search(r"^ARG BASE=python:3\.\d+\.\d+-", image, re.MULTILINE)
    assert image.index("USER danvan") < image.index("\nCMD ")
    assert "HEALTHCHECK" in image
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    for name, one in compose["services"].items():
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ())), name
        assert set(one["secrets"]) <= set(compose["secrets"]), name
        assert not re.search("PASSWORD(?!_FILE)|TOKEN", str(one.get("environment"))), name
        assert ":" in one["image"]
    shown = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert shown[1] == "*", "only what is named goes into the image"


def test_the_automation_is_one_that_prefect_takes() -> None:
    (given,) = yaml.safe_load((ROOT / "deploy" / "automation.yaml").read_text("utf-8"))["automations"]
    assert AutomationCore.model_validate(given).enabled
    assert timedelta(seconds=given["trigger"]["within"]) > timedelta(hours=12), "from 18:00 to 06:00"
