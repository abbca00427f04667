"""Webhook and Apprise: the event as signed JSON, retried; private addresses only where a setting names them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from foundation.errors import UsageError
from foundation.settings import Settings
from models.database import transaction
from notifications.channels.webhook import SIGNATURE, receipt_of
from notifications.subscribers import add_subscriber
from tests.notifications.conftest import HASTY, NOW, Office

SECRET = "khóa-ký"


@dataclass
class Receiver:
    """An e-office system on loopback. `answers` are given one by one, then 200: a status, one with its Retry-After, or
    "cut" (taken, and the connection ended without a word). `taken` holds all that came, `kept` what was taken.
    """

    url: str = ""
    answers: list[int | tuple[int, str] | str] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    kept: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            """No log."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.taken.append((dict(self.headers), body))
            answer = receiver.answers.pop(0) if receiver.answers and not self.path.endswith("?b") else 200
            status, wait = answer if isinstance(answer, tuple) else (answer, "")
            if status in {200, "cut"}:
                receiver.kept.append((self.path, body))
            if isinstance(status, str):
                self.close_connection = True
                return
            self.send_response(status)
            if wait:
                self.send_header("Retry-After", wait)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/nhan"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def hooked(engine: Engine, receiver: Receiver) -> Office:
    config = Settings(
        _env_file=None, webhook_url=SecretStr(receiver.url), webhook_secret=SecretStr(SECRET),
        allow_hosts=("127.0.0.1",), public_url="https://kho.example",
    )  # fmt: skip
    office = Office(engine, config)
    office.deliver(HASTY)  # makes the reader that the settings name
    return office


def test_the_event_is_signed_json(hooked: Office, receiver: Receiver) -> None:
    document = hooked.news()
    hooked.deliver(HASTY)
    ((headers, body),) = receiver.taken
    assert headers[SIGNATURE] == "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    event = json.loads(body)
    assert event["event"] == "document"
    assert event["id"].startswith("VB-")
    assert event["document"]["symbol"] == "01-CT/TU"
    assert event["document"]["page"] == f"https://kho.example/documents/{document}"
    assert event["reports"][0]["url"].startswith("https://baothanhhoa.vn/")


def test_what_is_not_taken_is_sent_again_with_the_same_id(hooked: Office, receiver: Receiver) -> None:
    receiver.answers = [503, 401]
    hooked.news()
    hooked.deliver(HASTY)
    assert len(receiver.taken) == 3
    assert len({json.loads(body)["id"] for _, body in receiver.taken}) == 1
    assert "sent" in hooked.states()


@pytest.mark.parametrize(
    ("said", "seconds"), [("30", 30), ("9" * 400, 3600), ("Sat, 28 Nov 2026 12:00:00 GMT", 60), ("", 60)]
)
def test_a_receiver_can_ask_for_an_hour_at_most(said: str, seconds: float) -> None:
    assert receipt_of(httpx.Response(429, headers={"Retry-After": said})).seconds == seconds


def test_many_events_come_one_by_one(hooked: Office, receiver: Receiver) -> None:
    for _ in range(12):
        hooked.news()
    hooked.deliver(HASTY)
    assert [json.loads(body)["event"] for _, body in receiver.taken] == ["document"] * 12


def test_a_private_address_needs_a_setting(hooked: Office, receiver: Receiver) -> None:
    from dataclasses import replace

    hooked.settings = hooked.settings.model_copy(update={"allow_hosts": ()})
    hooked.news()
    report = hooked.deliver(replace(HASTY, patience=0.3))
    assert receiver.taken == []
    assert any("DANVAN_ALLOW_HOSTS" in error for error in report.errors)


def test_apprise_takes_what_it_knows(engine: Engine, receiver: Receiver) -> None:
    office = Office(engine, Settings(_env_file=None))
    with transaction(engine) as session:
        row = add_subscriber(session, "apprise", receiver.url.replace("http://", "json://"), "Teams", NOW)
        row.quiet_from = row.quiet_to = "00:00"
        with pytest.raises(UsageError, match="Apprise không hiểu"):
            add_subscriber(session, "apprise", "khong-phai-dia-chi", "", NOW)
    office.news()
    assert office.deliver(HASTY).sent == 1
    ((_, body),) = receiver.taken
    assert "Chỉ thị số 01-CT/TU" in json.loads(body)["message"]


def test_a_webhook_that_is_away_is_not_taken_for_back_by_being_asked(hooked: Office, receiver: Receiver) -> None:
    from notifications.channel_health import failing, record_answer
    from notifications.channels import open_channels
    from notifications.values import Pace, Receipt, Result

    channels = open_channels(hooked.settings, Pace(), io.StringIO())
    with transaction(hooked.engine) as session:
        record_answer(session, hooked.settings, "webhook", Receipt(Result.UNREACHABLE, error="x"), NOW)
        record_answer(session, hooked.settings, "webhook", asyncio.run(channels["webhook"].check()), NOW)
        assert list(failing(session)) == ["webhook"]
