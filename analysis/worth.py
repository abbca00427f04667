"""Which new documents are worth telling everybody of, and in which order. Pure.

The rule (`data/worth.yaml` names the bodies): every new resolution of a party committee of the centre or a province,
whatever its subject; of other kinds and issuers those whose reporting article is about dân vận, that carry out, amend
or concern a document of dân vận, or that come from the board itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.data_files import read_data
from analysis.issuers import level_of
from analysis.relevance import judge
from analysis.values import Grade

RANKS = {"central": 0, "province": 1, "district": 2, "commune": 2}


def _bodies() -> Mapping[str, Any]:
    return read_data("worth.yaml")


def worth_reading(kind_code: str, issuer_code: str, *, title: str | None, grade: str, carries_out: bool) -> str | None:
    """Why a document is worth telling everybody of, in a few Vietnamese words; None where it is not.

    `grade` is that of the article which reports it; `carries_out`: it carries out, amends or replaces a document that
    is about dân vận (`about_people_work`).
    """
    first = issuer_code.partition("-")[0]
    if from_board(issuer_code):
        return "văn bản của ban dân vận"
    if kind_code in _bodies()["resolutions"] and first in _bodies()["party_committees"]:
        return "nghị quyết của cấp ủy"
    if about_people_work(title):
        return "văn bản về dân vận"
    if grade in (Grade.CORE, Grade.RELATED):
        return "bài báo về dân vận"
    return "thực hiện văn bản về dân vận" if carries_out else None


def from_board(issuer_code: str) -> bool:
    """Whether the board of dân vận itself issued it."""
    return issuer_code.partition("-")[0].startswith(tuple(_bodies()["boards"]))


def about_people_work(title: str | None) -> bool:
    """Whether a document's title says that it is about dân vận, by the rules that grade articles."""
    return bool(title) and judge(str(title), "", "")[0].grade is not Grade.NONE


def rank(kind_code: str, issuer_code: str) -> int:
    """The place of a document in a list: central before provincial before local, and its level's resolutions first."""
    return 2 * RANKS.get(level_of(issuer_code), 2) + (kind_code not in _bodies()["resolutions"])
