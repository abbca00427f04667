"""Children of a run: forked by the nursery, killed, and started without it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from flows import children
from flows.children import start_child
from flows.steps import child_environment
from foundation.errors import UnknownSourceError
from foundation.settings import Settings

pytestmark = pytest.mark.slow


async def life(
    words: list[str], more: dict[str, str] | None = None, only: dict[str, str] | None = None
) -> tuple[int | None, str, str]:
    child = await start_child(words, only or {**os.environ, **(more or {})})
    out, err = await child.communicate()
    return child.returncode, out.decode(), err.decode()


def test_a_child_gets_words_environment_and_folder_and_tells_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_of_them() -> None:
        code, out, _ = await life(["--help"])
        assert (code, out[:6]) == (0, "usage:")
        code, _, err = await life(["--unknown"])
        assert code == 2
        assert "--source" in err
        code, _, err = await life(["--source", "nowhere", "--run", "1"])
        assert code == UnknownSourceError("nowhere").exit_code
        assert "nowhere" in err
        assert "Traceback" not in err
        monkeypatch.chdir(tmp_path)
        (tmp_path / "here").mkdir()
        _, _, err = await life(["--source", "nowhere", "--run", "1"], {"DANVAN_SOURCES_DIR": "here/below"})
        assert "here/below" in err

    asyncio.run(all_of_them())


def test_a_child_that_is_killed_takes_nobody_with_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hangs.yaml")  # whoever reads it waits

    async def two() -> None:
        words = ["--source", "hangs", "--run", "1"]
        hanging = await start_child(words, {**os.environ, "DANVAN_SOURCES_DIR": str(tmp_path)})
        assert os.getpgid(hanging.pid) == hanging.pid != os.getpgid(0)
        code, _, _ = await life(["--help"])
        assert code == 0
        os.killpg(hanging.pid, signal.SIGKILL)
        assert await hanging.communicate() == (b"", b"")
        assert hanging.returncode == -signal.SIGKILL

    asyncio.run(two())


def test_a_nursery_that_died_is_replaced_and_one_that_cannot_begin_done_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nursery = children._nursery

    async def both() -> None:
        await life(["--help"])
        first = nursery._process
        assert first
        first.kill()
        assert (await life(["--help"]))[0] == 0
        first.wait()
        assert (await life(["--help"]))[0] == 0
        assert nursery._process is not first

        nursery.end()
        monkeypatch.setattr("flows.children.sys.executable", "/nowhere/python")
        with pytest.raises(FileNotFoundError):  # not even without a nursery
            await life(["--help"])
        monkeypatch.undo()
        monkeypatch.setattr(nursery, "_begin", _refuse)
        assert (await life(["--help"]))[0] == 0

    asyncio.run(both())


def _refuse(_environment: dict[str, str]) -> None:
    raise OSError


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="environments of other processes are read there")
def test_the_nursery_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_TELEGRAM_TOKEN", "1234:secret")
    nursery = children._nursery
    nursery.end()
    asyncio.run(life(["--help"], only=child_environment(Settings())))
    assert nursery._process
    environment = Path(f"/proc/{nursery._process.pid}/environ").read_bytes()
    assert b"DANVAN_DATABASE_URL=" in environment
    assert b"1234:secret" not in environment


def test_a_run_that_is_gone_leaves_no_nursery() -> None:
    nursery = children._nursery
    asyncio.run(life(["--help"]))
    process, control = nursery._process, nursery._control
    assert process
    assert control
    control.close()
    assert process.wait(timeout=10) == 0
    asyncio.run(life(["--help"]))  # and the next one begins it anew
    assert nursery._process is not process


def test_an_idle_nursery_leaves() -> None:
    import flows.nursery

    asyncio.run(life(["--help"]))
    process = children._nursery._process
    assert process
    began = time.monotonic()
    assert process.wait(timeout=flows.nursery.IDLE_SECONDS + 10) == 0
    assert time.monotonic() - began > flows.nursery.IDLE_SECONDS / 2
