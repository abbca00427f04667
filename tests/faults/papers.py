"""A paper on loopback whose list and articles can change, harvested by `run_sources` in real child processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from flows.run import RunResult, Seats, deliver_aside, run_sources, visit
from flows.steps import Window
from foundation.settings import Settings
from models.database import transaction
from models.runs.ledger import SourceOutcome
from models.tables import EventRow
from tests.faultserver import FaultServer, response

LONG = "<p>Cán bộ xã gặp gỡ bà con từng thôn để nghe ý kiến về đường liên thôn, ghi lại và hẹn ngày trả lời.</p>" * 4


def now() -> datetime:
    return datetime.now(UTC)


def story(number: int, body: str = LONG) -> str:
    """An article of its own words, dated an hour ago."""
    title = f"Dân vận khéo ở thôn số {number}"
    dated = f"<meta property='article:published_time' content='{now().replace(minute=0).isoformat()}'>"
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{dated}</head><body><h1>{title}</h1>"
        f"<div class='b'><p>Thôn số {number} có {number + 7} hộ.</p>{body}</div></body></html>"
    )


def front(numbers: list[int]) -> str:
    """A section's list in the family's markup."""
    links = "".join(
        f'<h3 class="b-grid__title"><a href="/dan-van-kheo-{100 + number}.html">Dân vận khéo số {number}</a></h3>'
        for number in numbers
    )
    return f"<!DOCTYPE html><html><body><a href='/'>Trang chủ</a>{links}</body></html>"


@dataclass
class Press:
    """Loopback papers of one server, their catalogue files, and one archive."""

    engine: Engine
    url: str
    folder: Path
    server: FaultServer
    settings: dict[str, object] = field(default_factory=dict)

    def paper(self, name: str, *numbers: int, server: FaultServer | None = None) -> Path:
        """A paper of this id with articles (a second one needs a server of its own); gives its catalogue file."""
        server = server or self.server
        server.answers["/dan-van"] = response(front(list(numbers)))
        for number in numbers:
            server.answers[f"/dan-van-kheo-{100 + number}.html"] = response(story(number))
        path = self.folder / f"{name}.yaml"
        path.write_text(
            f"id: {name}\nname: Báo {name}\nhome: {server.origin}/\nfamily: onecms\nwatched_since: 2020-01-01\nsections: [/dan-van]\n",
            encoding="utf-8",
        )
        return path

    @property
    def config(self) -> Settings:
        given = {
            "database_url": self.url, "sources_dir": self.folder, "allow_hosts": ("127.0.0.1",), "crawl_delay": 0,
            "telegram_token": None, "smtp_url": None, "admin_chat": None, "source_time_limit": 60,
        }  # fmt: skip
        return Settings.model_validate(given | self.settings)

    def run(
        self, *names: str, between: Callable[[str], None] = lambda _name: None, refused: tuple[str, ...] = ()
    ) -> RunResult:
        """One run; `between` is called with a source's id before its turn, `refused` are faults of the catalogue."""

        async def step(source_id: str, run_id: int, window: Window, config: Settings, seats: Seats) -> SourceOutcome:
            between(source_id)
            return await visit(source_id, run_id, window, config, seats)

        work = run_sources(
            self.engine, self.config, names, Window(),
            clock=now, source_step=step, deliver_step=deliver_aside, refused=refused,
        )  # fmt: skip
        return asyncio.run(work)

    def to_operator(self) -> str:
        """Everything the operator was told."""
        with transaction(self.engine) as session:
            events = session.scalars(select(EventRow).where(EventRow.kind == "operator").order_by(EventRow.id))
            return "\n".join(part["html"] for event in events for part in event.payload["parts"])
