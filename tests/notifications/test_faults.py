"""Faults of Telegram, each made to happen over HTTP. Numbers are rows of the table of faults (section E)."""

from __future__ import annotations

import itertools
import logging
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, update

from foundation.settings import Settings
from models.database import transaction
from models.tables import SubscriberRow
from notifications.markup import MESSAGE_LIMIT
from notifications.operators import tell_operator
from notifications.outbox import add_report, announce
from notifications.subscribers import pause
from notifications.values import Pace
from tests.botapi.html_entities import units
from tests.botapi.state import BotApi
from tests.notifications.conftest import HASTY, NOW, FastClock, Office


def test_65_flood_wait_is_obeyed_then_all_go_out_in_order(office: Office, api: BotApi) -> None:
    office.clock = FastClock(speed=100)
    office.chat(7)
    for _ in range(4):
        office.news()
    api.speed = 100
    fault = api.fault("flood", retry_after=30, after=1)

    report = office.deliver(
        Pace(chat_gap=0, per_second=10_000, patience=75, lease=3600)
    )  # a busy machine is slow by this clock

    assert fault.times == 0
    assert (report.sent, report.retried, report.waiting) == (4, 1, 0)
    assert [sent.text.split(":")[0][-8:] for sent in api.of(7)] == ["01-CT/TU", "03-CT/TU", "05-CT/TU", "07-CT/TU"]
    flooded = next(at for at, _, _, status in api.requests if status == 429)
    after = [at for at, _, _, status in api.requests if at > flooded and status == 200]
    assert len(after) == 3
    assert min(after) - flooded >= 30


def test_65_others_are_served_while_one_chat_waits(office: Office, api: BotApi) -> None:
    for chat in (1, 2, 3):
        office.chat(chat)
    office.news()
    api.fault("flood", chat=2, retry_after=3600)
    report = office.deliver()
    assert (len(api.of(1)), len(api.of(2)), len(api.of(3))) == (1, 0, 1)
    assert report.waiting == 1


@pytest.mark.parametrize("kind", ["slow", "cut"])
def test_66_timeout_after_delivery_is_unknown_and_repeated_once_at_most(office: Office, api: BotApi, kind: str) -> None:
    office.chat(7)
    office.news()
    api.fault(kind, delivered=True, times=None, seconds=1.5)

    first = office.deliver(HASTY)
    at_once = office.deliver(HASTY)
    assert office.states() == ["unknown"]
    assert (first.unknown, at_once.sent, len(api.of(7))) == (1, 0, 1)

    for _ in range(3):
        office.clock.skip(hours=1)
        office.deliver(HASTY)
    assert office.states() == ["unknown"]
    texts = [sent.text for sent in api.of(7)]
    assert len(texts) == 2
    assert "Tin gửi lại" not in texts[0]
    assert "Tin gửi lại" in texts[1]
    assert texts[0].split("Mã tin: ")[1].split(".")[0] == texts[1].split("Mã tin: ")[1].split(".")[0]


def test_66_timeout_without_delivery_reaches_the_chat_later(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.news()
    api.fault("slow", seconds=1.5)
    office.deliver(HASTY)
    office.clock.skip(minutes=11)
    report = office.deliver(HASTY)
    assert (report.sent, report.resent, office.states()) == (1, 1, ["sent"])
    assert len(api.of(7)) == 1


def test_68_tags_in_titles_are_shown_as_text(office: Office, api: BotApi) -> None:
    office.chat(7)
    title = "Về <b>dân vận</b> & *đối_thoại* </a> <script>x</script> &lt;"
    document, article = office.document(title=title), office.article(title=title)
    with transaction(office.engine) as session:
        announce(session, document, article, NOW)
    assert office.deliver().sent == 1
    assert api.of(7)[0].text.count(title) == 2


def test_68_refused_tags_go_out_plain(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.news()
    api.fault("parse")
    assert office.deliver().sent == 1
    (sent,) = api.of(7)
    assert "<b>" not in sent.text
    assert "Chỉ thị số 01-CT/TU: về tăng cường" in sent.text
    assert "(https://baothanhhoa.vn/" in sent.text


def test_31_surrogates_nul_and_emoji_pass(office: Office, api: BotApi) -> None:
    office.chat(7)
    document = office.document(title="Dân vận 🇻🇳 khéo\u200b")
    article = office.article(title="Tin\x07 mới 👍")
    with transaction(office.engine) as session:
        announce(session, document, article, NOW)
    assert office.deliver().sent == 1
    assert "Dân vận 🇻🇳 khéo" in api.of(7)[0].text


def test_69_very_long_title_fits_one_message(office: Office, api: BotApi) -> None:
    office.chat(7)
    document, article = office.document(title="công tác dân vận " * 900), office.article(title="Tin rất dài " * 900)
    papers = ["baonghean", "baohatinh", "baocaobang", "baolangson"]
    with transaction(office.engine) as session:
        announce(session, document, article, NOW)
    for paper in papers:
        later = office.article(paper)
        with transaction(office.engine) as session:
            add_report(session, document, later, NOW)
    assert office.deliver().sent == 1
    assert units(api.of(7)[0].text) <= MESSAGE_LIMIT


def test_69_75_sixty_at_once_become_lists_and_none_is_left_out(office: Office, api: BotApi) -> None:
    office.chat(7)
    for _ in range(60):
        office.news(title="về việc nâng cao chất lượng công tác dân vận của các cơ quan trong tỉnh " * 3)
    report = office.deliver()
    texts = [sent.text for sent in api.of(7)]
    assert report.sent == 60
    assert 1 < len(texts) < 30
    assert all(units(text) <= MESSAGE_LIMIT for text in texts)
    together = "\n".join(texts)
    assert all(f"VB-{row.id}" in together for row in office.alerts())
    assert set(office.states()) == {"sent"}


@pytest.mark.parametrize("kind", ["blocked", "kicked", "not_found"])
def test_70_blocked_chat_is_switched_off_operator_told_others_served(office: Office, api: BotApi, kind: str) -> None:
    office.chat(1)
    office.chat(2)
    office.chat(99, operator=True)
    office.news()
    office.news()
    api.fault(kind, chat=1)
    report = office.deliver()
    assert report.switched_off == 1
    assert (report.sent, report.alerts_sent, len(report.errors)) == (3, 2, 1)
    assert (len(api.of(1)), len(api.of(2))) == (0, 2)
    assert "Đã ngừng gửi cho “Phòng 1”" in api.of(99)[0].text
    with transaction(office.engine) as session:
        row = session.get_one(SubscriberRow, 1)
        assert (row.active, bool(row.off_reason)) == (False, True)
    assert office.states()[:4].count("muted") == 1


def test_71_group_that_became_a_supergroup_is_followed(office: Office, api: BotApi) -> None:
    office.chat(-55)
    office.news()
    api.fault("migrate", chat=-55, new_chat=-1001234, times=None)
    assert office.deliver().sent == 1
    assert len(api.of(-1001234)) == 1
    with transaction(office.engine) as session:
        assert session.get_one(SubscriberRow, 1).address == "-1001234"


def test_71_supergroup_that_had_joined_already_gets_one_message(office: Office, api: BotApi) -> None:
    office.chat(-55)
    office.chat(-1001234)
    office.news()
    api.fault("migrate", chat=-55, new_chat=-1001234, times=None)
    office.deliver()
    assert len(api.of(-1001234)) == 1


def test_72_revoked_token_stops_keeps_all_and_alarms_once(
    office: Office, api: BotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    office.chat(1)
    office.chat(2)
    for _ in range(3):
        office.news()
    api.token = "another:token"
    for _ in range(3):
        report = office.deliver()
        assert report.stopped
    printed = capsys.readouterr().out
    assert printed.count("Telegram không nhận mã token") == 1
    assert office.states()[:6] == ["queued"] * 6

    office.settings = office.settings.model_copy(update={"telegram_token": SecretStr("another:token")})
    assert office.deliver().sent == 6
    assert (len(api.of(1)), len(api.of(2))) == (3, 3)


def test_73_bad_gateway_is_retried_until_it_passes(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.news()
    api.fault("html502", times=3)
    report = office.deliver()
    assert (report.sent, report.retried, report.resent, len(api.of(7))) == (1, 3, 0, 1)
    assert (report.alerts_sent, report.errors) == (1, ())


@pytest.mark.parametrize("tick", [0.011, 0.017, 0.03, 0.04])
def test_73_a_wait_that_ends_while_the_sender_looks_is_not_taken_for_the_end(
    office: Office, api: BotApi, tick: float
) -> None:
    """On a slow machine time passes between two looks at the clock."""

    class Ticking(FastClock):
        def __call__(self) -> datetime:
            self.skip(seconds=tick)
            return super().__call__()

    office.clock = Ticking()
    office.chat(7)
    office.news()
    api.fault("html502", times=3)
    assert (office.deliver().sent, office.states()) == (1, ["sent"])


def test_73_illegal_json_is_repeated_and_marked(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.news()
    api.fault("json", times=2)
    report = office.deliver()
    assert (report.sent, report.resent, len(api.of(7))) == (1, 1, 1)


def test_73_server_that_is_not_there(engine: Engine, settings: Settings) -> None:
    settings = settings.model_copy(update={"telegram_base_url": "http://127.0.0.1:9"})
    office = Office(engine, settings)
    office.chat(7)
    office.news()
    report = office.deliver(Pace(backoff_first=0.05, patience=0.3))
    assert (report.sent, report.waiting, office.states()) == (0, 1, ["queued"])


def test_74_pace_of_chats_groups_and_all(office: Office, api: BotApi) -> None:
    """The stand-in answers 429 to anything faster; at the permitted pace it never has to."""
    speed = 20
    office.clock = FastClock(speed=speed)
    api.speed, api.limits = speed, True
    for chat in (1, 2, -3):
        office.chat(chat)
    for _ in range(12):
        office.news()
    report = office.deliver(Pace(list_over=100))
    assert report.sent == 36
    times = {chat: [sent.at for sent in api.of(chat)] for chat in (1, 2, -3)}
    assert all(later - earlier >= 0.95 for at in times.values() for earlier, later in itertools.pairwise(at))
    assert times[-3][11] - times[-3][0] >= 33
    assert report.retried <= 8  # a busy machine sends unevenly; Telegram would say so too


def test_74_real_second_between_two_messages(office: Office, api: BotApi) -> None:
    api.limits = True
    office.chat(1)
    office.news()
    office.news()
    report = office.deliver(Pace())
    assert (report.sent, report.retried) == (2, 0)


def test_78_forty_papers_one_message(office: Office, api: BotApi) -> None:
    office.chat(7)
    document = office.news()
    office.deliver()
    for number in range(40):
        later = office.article(f"bao{number}")
        with transaction(office.engine) as session:
            add_report(session, document, later, office.clock())
        office.clock.skip(minutes=30)
        if number % 10 == 9:
            office.deliver()
    (sent,) = api.of(7)
    assert "và 28 báo khác" in sent.text
    assert units(sent.text) <= MESSAGE_LIMIT


def test_edit_of_a_message_that_was_deleted_ends_there(office: Office, api: BotApi) -> None:
    office.chat(7)
    document = office.news()
    office.deliver()
    later = office.article("baonghean")
    with transaction(office.engine) as session:
        add_report(session, document, later, office.clock())
    office.clock.skip(minutes=2)
    api.fault("gone_edit", method="editMessageText", times=None)
    office.deliver()
    before = len(api.requests)
    office.deliver()
    assert len(api.requests) == before
    assert office.states() == ["sent"]


def test_80_token_and_chat_ids_stay_secret(
    office: Office, api: BotApi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for chat in (7007007, -8008008):
        office.chat(chat)
    token = office.settings.telegram_token
    assert token is not None
    reports = []
    for kind in ("parse", "blocked", "json", "html502", "cut", "refused", "unauthorized"):
        office.news()
        with transaction(office.engine) as session:
            session.execute(update(SubscriberRow).values(active=True))
        api.fault(kind)
        reports.append(office.deliver())
    office.settings = office.settings.model_copy(update={"telegram_base_url": "http://127.0.0.1:9"})
    reports.append(office.deliver(Pace(backoff_first=0.05, patience=0.2)))
    said = caplog.text + "".join(capsys.readouterr()) + repr(reports) + repr(office.settings)
    said += "".join(row.error or "" for row in office.alerts()) + "".join(office.texts_to_operators())
    for secret in (token.get_secret_value(), "7007007", "8008008"):
        assert secret not in said


def test_paused_chat_gets_a_muted_row(office: Office, api: BotApi) -> None:
    office.chat(7)
    with transaction(office.engine) as session:
        pause(session, session.get_one(SubscriberRow, 1), NOW + timedelta(days=1))
    office.news()
    office.clock.skip(days=2)
    office.deliver()
    assert (office.states(), api.of(7)) == (["muted"], [])


def test_pause_mutes_what_waits_for_the_morning(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.clock = FastClock(start=NOW.replace(hour=16))
    office.news()
    with transaction(office.engine) as session:
        pause(session, session.get_one(SubscriberRow, 1), NOW + timedelta(days=1))
    office.clock.skip(hours=12)
    report = office.deliver()
    assert (office.states(), api.of(7), report.waiting) == (["muted"], [], 0)


def test_long_words_to_the_operator_are_cut_between_lines(office: Office, api: BotApi) -> None:
    office.chat(9, operator=True)
    words = "\n".join(f"• Báo số {number}: không có tin <mới> trong nhiều ngày qua" for number in range(150))
    with transaction(office.engine) as session:
        assert tell_operator(session, office.settings, "dài", words, NOW) == 3
    office.deliver()
    together = "\n".join(sent.text for sent in api.of(9))
    assert all(f"• Báo số {number}: không có tin <mới> trong nhiều ngày qua" in together for number in range(150))


def test_quiet_hours_wait_for_the_morning_but_urgent_does_not(office: Office, api: BotApi) -> None:
    office.chat(7)
    office.chat(8, urgent=True)
    office.clock = FastClock(start=NOW.replace(hour=16, minute=0))  # 23:00 in Hà Nội
    office.news()
    office.deliver()
    assert (len(api.of(7)), len(api.of(8))) == (0, 1)
    office.clock.skip(hours=6, minutes=59)
    office.deliver()
    assert len(api.of(7)) == 0
    office.clock.skip(minutes=2)
    office.deliver()
    assert len(api.of(7)) == 1


def test_64_late_news_after_a_restore_come_as_one_list(office: Office, api: BotApi) -> None:
    office.chat(7)
    for _ in range(8):
        document, article = office.document(), office.article(published_at=NOW - timedelta(days=6))
        with transaction(office.engine) as session:
            announce(session, document, article, NOW)
    assert office.deliver().sent == 8
    assert len(api.of(7)) == 1
