"""Dates as the papers print them, and what each means."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.dates import doubt, parse_date, words_beside_date
from foundation.clock import HANOI

# (as printed, the moment in Vietnamese time)
PRINTED: list[tuple[str, str | None]] = [
    # MEDIATECH: weekday, day first, seconds, bracketed zone, letters of the size buttons behind it
    ("Thứ 4, 01/12/2021 | 11:51:00 [GMT +7]", "2021-12-01 11:51:00"),
    ("Thứ 4, 10/01/2024 | 17:04:46 (GMT +7) A A", "2024-01-10 17:04:46"),
    # VNPT: three ages of the same family
    ("Thứ Năm, 15/10/2020, 16:21 (GMT+7)", "2020-10-15 16:21:00"),
    ("Thứ Tư, 08/04/2015, 08:11 [GMT+7]", "2015-04-08 08:11:00"),
    ("09:47, 15/03/2021", "2021-03-15 09:47:00"),
    ("13:00, 31/03/2014", "2014-03-31 13:00:00"),
    # an apostrophe behind the minutes
    ("Thứ Năm, 8/6/2023 14:46'(GMT+7)", "2023-06-08 14:46:00"),
    # version1, OneCMS
    ("08/01/2026 - 18:21", "2026-01-08 18:21:00"),
    ("05/05/2021 15:28", "2021-05-05 15:28:00"),
    ("20/06/2022 11:25", "2022-06-20 11:25:00"),
    # what programs write
    ("/Date(1795743000000+0700)/", "2026-11-27 08:30:00"),
    ("20261127083000", "2026-11-27 08:30:00"),
    ("27 November 2026 8.30pm", "2026-11-27 20:30:00"),
    ("20261127 08:30", "2026-11-27 08:30:00"),
    ("Fri, 27 Nov 2026 24:00:00 +0700", "2026-11-28 00:00:00"),
    ("Fri, 27 Nov 2026 08:30:60 +0700", "2026-11-27 08:30:59"),
    # no thirteenth month: the American order, whoever writes it
    ("11/27/2026", "2026-11-27 00:00:00"),
    ("11-27-2026 08:30", "2026-11-27 08:30:00"),
    # parts of the day
    ("27/11/2026 1:05 trưa", "2026-11-27 13:05:00"),
    ("27/11/2026 11:05 trưa", "2026-11-27 11:05:00"),
    ("27/11/2026 11:05 đêm", "2026-11-27 23:05:00"),
    ("27/11/2026 12:05 đêm", "2026-11-27 00:05:00"),
    ("27/11/2026 1:05 đêm", "2026-11-27 01:05:00"),
    ("27/11/2026 08h:30", "2026-11-27 08:30:00"),
    ("27 – 11 – 2026 08:30", "2026-11-27 08:30:00"),
    # updates
    ("Cập nhật: 06:25 18/09/2025 GMT+7", "2025-09-18 06:25:00"),
    ("Cập nhật: Thứ bảy, 9/6/2018 | 2:35:57 PM", "2018-06-09 14:35:57"),
    ("Cập nhật lúc: 18:00 |22/05/2022", "2022-05-22 18:00:00"),
    # twelve-hour clock, day first; midnight and noon; Vietnamese halves of the day
    ("16/08/2019 4:00 PM", "2019-08-16 16:00:00"),
    ("16/08/2019 12:05 AM", "2019-08-16 00:05:00"),
    ("16/08/2019 12:05 PM", "2019-08-16 12:05:00"),
    ("16/08/2019 8:05 CH", "2019-08-16 20:05:00"),
    ("8h30, ngày 05/03/2026", "2026-03-05 08:30:00"),
    # day first whenever nobody says otherwise
    ("05/03/2026", "2026-03-05 00:00:00"),
    ("05.03.2026", "2026-03-05 00:00:00"),
    ("5-3-2026", "2026-03-05 00:00:00"),
    ("Thứ năm, ngày 5 tháng 3 năm 2026", "2026-03-05 00:00:00"),
    ("Thứ năm, ngày 05 tháng 03 năm 2026, 07:15", "2026-03-05 07:15:00"),
    # ISO with zone, without zone, UTC
    ("2025-06-17T13:43:02+0700", "2025-06-17 13:43:02"),
    ("2023-06-30T14:50:06+07:00", "2023-06-30 14:50:06"),
    ("2021-12-01 11:51:00", "2021-12-01 11:51:00"),
    ("2021-12-01T04:51:00.000000Z", "2021-12-01 11:51:00"),
    ("2026-01-08", "2026-01-08 00:00:00"),
    # feeds
    ("Sat, 26 Sep 2026 09:20:00 +0700", "2026-09-26 09:20:00"),
    ("Sat, 26 Sep 2026 02:20:00 GMT", "2026-09-26 09:20:00"),
    ("Sat, 26 Sep 2026 09:20:00 GMT+7", "2026-09-26 09:20:00"),
    # months by name: WordPress in Vietnamese, CLDR's short form, and the numbers written out
    ("27 Tháng Mười Một, 2019", "2019-11-27 00:00:00"),
    ("27 Tháng mười một, 2026", "2026-11-27 00:00:00"),
    ("Thứ Sáu, 27 Tháng Mười Một, 2026", "2026-11-27 00:00:00"),
    ("Tháng Mười Một 27, 2026", "2026-11-27 00:00:00"),
    ("Tháng 11 27, 2026 8:30 chiều", "2026-11-27 20:30:00"),
    ("27 Th11, 2019", "2019-11-27 00:00:00"),
    ("27 thg 11, 2026 08:30", "2026-11-27 08:30:00"),
    ("27/Th11/2026", "2026-11-27 00:00:00"),
    ("T6, 27 Th11 2026 08:30:00 +0700", "2026-11-27 08:30:00"),
    ("Thứ Sáu, 27 Tháng Mười Một 2026 08:30:00 +0700", "2026-11-27 08:30:00"),
    ("ngày 05 tháng tư năm 2026", "2026-04-05 00:00:00"),
    ("5 tháng năm năm 2026", "2026-05-05 00:00:00"),
    ("3 Tháng Giêng, 2026", "2026-01-03 00:00:00"),
    ("30 tháng Chạp, 2026", "2026-12-30 00:00:00"),
    ("08h30 ngày 27 tháng mười một năm 2026", "2026-11-27 08:30:00"),
    ("Người Viết | 27 Tháng Mười Một, 2019", "2019-11-27 00:00:00"),
    ("27 Tha\u0301ng Mươ\u0300i Mô\u0323t, 2019", "2019-11-27 00:00:00"),  # decomposed
    # English names, either order
    ("Nov 27, 2019 8:30 AM", "2019-11-27 08:30:00"),
    ("Nov 27, 2026 8:30:00 AM", "2026-11-27 08:30:00"),
    ("November 27, 2026 8:30 PM", "2026-11-27 20:30:00"),
    ("27-Nov-2026", "2026-11-27 00:00:00"),
    ("27-Nov-2026 08:30:00", "2026-11-27 08:30:00"),
    ("Friday, 27th November 2026, 8:30 p.m.", "2026-11-27 20:30:00"),
    ("08:30 Nov 27, 2026", "2026-11-27 08:30:00"),
    ("Sept. 5, 2026", "2026-09-05 00:00:00"),
    # two digits of a year are valid in RSS
    ("Fri, 27 Nov 26", "2026-11-27 00:00:00"),
    ("Fri, 27 Nov 26 08:30:00 +0700", "2026-11-27 08:30:00"),
    ("Wed, 27 Nov 19 01:30 GMT", "2019-11-27 08:30:00"),
    ("27-Nov-98 08:30", "1998-11-27 08:30:00"),
    # … and in print, where nothing but a date or a time of day stands beside them
    ("27/11/26", "2026-11-27 00:00:00"),
    ("27-11-19", "2019-11-27 00:00:00"),
    ("Thứ Sáu, 27/11/26", "2026-11-27 00:00:00"),
    ("27/11/26 08:30", "2026-11-27 08:30:00"),
    ("Người Viết, 08:30 27/11/26", "2026-11-27 08:30:00"),
    ("11/27/26 8:30 AM", "2026-11-27 08:30:00"),
    # what C, Java and JavaScript print
    ("Fri Nov 27 08:30:00 2026", "2026-11-27 08:30:00"),
    ("Fri Nov 27 08:30:00 ICT 2026", "2026-11-27 08:30:00"),
    ("Fri Nov 27 01:30:00 UTC 2026", "2026-11-27 08:30:00"),
    ("Wed Nov 27 2019 08:30:00 GMT+0700 (Indochina Time)", "2019-11-27 08:30:00"),
    ("Wed Nov 27 2019 08:30:00 GMT+0700 (Giờ Đông Dương)", "2019-11-27 08:30:00"),
    # numbers from the year on, with and without marks between them
    ("2026/11/27", "2026-11-27 00:00:00"),
    ("2026/11/27 08:30:00", "2026-11-27 08:30:00"),
    ("2026.11.27 08:30", "2026-11-27 08:30:00"),
    ("20261127T083000+0700", "2026-11-27 08:30:00"),
    ("20261127T013000Z", "2026-11-27 08:30:00"),
    ("20261127", "2026-11-27 00:00:00"),
    # seconds and milliseconds since 1970
    ("1795743000", "2026-11-27 08:30:00"),
    ("1795743000000", "2026-11-27 08:30:00"),
    # halves of the day
    ("27/11/2026 8:30:00 CH", "2026-11-27 20:30:00"),
    ("27/11/2026 8:30:00 SA", "2026-11-27 08:30:00"),
    ("05/03/2026 12:15 SA", "2026-03-05 00:15:00"),
    ("05/03/2026 8:30 tối", "2026-03-05 20:30:00"),
    ("2026-11-27 08:30:00 PM", "2026-11-27 20:30:00"),
    ("Fri, 27 Nov 2026 08:30:00 PM", "2026-11-27 20:30:00"),
    # zones
    ("2026-11-27 01:30:00 UTC", "2026-11-27 08:30:00"),
    ("2026-11-27T01:30:00 UTC", "2026-11-27 08:30:00"),
    ("2026-11-27 01:30:00 GMT", "2026-11-27 08:30:00"),
    ("2026-11-26T17:30:00+00", "2026-11-27 00:30:00"),
    ("2026-11-27T08:30+07", "2026-11-27 08:30:00"),
    ("2026-11-27T01:30:00.000+0000", "2026-11-27 08:30:00"),
    ("2026-11-27T01:30:00-0000", "2026-11-27 08:30:00"),
    ("2026-11-27T08:30:00 07:00", "2026-11-27 08:30:00"),  # its plus was taken for a space
    ("Fri, 27 Nov 2026 01:30:00 UT", "2026-11-27 08:30:00"),
    ("Fri, 27 Nov 2026 01:30:00 Z", "2026-11-27 08:30:00"),
    ("Fri, 27 Nov 2026 08:30:00 ICT", "2026-11-27 08:30:00"),
    ("Thu, 26 Nov 2026 17:30:00 PST", "2026-11-27 08:30:00"),
    ("Thu, 26 Nov 2026 20:30:00 EST", "2026-11-27 08:30:00"),
    ("Fri, 27 Nov 2026 08:30:00 UTC+7", "2026-11-27 08:30:00"),
    ("27/11/2026 01:30 UTC", "2026-11-27 08:30:00"),
    ("2026-11-27T10:30:00+09:00", "2026-11-27 08:30:00"),
    ("09:47 - 15/03/2021", "2021-03-15 09:47:00"),
    # an American clock beside numbers puts the month first, unless a weekday or the numbers speak against it
    ("1/8/2026 10:02:01 AM", "2026-01-08 10:02:01"),
    ("11/27/2026 8:30:00 AM", "2026-11-27 08:30:00"),
    ("Thứ Năm, 1/8/2026 10:02 AM", "2026-01-08 10:02:00"),
    ("Thứ Bảy, 1/8/2026 10:02 AM", "2026-08-01 10:02:00"),
    ("Friday, 5/6/2026", "2026-06-05 00:00:00"),
    ("Wednesday, 5/6/2026", "2026-05-06 00:00:00"),
    # left to dateparser
    ("viernes 27 november, anno 2026", None),
    ("27 de noviembre de 2026", None),
]

US = [
    ("1/8/2026 10:02:01 AM", "2026-01-08 10:02:01"),
    ("5/5/2021 3:28:00 PM", "2021-05-05 15:28:00"),
    ("9/26/2026 9:20:00 AM", "2026-09-26 09:20:00"),
    # no such month: then it is the day after all
    ("26/9/2026 9:20:00 AM", "2026-09-26 09:20:00"),
]

NONE = ["", "Chiều 29/12", "Bút danh", "số 25/2013", "31/02/2026", "99/99/2026 10:00", "2026", "01/2022/NQ-HĐND", "30 Nov", "0912345678",
        "ngày 12 Marathon 2026", "Kết quả 12/11/26", "Quyết định 12/11/26/QĐ", "Số 27/11/2026/QĐ-UBND", "27/11/62", "08-09-101", "27 thắng 5 lần 2026", "Nov 08:30", "12 bài dự thi 2026"]  # fmt: skip


@pytest.mark.parametrize(("printed", "meant"), PRINTED)
def test_printed_dates(printed: str, meant: str | None) -> None:
    found = parse_date(printed)
    if meant is None:
        assert found is None
        return
    assert found is not None
    assert found.strftime("%Y-%m-%d %H:%M:%S") == meant
    assert found.utcoffset() == dt.timedelta(hours=7)


@pytest.mark.parametrize(("printed", "meant"), US)
def test_month_first_only_where_the_family_says_so(printed: str, meant: str) -> None:
    found = parse_date(printed, us_order=True)
    assert found is not None
    assert found.strftime("%Y-%m-%d %H:%M:%S") == meant


def test_a_site_known_to_put_the_day_first_is_believed_before_its_clock() -> None:
    found = parse_date("1/8/2026 10:02:01 AM", us_order=False)
    assert found is not None
    assert (found.day, found.month) == (1, 8)


@pytest.mark.parametrize(
    "line",
    [
        "27 Tháng Mười Một, 2019", "Thứ Sáu, 27 Tháng Mười Một, 2026", "27 Th11, 2026", "Nov 27, 2019 8:30 AM",
        "Cập nhật: 06:25 18/09/2025 GMT+7", "T6, 27/11/2026", "Friday, 27 November 2026", "2026-11-27T08:30:00Z",
    ],
)  # fmt: skip
def test_a_line_of_nothing_but_a_date_leaves_no_words(line: str) -> None:
    assert words_beside_date(line) == ""


def test_a_field_is_read_in_time_whatever_it_holds() -> None:
    began = time.monotonic()
    for piece in ("1/", "nov 27 ", "27 ", "27 nov 08:30 ", "20261127t", "thu ", "8:30 ", "2026-", "tháng 1 "):
        parse_date(piece * 100_000)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("words", NONE)
def test_what_is_no_date(words: str) -> None:
    assert parse_date(words) is None


@given(st.text(max_size=60))
def test_no_words_upset_the_reader(words: str) -> None:
    for us_order in (False, True):
        found = parse_date(words, us_order=us_order)
        assert found is None or found.tzinfo is not None


@given(st.integers(0, 100 * 365 * 24 * 60))
def test_every_printed_day_comes_back(minutes: int) -> None:
    moment = dt.datetime(1998, 1, 1, tzinfo=HANOI) + dt.timedelta(minutes=minutes)
    found = parse_date(f"Thứ Hai, {moment:%d/%m/%Y}, {moment:%H:%M} (GMT+7)")
    assert found is not None
    assert found == moment


def test_doubtful_dates_are_named() -> None:
    fetched = dt.datetime(2026, 11, 21, 6, 0, tzinfo=dt.UTC)
    assert doubt(fetched + dt.timedelta(minutes=20), fetched) is None
    assert doubt(fetched + dt.timedelta(days=2), fetched) == "future_date"
    assert doubt(dt.datetime(1970, 1, 1, tzinfo=dt.UTC), fetched) == "old_date"
    assert doubt(dt.datetime(2013, 6, 3, tzinfo=dt.UTC), fetched) is None
