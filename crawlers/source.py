"""What the catalogue says of one paper and of one family of sites: frozen values, checked when read.

The YAML keys are the names of these fields; docs/sources.md explains every one of them.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from urllib.parse import urljoin, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from crawlers.markup import is_selector
from foundation.validation import is_web_address


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"biểu thức chính quy sai ({error})") from error
    return value


def _selector(value: str) -> str:
    if not is_selector(value):
        raise ValueError("bộ chọn CSS sai")
    return value


Patterns = Annotated[tuple[Annotated[str, AfterValidator(_pattern)], ...], BeforeValidator(_one_or_many)]
SelectorList = Annotated[tuple[Annotated[str, AfterValidator(_selector)], ...], BeforeValidator(_one_or_many)]
Words = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Exclusion(StrEnum):
    """Why a URL of the site is no article."""

    TAG = "tag"
    TOPIC = "topic"
    EVENT = "event"
    SEARCH = "search"
    PRINT = "print"
    MOBILE = "mobile"
    MEDIA = "media"
    COPY = "copy"
    TRANSLATION = "translation"
    OTHER = "other"


class Feed(_Frozen):
    """One feed. `status` says how its address is known: only `used`, `verified` … were seen to answer."""

    url: str
    status: str = "given"

    @model_validator(mode="before")
    @classmethod
    def _bare_address(cls, value: object) -> object:
        return {"url": value} if isinstance(value, str) else value

    @property
    def guessed(self) -> bool:
        """Nobody has seen this address answer: its silence is no fault of the paper."""
        return self.status.startswith("guess") or self.status == "dead"


class Section(_Frozen):
    """One listing page: `path` below the home page, `label` its Vietnamese name."""

    path: str
    label: str = ""

    @model_validator(mode="before")
    @classmethod
    def _bare_path(cls, value: object) -> object:
        return {"path": value} if isinstance(value, str) else value

    def form(self) -> dict[str, str]:
        """As a file has it."""
        return {"path": self.path, **({"label": self.label} if self.label else {})}


class Selectors(_Frozen):
    """CSS selectors, tried in order. A source's own stand before those of its family."""

    title: SelectorList = ()
    lead: SelectorList = ()
    body: SelectorList = ()
    paragraph: SelectorList = ()
    caption: SelectorList = ()
    author: SelectorList = ()
    date: SelectorList = ()
    section: SelectorList = ()
    tags: SelectorList = ()
    listing: SelectorList = ()
    drop: SelectorList = ()
    clock: SelectorList = ()

    def after(self, own: Selectors) -> Selectors:
        """These selectors with `own` put before them."""
        merged: dict[str, Any] = {name: getattr(own, name) + getattr(self, name) for name in Selectors.model_fields}
        return Selectors.model_construct(_fields_set=None, **merged)  # both sides were checked when read


class Older(_Frozen):
    """How pages were marked up before a site changed its template: `until` is the last day of the old one."""

    until: dt.date
    selectors: Selectors


class Expectations(_Frozen):
    """What is usual for a paper, until it has shown its own habit (`models.runs.habit`)."""

    max_silence_hours: float = Field(default=72, gt=0)
    min_articles_a_day: float = Field(default=0, ge=0)
    """As the next one in files of users, and read by nothing: numbers are judged by the habit."""
    min_articles_a_week: float = Field(default=1, ge=0)


class PageRules(_Frozen):
    """What a family and a source can both say of a site's pages."""

    article: Patterns = ()
    article_old: Patterns = ()
    old_ids_are_new_ids: bool = False
    listing: Patterns = ()
    exclude: dict[Exclusion, Patterns] = Field(default_factory=dict)
    copies: Patterns = ()
    paging: str | None = None
    selectors: Selectors = Selectors()
    older: tuple[Older, ...] = ()
    us_order: Annotated[tuple[Literal["meta", "feed"], ...], BeforeValidator(_one_or_many)] = ()
    body_may_be_hidden: bool = False
    body_script: str | None = None
    signatures: Words = ()

    def on(self, day: dt.date) -> Self:
        """The rules as they were for a page fetched on this day: an archived page is read by the template it came in.

        The old template's selectors are tried before those of today.
        """
        then = min((old for old in self.older if day <= old.until), key=lambda old: old.until, default=None)
        return self.model_copy(update={"selectors": self.selectors.after(then.selectors)}) if then else self

    def merged_over(self, base: PageRules) -> dict[str, Any]:
        """The rules of `base` with these laid over them, as field values."""
        exclude = {kind: self.exclude.get(kind, ()) + base.exclude.get(kind, ()) for kind in Exclusion}
        listing = self.listing + tuple(pattern for pattern in base.listing if pattern not in self.listing)
        own = {name: getattr(self, name) for name in PageRules.model_fields if name in self.model_fields_set}
        return {
            **{name: getattr(base, name) for name in PageRules.model_fields},
            **own,
            "exclude": {kind: patterns for kind, patterns in exclude.items() if patterns},
            "listing": listing,
            "selectors": base.selectors.after(self.selectors),
        }


class Family(PageRules):
    """One CMS and its habits. `traps`: what its pages do to a careless reader, by name."""

    name: str
    label: str
    vendor: str = ""
    recognise: SelectorList = ()
    feed_template: str | None = None
    feed_index: str | None = None
    print_url: str | None = None
    jsonld: str | None = None
    traps: dict[str, str] = Field(default_factory=dict)

    def with_common(self, common: Family) -> Family:
        """The family over the rules that all sites share."""
        return self.model_copy(update=self.merged_over(common))


class Source(PageRules):
    """One paper. The rules of its family are merged in when the catalogue is loaded."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    full_name: str | None = None
    level: Literal["provincial_paper", "central", "party_portal"] = "provincial_paper"
    domain: str = ""
    home: str = ""
    province: Annotated[str, Field(pattern=r"^\d\d$")] | None = None
    former_provinces: Words = ()
    past_domains: Words = ()
    subdomains: Words = ()
    blocked_hosts: Words = ()
    family: str = "other"
    family_note: str | None = None
    evidence: Literal["A", "B", "C"] | None = None
    probed: dt.date | None = None
    watched_since: dt.date | None = None
    amends: bool = False
    enabled: bool = True
    reason: str | None = None
    feeds: tuple[Feed, ...] = ()
    feed_index: str | None = None
    feed_template: str | None = None
    sections: tuple[Section, ...] = ()
    sitemaps: Words = ()
    http_only: bool = False
    tls_exception: Literal["legacy", "unverified"] | None = None
    crawl_delay: float | None = Field(default=None, ge=0)
    expectations: Expectations = Expectations()
    shared_tags: Words = ()
    encoding: str | None = None
    kind: Literal["news", "documents"] = "news"
    url_examples: Words = ()
    non_article_examples: Words = ()
    traps: Words = ()
    _written: Source | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _home_and_domain(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        domain, home = str(value.get("domain") or ""), str(value.get("home") or "")
        if not domain and not home:
            raise ValueError("cần khóa “domain” (tên miền) hoặc “home” (địa chỉ trang chủ)")
        if not home:
            scheme = "http" if str(value.get("http_only", "")).lower() in {"true", "yes", "on"} else "https"
            home = f"{scheme}://{domain}/"
        if not is_web_address(home):
            raise ValueError(f"“home: {home}” phải là địa chỉ đầy đủ bắt đầu bằng https:// hoặc http://")
        return {**value, "home": home, "domain": domain or urlsplit(home).netloc.lower()}

    @model_validator(mode="after")
    def _off_has_a_reason(self) -> Self:
        if not self.enabled and not self.reason:
            raise ValueError("nguồn tắt (enabled: false) phải ghi lý do ở khóa “reason”")
        return self

    @property
    def off_because(self) -> str | None:
        """Why this source is not harvested, or None where it is."""
        return None if self.enabled else self.reason

    @property
    def own_selectors(self) -> Selectors:
        """The selectors of its own file, without its family's."""
        return (self._written or self).selectors

    def url(self, path: str) -> str:
        """The full address of a path, a section or a feed as the file gives it."""
        return urljoin(self.home, path)

    def with_family(self, family: Family) -> Source:
        """The source with the rules of its family under its own.

        Patterns, paging and the like: the source's word replaces the family's. Selectors and exclusions: the
        source's stand before, respectively beside the family's.
        """
        feeds = {
            "feed_template": self.feed_template or family.feed_template,
            "feed_index": self.feed_index or family.feed_index,
        }
        merged = self.model_copy(update=self.merged_over(family) | feeds)
        merged._written = self  # noqa: SLF001 - the copy is of this class
        return merged

    def of_family(self, family: Family) -> Source:
        """The source as its file has it, under the rules of this family instead of its own."""
        return (self._written or self).model_copy(update={"family": family.name}).with_family(family)
