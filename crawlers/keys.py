"""Which page a URL means: canonical form, key of the article, and whether it is an article at all.

An article's key is its source and the number in its address, for papers change slugs, keep old forms of
addresses and answer under http, https, www and mobile names. Only where an address has no number is its path
the key.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from analysis.text import without_surrogates
from crawlers.catalogue import bare_host, hosts
from crawlers.source import Exclusion, Source

FILE_MARK = ":file:"
"""In the key of a document's own file."""

MAX_URL_LENGTH = 2_000
"""Longer addresses come from broken templates (one portal repeats a parameter hundreds of times)."""

REASONS = {
    Exclusion.TAG: "trang thẻ",
    Exclusion.TOPIC: "trang chủ đề",
    Exclusion.EVENT: "trang sự kiện",
    Exclusion.SEARCH: "trang tìm kiếm",
    Exclusion.PRINT: "bản in",
    Exclusion.MOBILE: "nút chuyển giao diện",
    Exclusion.MEDIA: "video, ảnh, podcast hoặc tệp",
    Exclusion.COPY: "bản sao của bài",
    Exclusion.TRANSLATION: "bản dịch",
    Exclusion.OTHER: "trang phục vụ",
}
"""What the ledger says of an excluded address."""

TOO_LONG = f"địa chỉ dài quá {MAX_URL_LENGTH} ký tự"
NO_ADDRESS = "không phải địa chỉ http hoặc https"
OTHER_SITE = "ngoài trang của báo"
BLOCKED_HOST = "tên miền phụ không thu (bản tiếng nước ngoài, trang thử)"

_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|gidzl|zarsrc|mibextid|igshid|_ga|_gl|mc_[ce]id|spm|yclid|amp|ref_src"
    r"|phpsessid|jsessionid|aspsessionid\w*)$",
    re.IGNORECASE,
)
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_FURTHER = re.compile(r"=(?:https?:|%2f|/)", re.IGNORECASE)
"""A parameter with an address in it says where a visitor goes next (from a log-in), not what this page is."""


def joined(base: str, link: str) -> str | None:
    """The address that `link` means on a page at `base`; None where it is broken beyond use ("http://[").

    "bao.vn/a.html" on a page of bao.vn is no folder of that name.
    """
    try:
        link, host = link.strip(), bare_host(urlsplit(base).netloc)
        lost = host and bare_host(link.partition("/")[0]) == host
        address = urljoin(base, "//" + link if lost else link)
        _ = urlsplit(address).port  # a port that is no number is found only when asked for
    except ValueError:
        return None
    return address


def origin_of(url: str) -> str:
    """The address of the server, with a slash behind it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _split(url: str) -> SplitResult:
    """The parts of an address; no parts where it is broken beyond reading ("https://[")."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """The one form of all twins of an address. For comparing; what is fetched is the address as found.

    https for http, no `www.`, `m.`, `amp.`, default port, fragment, tracking parameters, `/amp` or slash at the
    end; percent-encoding, IDN and Unicode form made uniform. Addresses with a port of their own or an IP keep
    their scheme (test servers). Anything that is no web address is returned as it is, but for halves of characters.
    """
    address = without_surrogates(url.strip())
    try:
        parts = _split(address)
        host = _host(parts.netloc)
    except ValueError:
        return address
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return address
    scheme = parts.scheme.lower() if _is_bare_server(host) else "https"
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(pair[0])]
    return urlunsplit((scheme, host, _path(parts.path), urlencode(query), ""))


def _host(netloc: str) -> str:
    host = bare_host(unicodedata.normalize("NFC", netloc))
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _is_bare_server(host: str) -> bool:
    name, _, port = host.rpartition(":") if re.search(r":\d+$", host) else (host, "", "")
    if port or name == "localhost":
        return True
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _path(path: str) -> str:
    clean = unicodedata.normalize("NFC", unquote(_SESSION.sub("", path), errors="surrogateescape"))
    clean = re.sub(r"/{2,}", "/", clean)
    clean = re.sub(r"/amp/?$", "", clean).rstrip("/")
    return quote(clean, safe="/:@!$&'()*+,;=~-._", errors="surrogateescape") or "/"


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=256)
def _readable(url: str) -> tuple[str, ...]:
    """What patterns are matched with: path and query of an address, and its path with and without a slash at the end.

    Percent-decoded, without what belongs to one visitor.
    """
    parts = _split(url)
    path = unquote(_SESSION.sub("", parts.path))
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _FURTHER.search(pair))
    return tuple(dict.fromkeys([*([f"{path}?{query}"] if query else []), path, path.rstrip("/")]))


def _match(patterns: tuple[str, ...], url: str) -> re.Match[str] | None:
    """The first match of a pattern with the path and query, or with the path alone."""
    texts = _readable(url)
    for pattern in patterns:
        for text in texts:
            if (found := _compiled(pattern).search(text)) is not None:
                return found
    return None


def on_site(url: str, source: Source) -> bool:
    """Whether an address belongs to the paper: its domain, a past one or a sub-site of it."""
    host = bare_host(_split(url).netloc)
    own = bare_host(source.domain)
    return host == own or host.endswith("." + own) or host in hosts(source)


def is_excluded(url: str, source: Source) -> str | None:
    """Why an address is left out, in words for the ledger, or None where nothing speaks against it."""
    if len(url) > MAX_URL_LENGTH:
        return TOO_LONG
    if _split(url).scheme.lower() not in {"http", "https"}:
        return NO_ADDRESS
    if bare_host(_split(url).netloc) in source.blocked_hosts:
        return BLOCKED_HOST
    if not on_site(url, source):
        return OTHER_SITE
    kind = excluded_as(url, source)
    return REASONS[kind] if kind else None


def excluded_as(url: str, source: Source) -> Exclusion | None:
    """The kind of page that an excluded address leads to."""
    for kind, patterns in source.exclude.items():
        if _match(patterns, url):
            return kind
    return None


def is_article_url(url: str, source: Source) -> bool:
    """Whether an address is one of the paper's articles."""
    return not is_excluded(url, source) and has_article_form(url, source)


def has_article_form(url: str, source: Source) -> bool:
    """Whether an address looks like an article's, by the patterns of the paper's family."""
    patterns = source.article + source.article_old
    if patterns:
        return _match(patterns, url) is not None
    return not is_listing_url(url, source) and _looks_like_a_slug(url)


def _looks_like_a_slug(url: str) -> bool:
    """For papers without a pattern: a headline in the address has at least four words."""
    return _split(url).path.rstrip("/").rpartition("/")[2].count("-") >= 4


def is_listing_url(url: str, source: Source) -> bool:
    """Whether an address is the home page, a section, or a page of either that lists articles."""
    if _match(source.article + source.article_old, url):
        return False
    path = _split(canonical_url(url)).path
    sections = {_split(canonical_url(source.url(section.path))).path for section in source.sections}
    return path in sections or _match(source.listing, url) is not None


def canonical_key(url: str, source: Source) -> str:
    """The key under which an article of this source is held, whatever form its address has.

    `source:number` where the address holds the article's number (old and new forms share it only where the
    family counts on), else `source:path`. A sub-site with its own numbers has its host in the key.
    """
    canonical = canonical_url(url)
    site = _site(canonical, source)
    current = _match(source.article + source.copies, canonical)
    if current and "id" in current.groupdict():
        return f"{source.id}:{site}{current['id']}"
    old = _match(source.article_old, canonical)
    if old and "id" in old.groupdict():
        return f"{source.id}:{site}{'' if source.old_ids_are_new_ids else 'old:'}{old['id']}"
    parts = _split(canonical)
    return f"{source.id}:{site.rstrip('/')}{parts.path}{'?' + parts.query if parts.query else ''}"


def _site(canonical: str, source: Source) -> str:
    host = _split(canonical).netloc
    main = {bare_host(source.domain), *(bare_host(name) for name in source.past_domains)}
    return "" if host in main else host + "/"


_SLUG_WORD = re.compile(r"[^\W\d_]{2,}")


def is_renamed(url: str, known: str) -> bool:
    """Whether two addresses under one key speak of different things: a paper gave its number to another article.

    A corrected headline keeps most of its words.
    """
    one, other = (_slug_words(address) for address in (url, known))
    return min(len(one), len(other)) >= 4 and len(one & other) * 3 <= min(len(one), len(other))


def _slug_words(url: str) -> set[str]:
    slug = _readable(url)[-1].rpartition("/")[2].lower()
    return set(_SLUG_WORD.findall(re.sub(r"\.[a-z]{2,5}$", "", slug)))


def month_of(url: str, source: Source) -> str | None:
    """The YYYYMM that stands in an address of this family, if any: a free check on the date."""
    found = _match(source.article + source.article_old, canonical_url(url))
    return found.groupdict().get("month") if found else None


def file_key(url: str, source_id: str) -> str:
    """The key under which a file is held."""
    return f"{source_id}{FILE_MARK}{canonical_url(url)}"


def keeper_of(key: str) -> str:
    """The source under whose lease a file with this key is fetched and kept."""
    return key.partition(FILE_MARK)[0]


def is_file_key(key: str) -> bool:
    """Whether a key is a file's, not an article's."""
    return FILE_MARK in key
