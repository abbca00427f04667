"""A new document reaches everyone who is to hear of it."""

from __future__ import annotations

import io

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from foundation.settings import Settings
from models.database import transaction
from models.tables import RuleRow, SubscriberRow
from notifications.default_subscribers import ensure_default_subscribers
from notifications.deliver import deliver
from notifications.messages import quote_of
from notifications.outbox import add_report, announce
from tests.botapi.state import TOKEN, BotApi
from tests.notifications.conftest import NOW, QUICK, FastClock, Office


def test_alert_says_what_is_new_who_reports_it_why_and_where(office: Office, api: BotApi) -> None:
    office.chat(77)
    document, article = office.document(), office.article()
    office.mention(document, article, "text", "Chỉ thị số 01-CT/TU")
    with transaction(office.engine) as session:
        assert announce(session, document, article, NOW) == 1

    report = office.deliver()

    assert (report.sent, report.waiting) == (1, 0)
    (sent,) = api.of(77)
    for words in (
        "Chỉ thị số 01-CT/TU: về tăng cường công tác dân vận ở cơ sở", "Ban Thường vụ Tỉnh ủy Thanh Hóa",
        "Ban hành ngày 04/03/2026", "Báo Thanh Hóa, 08:30 ngày 05/03/2026", "Tỉnh ủy ban hành chỉ thị mới",
        "vừa ban hành Chỉ thị số 01-CT/TU về", "Quy tắc “Văn bản về dân vận”", "Mã tin: VB-",
    ):  # fmt: skip
        assert words in sent.text
    assert 'href="https://baothanhhoa.vn/bai-2.htm"' in sent.raw
    assert [b["callback_data"] for b in sent.buttons[0]] == [f"vote:up:{article}", f"vote:down:{article}"]


def test_second_announcement_of_a_document_queues_nothing(office: Office, api: BotApi) -> None:
    office.chat(77)
    document, first = office.document(), office.article()
    with transaction(office.engine) as session:
        assert announce(session, document, first, NOW) == 1
        assert announce(session, document, first, NOW) == 0
        assert announce(session, document, office_article(session), NOW) == 0
    assert office.deliver().sent == 1
    assert office.deliver().sent == 0
    assert len(api.of(77)) == 1


def office_article(session: object) -> int:
    """An article id that does not exist: a report of it is no reason for anything."""
    return 999_999


def test_later_papers_are_added_by_editing(office: Office, api: BotApi) -> None:
    office.chat(77)
    document, first = office.document(), office.article()
    with transaction(office.engine) as session:
        announce(session, document, first, NOW)
    office.deliver()
    for source in ("baonghean", "baohatinh"):
        later = office.article(source)
        with transaction(office.engine) as session:
            add_report(session, document, later, office.clock())
    office.clock.skip(minutes=2)

    report = office.deliver()

    (sent,) = api.of(77)
    assert (report.edited, report.sent) == (1, 0)
    assert "Cũng đưa tin: Báo Nghệ An; Báo Hà Tĩnh." in sent.text
    assert len(sent.edits) == 1
    assert office.deliver().edited == 0


def test_report_that_comes_before_sending_is_in_the_first_words(office: Office, api: BotApi) -> None:
    office.chat(77)
    document, first, later = office.document(), office.article(), office.article("baonghean")
    with transaction(office.engine) as session:
        announce(session, document, first, NOW)
        assert add_report(session, document, later, NOW) == 0
    office.deliver()
    assert "Cũng đưa tin: Báo Nghệ An." in api.of(77)[0].text


def test_without_a_token_the_console_prints(engine: Engine) -> None:
    settings = Settings(_env_file=None)
    office = Office(engine, settings)
    with transaction(engine) as session:
        ensure_default_subscribers(session, settings, NOW)
    office.news()
    out = io.StringIO()
    assert office.deliver(stream=out).sent == 1
    assert "Chỉ thị số 01-CT/TU" in out.getvalue()
    assert "<b>" not in out.getvalue()
    assert office.states() == ["sent"]


def test_token_and_admin_chat_are_enough(engine: Engine, settings: Settings, api: BotApi) -> None:
    settings = settings.model_copy(update={"admin_chat": "4711"})
    office = Office(engine, settings)
    with transaction(engine) as session:
        ensure_default_subscribers(session, settings, NOW)
        ensure_default_subscribers(session, settings, NOW)
    office.clock = FastClock(start=NOW.replace(hour=17))  # midnight in Hà Nội: quiet hours are for chats that joined
    office.news(kind="Công văn", kind_code="CV", issuer_code="UBND-KGVX", symbol="326/UBND-KGVX")
    assert office.deliver().sent == 1
    assert "Quy tắc “Nghị quyết và dân vận”: văn bản về dân vận" in api.of(4711)[0].text


def test_console_falls_silent_when_the_admin_chat_is_set_later(engine: Engine, settings: Settings, api: BotApi) -> None:
    with transaction(engine) as session:
        ensure_default_subscribers(session, Settings(_env_file=None), NOW)
        ensure_default_subscribers(session, settings.model_copy(update={"admin_chat": "4711"}), NOW)
        rules = dict(
            session.execute(
                select(SubscriberRow.channel, RuleRow.active).join(RuleRow).where(RuleRow.delivery == "immediate")
            )
            .tuples()
            .all()
        )
    assert rules == {"console": False, "telegram": True}


@pytest.mark.parametrize("form", ["{}", "{}/bot", "{}/bot/", "{}/"])
def test_base_url_in_every_form(engine: Engine, api: BotApi, api_url: str, form: str) -> None:
    settings = Settings(_env_file=None, telegram_token=SecretStr(TOKEN), telegram_base_url=form.format(api_url))
    office = Office(engine, settings)
    office.chat(5)
    office.news()
    assert deliver(engine, settings, office.clock, pace=QUICK).sent == 1
    assert len(api.of(5)) == 1


def test_a_quote_leaves_out_the_papers_own_mark_and_ends_at_a_word() -> None:
    text = "HPĐT - Ban Thường vụ ban hành Chỉ thị số 1-CT/TU về dân vận, " + "và những việc khác " * 20
    start = text.index("Chỉ thị")
    quote = quote_of(text, start, start + len("Chỉ thị số 1-CT/TU"))
    assert quote.before == "Ban Thường vụ ban hành "
    assert quote.after.endswith("…")
    assert not quote.after.removesuffix("…").endswith((",", " "))
