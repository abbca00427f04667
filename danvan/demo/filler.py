"""The weight of a real page: scripts, styles and menus that mean nothing.

Real pages of these papers weigh 60 to 160 KB, most of it menus and scripts. Deterministic: the same seed makes the
same bytes.
"""

from __future__ import annotations

import random
from functools import cache

_VERBS = ("load", "init", "bind", "track", "resize", "toggle", "render", "lazy", "push", "scroll", "fetch", "mount")
_NOUNS = ("Menu", "Banner", "Video", "Gallery", "Slider", "Comment", "Weather", "Audio", "Share", "Zone", "Poll", "Tab")
_RULES = ("margin", "padding", "border-radius", "font-size", "line-height", "top", "left", "max-width", "gap")


@cache
def script(seed: str, kilobytes: int) -> str:
    """JavaScript of about so many kilobytes; it holds no date and no Vietnamese word."""
    dice = random.Random(seed)
    parts: list[str] = []
    size = 0
    while size < kilobytes * 1024:
        name = f"{dice.choice(_VERBS)}{dice.choice(_NOUNS)}{dice.randrange(999)}"
        other = f"{dice.choice(_VERBS)}{dice.choice(_NOUNS)}"
        part = (
            f"function {name}(e,t){{var n=document.querySelectorAll('.{other.lower()}-{dice.randrange(99)}'),"
            f"r={dice.randrange(4000)};if(!n.length||window.{other}Off)return!1;for(var i=0;i<n.length;i++)"
            f"{{n[i].setAttribute('data-{other.lower()}',String(r+i*{dice.randrange(2, 40)}));"
            f"n[i].addEventListener('click',function(o){{o.preventDefault();{other}(this,t||{{delay:r}})}})}}return n}}\n"
        )
        parts.append(part)
        size += len(part)
    return "".join(parts)


@cache
def style(seed: str, kilobytes: int) -> str:
    """CSS of about so many kilobytes."""
    dice = random.Random(seed + "css")
    parts: list[str] = []
    size = 0
    while size < kilobytes * 1024:
        name = f".{dice.choice(_NOUNS).lower()}-{dice.choice(_VERBS)}-{dice.randrange(999)}"
        body = ";".join(f"{dice.choice(_RULES)}:{dice.randrange(1, 90)}px" for _ in range(dice.randrange(2, 6)))
        part = f"{name}{{{body};color:#{dice.randrange(0x1000000):06x}}}\n"
        parts.append(part)
        size += len(part)
    return "".join(parts)
