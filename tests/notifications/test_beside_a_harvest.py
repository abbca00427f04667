"""A harvest stores several pages in one transaction: who delivers meanwhile may wait for it, but never both.

On PostgreSQL: SQLite has one writer.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from foundation.errors import StoreError
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from notifications import lease
from notifications.channels.console import ConsoleChannel
from notifications.compose import JobKind
from notifications.due import Ways
from notifications.outbox import add_report, announce
from notifications.rows import Presentation
from notifications.values import Pace
from tests.notifications.conftest import NOW, Office

PACE = Pace(list_over=1)


@pytest.fixture
def office(postgresql_database: str) -> Iterator[Office]:
    engine = open_engine(postgresql_database)
    migrate(engine)
    office = Office(engine, Settings(_env_file=None))
    office.chat(7, urgent=True)
    yield office
    engine.dispose()


def news(office: Office) -> int:
    document, article = office.document(), office.article()
    with transaction(office.engine) as session:
        assert announce(session, document, article, NOW) == 1
    return document


def test_news_for_a_chat_that_is_being_served_does_not_wait(office: Office) -> None:
    news(office)
    document, article = office.document(), office.article()
    with transaction(office.engine) as sender, transaction(office.engine) as harvest:
        assert len(lease.take(sender, "a", NOW, ways=Ways(["telegram"]), limit=1, pace=PACE)) == 1
        harvest.execute(text("SET LOCAL lock_timeout = '5s'"))
        assert announce(harvest, document, article, NOW) == 1


def test_further_reports_on_what_a_list_tells_are_no_circle(office: Office) -> None:
    first, second = news(office), news(office)
    papers = office.article("baonghean"), office.article("baohatinh")
    with transaction(office.engine) as session:
        [job] = lease.take(session, "a", NOW, ways=Ways(["telegram"]), limit=1, pace=PACE)
    assert job.kind is JobKind.LIST
    faults: list[StoreError] = []

    def begin() -> None:
        channel, words = ConsoleChannel(io.StringIO()), Presentation(str, None)
        try:
            with transaction(office.engine) as session:
                lease.begin(session, job, "a", NOW, channel=channel, words=words, pace=PACE)
        except StoreError as error:
            faults.append(error)

    begun = threading.Thread(target=begin)
    with transaction(office.engine) as harvest:
        add_report(harvest, second, papers[0], NOW)
        begun.start()
        time.sleep(0.3)  # it marks both messages
        add_report(harvest, first, papers[1], NOW)
    begun.join()
    assert faults == []
    assert office.states() == ["sending", "sending"]
