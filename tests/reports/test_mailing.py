"""Điểm báo by mail: every morning by the watch, by hand from the page and the command."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from danvan.cli import main
from danvan.reports.mailing import mail_due
from danvan.web.app import create_app
from foundation.settings import Settings
from foundation.settings import settings as read_settings
from models.database import migrate, open_engine, transaction
from models.desk.people import add_person, role_named
from models.tables import ChangeRow, EventRow
from tests.notifications.test_email import Mailbox, mail_server
from tests.web.archive import Builder

MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
"""07:00 in Hà Nội."""
TO = ("an@xa.example", "binh@xa.example")


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(box: Mailbox) -> Iterator[str]:
    with mail_server(box) as url:
        yield url


def fill(engine: Engine) -> None:
    with transaction(engine) as session:
        Builder(session).article("Tin về dân vận khéo", "Câu đầu của bài.", published="2026-11-20 09:00")


def parts(box: Mailbox) -> dict[str, tuple[str, str]]:
    """For each letter's address: its page, and the words of the Word file."""
    read = {}
    for address, letter in box.letters:
        page: Any = letter.get_body(("html",))
        (file,) = letter.iter_attachments()
        assert file.get_filename() == "diem-bao-2026-11-20.docx"
        document = docx.Document(io.BytesIO(file.get_content()))
        read[address] = (page.get_content(), "\n".join(one.text for one in document.paragraphs))
    return read


def test_the_watch_sends_yesterdays_once_to_each_when_it_is_time(engine: Engine, box: Mailbox, smtp: str) -> None:
    fill(engine)
    config = Settings(_env_file=None, smtp_url=SecretStr(smtp), clipping_mail=TO, admin_email="truc@xa.example")
    assert mail_due(config, engine, MORNING) == 0, "not before half past seven"
    box.refuse, box.refuse_to = {"RCPT": "450 Greylisted"}, TO[1]
    later = MORNING + timedelta(minutes=31)
    assert [mail_due(config, engine, later), mail_due(config, engine, later)] == [1, 0]
    box.refuse = {"RCPT": "550 No such mailbox"}
    assert [mail_due(config, engine, later), mail_due(config, engine, later)] == [0, 0]
    assert set(parts(box)) == {TO[0]}
    page, words = parts(box)[TO[0]]
    assert "Tin về dân vận khéo" in page
    assert "Tin về dân vận khéo" in words
    with transaction(engine) as session:
        told = session.scalars(select(EventRow).where(EventRow.kind == "operator")).all()
        assert len(told) == 1
        assert "không gửi được tới 1 địa chỉ" in told[0].payload["parts"][0]["html"]
    box.refuse = {}
    assert mail_due(config, engine, later + timedelta(days=1)) == 2, "the next day is a letter of its own"


def test_many_readers_get_it_once_each(engine: Engine, box: Mailbox, smtp: str) -> None:
    fill(engine)
    many = tuple(f"nguoi{number}@xa.example" for number in range(60))
    config = Settings(_env_file=None, smtp_url=SecretStr(smtp), clipping_mail=many)
    later = MORNING + timedelta(hours=1)
    assert [mail_due(config, engine, later), mail_due(config, engine, later)] == [60, 0]


def test_a_letter_that_may_have_arrived_is_sent_once_more_and_not_all_day(
    engine: Engine, box: Mailbox, smtp: str
) -> None:
    fill(engine)
    config = Settings(_env_file=None, smtp_url=SecretStr(smtp), clipping_mail=TO[:1], admin_email="truc@xa.example")
    box.hang_up_after_data = True
    for turn in range(4):
        assert mail_due(config, engine, MORNING + timedelta(hours=1, minutes=5 * turn)) == 0
    assert len(box.letters) == 2
    with transaction(engine) as session:
        (told,) = session.scalars(select(EventRow).where(EventRow.kind == "operator")).all()
        assert "không rõ thư đã tới hay chưa" in told.payload["parts"][0]["html"]


def test_a_clerk_sends_from_the_page_and_the_command_does_the_same(
    tmp_path: Path, box: Mailbox, smtp: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    fill(engine)
    with transaction(engine) as session:
        for name, role in (("An", "clerk"), ("Chi", "reader")):
            add_person(session, name, role_named(role), MORNING, by="thử", password="một mật khẩu dài")
    config = Settings(_env_file=None, database_url=url, smtp_url=SecretStr(smtp), web_password=None)
    app = create_app(url, config, lambda: MORNING)

    def send(name: str, to: str) -> tuple[int, str]:
        with TestClient(app, base_url="http://127.0.0.1") as client:
            client.post("/login", data={"name": name, "password": "một mật khẩu dài"})
            page = client.get("/clipping/edit", params={"date": "2026-11-20"}).text
            token = re.search(r'name="form_token" value="([^"]+)"', page)
            form = {"form_token": token[1] if token else "", "first": "2026-11-20", "last": "2026-11-20", "to": to}
            answer = client.post("/clipping/mail", data=form)
            return answer.status_code, answer.text

    assert send("Chi", TO[0])[0] == 403
    for wrong in ("khong phai thu", "an@xã.example"):
        status, text = send("An", wrong)
        assert (status, "không phải địa chỉ thư" in text, box.letters) == (400, True, [])
    assert "Đã gửi điểm báo tới 2 địa chỉ" in send("An", ", ".join(TO))[1]
    assert set(parts(box)) == set(TO)
    with transaction(engine) as session:
        assert [(row.by, row.after) for row in session.scalars(select(ChangeRow).where(ChangeRow.act == "mail"))] == [
            ("An", address) for address in TO
        ]
    engine.dispose()
    monkeypatch.chdir(tmp_path)
    for name, value in {"HOME": str(tmp_path), "DATABASE_URL": url, "SMTP_URL": smtp}.items():
        monkeypatch.setenv(f"DANVAN_{name}", value)
    read_settings.cache_clear()
    box.refuse, box.refuse_to = {"RCPT": "550 No"}, TO[1]
    with pytest.raises(SystemExit) as ended:
        main(["clipping", "--date", "2026-11-20", "--mail", TO[0], "--mail", TO[1], "--json"])
    read_settings.cache_clear()
    told = json.loads(capsys.readouterr().out)
    assert (ended.value.code, told["sent"]) == (1, [TO[0]])
    assert told["failed"] == {TO[1]: "Địa chỉ thư không tồn tại (550)."}
