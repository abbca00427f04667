"""What is taken away is whole, in Vietnamese, and harmless."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from danvan.reports import build_report, report_html, week_of
from danvan.reports.docx import report_docx
from danvan.web.app import create_app
from danvan.web.exports import Sheet, harmless
from models.database import migrate, open_engine, transaction
from models.read_only import open_reading
from tests.web.archive import NOW, Builder
from tests.web.office import PLAIN
from tests.web.sample import Sample

ATOM = "{http://www.w3.org/2005/Atom}"
SCRIPT = "<script>alert(1)</script>"
BAD = [
    f"{SCRIPT}",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    " =1+1",
    "]]> & <b>đậm</b>",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "'; DROP TABLE article; --",
    "a\x01b\x0bc\ufffe",
]


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[TestClient]:
    """An archive in which every text from outside is an attack."""
    url = f"sqlite:///{tmp_path / 'hostile.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        builder = Builder(session)
        document = builder.document(
            "25-NQ/TW", kind="Nghị quyết", issued_on="2026-11-18", reported="2026-11-18", title=SCRIPT, issuer=SCRIPT
        )
        for text in BAD:
            builder.article(
                text + " dân vận",
                f"{text}\n\nThực hiện 25-NQ/TW. {SCRIPT}",
                lead=text,
                author=text,
                section=text,
                url=f"javascript:alert(1)//{text}",
                topics=("dan_van_kheo",),
                cites=((document, "issues"),),
                reasons=[{"phrase": SCRIPT, "start": 0, "end": 3, "weight": 1.0, "field": "text"}],
            )
        builder.run("2026-11-20 06:00", {"baothanhhoa": {"failed": 1}})
        builder.source("baothanhhoa", "broken", message=SCRIPT)
    engine.dispose()
    with TestClient(
        create_app(url, PLAIN, lambda: NOW), base_url="http://127.0.0.1", raise_server_exceptions=False
    ) as client:
        yield client


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/search",
        "/search?q=dân+vận",
        "/search?q=<script>alert(1)</script>",
        "/documents",
        "/documents/1",
        "/documents/1/map",
        "/sources",
        "/runs/1",
        "/report",
        *(f"/articles/{number}" for number in range(1, len(BAD) + 1)),
    ],
)
def test_script_shows_as_text_on_every_page(hostile: TestClient, address: str) -> None:
    answer = hostile.get(address)
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    assert "<img src=x" not in answer.text
    assert 'href="javascript:' not in answer.text.lower()


def test_script_shows_as_text_in_the_feed(hostile: TestClient) -> None:
    answer = hostile.get("/feed.atom?q=dân vận")
    feed: Any = etree.fromstring(answer.content)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert f"{SCRIPT} dân vận" in titles
    assert SCRIPT not in answer.text
    assert all("javascript:" not in (link.get("href") or "") for link in feed.iter(f"{ATOM}link"))


def test_no_cell_is_a_formula(hostile: TestClient) -> None:
    rows = list(csv.reader(io.StringIO(hostile.get("/export.csv").content.decode("utf-8-sig"))))
    book: Any = load_workbook(io.BytesIO(hostile.get("/export.xlsx").content))
    cells = [cell for row in rows[1:] for cell in row]
    cells += [str(cell.value) for row in book.active.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    every = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type in {"s", "n", "d"} for cell in every)
    assert all((cell.hyperlink.target or "").startswith("http") for cell in every if cell.hyperlink)
    assert any(f"{SCRIPT} dân vận" in cell for cell in cells)


def test_script_shows_as_text_in_the_report(hostile: TestClient) -> None:
    content = hostile.get("/report.docx?week=2026-11-20").content
    paragraphs = [one.text for one in docx.Document(io.BytesIO(content)).paragraphs]
    assert any(SCRIPT in text for text in paragraphs)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert SCRIPT.encode() not in package.read("word/document.xml")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_text_becomes_a_harmless_cell(text: str) -> None:
    made = harmless(text)
    assert isinstance(made, str)
    assert not made.lstrip().startswith(("=", "+", "-", "@"))
    assert Sheet("x", {"a": 10}).csv([(text,)])
    assert load_workbook(io.BytesIO(Sheet("x", {"a": 10}).xlsx([(text,)])))


def test_csv_holds_every_hit_with_vietnamese_headings(client: TestClient) -> None:
    rows = list(csv.reader(io.StringIO(client.get("/export.csv?q=dan+van+kheo").content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["Mã", "Ngày đăng", "Báo", "Tỉnh, thành phố"]
    assert len(rows) - 1 == client.get("/api/search?q=dan+van+kheo").json()["total"]


def test_a_workbook_is_ready_to_filter_with_dates_and_links(client: TestClient) -> None:
    book: Any = load_workbook(io.BytesIO(client.get("/export.xlsx?q=dan+van+kheo").content))
    sheet = book.active
    number, printed, address = sheet["A2"], sheet["B2"], sheet["K2"]
    assert sheet.auto_filter.ref == f"A1:K{sheet.max_row}"
    assert isinstance(printed.value, dt.datetime)
    assert printed.number_format == "dd/mm/yyyy hh:mm"
    assert number.hyperlink.target.endswith(f"/articles/{number.value}")
    assert address.hyperlink.target == address.value
    assert sheet["G2"].alignment.wrap_text


def test_feed_is_atom_with_absolute_addresses(client: TestClient) -> None:
    answer = client.get("/feed.atom", params={"q": "dân vận", "topic": "dan_van_kheo"})
    feed: Any = etree.fromstring(answer.content)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}["self"].startswith("http://")
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert all(entry.find(f"{ATOM}{tag}") is not None for tag in ("id", "title", "updated", "author", "link"))
    assert client.get("/feed.atom", params={"q": "dân vận", "topic": "dan_van_kheo"}).content == answer.content


def test_map_export_has_every_province(client: TestClient, sample: Sample) -> None:
    rows = list(csv.reader(io.StringIO(client.get(f"/documents/{sample.central}/map.csv").content.decode("utf-8-sig"))))
    assert len({row[0] for row in rows[1:]}) == 34
    assert sum(1 for row in rows[1:] if row[2] == "chưa thấy báo đưa") == 11
    book: Any = load_workbook(io.BytesIO(client.get(f"/documents/{sample.central}/map.xlsx").content))
    assert book.active.max_row == len(rows)


def test_report_has_plots_and_the_week_s_numbers(sample_url: tuple[str, Sample]) -> None:
    with Session(open_reading(sample_url[0])) as session:
        week = build_report(session, *week_of(dt.date(2026, 11, 19)))
    assert (week.first, week.last, week.name) == (dt.date(2026, 11, 16), dt.date(2026, 11, 22), "tuần")
    assert week.total == sum(day.core + day.related for day in week.days) > 20
    page = report_html(week)
    assert page.count("<svg") == 3
    assert "<style>" in page
    made = docx.Document(io.BytesIO(report_docx(week, PLAIN, dt.date(2026, 11, 23))))
    assert len(made.inline_shapes) == 3
    assert any(f"Trong tuần có {week.total} tin" in one.text for one in made.paragraphs)
