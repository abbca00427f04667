"""Scrapy's spider loader over the catalogue: a spider a paper, by the paper's id, and no file of code a paper."""

from __future__ import annotations

from functools import cached_property
from types import MethodType
from typing import Self

from scrapy import Request
from scrapy.contracts import Contract
from scrapy.settings import BaseSettings

from crawlers.catalogue import Catalogue, catalogue_of
from crawlers.items import ArticleItem
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.spiders.paper import Made, PaperSpider
from foundation.errors import UnknownSourceError
from foundation.settings import settings as program_settings


def spider_of(source: Source, options: CrawlOptions) -> type[PaperSpider]:
    """The spider class of one source."""
    return type(f"{source.id}-spider", (PaperSpider,), {"name": source.id, "source": source, "options": options})


class CatalogueSpiders:
    """The papers of the catalogue, the user's own among them, as Scrapy's spiders (SPIDER_LOADER_CLASS)."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:  # noqa: ARG003 - Scrapy's; ours are the DANVAN_ ones
        """The loader of this process."""
        return cls()

    @cached_property
    def _catalogue(self) -> Catalogue:
        """Read when it is asked for: a harvest hands Scrapy its spider. Raises ConfigurationError."""
        return catalogue_of(program_settings())

    def load(self, spider_name: str) -> type[PaperSpider]:
        """The spider of this name. Raises KeyError, as Scrapy wants it, with the nearest names."""
        try:
            return spider_of(self._catalogue.get(spider_name), CrawlOptions.of(program_settings()))
        except UnknownSourceError as error:
            raise KeyError(str(error)) from error

    def find_by_request(self, request: Request) -> list[str]:
        """The paper whose site the request is for."""
        source = self._catalogue.of_url(request.url)
        return [source.id] if source else []

    def list(self) -> list[str]:
        """The papers' ids."""
        return [*self._catalogue.sources]


class PaperContract(Contract):
    """`@paper`: a page that the catalogue names gives what it should — an article one item with a title, a section
    or feed at least one request.
    """

    name = "paper"

    def __init__(self, method: MethodType, *args: str) -> None:
        super().__init__(method, *args)
        spider = method.__self__
        assert isinstance(spider, PaperSpider)
        self._source = spider.source

    def adjust_request_args(self, args: dict[str, object]) -> dict[str, object]:
        """The address to ask for: an example of an article, else a section, else a feed."""
        source = self._source
        ways = (*source.url_examples, *(s.path for s in source.sections), *(f.url for f in source.feeds), source.home)
        return args | {"url": source.url(ways[0])}

    def post_process(self, output: list[Made]) -> None:
        """Raises AssertionError."""
        titles = [made.title for made in output if isinstance(made, ArticleItem)]
        if titles and not all(titles):
            raise AssertionError("bài không có tiêu đề")
        if not output:
            raise AssertionError("trang không cho bài nào, cũng không dẫn tới bài nào")
