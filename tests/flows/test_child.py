"""Children of a run: what they are given, how they are stopped, and that none outlives its parent."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

import flows.run
from crawlers.catalogue import load_catalogue
from flows import child
from flows.child import Ending, child_environment, run_child
from flows.harvest import SourceFaultError
from flows.run import RunResult, Seats, run_sources, visit
from flows.steps import Window, harvest_source
from foundation.errors import (
    ConfigurationError,
    DanvanError,
    FetchError,
    RunLockedError,
    StoreError,
    UnknownSourceError,
)
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.runs.lease import leased, names_for, take
from models.runs.ledger import SourceOutcome, failures_in_a_row, start_run
from models.tables import LockRow
from notifications.values import DeliveryReport

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="other processes are looked at there"),
]

NOW = datetime(2026, 9, 5, 1, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Settings]:
    """An archive of its own, and a paper that takes connections and never answers."""
    sources = tmp_path / "sources"
    sources.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        (sources / "hangs.yaml").write_text(
            f"id: hangs\nname: Báo Treo\nhome: http://127.0.0.1:{silent.getsockname()[1]}/\nfamily: onecms\n"
            "sections: [/dan-van]\n",
            "utf-8",
        )
        url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
        engine = open_engine(url)
        migrate(engine)
        with transaction(engine) as session:
            start_run(session, kind="harvest", now=NOW)
        engine.dispose()
        yield Settings(database_url=url, sources_dir=sources, telegram_token="1234:secret", allow_hosts=("127.0.0.1",))


def lives(config: Settings, **more: str) -> Ending:
    task = {"source_id": "nowhere", "run_id": 1, "window": Window(), "owner": "me", "length": timedelta(minutes=1)}
    return asyncio.run(run_child(child_environment(config) | more, 60, **task))


def children_of(pid: int) -> list[int]:
    out = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in out.split()]


def crawls_below(pid: int) -> list[int]:
    """The crawls stand two below the run: the fork server between."""
    return [crawl for server in children_of(pid) for crawl in children_of(server)]


def eventually(look: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not look():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


def test_a_child_has_the_settings_of_its_run_and_says_why_it_could_not(config: Settings, tmp_path: Path) -> None:
    empty = config.model_copy(update={"sources_dir": None})
    ending = lives(empty)
    assert (ending.answer, ending.out_of_time) == (None, False)
    assert "Không có nguồn “nowhere”" in ending.last_words
    assert str(tmp_path / "nowhere") in lives(empty, DANVAN_SOURCES_DIR=str(tmp_path / "nowhere")).last_words
    outcome = asyncio.run(harvest_source("nowhere", 1, Window(), empty))
    assert outcome.status == "crashed"
    assert "Không có nguồn “nowhere”" in outcome.message


def test_a_child_that_hangs_is_stopped_and_one_that_is_killed_takes_nobody_with_it(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "GRACE_SECONDS", 0.5)
    before = set(crawls_below(os.getpid()))
    limited = config.model_copy(update={"source_time_limit": 2.0 - child.GRACE_SECONDS})

    async def both() -> tuple[SourceOutcome, SourceOutcome]:
        one = asyncio.create_task(harvest_source("hangs", 1, Window(), limited))
        await asyncio.sleep(0)
        (pid,) = set(crawls_below(os.getpid())) - before
        for _ in range(400):  # it leaves the server's group as the first thing it does
            if os.getpgid(pid) == pid:
                break
            await asyncio.sleep(0.05)
        assert os.getpgid(pid) == pid != os.getpgid(0)
        other = asyncio.create_task(harvest_source("nowhere", 1, Window(), limited))
        await asyncio.sleep(0.5)
        os.killpg(pid, signal.SIGKILL)
        return await one, await other

    one, other = asyncio.run(both())
    assert (one.status, one.message) == ("crashed", "Tiến trình thu thập dừng giữa chừng: mã kết thúc -9")
    assert "nowhere" in other.message
    assert asyncio.run(harvest_source("hangs", 1, Window(), limited)).status == "timed_out"
    assert set(crawls_below(os.getpid())) == before


def test_a_child_is_given_every_setting_but_the_secret_ones(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_WEBHOOK_URL", "https://noi-nhan.example/ma-bi-mat")
    secrets = {"webhook_url": "https://noi-nhan.example/ma-bi-mat", "web_password": "x" * 20}
    given = child_environment(Settings.model_validate(config.model_dump() | secrets))
    secret = {name for name, kind in Settings.__annotations__.items() if "SecretStr" in kind}
    assert {"webhook_url", "telegram_token"} < secret
    assert not {f"DANVAN_{name.upper()}" for name in secret} & given.keys()
    assert "**" not in str(given)
    with monkeypatch.context() as child:
        for name in os.environ:
            child.delenv(name)
        for name, value in given.items():
            child.setenv(name, value)
        seen = Settings()
    assert seen.model_dump(exclude=secret) == config.model_dump(exclude=secret)


def test_children_start_without_secrets_and_their_server_too(config: Settings, tmp_path: Path) -> None:
    """In a process of its own: the server is started with a process's first child."""
    script = tmp_path / "one.py"
    script.write_text(
        "import asyncio, sys\nfrom flows.steps import Window, harvest_source\nfrom foundation.settings import settings\n"
        "sys.modules['__main__'].told = True\nprint('main is run', flush=True)\n"
        "asyncio.run(harvest_source('hangs', 1, Window(), settings()))\n",
        "utf-8",
    )
    given = child_environment(config) | {"DANVAN_TELEGRAM_TOKEN": "1234:secret", "PREFECT_API_KEY": "secret-too"}
    run = subprocess.Popen([sys.executable, str(script)], env=given, stdout=subprocess.PIPE, text=True)
    try:
        eventually(lambda: len(crawls_below(run.pid)) == 1)
        time.sleep(0.5)
        below = [*children_of(run.pid), *crawls_below(run.pid)]
        for pid in below:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            assert b"DANVAN_DATABASE_URL=" in environment
            assert b"1234:secret" not in environment
            assert b"secret-too" not in environment
    finally:
        run.kill()
        out, _ = run.communicate()
    assert out.count("main is run") == 1  # multiprocessing runs it again in every child, if it is let
    eventually(lambda: not any(Path(f"/proc/{pid}").is_dir() and _alive(pid) for pid in below))


def test_a_run_leaves_a_source_to_whoever_harvests_it_and_a_backfill_stops_no_harvest(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.run, "BUSY_SECONDS", 0.1)
    engine = open_engine(config.database_url)

    async def well(source_id: str, *_: object) -> SourceOutcome:
        return await harvest_source(source_id, 1, Window(), config) if source_id == "hangs" else ok(source_id)

    with leased(engine, names_for("hangs"), timedelta(minutes=1), clock=lambda: datetime.now(UTC)):
        with pytest.raises(RunLockedError, match="Một lượt khác đang chạy"):
            run(config, "hangs")
        busy, other = run(config, "hangs", "other", source_step=well).sources
    assert (busy.status, other.status) == ("busy", "ok")
    assert "Một lượt khác đang chạy" in busy.message
    assert not busy.needs_a_person
    engine.dispose()


def test_what_another_run_harvests_is_harvested_when_it_has_ended(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.run, "BUSY_STEP", 0.1)
    answers = iter(["busy", "busy", "ok"])

    async def step(source_id: str, *_: object) -> SourceOutcome:
        return SourceOutcome(source_id, next(answers) if source_id == "held" else "ok", "")

    assert [source.status for source in run(config, "held", "other", source_step=step).sources] == ["ok", "ok"]


def test_while_another_run_harvests_a_source_no_step_is_tried(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.run, "BUSY_STEP", 0.05)
    engine, steps = open_engine(config.database_url), Counter[str]()
    with transaction(engine) as session:
        take(session, names_for("held"), "other/2/x", datetime.now(UTC), timedelta(seconds=1))

    async def step(source_id: str, *_: object) -> SourceOutcome:
        steps[source_id] += 1
        return SourceOutcome(source_id, "busy" if source_id == "held" and steps["held"] == 1 else "ok", "")

    assert [source.status for source in run(config, "held", "other", source_step=step).sources] == ["ok", "ok"]
    assert steps == {"held": 2, "other": 1}
    engine.dispose()


def test_the_child_of_a_killed_run_ends_and_gives_its_leases_back(config: Settings, tmp_path: Path) -> None:
    script = tmp_path / "one.py"
    script.write_text(
        "import asyncio\nfrom flows.steps import Window, harvest_source\nfrom foundation.settings import settings\n"
        "asyncio.run(harvest_source('hangs', 1, Window(), settings()))\n",
        "utf-8",
    )
    given = child_environment(config) | {"DANVAN_REQUEST_TIME_LIMIT": "30"}
    killed = subprocess.Popen([sys.executable, str(script)], env=given)
    eventually(lambda: len(crawls_below(killed.pid)) == 1)
    (pid,) = crawls_below(killed.pid)
    eventually(lambda: leases(config) == {"source:hangs", f"host:{host_of(config)}"})
    killed.kill()
    killed.wait()
    eventually(lambda: not _alive(pid))
    eventually(lambda: leases(config) == set(), seconds=10)  # at once, or when the host may be asked again


def host_of(config: Settings) -> str:
    assert config.sources_dir
    return urlsplit(load_catalogue(config.sources_dir).sources["hangs"].home).netloc


def leases(config: Settings) -> set[str]:
    """Those in force."""
    with transaction(open_engine(config.database_url)) as session:
        return set(session.scalars(select(LockRow.name).where(LockRow.expires_at > datetime.now(UTC))))


def ok(source_id: str) -> SourceOutcome:
    return SourceOutcome(source_id, "ok", "")


def _alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False


def run(config: Settings, *names: str, **steps: object) -> RunResult:
    engine = open_engine(config.database_url)
    options = {"clock": lambda: datetime.now(UTC), "deliver_step": None, **steps}
    try:
        return asyncio.run(run_sources(engine, config, names, Window(), **options))  # type: ignore[arg-type]
    finally:
        engine.dispose()


def test_a_run_that_fails_lives_until_its_other_sources_are_stopped(config: Settings) -> None:
    held: list[set[str]] = []

    async def step(source_id: str, run_id: int, window: Window, settings: Settings, seats: Seats) -> SourceOutcome:
        if source_id == "quick":
            return SourceOutcome("quick", "ok", "", alerts_queued=1)
        try:
            return await visit("hangs", run_id, window, settings, seats)
        finally:
            held.append(leases(config))

    async def away(_engine: object, _config: object) -> DeliveryReport:
        raise StoreError("kho không còn đó")

    with pytest.raises(StoreError, match="không còn đó"):
        run(config, "quick", "slow", source_step=step, deliver_step=away)
    assert held == [{"run:2"}]


def test_a_delivery_that_breaks_is_a_fault_of_the_run_and_the_harvest_goes_on(config: Settings) -> None:
    async def step(source_id: str, *_: object) -> SourceOutcome:
        await asyncio.sleep(0.1 if source_id == "slow" else 0)
        return SourceOutcome(source_id, "ok", "", alerts_queued=source_id == "quick")

    async def breaks(_engine: object, _config: object) -> DeliveryReport:
        raise ValueError("mẫu tin hỏng")

    result = run(config, "quick", "slow", source_step=step, deliver_step=breaks)
    assert [source.status for source in result.sources] == ["ok", "ok"]
    assert len(result.faults) == 1
    assert "mẫu tin hỏng" in result.faults[0]
    assert result.needs_a_person


def test_what_may_mend_is_tried_again_after_the_living_and_holds_no_seat_meanwhile(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import flow
    from prefect.testing.utilities import prefect_test_harness

    from flows import harvest

    visits: list[str] = []

    async def seen(source_id: str, _run: int, _window: Window, _config: Settings, seats: Seats) -> SourceOutcome:
        async with seats:
            visits.append(source_id)
            await asyncio.sleep(0.2)
        status = {"dead": "unreachable", "shut": "blocked"}.get(source_id, "ok")
        return SourceOutcome(source_id, status, "")

    monkeypatch.setattr(harvest, "visit", seen)
    monkeypatch.setattr(harvest.harvest_one, "retry_delay_seconds", [0.3, 0.3])
    one_seat = config.model_copy(update={"sources_at_once": 1})

    @flow
    async def all_of_them() -> RunResult:
        engine = open_engine(config.database_url)
        names = ["dead", "shut", "a", "b", "c"]
        return await run_sources(
            engine, one_seat, names, Window(), clock=lambda: NOW, source_step=harvest._as_task, deliver_step=None
        )

    with prefect_test_harness(server_startup_timeout=120):
        result = asyncio.run(all_of_them())
    assert visits[:5] == ["dead", "shut", "a", "b", "c"]
    assert visits[5:] == ["dead", "dead"]
    assert [source.status for source in result.sources] == ["unreachable", "blocked", "ok", "ok", "ok"]


def test_a_source_that_failed_three_times_in_one_run_has_failed_once(config: Settings) -> None:
    async def step(source_id: str, *_: object) -> SourceOutcome:
        return SourceOutcome(source_id, "unreachable", "", retry_at=NOW - timedelta(hours=1))

    run(config, "dead", source_step=step)
    with transaction(open_engine(config.database_url)) as session:
        assert failures_in_a_row(session, "dead") == 1


@pytest.mark.parametrize(
    "error",
    [
        SourceFaultError(SourceOutcome("nghe-an", "blocked", "Bị chặn.")),
        FetchError("https://a.vn/", "quá giờ"),
        UnknownSourceError("x", ("y",)),
        ConfigurationError("sai", path=Path("a.yaml"), line=3),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_whole_from_children_and_workers(error: DanvanError) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))
