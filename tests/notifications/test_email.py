"""E-mail behind the same outbox, against a real SMTP server on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from pydantic import SecretStr
from sqlalchemy import Engine

from foundation.errors import ConfigurationError, UsageError
from foundation.settings import Settings
from models.database import transaction
from models.tables import SubscriberRow
from notifications.channels.mail import MailChannel
from notifications.default_subscribers import ensure_default_subscribers
from notifications.operators import raise_alarm, tell_operator
from notifications.subscribers import add_subscriber
from tests.botapi.state import TOKEN, BotApi
from tests.notifications.conftest import NOW, Office


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Mailbox:
    """What the SMTP server took. `refuse` maps a step ("AUTH", "RCPT", "DATA") to the answer it gives, `times` times
    (None: always), to letters for `refuse_to` (None: all).
    """

    def __init__(self) -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refuse: dict[str, str] = {}
        self.refuse_to: str | None = None
        self.times: int | None = None
        self.hang_up_after_data = False

    def strikes(self, step: str, address: str) -> str | None:
        if step not in self.refuse or self.refuse_to not in {None, address} or self.times == 0:
            return None
        self.times = None if self.times is None else self.times - 1
        return self.refuse[step]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if refusal := self.strikes("RCPT", address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        raise error

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if refusal := self.strikes("DATA", envelope.rcpt_tos[0]):
            return refusal
        letter = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]  # bytes by default
        assert isinstance(letter, EmailMessage)
        self.letters.append((envelope.rcpt_tos[0], letter))
        if self.hang_up_after_data:
            server.transport.abort()
        return "250 Taken"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp_url(mailbox: Mailbox) -> Iterator[str]:
    with mail_server(mailbox) as url:
        yield url


@contextmanager
def mail_server(mailbox: Mailbox) -> Iterator[str]:
    def allow(server: Any, session: Any, envelope: Any, mechanism: str, auth: Any) -> AuthResult:
        return AuthResult(success=auth.password == b"dung-roi" and "AUTH" not in mailbox.refuse, handled=False)

    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(), authenticator=allow, auth_require_tls=False, decode_data=False
    )
    controller.start()
    try:
        yield f"smtp://may:dung%2Droi@127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@pytest.fixture
def mail_office(engine: Engine, smtp_url: str) -> Office:
    settings = Settings(_env_file=None, smtp_url=SecretStr(smtp_url), smtp_from="tin@danvan.example")
    office = Office(engine, settings)
    with transaction(engine) as session:
        row = add_subscriber(session, "email", "phong@xa.example", "Phòng Dân vận", NOW)
        row.quiet_from = row.quiet_to = "00:00"
    return office


def test_alert_by_mail_reads_well_in_text_and_html(mail_office: Office, mailbox: Mailbox) -> None:
    mail_office.news(title="về <khéo> & bền")
    assert mail_office.deliver().sent == 1
    ((address, letter),) = mailbox.letters
    assert address == "phong@xa.example"
    assert letter["Subject"] == "Chỉ thị số 01-CT/TU: về <khéo> & bền"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == "<danvan-VB-1@danvan.example>"
    text, html = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "về <khéo> & bền" in text.get_content()
    assert "về &lt;khéo&gt; &amp; bền" in html.get_content()
    assert mail_office.states() == ["sent"]


@pytest.mark.parametrize(
    ("refuse", "state", "active"),
    [
        ({"RCPT": "550 No such mailbox"}, "failed", False),
        ({"RCPT": "450 Try later"}, "queued", True),
        ({"DATA": "452 Full"}, "queued", True),
        ({"DATA": "554 Spam"}, "failed", True),
    ],
)
def test_refusals(mail_office: Office, mailbox: Mailbox, refuse: dict[str, str], state: str, active: bool) -> None:
    mailbox.refuse = refuse
    mail_office.news()
    mail_office.deliver(patience_of(0.1))
    assert mail_office.states()[0] == state
    with transaction(mail_office.engine) as session:
        assert session.get_one(SubscriberRow, 1).active is active


def test_66_connection_lost_after_the_letter_was_taken(mail_office: Office, mailbox: Mailbox) -> None:
    mailbox.hang_up_after_data = True
    mail_office.news()
    mail_office.deliver()
    assert mail_office.states() == ["unknown"]
    for _ in range(3):
        mail_office.clock.skip(hours=1)
        mail_office.deliver()
    ids = [letter["Message-ID"] for _, letter in mailbox.letters]
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_wrong_password_stops_the_channel_and_keeps_all(
    mail_office: Office, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    url = mail_office.settings.smtp_url
    assert url is not None
    wrong = url.get_secret_value().replace("may:dung%2Droi", "may:%C4%91%C3%BAng")
    mail_office.settings = mail_office.settings.model_copy(update={"smtp_url": SecretStr(wrong)})
    mail_office.news()
    report = mail_office.deliver()
    assert report.stopped == ("Máy chủ thư không nhận tài khoản hoặc mật khẩu.",)
    assert mail_office.states()[0] == "queued"
    assert "Máy chủ thư không nhận tài khoản" in capsys.readouterr().out
    assert "đúng" not in repr(report)


def test_72_dead_token_is_told_to_the_operator_by_mail(
    engine: Engine, smtp_url: str, mailbox: Mailbox, settings: Settings, api: BotApi
) -> None:
    settings = settings.model_copy(
        update={"smtp_url": SecretStr(smtp_url), "admin_email": "truc@tinh.example", "admin_chat": "4711"}
    )
    office = Office(engine, settings)
    with transaction(engine) as session:
        ensure_default_subscribers(session, settings, NOW)
    office.news()
    api.token = "new"
    office.deliver()
    office.deliver()
    ((address, letter),) = mailbox.letters
    body = letter.get_body(("plain",))
    assert body is not None
    assert address == "truc@tinh.example"
    assert "Telegram không nhận mã token" in body.get_content()
    assert TOKEN not in letter.as_string()
    assert office.states()[0] == "queued"


def test_operator_is_told_once_for_each_key(mail_office: Office) -> None:
    settings = mail_office.settings.model_copy(update={"admin_email": "truc@tinh.example"})
    with transaction(mail_office.engine) as session:
        assert tell_operator(session, settings, "a", "Một", NOW) == 1
        assert tell_operator(session, settings, "a", "Một", NOW) == 0
        assert raise_alarm(session, settings, "b", "Hai", NOW) is True
        assert raise_alarm(session, settings, "b", "Hai", NOW) is False


def test_bad_addresses_are_refused_in_words(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="DANVAN_SMTP_URL"):
        MailChannel(SecretStr("http://mail.example"), "a@b")
    with transaction(engine) as session, pytest.raises(UsageError, match="không phải địa chỉ"):
        add_subscriber(session, "email", "không phải thư", "x", NOW)


def patience_of(seconds: float) -> Any:
    from dataclasses import replace

    from tests.notifications.conftest import QUICK

    return replace(QUICK, patience=seconds, backoff_first=60)
