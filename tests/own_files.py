"""Documents' own files, made here: a PDF with a layer of letters, one without, one with a password; a DOCX."""

from __future__ import annotations

import zipfile
from io import BytesIO

HEAD = (
    "TỈNH ỦY THANH HÓA", "*", "Số 138-KH/TU", "ĐẢNG CỘNG SẢN VIỆT NAM", "Thanh Hóa, ngày 3 tháng 9 năm 2026",
    "KẾ HOẠCH", "thực hiện Nghị quyết số 25-NQ/TW về tăng cường công tác dân vận", "ở xã, phường",
    "Căn cứ Quy chế làm việc của Ban Chấp hành, Ban Thường vụ Tỉnh ủy xây dựng kế hoạch như sau:",
    "1. Mỗi tổ liên gia lập một hòm thư góp ý, mở vào chiều thứ sáu.",
)  # fmt: skip

_MAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def"
    b" 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
)
_LOCK = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"


def pdf(*lines: str, locked: bool = False) -> bytes:
    """One page; every letter is its own code, and the font says so (no lines: a picture's page)."""
    shown = b" ".join(b"<" + line.encode("utf-16-be").hex().encode() + b"> Tj T*" for line in lines)
    drawn = b"BT /F 12 Tf 14 TL 50 750 Td " + shown + b" ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d >> stream\n%b\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /DW 600 /FontDescriptor %b /CIDSystemInfo %b >>"
        % (
            b"<< /Type /FontDescriptor /FontName /X /Flags 4 >>",
            b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
        ),
        b"<< /Length %d >> stream\n%b\nendstream" % (len(_MAP), _MAP),
        _LOCK,
    ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj %b endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    lock = b" /Encrypt 8 0 R /ID [<00> <00>]" if locked else b""
    return made + b"xref\n0 9\n0000000000 65535 f \n%btrailer << /Size 9 /Root 1 0 R%b >>\nstartxref\n%d\n%%%%EOF" % (
        table, lock, len(made),
    )  # fmt: skip


def docx(*lines: str, padding: int = 0) -> bytes:
    """What Word would write, its one part that counts; `padding`: so many bytes of nothing within it."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    with zipfile.ZipFile(made := BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        document = f'<w:document xmlns:w="{space}"><w:body>{paragraphs}{" " * padding}</w:body></w:document>'
        part = zipfile.ZipInfo("word/document.xml")  # of 1980: the same bytes at every call
        part.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(part, document)
    return made.getvalue()


def oddly_packed(*lines: str) -> bytes:
    """A DOCX whose part is said to be packed in a way (Deflate64, as old Windows does) that Python cannot undo."""
    made = bytearray(docx(*lines))
    for head, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = made.index(head) + at
        made[place : place + 2] = (9).to_bytes(2, "little")
    return bytes(made)
