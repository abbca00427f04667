"""The program as an office gets it: its wheel in an environment of its own, and a Prefect server on PostgreSQL."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url

from models.database import migrate, open_engine
from tests.flows.install import Installed, free_port
from tests.flows.prefect_server import ROOT, prefect_server


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str) -> Installed:
    """The wheel in an empty environment. The libraries, which would take minutes, are lent by this one."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = [name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]]
    for name in packages:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = "from setuptools import build_meta; print(build_meta.build_wheel('..'))"
    built = subprocess.run(
        [sys.executable, "-c", build], cwd=source, capture_output=True, text=True, check=True, timeout=120
    )
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True, timeout=120)
    python = folder / "venv" / "bin" / "python"
    wheel = folder / built.stdout.split()[-1]
    pip = [str(Path(sys.base_prefix) / "bin" / "python3"), "-m", "pip", "--python", str(python)]
    install = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*pip, *install], cwd=folder, check=True, timeout=120)
    libraries = sysconfig.get_path("purelib")
    here = Path(subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip())  # fmt: skip
    (here / "lent.pth").write_text(libraries + "\n")
    for name in ("prefect", "dask"):
        code = (
            "import sys\nfrom importlib.metadata import entry_points\n"
            f"if __name__ == '__main__':\n    (found,) = entry_points(group='console_scripts', name='{name}')\n"
            "    sys.exit(found.load()())"
        )
        script = python.parent / name
        script.write_text(f"#!{python}\n{code}\n")
        script.chmod(0o755)
    shutil.rmtree(source)
    return Installed(python.parent, folder, postgresql_url)


@pytest.fixture(scope="session")
def prefect_api(installed: Installed) -> Iterator[dict[str, str]]:
    """A running server, started by the line of compose.yaml; gives the environment in which it is found."""
    given = make_url(installed.postgresql_url)
    admin = create_engine(given, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS prefect WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE prefect"))
    admin.dispose()
    place = given.set(drivername="postgresql+asyncpg", database="prefect").render_as_string(hide_password=False)
    installed.keep_secret("prefect_database_url", place)
    port, home = free_port(), installed.place("prefect")
    with prefect_server(home, installed.command("prefect", port), port, installed.secrets) as environment:
        yield {**environment, "PATH": f"{installed.bin}:{environment['PATH']}"}


@pytest.fixture
def archive(installed: Installed) -> Iterator[Engine]:
    """An empty archive on PostgreSQL, whose address is among the secrets of the installation."""
    given = make_url(installed.postgresql_url).set(drivername="postgresql", database="country")
    admin = create_engine(make_url(installed.postgresql_url), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS country WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE country"))
    installed.keep_secret("danvan_database_url", url := given.render_as_string(hide_password=False))
    engine = open_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE country WITH (FORCE)"))
    admin.dispose()
