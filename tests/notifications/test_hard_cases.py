"""What the world does that no plan foresaw: proxies that say nothing, groups without pictures, odd codes, wrong clocks."""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from foundation.errors import ConfigurationError, UsageError
from foundation.settings import Settings
from foundation.settings import settings as read_settings
from models.database import transaction
from models.search import Query
from models.tables import DocumentRow, SubscriberRow
from notifications import channel_health
from notifications.bot.dispatch import Chat as Talker
from notifications.bot.dispatch import command
from notifications.bot.talk import read_command
from notifications.channels.mail import MailChannel, compose
from notifications.channels.telegram import TelegramChannel
from notifications.checks import check_waiting
from notifications.digest import build_digest
from notifications.outbox import MOST_OF_ONE_ARTICLE, announce
from notifications.rows import paper_names
from notifications.searches import save_search
from notifications.subscribers import check_address, create_invitation, set_second
from notifications.values import Message, Result
from tests.botapi import faults
from tests.botapi.state import TOKEN, BotApi
from tests.notifications.conftest import HASTY, NOW, Office, watching
from tests.notifications.test_bot import HOUSE, Chat, until
from tests.notifications.test_email import Mailbox, mailbox, smtp_url
from tests.notifications.test_webhook import Receiver, receiver
from tests.notifications.test_zalo import code_for, zalo, zalo_office
from tests.zaloapi import ZaloApi

__all__ = ["mailbox", "receiver", "smtp_url", "zalo", "zalo_office"]  # fixtures of the neighbours

BRIEF = replace(HASTY, patience=0.2)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One of the two is enough: what differs between them is proven elsewhere."""
    return f"sqlite:///{tmp_path / 'archive.sqlite3'}"


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    server, held = socket.create_server(("127.0.0.1", 0)), []

    def accept() -> None:
        with suppress(OSError):
            while True:
                held.append(server.accept()[0])

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1]
    for one in (server, *held):
        one.close()


@pytest.fixture
def both(engine: Engine, api_url: str, smtp_url: str) -> Office:
    """An office with Telegram and mail, and an operator who reads mail."""
    config = Settings(
        _env_file=None, telegram_token=SecretStr(TOKEN), telegram_base_url=api_url, smtp_url=SecretStr(smtp_url),
        allow_hosts=("127.0.0.1",),
    )  # fmt: skip
    office = Office(engine, config)
    office.chat("truc@danvan.example", channel="email", operator=True)
    return office


def words(letter: EmailMessage) -> str:
    return str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]  # each of ours has one


@pytest.mark.parametrize("kind", ["socks5", "http"])
def test_a_proxy_that_says_nothing_holds_up_nobody_else(both: Office, mailbox: Mailbox, mute: int, kind: str) -> None:
    both.settings = both.settings.model_copy(update={"telegram_proxy": SecretStr(f"{kind}://127.0.0.1:{mute}")})
    both.chat(7)
    both.chat("phong@xa.example", channel="email")
    both.news()
    begun = time.monotonic()
    both.deliver(replace(BRIEF, lease=2, answer_timeout=0.5))
    assert time.monotonic() - begun < 15
    assert [to for to, _ in mailbox.letters] == ["phong@xa.example"]
    assert both.alerts()[0].not_before is not None


def test_a_service_that_takes_connections_and_says_nothing_for_a_day_costs_no_message(
    both: Office, api: BotApi
) -> None:
    """The one repetition of what may have arrived is kept for a service that answers."""
    pace = replace(BRIEF, answer_timeout=0.2)
    both.chat(7)
    both.news()
    api.fault("slow", method=None, times=None, seconds=0.5)
    for _ in range(4):
        both.deliver(pace)
        both.clock.skip(hours=6)
    channel = TelegramChannel(both.settings, pace)
    assert asyncio.run(channel.check()).result is Result.UNREACHABLE
    api.clear()
    both.deliver(HASTY)
    assert both.states()[0] == "sent"
    assert len(api.of(7)) == 1


def test_a_webhook_that_drips_ends(both: Office) -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        taken, _ = server.accept()
        with suppress(OSError):
            while True:
                taken.sendall(b"H")
                time.sleep(0.2)

    threading.Thread(target=drip, daemon=True).start()
    both.chat(f"http://127.0.0.1:{server.getsockname()[1]}/", channel="webhook")
    both.news()
    begun = time.monotonic()
    both.deliver(replace(BRIEF, lease=2, answer_timeout=0.5))
    server.close()
    assert time.monotonic() - begun < 10
    assert both.states() == ["unknown"]


def test_a_webhook_that_is_away_says_nothing_of_the_next_one(
    both: Office, mailbox: Mailbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_health, "TOLD_AFTER", timedelta(seconds=1))
    away = both.chat("http://127.0.0.1:9/", channel="webhook")
    both.chat(receiver.url, channel="webhook")
    for _ in range(5):
        both.news()
        both.deliver(BRIEF)
        both.clock.skip(minutes=20)
    assert len(receiver.kept) == 5
    ((_, told),) = mailbox.letters
    assert f"Webhook của người nhận số {away} không liên lạc được" in words(told)
    with transaction(both.engine) as session:
        set_second(session.get_one(SubscriberRow, away), "email", "phong@xa.example")
    both.deliver(BRIEF)
    assert [to for to, _ in mailbox.letters].count("phong@xa.example") >= 1


def test_who_is_refused_for_hours_while_the_channel_is_well_is_told_once_a_day(
    both: Office, mailbox: Mailbox, receiver: Receiver
) -> None:
    both.settings = both.settings.model_copy(update={"allow_hosts": ()})
    both.chat(receiver.url, channel="webhook")
    both.news()
    for hours in (1, 3, 3):
        both.deliver(BRIEF)
        assert check_waiting(both.engine, both.settings, both.clock()) == 0
        both.clock.skip(hours=hours)
    for _ in range(2):
        assert check_waiting(both.engine, both.settings, both.clock()) == 1
    both.deliver(BRIEF)
    ((_, told),) = mailbox.letters
    assert "DANVAN_ALLOW_HOSTS" in words(told)


def test_what_nobody_will_ever_know_of_is_told(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.chat(99, operator=True)
    api.fault("slow", chat=7, times=2, seconds=0.6)
    office.news()
    for _ in range(3):
        office.deliver(replace(BRIEF, answer_timeout=0.2))
        office.clock.skip(minutes=11)
    assert check_waiting(office.engine, office.settings, office.clock()) == 1
    office.deliver(BRIEF)
    assert "không rõ đã tới" in api.of(99)[0].text


def test_a_group_that_allows_words_alone_gets_them_without_the_picture(office: Office, api: BotApi) -> None:
    faults.ERRORS["no photos"] = (400, "Bad Request: not enough rights to send photos to the chat")
    api.fault("no photos", method="sendPhoto", times=None)
    channel = TelegramChannel(office.settings, HASTY)
    assert asyncio.run(channel.send("-5", Message("<b>Tuần</b>", picture=b"\x89PNG"))).result is Result.SENT
    assert [sent.text for sent in api.of(-5)] == ["Tuần"]


def test_a_second_address_that_became_a_supergroup_is_followed(office: Office, api: BotApi) -> None:
    reader = office.chat("phong@xa.example", channel="email")  # no mail server is set up: the second one serves
    with transaction(office.engine) as session:
        set_second(session.get_one(SubscriberRow, reader), "telegram", "-50")
    api.fault("migrate", chat=-50, times=None, new_chat=-100500)
    office.news()
    office.deliver(BRIEF)
    assert len(api.of(-100500)) == 1
    assert sum(chat == -50 for _, _, chat, _ in api.requests) == 1


def test_the_bot_hears_again_after_its_token_was_refused_for_a_moment(
    office: Office, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.bot.telegram.RETRY_AFTER", 0.3)
    code = code_for(office)
    with watching(office):
        until(lambda: bool(api.commands))
        time.sleep(0.5)
        api.token = "1:another"
        api.write(3, "/tim x")  # ends the poll that is on its way
        time.sleep(1)
        api.token = TOKEN
        api.write(7, f"/start {code}")
        until(lambda: len(api.of(7)) == 1, 30)


def test_on_zalo_a_number_behind_a_command_presses_nothing(zalo_office: Office, zalo: ZaloApi) -> None:
    zalo_office.settings = zalo_office.settings.model_copy(update={"zalo_groups": True})
    code, other = code_for(zalo_office), code_for(zalo_office)
    with watching(zalo_office):
        for said in (code, "/luat", "/tamdung 3"):
            before = len(zalo.of("an"))
            zalo.write("an", said)
            until(lambda before=before: len(zalo.of("an")) > before)  # type: ignore[misc]  # a lambda with a default
        for said in (f"@Bot Dân vận /start {other}", "@Bot Dân vận 1"):
            before = len(zalo.of("nhom"))
            zalo.write("nhom", said, group=True)
            until(lambda before=before: len(zalo.of("nhom")) > before)  # type: ignore[misc]  # as above
    assert "Quy tắc nhận tin" in zalo.of("nhom")[1]
    with transaction(zalo_office.engine) as session:
        paused = session.scalars(select(SubscriberRow.paused_until).where(SubscriberRow.address == "an")).one()
    assert paused is not None


FORMS = ("/start {0} {1}", "/start {low}", "/start\n{0}{1}", "/START “{0}{1}”", "/start {0}-{1}.")
ALONE = ("{0}{1}", "{low}", "{0} {1}", "Mã: {0}{1}", "start {0}{1}", "mã mời của tôi là {low} nhé")


@pytest.mark.parametrize("form", [*FORMS, *ALONE])
def test_a_code_is_taken_as_people_write_it(office: Office, form: str) -> None:
    code = code_for(office)
    text = form.format(code[:5], code[5:], low=code.lower())
    name, rest = read_command(text, "danvan_bot", private=True)
    with transaction(office.engine) as session:
        answer = command(session, HOUSE, Talker("zalo", "an", "Phòng"), name or "", rest, NOW)
    assert answer is not None
    assert "Đã đăng ký" in (answer.html or "")


def test_a_code_that_a_chat_does_not_need_is_left_for_others(office: Office) -> None:
    first, second = code_for(office), code_for(office)
    chat = Chat(office)
    chat.say(f"/start {first}")
    assert "đã đăng ký nhận tin từ trước" in chat.ask(f"/start {first}")
    assert "để dành" in chat.ask(f"/start {second}")
    late = chat.say(f"/start {second}", NOW + timedelta(days=31))
    assert late is not None
    assert "hết hạn" in str(late.html), "a code that lets nobody in is not left for anybody"
    assert "Đã đăng ký" in Chat(office, "8").ask(f"/start {second}")
    with transaction(office.engine) as session:
        code = create_invitation(session, "Trực", operator=True, uses=1, now=NOW)
    assert "Đã đăng ký" in chat.ask(f"/start {code}")  # makes it an operator's


def test_a_used_code_in_another_topic_still_means_here(office: Office) -> None:
    code = code_for(office)
    with transaction(office.engine) as session:
        for said, thread in ((code, "5"), ("", "6"), (code, "7")):
            group = Talker("telegram", "-1005", "Nhóm", thread, private=False)
            command(session, HOUSE, group, "start", said, NOW)
        assert session.scalars(select(SubscriberRow.thread)).one() == "7"


@pytest.mark.parametrize(
    "said", ["/tamdung ²", "/luat xoa ²", "/luat ten ² a", "/luat xoa 99999999999", "/", "/abc<d>"]
)
def test_whatever_is_typed_gets_an_answer(office: Office, said: str) -> None:
    chat = Chat(office)
    chat.say(f"/start {code_for(office)}")
    assert chat.ask(said)


def test_a_search_is_changed_by_the_bot_and_what_was_given_up_takes_no_words(office: Office) -> None:
    chat = Chat(office)
    chat.say(f"/start {code_for(office)}")
    with transaction(office.engine) as session:
        reader = session.scalars(select(SubscriberRow).where(SubscriberRow.address == "7")).one()
        save_search(session, reader, Query(words="bóng đá", provinces=("38",)), NOW)
    asked = chat.press(chat.say("/luat"), "Sửa 3")
    assert "câu tìm mới" in (asked.html or "")
    assert "hãy ghi từ cần tìm" not in chat.ask("/say “dân vận khéo” -bóng")
    assert "“dân vận khéo” -bóng" in chat.ask("/luat")
    assert "Thanh Hóa" in chat.ask("/luat")
    chat.press(chat.press(chat.say("/luat"), "Sửa 3"), "Bỏ")
    assert "Không tìm thấy" in chat.ask("/say hội nghị")
    assert "hội nghị" not in chat.ask("/luat")


def test_a_page_that_issues_hundreds_stands_in_no_digest(office: Office) -> None:
    article = office.article()
    with transaction(office.engine) as session:
        for number in range(1, MOST_OF_ONE_ARTICLE + 2):
            row = DocumentRow(
                symbol=f"{number}-NQ/TU", kind_code="NQ", kind="Nghị quyết", number=number, issuer_code="TU",
                issuer="Tỉnh ủy", title="về dân vận", first_seen_at=NOW, mentioned_at=NOW, reported_at=NOW,
                announced_at=NOW, first_article_id=article,
            )  # fmt: skip
            session.add(row)
            session.flush()
            announce(session, row.id, article, NOW)
        paper = paper_names(office.settings)
        digest = build_digest(session, date(2026, 3, 5), paper=paper, window_days=30, until=NOW + timedelta(hours=1))
    assert digest.documents == ()


@pytest.mark.parametrize("length", range(1700, 2100, 100))
def test_a_list_goes_on_until_all_is_told_however_long_an_address_is(
    zalo_office: Office, zalo: ZaloApi, length: int
) -> None:
    zalo_office.chat("an", channel="zalo")
    for number in range(11):
        document = zalo_office.document()
        article = zalo_office.article(url=f"https://x.vn/{number}/" + "a" * length)
        with transaction(zalo_office.engine) as session:
            announce(session, document, article, NOW)
    zalo_office.deliver(BRIEF)
    told = zalo.of("an")
    assert set(zalo_office.states()) == {"sent"}
    codes = re.findall(r"Mã tin: (VB-\d+)", "\n".join(told))
    assert sorted(codes) == sorted({f"VB-{number}" for number in range(1, 12)})
    assert told[0].startswith("📋 11 văn bản mới")
    assert all(text.startswith("📋 Tiếp theo: ") for text in told[1:-2])  # the last alone may need two messages


def test_a_clock_that_was_a_year_ahead_holds_up_nothing(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.clock.skip(days=365)
    office.news()
    office.deliver(BRIEF)
    office.clock.skip(days=-365)
    office.news()
    office.deliver(BRIEF)
    assert len(api.of(7)) == 2


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("MAIL", "530 5.7.0 Authentication required"),
        ("RCPT", "550 5.7.1 Relaying denied"),
        ("RCPT", "554 5.7.1 Denied"),
    ],
)
def test_a_mail_server_that_does_not_take_us_loses_no_letter(
    both: Office, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, step: str, answer: str
) -> None:
    async def refuse(*_: Any) -> str:
        return answer

    if step == "MAIL":
        monkeypatch.setattr(Mailbox, "handle_MAIL", refuse, raising=False)
    else:
        mailbox.refuse = {step: answer}
    reader = both.chat("phong@xa.example", channel="email")
    both.news()
    both.deliver(BRIEF)
    assert both.states()[0] == "queued"
    with transaction(both.engine) as session:
        assert session.get_one(SubscriberRow, reader).active


def test_a_login_that_cannot_be_looked_at_now_is_no_wrong_password(
    smtp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def login(*_: Any) -> None:
        raise smtplib.SMTPAuthenticationError(454, b"4.7.0 Temporary authentication failure")

    monkeypatch.setattr(smtplib.SMTP, "login", login)
    assert MailChannel(SecretStr(smtp_url), "a@b.vn").send_now("x@y.vn", None).result is Result.UNREACHABLE


def test_a_sender_may_have_a_name() -> None:
    letter = compose("Dân vận Monitor <tin@danvan.example>", "phong@xa.example", Message("x", code="VB-1"))
    assert letter["List-Unsubscribe"].strip().startswith("<mailto:tin@danvan.example?")
    assert letter["Message-ID"] == "<danvan-VB-1@danvan.example>"


@pytest.mark.parametrize("address", ["phòng@xa.vn", "a@b,c@d.vn", "a@xã.vn", "<a@b.vn>", "a@b.vn\nBcc: x@y"])
def test_an_address_that_no_mail_server_takes_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        check_address("email", address)


@pytest.mark.parametrize("address", ["http://h:99999/x", "http://[", "https://", "https://a b/x"])
def test_a_webhook_that_nobody_can_ask_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        check_address("webhook", address)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEBHOOK_URL", "https://h:99999/x"), ("TELEGRAM_BASE_URL", "api telegram"), ("TELEGRAM_BASE_URL", "ftp://x"),
        ("ZALO_BASE_URL", "bot-api.zalo"), ("PUBLIC_URL", "kho.xa.vn"), ("ADMIN_EMAIL", "truc"),
        ("ADMIN_CHAT", "mười"), ("TELEGRAM_PROXY", "socks5://a:b"),
    ],
)  # fmt: skip
def test_a_malformed_setting_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"DANVAN_{name}", value)
    read_settings.cache_clear()
    with pytest.raises(ConfigurationError, match=f"DANVAN_{name}"):
        read_settings()
    read_settings.cache_clear()


@pytest.mark.parametrize("url", ["smtp://h:abc", "smtp://[::1", "mail.x.vn:25"])
def test_a_malformed_mail_server_is_a_sentence(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DANVAN_SMTP_URL"):
        MailChannel(SecretStr(url), "a@b.vn")
