"""The commands one after another over a replica paper, as a new user would type them."""

from __future__ import annotations

import csv
import io
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from danvan.demo.server import ReplicaSites
from foundation.clock import HANOI
from tests.cli.test_command import DANVAN, danvan
from tests.demo.truth import expected

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("by-hand")]

PAPER = "demo-thanhhoa"
YESTERDAY = (datetime.now(HANOI) - timedelta(days=1)).date()


class Office:
    """A folder with an archive, one replica paper, and the command in it."""

    def __init__(self, folder: Path, sites: ReplicaSites) -> None:
        self.folder = folder
        self.sites = sites
        self.settings = {"SOURCES_DIR": str(folder / "sources"), "ALLOW_HOSTS": "127.0.0.1", "CRAWL_DELAY": "0"}

    def __call__(self, *words: str, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        done = danvan(*words, cwd=self.folder, **{**self.settings, **settings})
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code).stdout)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    with ReplicaSites(YESTERDAY, only=[PAPER]) as sites:
        sites.write_sources(folder / "sources")
        office = Office(folder, sites)
        office.first = office.json("run", "--source", PAPER)  # type: ignore[attr-defined]  # the first harvest, for all
        yield office


def test_run_ends_with_the_ledger_that_the_outside_relies_on(office: Office) -> None:
    form = office.first  # type: ignore[attr-defined]
    assert set(form) >= {"run", "sources", "articles_new", "documents_new", "alerts_queued", "alerts_sent"}
    (source,) = form["sources"]
    assert set(source) >= {"id", "status", "discovered", "states", "articles_new", "seconds"}
    assert source["discovered"] == sum(source["states"].values())
    assert form["articles_new"] > 5
    assert form["alerts_sent"] == form["alerts_queued"] > 0


def test_a_second_run_finds_nothing_new_and_needs_no_cluster(office: Office) -> None:
    form = json.loads(office("run", "--source", PAPER, "--json", DASK="tcp://127.0.0.1:9").stdout)
    assert form["articles_new"] == form["alerts_sent"] == 0


def test_search_finds_without_marks_and_by_any_name_of_the_province(office: Office) -> None:
    by_name = office.json("search", "dan", "van", "--province", "Thanh Hóa")["hits"]
    by_code = office.json("search", "dân", "vận", "--province", "38")["hits"]
    assert by_code
    assert {hit["id"] for hit in by_code} <= {hit["id"] for hit in by_name}


def test_search_writes_csv_and_xlsx(office: Office) -> None:
    rows = list(csv.reader(io.StringIO(office("search", "dan van", "--format", "csv").stdout.lstrip("\ufeff"))))
    assert len(rows) > 3
    office("search", "dan van", "--format", "xlsx", "--output", "kq.xlsx")
    sheet = openpyxl.load_workbook(office.folder / "kq.xlsx").active
    assert sheet is not None
    assert sheet.max_row == len(rows)


def test_documents_and_one_document_in_any_spelling(office: Office) -> None:
    listed = office.json("documents", "--kind", "KH", "--province", "38")
    assert listed
    symbol = listed[0]["symbol"]
    pages = office.json("document", symbol.lower().replace("-", " ").replace("/", " "))
    assert symbol in {page["document"]["symbol"] for page in pages}
    assert all(page["articles"] for page in pages)


def test_a_correction_is_measured(office: Office) -> None:
    hit = office.json("search", "dan van", "--grade", "core")["hits"][0]
    office("label", str(hit["id"]), "--grade", "none", "--note", "thử")
    report = office.json("eval", "--from-archive")
    assert report["examples"] == 1
    assert report["misses"][0]["articles"][0]["expected"] == "none"


def test_health_digest_deliver_and_reprocess(office: Office) -> None:
    states = {state["source_id"]: state for state in json.loads(office_health(office))}
    assert not states[PAPER]["needs_a_person"]
    assert "văn bản" in office("digest").stdout.lower()
    assert office.json("deliver")["sent"] == 0
    office.sites.requests.clear()
    assert office.json("reprocess")["failed"] == 0
    assert not office.sites.requests, "reading the archive again must ask no paper"


def office_health(office: Office) -> str:
    """Health may end with 1: the bundled papers were never visited here."""
    return danvan("health", "--json", cwd=office.folder, **office.settings).stdout


def test_invite_prints_a_code(office: Office) -> None:
    assert len(office.json("invite", "Phòng dân vận")["code"]) >= 8


def test_sources_check_and_add_ask_politely(office: Office) -> None:
    report = office.json("sources", "check", PAPER)
    assert report["ok"], report
    home = office.sites.sites[PAPER]
    added = office.json("sources", "add", home, "--to", str(office.folder / "proposed"))
    text = Path(office.folder / added["file"]).read_text("utf-8")
    assert "family: pbody" in text
    listed = danvan("sources", "list", "--json", cwd=office.folder, SOURCES_DIR=str(office.folder / "proposed"))
    assert added["id"] in {source["id"] for source in json.loads(listed.stdout)["sources"]}


def test_read_a_live_page(office: Office) -> None:
    page = next(p for p in expected(office.sites) if p.truth.status == "article" and p.truth.alerts)
    form = office.json("read", page.url)
    assert form["status"] == "article"
    assert form["title"] == page.title
    assert form["source"] == PAPER
    assert {symbol.partition("@")[0] for symbol in page.truth.alerts} <= set(form["new"])


def test_a_report_is_written(office: Office) -> None:
    office("report", "--to", "tuan.docx")
    assert (office.folder / "tuan.docx").read_bytes()[:2] == b"PK"


def test_serve_answers_on_loopback(office: Office) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {f"DANVAN_{name}": value for name, value in office.settings.items()}
    environment |= {"DANVAN_DATABASE_URL": f"sqlite:///{office.folder / 'archive.sqlite3'}", "PATH": "/usr/bin:/bin"}
    child = subprocess.Popen([str(DANVAN), "serve", "--port", str(port)], cwd=office.folder, env=environment)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
                break
            except httpx.HTTPError:
                assert time.monotonic() < deadline
                time.sleep(0.3)
        assert answer.status_code == 200
        assert "Hôm nay" in answer.text
    finally:
        child.terminate()
        child.wait(15)
