"""What compose.yaml and the units of systemd start, as plain processes of the installed wheel."""

from __future__ import annotations

import os
import re
import shlex
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
ANYWHERE = re.compile(r"\b0\.0\.0\.0\b|\bdask-scheduler\b(?=:)")


@dataclass(frozen=True)
class Installed:
    """The wheel's commands in `bin`; each service gets a folder of its own under `home`."""

    bin: Path
    home: Path
    postgresql_url: str

    @property
    def secrets(self) -> Path:
        """What Docker mounts at /run/secrets, and systemd names in CREDENTIALS_DIRECTORY."""
        folder = self.home / "secrets"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def keep_secret(self, name: str, value: str) -> None:
        (self.secrets / name).write_text(value + "\n")

    def place(self, name: str) -> Path:
        folder = self.home / "elsewhere" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def command(self, service: str, port: int) -> list[str]:
        """A service's command line on loopback, its port replaced."""
        return self.here(services()[service]["command"], port)

    def here(self, words: list[str], port: int) -> list[str]:
        with_port = [re.sub(r"\b(4200|8000|8786)\b", str(port), ANYWHERE.sub("127.0.0.1", word)) for word in words]
        first = self.bin / with_port[0]
        return [str(first) if first.exists() else with_port[0], *with_port[1:]]


def services() -> dict[str, Any]:
    """The services of compose.yaml that run our image; `$$` as the shell sees it."""
    found = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
    ours = {name: one for name, one in found.items() if str(one["image"]).startswith("danvan-monitor")}
    return {name: one | {"command": [w.replace("$$", "$") for w in one["command"]]} for name, one in ours.items()}


def unit_lines(path: Path) -> list[list[str]]:
    """The command lines of a unit, in their order."""
    lines = re.findall(r"^ExecStart(?:Pre)?=(.+)$", path.read_text("utf-8"), re.MULTILINE)
    return [shlex.split(line.replace("/opt/danvan/bin/", "")) for line in lines]


def plain() -> dict[str, str]:
    """This process's environment without the program's own settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("DANVAN_", "PREFECT_"))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
