"""What a second reading of the archive came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_EXAMPLES = 200


@dataclass
class ReprocessReport:
    """What a second reading came to."""

    read: int = 0
    """Pages and texts that were read."""
    changed: int = 0
    """Articles that staff see otherwise than before; `changes` says in what, `examples` which."""
    failed: int = 0
    articles_new: int = 0
    """Pages that are articles under the new rules and were none before."""
    changes: dict[str, int] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    stopped: bool = False
    seconds: float = 0.0

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def add(self, other: ReprocessReport) -> None:
        """Count what another reader of the same archive came to, at the same time."""
        for name in ("read", "changed", "failed", "articles_new"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.changes = dict(Counter(self.changes) + Counter(other.changes))
        self.examples = (self.examples + other.examples)[:MOST_EXAMPLES]
        self.failures = self.failures + other.failures
        self.stopped |= other.stopped
        self.seconds = max(self.seconds, other.seconds)

    def compare(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Count how an article's reading changed."""
        told = [name for name in after if before[name] != after[name]]
        self.changed += bool(told)
        self.changes = dict(Counter(self.changes) + Counter(told))
        if told and len(self.examples) < MOST_EXAMPLES:
            differences = {name: [before[name], after[name]] for name in told if name != "text"}
            self.examples.append({"article": after["article"], "title": after["text"][0], **differences})
