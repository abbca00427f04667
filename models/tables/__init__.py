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
from models.tables.desk import (
    ChangeRow,
    ClippingRow,
    DossierItemRow,
    DossierRow,
    FollowUpRow,
    LoginRow,
    MarkRow,
    NoteRow,
    PersonChannelRow,
    PersonCodeRow,
    PersonRow,
)
from models.tables.documents import CitationRow, DocumentLinkRow, DocumentRow
from models.tables.files import ArticleFileRow, FileRow

__all__ = [
    "AlertRow",
    "ArticleFileRow",
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
    "DossierItemRow",
    "DossierRow",
    "EventRow",
    "FeedRow",
    "FileRow",
    "FollowUpRow",
    "InvitationRow",
    "LabelRow",
    "LedgerRow",
    "LockRow",
    "LoginRow",
    "MarkRow",
    "NoteRow",
    "PageRow",
    "PersonChannelRow",
    "PersonCodeRow",
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
