"""Every line of the citation data does its work: what a clerk writes there is what the reader finds."""

from __future__ import annotations

import pytest

from analysis.citations import find_citations
from analysis.citations.grammar import rejects, role_words
from analysis.citations.symbols import is_party
from analysis.issuers import Issuer, bodies, issuers
from analysis.kinds import Kind, kinds

SAYABLE = [(kind, words) for kind in kinds() for words in kind.words if len(words) > 2]


@pytest.mark.parametrize(("kind", "words"), SAYABLE, ids=lambda value: value if isinstance(value, str) else value.code)
def test_kind_by_its_words(kind: Kind, words: str) -> None:
    issuer = "QH15" if kind.code == "Luật" else "UBND"
    symbol = f"5/2026/{issuer}" if kind.code == "Luật" else f"5/{kind.code}-{issuer}"
    text = f"Theo {words.capitalize()} số {symbol} ngày 1/2/2026."
    (citation,) = find_citations(text)
    assert (citation.kind, citation.kind_code, citation.number) == (kind.called, kind.code, "5")
    assert citation.text.lower().startswith(words)


@pytest.mark.parametrize("kind", [kind for kind in kinds() if kind.code != "Luật"], ids=lambda kind: kind.name)
def test_kind_by_each_of_its_codes(kind: Kind) -> None:
    for code in (kind.code, *kind.codes):
        (citation,) = find_citations(f"Theo văn bản 5-{code}/TU.")
        family = next(other.family for other in kinds() if other.name == citation.kind)
        assert family == kind.family or kind.code == "TT", code


@pytest.mark.parametrize("issuer", issuers(), ids=lambda issuer: issuer.code)
def test_issuer_by_its_code(issuer: Issuer) -> None:
    symbol = f"5-KH/{issuer.code}" if is_party(issuer.code) else f"5/KH-{issuer.code}"
    (citation,) = find_citations(f"Theo Kế hoạch số {symbol}.", province="31")
    assert citation.symbol == symbol
    assert citation.issuer_code == issuer.code
    assert citation.issuer is not None
    assert (citation.place is None) == (issuer.level == "central")


def test_issuer_by_each_of_its_names() -> None:
    for words, body in bodies().items():
        printed = words[0].upper() + words[1:]
        (citation,) = find_citations(f"Theo Thông báo số 5 của {printed}, các xã họp.", province="31")
        assert citation.issuer_code == body.code, words
        assert (citation.place is None) == (body.level == "central"), words


def test_rejected_words() -> None:
    for words in rejects()["words_before"]:
        assert find_citations(f"Theo {words} số 5/KH-UBND.") == [], words


def test_rejected_codes() -> None:
    for code in rejects()["codes"] | rejects()["court"]:
        assert find_citations(f"Theo văn bản số 5/{code}-UBND.") == [], code


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (role, words)
        for role in ("issues", "implements", "amends", "replaces")
        for words in role_words()["before"][role]
    ],
)
def test_role_by_its_words(role: str, words: str) -> None:
    (citation,) = find_citations(f"Tỉnh ủy {words} Nghị quyết số 5-NQ/TU ngày 1/3/2026.")
    assert citation.role.value == role
