"""Catalogue files for the replicas, in the format of `crawlers/sources/*.yaml`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from danvan.demo.replica import Replica
from foundation.clock import hanoi_day

WATCHED_FOR = timedelta(weeks=4)
"""So long the replicas count as watched: what they printed in these weeks is news."""


def source_data(replica: Replica) -> dict[str, Any]:
    """What the catalogue must know of a replica."""
    profile, addresses = replica.profile, replica.pages.addresses
    # A section without news would be reported as broken, and rightly: the catalogue lists those that have some.
    told = {path: label for path, label in profile.sections.items() if _has_news(replica, path)}
    feeds = [feed for feed in map(addresses.feed, told) if feed]
    data: dict[str, Any] = {
        "id": profile.id,
        "name": profile.name,
        "home": replica.base_url + "/",
        "province": profile.province,
        "family": "other" if profile.family == "plain" else profile.family,
        "watched_since": f"{hanoi_day(replica.clock()) - WATCHED_FOR}",
        "crawl_delay": 0,
        "feeds": [{"url": replica.base_url + feed, "status": "verified"} for feed in feeds],
        "sections": [{"path": addresses.section(path), "label": label} for path, label in told.items()],
    }
    if profile.signature:
        data["signatures"] = [profile.signature.strip(" -")]
    if profile.family == "plain":
        data |= {
            "feeds": [{"url": replica.base_url + "/feed/", "status": "verified"}],
            "article": [r"^/\d{4}/\d{2}/[^/]+/$"],
            "sitemaps": [replica.base_url + "/sitemap_index.xml"],
        }
    return data


def _has_news(replica: Replica, section: str) -> bool:
    return any(story.section == section or story.section.startswith(section + "/") for story in replica.stories)


def write_source(replica: Replica, folder: Path) -> Path:
    """Write the replica's catalogue file into `folder` and answer its path."""
    path = folder / f"{replica.profile.id}.yaml"
    text = yaml.safe_dump(source_data(replica), allow_unicode=True, sort_keys=False, width=110)
    path.write_text(text, encoding="utf-8")
    return path
