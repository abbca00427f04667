"""The pages of one replica, rendered from its family's templates."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from danvan.demo import filler
from danvan.demo.addresses import Addresses, Profile, feed_date, quoted, shapes, us_order, weekday, weekday_number
from danvan.demo.scramble import scramble
from danvan.demo.stories import Story, slug
from foundation.clock import HANOI

TEMPLATES = Path(__file__).parent / "templates"

MENU = (
    "Thế giới", "Giáo dục", "Y tế", "Văn hóa - Giải trí", "Du lịch", "Pháp luật", "Công nghệ", "Chuyển đổi số",
    "Môi trường", "Nông nghiệp - Nông thôn", "Công nghiệp - Thương mại", "Tài chính - Ngân hàng", "Bất động sản",
    "Thị trường", "Đời sống", "Gia đình", "Bạn đọc", "Nhịp cầu nhân ái", "An toàn giao thông", "Biển đảo",
    "Đất và người", "Ẩm thực", "Văn nghệ", "Sách hay", "Infographic", "Podcast", "E-magazine", "Quảng cáo", "Đặt báo",
)  # fmt: skip
"""Sections that every paper has and the demo fills with nothing."""


TOPIC = "Đưa nghị quyết của Đảng vào cuộc sống"
"""The event that every page leads to."""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.globals.update(
        script=lambda seed, size: Markup(filler.script(seed, size)),  # noqa: S704 - our own filler
        style=lambda seed, size: Markup(filler.style(seed, size)),  # noqa: S704
        weekday=weekday,
        weekday_number=weekday_number,
        us_order=us_order,
        slug=slug,
        raw_line=raw_line,
        entities=entities,
        scramble=scramble,
    )
    return environment


def entities(words: str) -> Markup:
    """`words` with every Latin-1 letter as a numeric entity, as one family prints its meta."""
    return Markup("".join(f"&#{ord(c)};" if 160 <= ord(c) < 256 else str(escape(c)) for c in words))  # noqa: S704


def raw_line(words: str) -> Markup:
    """`words` inside a JSON string as one family writes it: with a raw line end that breaks strict parsers."""
    quoted_words = json.dumps(words, ensure_ascii=False)
    return Markup(re.sub(r" ", "\n", quoted_words, count=1).replace("</", "<\\/"))  # noqa: S704


class Pages:
    """Renders the pages of one replica. `clock` gives the moment that stands in the pages' headers."""

    def __init__(self, profile: Profile, base_url: str, clock: Callable[[], datetime]) -> None:
        self.profile = profile
        self.base_url = base_url.rstrip("/")
        self.addresses = Addresses(shapes()[profile.family], profile.sections)
        self._clock = clock

    def url(self, story: Story) -> str:
        """The story's full address."""
        return self.base_url + quoted(self.addresses.article(story))

    def article(self, story: Story, others: Sequence[Story]) -> bytes:
        """The story's page; `others` fill its boxes of related and most read news."""
        name = "media.html" if story.traits & {"photo", "video", "film"} else "article.html"
        return self._render(name, others, story=story, body=self._body(story), **self._section(story.section))

    def print(self, story: Story) -> bytes:
        """The print page."""
        return self._render("print.html", (), story=story, body=self._body(story))

    def listing(self, title: str, path: str, stories: Sequence[Story], *, page: int = 1, pages: int = 1) -> bytes:
        """One page of a listing (a section, a tag, a topic)."""
        parameter = self.addresses.shape.page
        links = [(n, f"{self.base_url}{quoted(path)}?{parameter}={n}") for n in range(1, pages + 1)]
        return self._render("listing.html", stories, heading=title, path=path, page=page, page_links=links)

    @property
    def hidden(self) -> str:
        """A path that looks like an article's, is linked, and is closed by robots.txt."""
        names = {"slug": "tai-lieu-noi-bo", "number": 190_014, "hex": "0a1b2c3", "section": "chinh-tri"}
        names |= {"month": "202601", "year": "2026", "monthonly": "01"}
        shape = self.addresses.shape
        if shape.also:
            return shape.also[0].format_map(names | {"section": "noi-bo"})
        return "/noi-bo" + shape.article.format_map(names)

    def home(self, stories: Sequence[Story]) -> bytes:
        """The front page."""
        return self._render("home.html", stories)

    def not_found(self, stories: Sequence[Story]) -> bytes:
        """What stands where nothing is: served with 404, or with 200 as a soft one."""
        return self._render("gone.html", stories)

    def feed(self, title: str, stories: Sequence[Story]) -> bytes:
        """An RSS feed in the family's own date format."""
        form = self.addresses.shape.feed_date
        return self._render(
            "feed.xml", stories, heading=title, moment=lambda story: feed_date(story.published_at, form)
        )

    def text(self, name: str, stories: Sequence[Story] = (), **values: object) -> bytes:
        """Any other template of the common folder (sitemaps, feed index)."""
        return self._render(name, stories, **values)

    def _section(self, section: str) -> dict[str, str]:
        return {
            "section_label": self.profile.sections.get(section, "Tin tức"),
            "section_url": self.base_url + self.addresses.section(section),
        }

    def _body(self, story: Story) -> Mapping[str, Any]:
        plain = f"{story.lead} " + " ".join(story.paragraphs)
        head, *_ = story.paragraphs or ("",)
        return {
            "blocks": story.blocks,
            "cut": plain[:300],
            "head": head,
            "hidden": scramble(self._body_html(story), story.id) if story.blocks else "",
        }

    def _body_html(self, story: Story) -> str:
        return "".join(f'<p class="pBody">{escape(block.text)}</p>' for block in story.blocks)

    def _render(self, name: str, stories: Sequence[Story], **values: object) -> bytes:
        family = self.profile.family
        environment = _environment()
        template = environment.select_template([f"{family}/{name}", f"common/{name}"])
        html = template.render(
            frame=f"{family}/shell.html",
            site=self.profile,
            base=self.base_url,
            menu=MENU,
            sections=[(self.addresses.section(path), label) for path, label in self.profile.sections.items()],
            now=self._clock().astimezone(HANOI),
            stories=stories,
            url=self.url,
            print_url=self._print_url,
            tag_url=lambda words: self.base_url + self.addresses.tag(words),
            topic_url=self.base_url + quoted(self.addresses.topic(TOPIC)),
            feed_url=self._feed_url,
            hidden=self.base_url + self.hidden,
            **values,
        )
        story = values.get("story")
        if isinstance(story, Story) and "nfd" in story.traits:
            html = unicodedata.normalize("NFD", html)
        return html.encode()

    def _print_url(self, story: Story) -> str:
        path = self.addresses.print(story)
        return "" if path is None else self.base_url + quoted(path)

    def _feed_url(self, section: str) -> str:
        return self.base_url + (self.addresses.feed(section) or "/")
