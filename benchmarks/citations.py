"""How fast documents are found in text: megabytes (UTF-8) a second of one core, on three densities of citations.

The texts are made of sentences written for this measure; "usual" has a citation every one and a half kilobytes, as a
provincial paper prints them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from analysis.citations import find_citations, find_links

PROSE = (
    "Những năm qua, cấp ủy và chính quyền các xã đã đổi mới cách tiếp xúc với người dân, lắng nghe kiến nghị và trả lời "
    "ngay tại thôn. Trong 6 tháng đầu năm, toàn huyện tổ chức 42 buổi đối thoại với 3.180 lượt người dự, giải quyết xong "
    "96,5% số việc được nêu. Các tổ dân vận ở khu dân cư vận động 118 hộ hiến 12.400 m2 đất làm đường, góp 2.350 ngày "
    "công; tỷ lệ hộ nghèo giảm còn 1,2%. Hội Nông dân, Hội Phụ nữ và Đoàn Thanh niên nhận giúp 64 gia đình khó khăn. "
)
CITING = (
    (
        "Thực hiện Chỉ thị số 50-CT/TW, ngày 2/3/2025 của Ban Bí thư (khóa XIII), Ban Thường vụ Huyện ủy đã "
        "ban hành Kế hoạch số 138-KH/HU. "
    ),
    "Theo Quyết định số 1234/QĐ-UBND ngày 15 tháng 9 năm 2025 của UBND tỉnh, mức hỗ trợ được nâng lên. ",
    "Nghị quyết này được cán bộ, đảng viên đồng tình; Chỉ thị 05 của Bộ Chính trị tiếp tục được học tập. ",
)
WANTED = 5.0
"""What the reader must at least do with usual text, MB a second and core."""


def text_of(size: int, every: int) -> str:
    """About `size` bytes with a citing sentence every `every` bytes."""
    parts: list[str] = []
    written = since = count = 0
    while written < size:
        part = PROSE
        if since >= every:
            part, since, count = CITING[count % len(CITING)] + "\n\n", 0, count + 1
        parts.append(part)
        written += len(part.encode())
        since += len(part.encode())
    return "".join(parts)


def articles(size: int, every: int, total: int) -> list[str]:
    """Texts of an article's size that are `total` bytes together."""
    return [text_of(size, every)] * max(1, total // size)


def speed(texts: Iterable[str]) -> tuple[float, int]:
    """MB a second of processor time, and the citations found."""
    texts = list(texts)
    found = 0
    start = time.process_time()
    for text in texts:
        citations = find_citations(text, province="22")
        find_links(text, citations)
        found += len(citations)
    seconds = time.process_time() - start
    return sum(len(text.encode()) for text in texts) / 1e6 / seconds, found


def main() -> None:
    """Print the figures; the fastest of three goes counts (other work on the machine slows some)."""
    speed(articles(6_000, 1_500, 60_000))
    cases = {
        "usual (every 1.5 KB)": articles(6_000, 1_500, 3_000_000),
        "sparse (every 6 KB)": articles(12_000, 6_000, 3_000_000),
        "dense (every 0.7 KB)": articles(6_000, 700, 1_500_000),
        "one text of 3 MB": articles(3_000_000, 1_500, 3_000_000),
        "noise (digits, slashes)": ["1/2-3/" * 500_000],
    }
    for name, texts in cases.items():
        rate, found = max(speed(texts) for _again in range(3))
        wanted = f"  (wanted: {WANTED:.0f})" if name.startswith("usual") else ""
        print(f"{name:26} {rate:7.1f} MB/s {found:7d} citations{wanted}", flush=True)


if __name__ == "__main__":
    main()
