"""Real texts as a plain extraction printed them, from a folder outside the repository: harvested like any paper.

The folder is named by DANVAN_SHARED, or stands beside the repository; without it these tests are skipped. Only facts
about the texts stand here.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from danvan.demo.loopback import LoopbackSites
from foundation.clock import HANOI
from models.database import migrate, open_engine, transaction
from models.tables import ArticleRow
from tests.demo.truth import add_text
from tests.flows.test_road import announced, harvest, settings_for

FOLDER = Path(os.environ.get("DANVAN_SHARED", Path(__file__).parents[3] / "shared")) / "seeds"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no folder of outside texts at {FOLDER}"),
    pytest.mark.xdist_group("road"),
]

TEXTS = {
    "000": ("mediatech", "22", datetime(2019, 8, 16, 16, 0, tzinfo=HANOI)),
    "001": ("version1", "86", None),
    "002": ("pbody", "38", None),
    "003": ("mediatech", "22", datetime(2023, 1, 9, 8, 0, tzinfo=HANOI)),
    "004": ("mediatech", "20", datetime(2020, 12, 29, 17, 0, tzinfo=HANOI)),
}
RESIDUE = (
    "{name}", "{time}", "{body}", "0 bình luận", "Ý kiến của bạn", "Thời tiết", "Chia sẻ thông tin", "Tắt [X]",
    "Phản hồi", "Các tin khác", "Xem nhiều nhất", "Gửi cho bạn bè", "Đọc nhiều", "Tin liên quan",
)  # fmt: skip
ISSUED = {("17-NQ/TU", "22"), ("32-CTr/TU", "86"), ("138-KH/TU", "38")}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The five texts harvested twice with a window of a hundred years; the archive's address."""
    folder = tmp_path_factory.mktemp("outside")
    sites = LoopbackSites()
    for name, (family, province, published) in TEXTS.items():
        text = next(FOLDER.glob(f"{name}_*.txt")).read_text("utf-8")
        add_text(sites, f"text-{name}", text, family=family, province=province, published_at=published)
    url = f"sqlite:///{folder / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    with sites:
        sites.write_sources(folder / "sources")
        config = settings_for(url, folder / "sources", alert_window_days=36_500)
        for _ in range(2):
            result = harvest(engine, config, sorted(sites.sites))
            assert not result.needs_a_person, result.form()
    return url


def articles(url: str) -> dict[str, ArticleRow]:
    with transaction(open_engine(url)) as session:
        return {row.source_id.removeprefix("text-"): row for row in session.scalars(select(ArticleRow))}


def test_all_five_are_core(archive: str) -> None:
    assert {name: row.grade for name, row in articles(archive).items()} == dict.fromkeys(TEXTS, "core")


def test_the_residue_at_their_ends_is_gone(archive: str) -> None:
    for name, row in articles(archive).items():
        left = [words for words in RESIDUE if words in row.text]
        assert not left, (name, left)


def test_they_are_dated_honestly(archive: str) -> None:
    found = articles(archive)
    for name in ("000", "003", "004"):
        published = found[name].published_at
        assert published is not None
        assert published.astimezone(HANOI).date() == TEXTS[name][2].date()  # type: ignore[union-attr]  # set above


def test_what_they_report_as_issued_is_alerted_once_each(archive: str) -> None:
    found = announced(open_engine(archive))
    assert set(found) == ISSUED
    assert set(found.values()) == {1}
