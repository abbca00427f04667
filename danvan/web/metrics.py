"""`/metrics`: the archive's figures and the pages' own times, in Prometheus' text.

For this machine itself, or whoever brings DANVAN_METRICS_TOKEN as a bearer: a proxy before the pages speaks for
strangers, so what it hands on is no request of this machine.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from danvan.web.serving import is_loopback
from danvan.web.sessions import Now, PageSession
from models.views.figures import Figures, figures

router = APIRouter(include_in_schema=False)
SECONDS = (0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Times:
    """How long requests take, by the route they went to."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "danvan_request_seconds",
            "Time to answer a request.",
            ("route", "method", "status"),
            buckets=SECONDS,
            registry=self.registry,
        )

    def took(self, request: Request, status: int, seconds: float) -> None:
        """A request was answered. Addresses that are no route share one name: strangers make up any number of them."""
        route = getattr(request.scope.get("route"), "path", "other")
        self._seconds.labels(route, request.method if route != "other" else "other", str(status)).observe(seconds)


@router.get("/metrics")
def metrics(request: Request, session: PageSession, now: Now) -> Response:
    """The figures. 403 for whoever is neither this machine nor brings the token."""
    if not (_brings_token(request) or _is_this_machine(request)):
        raise HTTPException(403)
    own: Times = request.app.state.times
    registry = CollectorRegistry()
    registry.register(_Archive(figures(session, now)))
    return Response(generate_latest(registry) + generate_latest(own.registry), media_type=CONTENT_TYPE_LATEST)


def _brings_token(request: Request) -> bool:
    token = request.app.state.settings.metrics_token
    given = request.headers.get("authorization", "")
    wanted = f"Bearer {token.get_secret_value()}" if token else ""
    return bool(wanted) and hmac.compare_digest(given.encode("latin-1", "replace"), wanted.encode())


def _is_this_machine(request: Request) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    client = request.client.host if request.client else ""
    return is_loopback(client) and is_loopback(host)


class _Archive:
    """A collector over figures already counted."""

    def __init__(self, counted: Figures) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        one = self._counted
        runs = GaugeMetricFamily("danvan_runs", "Runs in the archive.", labels=("kind", "state"))
        for (kind, state), count in one.runs.items():
            runs.add_metric((kind, state), count)
        yield runs
        for name, words, counts in (
            ("danvan_sources", "Papers by how they stand.", one.sources),
            ("danvan_outbox", "Messages by state.", one.alerts),
        ):
            family = GaugeMetricFamily(name, words, labels=("state",))
            for state, count in counts.items():
                family.add_metric((state,), count)
            yield family
        yield GaugeMetricFamily("danvan_articles", "Articles.", one.articles)
        yield GaugeMetricFamily("danvan_documents", "Documents.", one.documents)
        yield GaugeMetricFamily("danvan_pages_waiting", "Pages that landed and are not read yet.", one.pages_waiting)
        yield GaugeMetricFamily("danvan_alert_waiting_seconds", "Age of the oldest message due.", one.alert_waiting)
        yield GaugeMetricFamily("danvan_alert_delay_seconds", "Longest from queue to sent, last day.", one.alert_delay)
        if one.last_harvest:
            at = one.last_harvest.timestamp()
            yield GaugeMetricFamily("danvan_last_harvest_timestamp_seconds", "End of the last good harvest.", at)
