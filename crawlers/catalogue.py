"""The catalogue: one YAML file a paper under `crawlers/sources/`, and the families they belong to.

A bad file is refused with its name, its line and the reason, and the others are loaded all the same.
Files of a further directory (the user's own) win over bundled ones of the same id, or amend them (`amends: true`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from analysis.data_shapes import Place
from analysis.places import provinces
from crawlers.marked_yaml import MarkedYaml, written
from crawlers.own_files import SOURCES, own_folders
from crawlers.source import Family, Selectors, Source
from foundation.errors import ConfigurationError, UnknownSourceError, UsageError
from foundation.settings import Settings

_FAMILIES = Path(__file__).with_name("families.yaml")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All papers that could be read, and why the files of the others could not."""

    sources: Mapping[str, Source]
    problems: tuple[ConfigurationError, ...] = ()

    def get(self, source_id: str) -> Source:
        """The source of this id. Raises UnknownSourceError with the nearest ids."""
        if source_id in self.sources:
            return self.sources[source_id]
        raise UnknownSourceError(source_id, tuple(difflib.get_close_matches(source_id, self.sources, n=3)))

    def enabled(self) -> tuple[Source, ...]:
        """The sources that are harvested."""
        return tuple(source for source in self.sources.values() if source.enabled)

    def of_url(self, url: str) -> Source | None:
        """The source whose site `url` belongs to: by host, past domain or sub-site, longest name first."""
        host = bare_host(urlsplit(url).netloc)
        candidates = [(name, source) for source in self.sources.values() for name in hosts(source)]
        for name, source in sorted(candidates, key=lambda pair: -len(pair[0])):
            if host == name or host.endswith("." + name):
                return source
        return None


@lru_cache(maxsize=1024)
def bare_host(netloc: str) -> str:
    """A host without `www.`, `m.` or `amp.` and without the default port, in lower case."""
    host = netloc.rpartition("@")[2].lower().removesuffix(":80").removesuffix(":443")
    for prefix in ("www.", "m.", "mobile.", "amp."):
        if host.startswith(prefix) and host.count(".") > 1:
            host = host.removeprefix(prefix)
    return host


def hosts(source: Source) -> tuple[str, ...]:
    """The names under which a paper's site answers or answered."""
    return tuple(bare_host(name.split("/")[0]) for name in (source.domain, *source.past_domains, *source.subdomains))


@cache
def load_families() -> Mapping[str, Family]:
    """The families by name. Raises ConfigurationError with file and line: without them nothing can be read."""
    marked = MarkedYaml(_FAMILIES)
    families: dict[str, Family] = {}
    for name, data in marked.data.items():
        try:
            families[name] = Family.model_validate({**data, "name": name})
        except ValidationError as error:
            place, reason = _first_reason(error, Family)
            raise marked.wrong(reason, (name, *place)) from error
    common = families.pop("common")
    return MappingProxyType({name: family.with_common(common) for name, family in families.items()})


def load_catalogue(*extra_dirs: Path) -> Catalogue:
    """All sources of the bundled directory and of `extra_dirs`.

    A file of a later directory replaces an earlier one of the same id; two of one directory are a problem.
    Raises ConfigurationError where a directory does not exist.
    """
    families = load_families()
    sources: dict[str, Source] = {}
    written: dict[str, Mapping[str, Any]] = {}
    problems: list[ConfigurationError] = []
    for directory in (SOURCES, *extra_dirs):
        if not directory.is_dir():
            raise ConfigurationError("không có thư mục nguồn này.", path=directory)
        sources |= _load_directory(directory, families, written, problems)
    return Catalogue(MappingProxyType(dict(sorted(sources.items()))), tuple(problems))


def catalogue_of(config: Settings) -> Catalogue:
    """The bundled papers and those of the user's own folder. Raises ConfigurationError."""
    return load_catalogue(*own_folders(config))


def family_named(name: str) -> Family:
    """The family of this name. Raises UsageError with the nearest one."""
    families = load_families()
    if name not in families:
        raise UsageError(f"không có họ trang “{name}”{_did_you_mean(name, families)}")
    return families[name]


def _load_directory(
    directory: Path,
    families: Mapping[str, Family],
    written: dict[str, Mapping[str, Any]],
    problems: list[ConfigurationError],
) -> dict[str, Source]:
    """The sources of one directory; `written` holds what the files before it said, and then what these say."""
    sources: dict[str, Source] = {}
    said: dict[str, Mapping[str, Any]] = {}
    domains: dict[str, Path] = {}
    origin: dict[str, Path] = {}
    for path in sorted((*directory.glob("*.yaml"), *directory.glob("*.yml"))):
        try:
            marked = MarkedYaml(path)
            marked.data = _amended(marked, written)
            source = read_source(marked, families)
            _refuse_twin("id", source.id, origin.get(source.id), marked)
            _refuse_twin("domain", source.domain, domains.get(source.domain), marked)
        except ConfigurationError as error:
            problems.append(error)
            continue
        sources[source.id] = source
        said[source.id] = marked.data
        origin[source.id] = domains[source.domain] = path
    written |= said
    return sources


def _amended(marked: MarkedYaml, written: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What a file says, laid over the earlier file that it amends."""
    own = {key: value for key, value in marked.data.items() if key != "amends"}
    if marked.data.get("amends") != "true":
        return own
    earlier = written.get(str(own.get("id")))
    if earlier is None:
        reason = f"tệp sửa (amends: true) một nguồn không có sẵn trong danh mục: “{own.get('id')}”."
        raise marked.wrong(reason, ("id",))
    return {**earlier, **own}


def _refuse_twin(key: str, value: str, first: Path | None, marked: MarkedYaml) -> None:
    if first is not None:
        raise marked.wrong(f"{key} “{value}” đã có ở {first.name}; mỗi báo chỉ một tệp.", (key,))


def read_source(marked: MarkedYaml, families: Mapping[str, Family]) -> Source:
    """One source file with its family merged in. Raises ConfigurationError with file, line and reason."""
    try:
        source = Source.model_validate(marked.data)
    except ValidationError as error:
        place, reason = _first_reason(error, Source)
        raise marked.wrong(reason, place) from error
    if source.province is not None and source.province not in {province.code for province in provinces()}:
        reason = f"không có tỉnh mã “{source.province}” trong 34 tỉnh, thành phố từ tháng 7-2025."
        raise marked.wrong(reason, ("province",))
    if source.family not in families:
        reason = f"không có họ trang “{source.family}”{_did_you_mean(source.family, families)}"
        raise marked.wrong(reason, ("family",))
    return source.with_family(families[source.family])


def _first_reason(error: ValidationError, model: type[Source | Family]) -> tuple[Place, str]:
    first = error.errors()[0]
    place: Place = tuple(first["loc"])
    key = str(place[-1]) if place else ""
    return place, _REASONS.get(first["type"], _plain_reason)(key, first, model)


def _plain_reason(key: str, error: Mapping[str, Any], _model: object) -> str:
    cause = error.get("ctx", {}).get("error")
    if cause is not None:
        return f"{cause}." if not key else f"khóa “{key}”: {cause}."
    return f"khóa “{key}”: giá trị “{error.get('input')}” không dùng được ({error['msg']})."


def _unknown_key(key: str, _error: object, model: type[Source | Family]) -> str:
    known = (*model.model_fields, *Selectors.model_fields, "url", "status", "path", "label")
    return f"không có khóa “{key}”{_did_you_mean(key, known)}"


_REASONS: dict[str, Any] = {
    "extra_forbidden": _unknown_key,
    "missing": lambda key, *_: f"thiếu khóa “{key}”.",
    "bool_parsing": lambda key, *_: f"khóa “{key}” phải là true hoặc false.",
    "float_parsing": lambda key, *_: f"khóa “{key}” phải là một số.",
    "tuple_type": lambda key, *_: f"khóa “{key}” phải là một danh sách.",
}


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f", có phải “{near[0]}”?" if near else "."


def minimal_yaml(source: Source) -> str:
    """The file of a new source, as `danvan sources add` writes it: what is known and no more."""
    feeds = [{"url": feed.url, "status": feed.status} for feed in source.feeds]
    own: dict[str, Any] = {
        "id": source.id,
        "name": source.name,
        "home": source.home,
        "province": source.province,
        "family": source.family,
        "probed": None if source.probed is None else source.probed.isoformat(),
        "watched_since": None if source.watched_since is None else source.watched_since.isoformat(),
        "enabled": None if source.enabled else False,
        "reason": source.reason,
        "feeds": feeds,
        "sections": [section.form() for section in source.sections],
        "sitemaps": list(source.sitemaps),
    }
    if "article" in source.model_fields_set:
        own["article"] = list(source.article)
    kept = {key: value for key, value in own.items() if value not in (None, [], ())}
    return written(kept)
