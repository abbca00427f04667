"""The tables of the archive, by subject."""

from models.tables.articles import ArticleRow, ArticleShingleRow, ArticleTopicRow, ArticleVersionRow, LabelRow
from models.tables.base import Base, UtcDateTime
from models.tables.crawl import FeedRow, LedgerRow, LockRow, PageRow, RunRow, RunSourceRow, SourceRow, UrlRow
from models.tables.delivery import (
    AlertRow,
    BotViewRow,
    ChannelRow,
    EventRow,
    InvitationRow,
    RuleRow,
    StrangerRow,
    SubscriberRow,
)
from models.tables.desk import ChangeRow, ClippingRow, LoginRow, PersonRow
from models.tables.documents import CitationRow, DocumentLinkRow, DocumentRow

__all__ = [
    "AlertRow",
    "ArticleRow",
    "ArticleShingleRow",
    "ArticleTopicRow",
    "ArticleVersionRow",
    "Base",
    "BotViewRow",
    "ChangeRow",
    "ChannelRow",
    "CitationRow",
    "ClippingRow",
    "DocumentLinkRow",
    "DocumentRow",
    "EventRow",
    "FeedRow",
    "InvitationRow",
    "LabelRow",
    "LedgerRow",
    "LockRow",
    "LoginRow",
    "PageRow",
    "PersonRow",
    "RuleRow",
    "RunRow",
    "RunSourceRow",
    "SourceRow",
    "StrangerRow",
    "SubscriberRow",
    "UrlRow",
    "UtcDateTime",
]
