"""Settings of the program: environment variables with the prefix DANVAN_, or the file `.env`.

Every setting is documented in `.env.example`; a test fails where one is missing there.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from foundation.errors import ConfigurationError

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
"""The time zone in which every time is shown and in which "today" is meant."""


class Settings(BaseSettings):
    """All settings, with the value that holds when nothing is said."""

    model_config = SettingsConfigDict(env_prefix="DANVAN_", env_file=".env", extra="ignore")

    database_url: str = "sqlite:///danvan.sqlite3"
    sources_dir: Path | None = None
    telegram_token: SecretStr | None = None
    telegram_base_url: str = "https://api.telegram.org/bot"
    admin_chat: str | None = None
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    alert_window_days: int = Field(default=30, ge=0)
    crawl_delay: float = Field(default=1.0, ge=0)
    contact: str = "https://github.com/danvan-monitor"
    sources_at_once: int = Field(default=2, ge=1, le=16)
    source_time_limit: float = Field(default=900.0, gt=0)
    request_time_limit: float = Field(default=30.0, gt=0)
    max_page_bytes: int = Field(default=8_000_000, gt=0)
    web_password: SecretStr | None = None
    smtp_url: SecretStr | None = None
    smtp_from: str = "danvan-monitor@localhost"
    admin_email: str | None = None
    silence_hours: float = Field(default=30.0, gt=0)
    log_level: str = "WARNING"
    office_layout: Literal["party", "state"] = "party"
    office_name: str = "Ban Tuyên giáo và Dân vận"
    office_superior: str = ""
    office_place: str = ""
    office_symbol: str = ""
    office_title: str = ""
    office_signer: str = ""
    office_recipients: str = ""

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return tuple(h.strip() for h in value.split(",") if h.strip()) if isinstance(value, str) else value


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises ConfigurationError naming the variable that is wrong.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "DANVAN_" + "_".join(str(p) for p in first["loc"]).upper()
        raise ConfigurationError(f"Biến {name} không dùng được: {first['msg']}. Xem .env.example.") from error
