"""How a publisher hides a body: the pages of one family ship it as base64 of HTML whose letters were swapped.

Made here from the demo's own text, so that tests can show that such a body is kept out and never decoded.
"""

from __future__ import annotations

import base64
import random


def scramble(html: str, seed: str) -> str:
    """One long base64 token: the letters of `html` swapped by a table drawn from `seed`."""
    letters = sorted(set(html))
    swapped = letters.copy()
    random.Random(seed).shuffle(swapped)
    table = str.maketrans("".join(letters), "".join(swapped))
    return base64.b64encode(html.translate(table).encode()).decode()
