"""The one time zone of the program."""

from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
"""The time zone in which every time is shown and in which "today" is meant."""
