"""Poisoned text in every field of the new pages, addresses that no page of ours makes, by each role: bounded, never 500."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from models import names
from tests.web.office import ROLES

POISON = (
    "<script>alert(1)</script>",
    "\"'><img src=x>",
    "a\x00b",
    "\u202egnah",
    "=cmd|' /C calc'!A0",
    "\n- id: x",
    "😀" * 80,
)
FIELDS = (
    "q",
    "kind",
    "province",
    "topic",
    "from",
    "to",
    "since",
    "carries_out",
    "source",
    "grade",
    "document",
    "level",
)
PAGES = ("/search", "/documents", "/documents.csv", "/documents.atom", "/rules/new", "/api/documents", "/api/search")


def token(browser: TestClient) -> str:
    page = browser.get("/rules").text
    return str(re.findall(r'name="form_token" value="(\w+)"', page)[0])


@pytest.mark.parametrize("page", PAGES)
def test_poison_in_every_filter_is_text(browsers: dict[str, TestClient], page: str) -> None:
    for number, field in enumerate(FIELDS):
        poison = POISON[number % len(POISON)]
        answer = browsers["reader"].get(page, params={field: poison})
        assert answer.status_code in {200, 400, 422}, (page, field, answer.status_code, answer.text[:200])
        if "json" not in answer.headers["content-type"]:
            assert "<script>alert" not in answer.text
            assert "<img src=x>" not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_addresses_beyond_measure_are_refused_or_answered(browsers: dict[str, TestClient], page: str) -> None:
    reader = browsers["reader"]
    assert reader.get(page + "?" + "a&" * 12_000).status_code == 414
    for field in ("document", "carries_out", "q", "page"):
        status = reader.get(page, params={field: "9" * 5_000}).status_code
        assert status in {200, 400, 422}, (page, field, status)


@pytest.mark.parametrize("poison", POISON)
def test_poison_in_a_rule_s_name_and_words_is_text(browsers: dict[str, TestClient], poison: str) -> None:
    clerk = browsers["clerk"]
    form = {"form_token": token(clerk), "channel": "2", "name": poison}
    answer = clerk.post("/rules/search", params={"q": "dân vận " + poison[:60]}, data=form)
    assert answer.status_code in {200, 400}
    number = re.findall(r'action="/rules/(\d+)"', clerk.get("/rules").text)[-1]
    answer = clerk.post(f"/rules/{number}", data={**form, "words": poison, "act": "save"})
    assert answer.status_code in {200, 400}
    assert "<script>alert" not in answer.text + clerk.get("/rules").text
    assert clerk.post("/rules/999999", data={**form, "act": "remove"}).status_code == 400


def test_poison_in_a_reason_stays_one_line_of_the_paper_s_file(browsers: dict[str, TestClient]) -> None:
    operator = browsers["operator"]
    form = {
        "form_token": token(operator),
        "turn": "off",
        "reason": "a: [b\n- id: x\x00 #\u2028 <script>alert(1)</script>",
    }
    answer = operator.post("/sources/baothanhhoa/switch", data=form)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert names.catalogue()["baothanhhoa"].off_because
    operator.post("/sources/baothanhhoa/switch", data={**form, "turn": "on"})
    assert names.catalogue()["baothanhhoa"].off_because is None


def test_each_role_does_what_it_may_and_no_more(browsers: dict[str, TestClient]) -> None:
    allowed = {
        "/documents": "reader", "/rules": "reader", "/api/suggestions?q=31": "reader", "/sources": "clerk",
        "/sources/baothanhhoa": "clerk", "/outbox": "operator", "/runs": "operator",
    }  # fmt: skip
    for address, least in allowed.items():
        for role in ROLES:
            wanted = 200 if ROLES.index(role) >= ROLES.index(least) else 403
            assert browsers[role].get(address).status_code == wanted, (address, role)
    for role in ("reader", "clerk"):
        for act in ("check", "switch"):
            form = {"form_token": token(browsers[role])}
            assert browsers[role].post(f"/sources/baothanhhoa/{act}", data=form).status_code == 403
    assert browsers["reader"].post("/articles/1/correct", data={"form_token": "x"}).status_code == 403


def test_a_clipping_s_hidden_numbers_are_bounded(browsers: dict[str, TestClient]) -> None:
    clerk, many = browsers["clerk"], "9" * 5_000
    form = {"form_token": token(clerk), "from": "2026-11-19", "version": "abc", "stories": f"1,{many},x,٣"}
    form |= {f"take-{one}": "on" for one in ("1", many, "x", "٣")} | {"order-1": many, "remarks": POISON[0]}
    answer = clerk.post("/clipping/edit", data=form)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    other = {**form, "version": many, "remarks": "khác"}  # what is the same is no quarrel
    assert clerk.post("/clipping/edit", data=other).status_code == 409


def test_a_paper_s_address_is_no_path(browsers: dict[str, TestClient]) -> None:
    for name in ("..%2f..%2fx", "%00", "A" * 5_000, "bao thanh hoa"):
        assert browsers["operator"].get(f"/sources/{name}").status_code in {404, 422}
