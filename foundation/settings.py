"""Settings of the program: environment variables with the prefix DANVAN_, or the file `.env`.

Every setting is documented in `.env.example`; a test fails where one is missing there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from foundation.errors import ConfigurationError
from foundation.networks import networks_of
from foundation.validation import in_vietnamese, is_mail_address, is_web_address

ARCHIVE = "danvan.sqlite3"
HOUR, YEAR_DAYS = 3600.0, 366


def default_home() -> Path:
    """Where archive and `.env` lie when DANVAN_HOME does not say: the place that the system has for a user's data."""
    return user_data_path("danvan")


def default_archive(home: Path) -> str:
    """The archive's address when DANVAN_DATABASE_URL does not say: in DANVAN_HOME; an archive in this folder, as
    earlier versions made it, is found while none was chosen.
    """
    here = Path(ARCHIVE)
    chosen = home != default_home()
    return f"sqlite:///{here.absolute() if here.is_file() and not chosen else home.absolute() / ARCHIVE}"


def env_files() -> tuple[Path, ...]:
    """The files that hold settings; a later one wins. DANVAN_HOME may stand in the `.env` of this folder."""
    here = Path(".env")
    named = os.environ.get("DANVAN_HOME") or _said_in(here).get("DANVAN_HOME")
    return (Path(named).expanduser() if named else default_home()) / ".env", here


def _said_in(path: Path) -> Mapping[str, str | None]:
    try:
        return dotenv_values(path)
    except UnicodeDecodeError as error:
        raise ConfigurationError("Tệp thiết lập không phải chữ UTF-8. Lưu lại theo UTF-8.", path=path) from error


def secret_folder() -> Path | None:
    """The folder with a file a secret (`danvan_web_password`), as systemd and Docker give them; no child has it."""
    named = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(named) if named and Path(named).is_dir() else None


MAY_BE_EMPTY = ("telegram_token", "zalo_token", "telegram_proxy", "webhook_url", "smtp_url")
"""Secrets that may be named and left empty."""

_WEB, _SOCKS = ("http", "https"), ("socks5", "socks5h")
_WEB_WORDS = "địa chỉ bắt đầu bằng https:// hoặc http://"
ADDRESSES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "telegram_base_url": (_WEB, _WEB_WORDS),
    "zalo_base_url": (_WEB, _WEB_WORDS),
    "public_url": (_WEB, _WEB_WORDS),
    "webhook_url": (_WEB, "địa chỉ webhook bắt đầu bằng https:// hoặc http://"),
    "smtp_url": (("smtp", "smtps"), "máy chủ thư có dạng smtp://người_dùng:mật_khẩu@máy_chủ:587"),
    "telegram_proxy": (
        _WEB + _SOCKS,
        "proxy có dạng http://máy:cổng, https://máy:cổng hoặc socks5://tên:mật_khẩu@máy:cổng",
    ),
}
"""Settings that are addresses: the schemes that each may have, and what is said of another."""


class Settings(BaseSettings):
    """All settings, with the value that holds when nothing is said."""

    model_config = SettingsConfigDict(env_prefix="DANVAN_", extra="ignore")

    home: Path = Field(default_factory=default_home)
    database_url: str = Field(default_factory=lambda given: default_archive(given["home"]))
    sources_dir: Path | None = None
    telegram_token: SecretStr | None = None
    telegram_base_url: str = "https://api.telegram.org/bot"
    telegram_proxy: SecretStr | None = None
    admin_chat: str | None = None
    zalo_token: SecretStr | None = None
    zalo_base_url: str = "https://bot-api.zaloplatforms.com/bot"
    zalo_groups: bool = False
    webhook_url: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    public_url: str | None = None
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    alert_window_days: int = Field(default=30, ge=0, le=100 * YEAR_DAYS)
    real_texts: Path | None = None
    """Labelled texts of real papers, for `danvan eval`; kept outside the program."""
    crawl_delay: float = Field(default=1.0, ge=0, le=HOUR)
    crawl_proxy: str | None = None
    contact: str = "https://github.com/danvan-monitor"
    dask: str = ""
    sources_at_once: int = Field(default=2, ge=1, le=16)
    source_time_limit: float = Field(default=900.0, gt=0, le=24 * HOUR)
    request_time_limit: float = Field(default=30.0, gt=0, le=HOUR)
    max_page_bytes: int = Field(default=8_000_000, gt=0)
    web_password: SecretStr | None = Field(default=None, min_length=1)
    smtp_url: SecretStr | None = None
    smtp_from: str = "danvan-monitor@localhost"
    admin_email: str | None = None
    clipping_mail: Annotated[tuple[str, ...], NoDecode] = ()
    """Who gets yesterday's điểm báo by mail every morning, from `clipping_mail_at` (HH:MM, Hà Nội) on."""
    clipping_mail_at: str = Field(default="07:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    silence_hours: float = Field(default=30.0, gt=0, le=YEAR_DAYS * 24)
    backup_dir: Path | None = None
    backup_keep: int = Field(default=14, ge=1)
    prune_months: int = Field(default=0, ge=0, le=1200)
    pages_dir: Path | None = None
    metrics_token: SecretStr | None = Field(default=None, min_length=1)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "WARNING"
    log_format: Literal["lines", "json"] = "lines"
    office_layout: Literal["party", "state"] = "party"
    office_name: str = "Ban Tuyên giáo và Dân vận"
    office_superior: str = ""
    office_place: str = ""
    office_symbol: str = ""
    office_title: str = ""
    office_signer: str = ""
    office_recipients: str = ""
    office_addressees: str = ""

    @field_validator("home", mode="before")
    @classmethod
    def _at_home(cls, value: object) -> object:
        return Path(value).expanduser().absolute() if isinstance(value, str) and value else value or default_home()

    @field_validator(
        "sources_dir", "backup_dir", "pages_dir", "real_texts", *MAY_BE_EMPTY, "crawl_proxy", mode="before"
    )
    @classmethod
    def _nothing_said(cls, value: object) -> object:
        """Nothing behind the name means what it means when the name is not there (of a path: not this folder)."""
        return (value.get_secret_value() if isinstance(value, SecretStr) else value) or None

    @field_validator("contact")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.strip():
            return str(cls.model_fields["contact"].default)
        if not value.isprintable():
            raise ValueError("phải là một dòng chữ")
        return value.strip()

    @field_validator("telegram_token", "zalo_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """A bot's token goes into an address: letters that need no escaping (Telegram's begins with a number)."""
        form = r"\d+:[A-Za-z0-9_-]+" if info.field_name == "telegram_token" else r"[A-Za-z0-9_:.-]+"
        if value and not re.fullmatch(form, value.get_secret_value()):
            raise ValueError("mã của bot có dạng 123456:CHỮ_VÀ_SỐ, chép nguyên như khi tạo bot")
        return value

    @field_validator(*ADDRESSES)
    @classmethod
    def _address(cls, value: SecretStr | str | None, info: ValidationInfo) -> SecretStr | str | None:
        schemes, words = ADDRESSES[info.field_name or ""]
        address = value.get_secret_value() if isinstance(value, SecretStr) else value
        if address and not is_web_address(address, schemes):
            raise ValueError(words)
        return value

    @field_validator("crawl_proxy")
    @classmethod
    def _crawl_proxy(cls, value: str | None) -> str | None:
        parts = urlsplit(value) if value and is_web_address(value, ("http",)) else None
        if value and (parts is None or not parts.port or parts.path.strip("/")):
            raise ValueError("máy chủ trung gian có dạng http://máy:cổng hoặc http://tên:mật_khẩu@máy:cổng")
        return value

    @field_validator("dask")
    @classmethod
    def _scheduler(cls, value: str) -> str:
        """A word that is no address is told here: Dask would look for it at every run, and each run go on alone."""
        value = value.strip()
        if value and not re.fullmatch(r"((tcp|tls|wss?)://)?(\[[0-9a-fA-F:.]+\]|[\w.-]+):\d{1,5}", value):
            raise ValueError("máy điều phối của cụm có dạng tcp://máy:8786")
        return value

    @field_validator("admin_chat")
    @classmethod
    def _chat(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"-?\d+|@\w+", value):
            raise ValueError("cuộc trò chuyện là một số, ví dụ 123456789 (nhóm: -100…), hoặc @tên_kênh")
        return value

    @field_validator("admin_email")
    @classmethod
    def _mail_address(cls, value: str | None) -> str | None:
        if value and not is_mail_address(value):
            raise ValueError("phải là một địa chỉ thư, ví dụ truc@danvan.vn")
        return value

    @field_validator("clipping_mail")
    @classmethod
    def _mail_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """A reader whom no letter can reach is told here: the watch would only find out in the morning."""
        if wrong := [one for one in value if not is_mail_address(one)]:
            raise ValueError(f"“{wrong[0][:80]}” không phải địa chỉ thư; nhiều địa chỉ cách nhau bằng dấu phẩy")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("allow_hosts")
    @classmethod
    def _check_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for one in hosts:
            networks_of(one)
        return hosts

    @field_validator("allow_hosts", "clipping_mail", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        return tuple(h.strip() for h in value.split(",") if h.strip()) if isinstance(value, str) else value


def misspelt() -> dict[str, str | None]:
    """Names in the environment and the files that look like settings and are none, each with the nearest that is."""
    known = {f"DANVAN_{name.upper()}" for name in Settings.model_fields}
    given = {*os.environ, *(name for path in env_files() for name in _said_in(path))}
    if folder := secret_folder():
        given |= {path.name for path in folder.iterdir()}
    strange = sorted(name for name in given if name.upper().startswith("DANVAN_") and name.upper() not in known)
    return {name: next(iter(get_close_matches(name.upper(), known, 1)), None) for name in strange}


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises ConfigurationError naming the variable that is wrong.
    """
    files = env_files()
    try:
        return Settings(_env_file=files, _secrets_dir=secret_folder())
    except UnicodeDecodeError:
        for path in files:
            _said_in(path)
        raise
    except ValidationError as error:
        name = "DANVAN_" + "_".join(str(part) for part in error.errors()[0]["loc"]).upper()
        raise ConfigurationError(f"Biến {name} không dùng được: {in_vietnamese(error)}. Xem .env.example.") from error
