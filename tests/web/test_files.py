"""Documents' own files in a browser: beside the article and the document, and only ever to be saved."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import select

from danvan.web.app import create_app
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.tables import DocumentRow
from tests.faults.road import NOW, Road
from tests.models.test_files import publish, send
from tests.own_files import HEAD, pdf

POISON = "<script>alert(1)</script>"


def test_a_file_is_shown_and_handed_out_as_an_attachment(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    road = Road(engine)
    address, other = "https://bao0.example/tep/138-kh-tu.pdf", "https://bao0.example/tep/phu-luc.pdf"
    publish(road, address, other)
    send(road, pdf(*HEAD[:6], POISON, *HEAD[8:]))
    road.read()
    with transaction(engine) as session:
        document = session.scalars(select(DocumentRow.id).where(DocumentRow.symbol == "138-KH/TU")).one()
    with TestClient(create_app(url, Settings(web_password=None), lambda: NOW), base_url="http://127.0.0.1") as client:
        for page in ("/articles/1", f"/documents/{document}"):
            shown = client.get(page).text
            assert '<a href="/files/1">toàn văn kế hoạch</a>' in shown
            assert f'href="{address}"' in shown
            assert POISON not in shown
            assert "alert(1)" in shown, "the title as the file has it"
        assert "để lần sau: chờ tải" in client.get("/articles/1").text
        assert "có các từ này trong tệp" in client.get("/search", params={"q": "hòm thư góp ý"}).text
        assert client.get(f"/api/documents/{document}").json()["files"][0]["symbol"] == "138-KH/TU"
        kept = client.get("/files/1")
        assert kept.content.startswith(b"%PDF-")
        assert kept.headers["content-disposition"] == "attachment; filename*=UTF-8''138-KH-TU-1.pdf"
        assert kept.headers["x-content-type-options"] == "nosniff"
        assert kept.headers["content-type"] == "application/pdf"
        assert client.get("/files/99").status_code == 404
    engine.dispose()
