"""What runs when, for `danvan schedule`: the twin of `prefect.yaml` in the installed package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prefect import Flow, serve
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.daily import care, digest, health
from flows.harvest import harvest
from flows.reprocess import reprocess
from foundation.clock import HANOI


@dataclass(frozen=True)
class Deployment:
    """A flow, and when it runs (in Hà Nội); None: when somebody asks for it."""

    flow: Flow[..., Any]
    name: str
    cron: str | None
    description: str
    tags: tuple[str, ...]

    def form(self) -> dict[str, Any]:
        """As JSON."""
        own = {"flow": self.flow.name, "name": self.name, "cron": self.cron, "timezone": self.cron and HANOI.key}
        return own | {"description": self.description, "tags": list(self.tags)}


DEPLOYMENTS = (
    Deployment(
        harvest, "daily", "0 6,12,18 * * *", "Thu báo ba lần một ngày, đọc, lưu, báo văn bản mới.", ("danvan", "thu")
    ),
    Deployment(digest, "morning", "0 7 * * *", "Bản tin 7 giờ sáng.", ("danvan", "tin")),
    Deployment(health, "daily", "30 8 * * *", "Kiểm tra các nguồn mỗi ngày.", ("danvan", "nguồn")),
    Deployment(care, "nightly", "30 2 * * *", "Sao lưu và dọn kho mỗi đêm.", ("danvan", "kho")),
    Deployment(reprocess, "archive", None, "Đọc lại kho theo quy tắc mới; chạy khi cần.", ("danvan", "kho")),
)


def serve_all() -> None:
    """Run the flows at their hours, in processes of this machine, until interrupted."""
    made: list[Any] = [
        one.flow.to_deployment(
            name=one.name,
            schedule=Cron(one.cron, timezone=HANOI.key) if one.cron else None,
            description=one.description,
            tags=list(one.tags),
            # By its module: loaded as a file it would be one that the workers of a cluster do not know.
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for one in DEPLOYMENTS
    ]
    serve(*made)
