"""The tables of the archive, by subject. A room is loaded when it is first asked for: a search needs but a few."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.tables.articles import *
    from models.tables.base import *
    from models.tables.crawl import *
    from models.tables.delivery import *
    from models.tables.desk import *
    from models.tables.documents import *
    from models.tables.files import *

_ROOMS = {
    "articles": "ArticleRow ArticleShingleRow ArticleTopicRow ArticleVersionRow LabelRow",
    "base": "Base UtcDateTime",
    "crawl": "FeedRow LedgerRow LockRow PageRow RunRow RunSourceRow SourceRow UrlRow",
    "delivery": "AlertRow BotViewRow ChannelRow EventRow InvitationRow RuleRow StrangerRow SubscriberRow",
    "desk": "ChangeRow ClippingRow DossierItemRow DossierRow FollowUpRow LoginRow MarkRow NoteRow "
    "PersonChannelRow PersonCodeRow PersonRow SeenRow",
    "documents": "CitationRow DocumentLinkRow DocumentRow",
    "files": "ArticleFileRow FileRow",
}
_HOMES = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"models.tables.{_HOMES[name]}"), name)


def load_all() -> None:
    """Map every table: for whoever writes, for one points to the other, and for migrations."""
    for room in _ROOMS:
        import_module(f"models.tables.{room}")
