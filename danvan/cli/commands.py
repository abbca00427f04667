"""Which module a command lives in, in the order in which the help lists them: only that one is loaded."""

from __future__ import annotations

HOMES = {
    "demo": "demo",
    "run": "harvest",
    "backfill": "harvest",
    "reprocess": "harvest",
    "deliver": "harvest",
    "health": "harvest",
    "read": "reading",
    "cite": "reading",
    "search": "archive",
    "documents": "archive",
    "document": "archive",
    "label": "archive",
    "clipping": "papers",
    "report": "papers",
    "sources": "sources",
    "serve": "serving",
    "schedule": "serving",
    "watch": "serving",
    "bot": "serving",
    "digest": "serving",
    "invite": "serving",
    "subscribers": "subscribers",
    "rules": "subscribers",
    "users": "users",
    "eval": "evaluation",
}
