"""From the bytes of a page to its letters, whatever the server and the page claim about them."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.text import may_hold_controls, without_controls
from crawlers.blocking import MAGIC

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FILE_SIGNS = (*MAGIC, b"RIFF", b"\x1f\x8b", b"\x00\x00\x00\x18ftyp", b"\x00\x00\x00\x20ftyp", b"{\\rtf")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_TAG = re.compile(
    r"<\s*(?:!doctype|html|head|body|div|p|table|title|meta|article|span|h1|section|br|a|ul)\b", re.IGNORECASE
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_FEED = re.compile(r"^\s*(?:<\?xml[^>]*\?>\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.IGNORECASE)

# Words that occur in any Vietnamese page, as two font-based encodings of the 1990s spell them in Latin letters.
_TCVN3 = re.compile(r"\b(?:vµ|cña|c¸c|nh©n|d©n|c«ng|®\u00ad?îc|tØnh|nh÷ng|lµ|§¶ng|cã|kh«ng|vËn|ngµy|héi)")
_VNI = re.compile(r"\b(?:vaø|cuûa|caùc|nhaân|daân|coâng|ñöôïc|tænh|nhöõng|Ñaûng|khoâng|vaän|ngaøy|hoäi)")
_STRETCH = 16_384
_FEW_SIGNS = 5
"""An article in one of these encodings has hundreds of its odd letters; to count them is much faster than to look."""

_TWICE = ("áº", "á»", "Æ°", "Ä‘")
"""What the first bytes of Vietnamese letters in UTF-8 look like as windows-1252."""
_TWICE_SIGN = "á»".encode()
"""To look for it in the bytes takes a tenth of looking in the text, which is full of the first of these letters."""
_BYTES = {ord(letter): byte for byte in range(0x80, 0xA0) if (letter := bytes([byte]).decode("cp1252", "ignore"))}

_COMBINING_LEADS = (b"\xcc", b"\xcd")
"""The first bytes of U+0300 to U+036F in UTF-8. To look for two bytes costs a twentieth of asking every letter."""


@dataclass(frozen=True, slots=True)
class Letters:
    """The text of a page. `text` is None where the bytes are no text at all; `flags` name doubts.

    `utf8` is the same text as bytes where the site sent just these: a parser that wants UTF-8 need not encode it again.
    """

    text: str | None
    charset: str | None = None
    flags: tuple[str, ...] = ()
    utf8: bytes | None = None


def decode(body: bytes, headers: Mapping[str, str], fallback: str | None = None) -> Letters:
    """The letters of `body`, no letter of ours in two parts (NFC), no control characters.

    A byte order mark decides; then UTF-8 where the bytes are valid UTF-8, for nothing else is so by chance; then
    what the page or the server declares; `fallback` (from the catalogue) before windows-1252.
    """
    if not body.strip(b"\x00\t\r\n\x0b\x0c "):
        return Letters("" if b"\x00" not in body else None)
    if body.startswith(_FILE_SIGNS):
        return Letters(None)
    charset, text, utf8 = _letters(body, headers, fallback)
    # One letter is found, or not found, in no time: most pages are looked at no further.
    if utf8 is not None and "»" in text and _TWICE_SIGN in utf8 and _is_twice_encoded(text):
        text, utf8 = _once_encoded(text), None
    if not _is_markup(text):
        return Letters(None, charset)
    flags = ("legacy_encoding",) if is_legacy(text) or (utf8 is None and _is_twice_encoded(text)) else ()
    if "\ufffd" in text and text.count("\ufffd") > 3:  # to look for one is much faster than to count none
        flags = (*flags, "damaged_encoding")
    if (utf8 is None or may_hold_controls(utf8)) and (shown := without_controls(text)) != text:
        text, utf8 = shown, None
    if utf8 is not None and not any(lead in utf8 for lead in _COMBINING_LEADS):
        return Letters(text, charset, flags, utf8)
    return Letters(unicodedata.normalize("NFC", text), charset, flags)


def _is_twice_encoded(text: str) -> bool:
    return "á»" in text and sum(map(text.count, _TWICE)) > _FEW_SIGNS + text.count("ế") + text.count("ộ")


def is_mangled(words: str) -> bool:
    """Whether a few words were encoded twice on a page that was not."""
    return "áº" in words or words.count("á»") >= 2  # once: the end of a quotation


def _once_encoded(text: str) -> str:
    """A text that was taken for windows-1252 and encoded again, as it was before; as it is where that is not so."""
    try:
        return text.translate(_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _letters(body: bytes, headers: Mapping[str, str], fallback: str | None) -> tuple[str, str, bytes | None]:
    """(charset, text, the bytes of the text where they are valid UTF-8)."""
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return charset, body[len(mark) :].decode(charset, "replace"), None
    if body[:200].count(b"\x00") > 50:
        charset = "utf-16-le" if body[1:2] == b"\x00" else "utf-16-be"
        return charset, body.decode(charset, "replace"), None
    try:
        return "utf-8", body.decode("utf-8"), body
    except UnicodeDecodeError:
        return (*_not_quite_utf8(body, headers, fallback), None)


def _not_quite_utf8(body: bytes, headers: Mapping[str, str], fallback: str | None) -> tuple[str, str]:
    """Few bad bytes are damage in a UTF-8 page; many mean another encoding."""
    damaged = body.decode("utf-8", "replace")
    high = sum(byte > 0x7F for byte in body)
    if damaged.count("\ufffd") * 20 < high:
        return "utf-8", damaged
    for charset in _declared(body, headers, fallback):
        # A page that says windows-1252 and holds combining tone marks of windows-1258 is the latter.
        text = body.decode(charset, "replace")
        if charset == "cp1252" and not is_legacy(text) and _reads_better(body):
            return "cp1258", body.decode("cp1258", "replace")
        return charset, text
    return "utf-8", damaged


_MEANT_AS_1252 = {"iso8859-1", "ascii"}
"""What browsers read so: the quotation marks of these pages are no control characters."""


def _declared(body: bytes, headers: Mapping[str, str], fallback: str | None) -> list[str]:
    meta = _CHARSET.search(body[:4096])
    header = _CHARSET.search(headers.get("content-type", "").encode("latin-1", "replace"))
    names = [found.group(1).decode("ascii") for found in (meta, header) if found]
    known = []
    for name in (*names, fallback or "", "windows-1252"):
        try:
            canonical = codecs.lookup(name).name
        except LookupError:
            continue
        if canonical not in {"utf-8", "utf-16"}:
            known.append("cp1252" if canonical in _MEANT_AS_1252 else canonical)
    return known


def _reads_better(body: bytes) -> bool:
    """Whether windows-1258 makes more Vietnamese letters of these bytes than windows-1252."""
    text = unicodedata.normalize("NFC", body.decode("cp1258", "replace"))
    return len(re.findall("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỵỷỹđơư]", text)) > len(body) // 200


def _is_markup(text: str) -> bool:
    if _FEED.match(text):
        return False
    control = len(_CONTROL.findall(text[:4096]))
    return control * 20 < len(text[:4096]) and _TAG.search(text) is not None


def is_legacy(text: str) -> bool:
    """Whether the text is TCVN3 or VNI: letters that only a special font shows as Vietnamese."""
    enough = len(text) // 2_000 + 3
    true_letters = 0
    for start in range(0, len(text), _STRETCH):  # most pages have enough of them in their first quarter
        stretch = text[start : start + _STRETCH]
        for letter in "ạếộủ":
            true_letters += stretch.count(letter)
            if true_letters > enough:
                return False
    if all(sum(text.count(letter) for letter in letters) < _FEW_SIGNS for letters in ("µ¸©®«", "øûñ")):
        return False
    return any(len(set(pattern.findall(text))) >= 3 for pattern in (_TCVN3, _VNI))
