"""E-mail as a channel: enough for an office alone, and the operator's second way when a messenger is away."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, parseaddr
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from markupsafe import escape
from pydantic import SecretStr

from foundation.errors import ConfigurationError
from foundation.validation import is_mail_address
from notifications.channels.contract import Channel
from notifications.markup import plain
from notifications.values import Message, Receipt, Result

TIMEOUT = 20.0
"""Seconds for each step of the talk with the mail server."""
WRONG_ACCOUNT = "Máy chủ thư không nhận tài khoản hoặc mật khẩu."
UNSUBSCRIBE = "Thôi nhận tin"
AT_ONCE = 4
"""Letters handed over side by side, in threads of their own: a mail server that hangs holds up nothing else."""


class MailChannel(Channel):
    """Sends through the server of DANVAN_SMTP_URL: smtp://user:password@host:587 or smtps://….

    STARTTLS is used whenever the server offers it, with its certificate checked (`?starttls=no` turns it off).
    """

    def __init__(self, url: SecretStr, sender: str, public_url: str | None = None) -> None:
        parts, host, port = _server(url.get_secret_value())
        self._secure = parts.scheme == "smtps"
        self._host = host
        self._port = port or (465 if self._secure else 587 if parts.username else 25)
        self._user = unquote(parts.username or "")
        self._password = SecretStr(unquote(parts.password or ""))
        self._starttls = parse_qs(parts.query).get("starttls", ["auto"])[0] != "no"
        self._sender = sender
        if not is_mail_address(parseaddr(sender)[1]):
            raise ConfigurationError("DANVAN_SMTP_FROM phải là một địa chỉ thư, ví dụ tin@danvan.vn.")
        self._public_url = public_url
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mail")

    async def send(self, address: str, message: Message) -> Receipt:
        """Send one message; its Message-ID carries the alert's code, so that a repeated one is recognised."""
        letter = compose(self._sender, address, message, self._public_url)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.send_now, address, letter)

    async def check(self) -> Receipt:
        """Greet the server and log in."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.send_now, "", None)

    async def close(self) -> None:
        """Connections are closed after each message; the threads end with their work."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def send_now(self, address: str, letter: EmailMessage | None) -> Receipt:
        """Hand a letter over, blocking (None: only see whether the server takes us)."""
        try:
            server = self._open()
        except UnicodeEncodeError:  # smtplib takes ASCII passwords only
            return Receipt(Result.DENIED, error=WRONG_ACCOUNT)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:  # RFC 4954, 6: the server cannot look now
                return Receipt(Result.UNREACHABLE, error=f"Máy chủ thư chưa cho đăng nhập ({error.smtp_code}).")
            return Receipt(Result.DENIED, error=WRONG_ACCOUNT)
        except (OSError, smtplib.SMTPException):
            return Receipt(Result.UNREACHABLE, error="Không kết nối được máy chủ thư.")
        try:
            return Receipt(Result.SENT) if letter is None else self._hand_over(server, address, letter)
        finally:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                server.close()

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self._secure:
            server = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        server.ehlo_or_helo_if_needed()
        if not self._secure and self._starttls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if self._user:
            server.login(self._user, self._password.get_secret_value())
        return server

    def _hand_over(self, server: smtplib.SMTP, address: str, mail: EmailMessage) -> Receipt:
        try:
            refused = _offer(server, self._sender, address)
        except (OSError, smtplib.SMTPException):
            return Receipt(Result.RETRY, error="Mất kết nối với máy chủ thư.")
        if refused is not None:
            return refused
        try:
            code, _ = server.data(mail.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code)
        except (OSError, smtplib.SMTPException):
            # The words may have been taken before the connection broke.
            return Receipt(Result.TIMED_OUT, error="Mất kết nối khi gửi thư: không rõ thư đã tới hay chưa.")
        if code >= 400:
            return _refused(code)
        return Receipt(Result.SENT, message_id=str(mail["Message-ID"])[:64])


def _server(url: str) -> tuple[SplitResult, str, int | None]:
    """The parts of a mail server's address, its name and port. Raises ConfigurationError for what is none."""
    try:
        parts = urlsplit(url)
        if parts.scheme in {"smtp", "smtps"} and parts.hostname:
            return parts, parts.hostname, parts.port
    except ValueError:
        pass
    raise ConfigurationError("DANVAN_SMTP_URL phải có dạng smtp://người_dùng:mật_khẩu@máy_chủ:587.")


def _offer(server: smtplib.SMTP, sender: str, address: str) -> Receipt | None:
    """Name sender and receiver to the server; its refusal, if any."""
    code, _ = server.mail(sender)
    if code >= 500:  # our own address or account, the same for every letter: nothing is lost for it
        return Receipt(Result.DENIED, error=f"Máy chủ thư không nhận địa chỉ gửi DANVAN_SMTP_FROM ({code}).")
    if code >= 400:
        return _refused(code)
    code, words = server.rcpt(address)
    if code >= 500 and words.startswith(b"5.7."):  # RFC 3463: its policy, as for whoever did not log in
        return Receipt(Result.RETRY, error=f"Máy chủ thư không cho gửi tới địa chỉ này ({code}, 5.7).")
    return _refused(code, recipient=True) if code >= 400 else None


def _refused(code: int, *, recipient: bool = False) -> Receipt:
    # RFC 5321, 4.2.1: 4xx may work later, 5xx will not. 550/551/553 to RCPT: no such mailbox.
    if 400 <= code < 500:
        return Receipt(Result.RETRY, error=f"Máy chủ thư tạm thời từ chối ({code}).")
    if recipient and code in {550, 551, 553}:
        return Receipt(Result.OFF, error=f"Địa chỉ thư không tồn tại ({code}).")
    return Receipt(Result.FAILED, error=f"Máy chủ thư từ chối ({code}).")


def letter_to(address: str, sender: str, subject: str, code: str) -> EmailMessage:
    """A letter without a body yet; `code` makes its Message-ID, so that a repeated one is recognised."""
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = sender
    mail["To"] = address
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<danvan-{code}@{_domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    return mail


def _domain(sender: str) -> str:
    """Where a sender ("tin@x.vn", "Dân vận <tin@x.vn>") is at home."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def compose(sender: str, address: str, message: Message, public_url: str | None = None) -> EmailMessage:
    """A message as e-mail: plain text with an HTML alternative, the picture attached.

    Whoever wants no more letters writes to the sender, as the programs that know List-Unsubscribe offer (RFC 2369).
    """
    mail = letter_to(address, sender, message.subject or "Dân vận Monitor", message.code or "tin")
    mail["List-Unsubscribe"] = f"<mailto:{parseaddr(sender)[1]}?subject={quote(UNSUBSCRIBE)}>"
    mail["List-Id"] = f"Dân vận Monitor <tin.{_domain(sender)}>"
    foot = f"Thôi nhận: trả lời thư này với tiêu đề “{UNSUBSCRIBE}”."
    if public_url:
        foot = f"Kho lưu trữ: {public_url.rstrip('/')}/ · {foot}"
    mail.set_content(f"{plain(message.html)}\n\n-- \n{foot}\n")
    body = message.html.replace("\n", "<br>\n")
    mail.add_alternative(
        f'<!doctype html><html lang="vi"><body style="font-family:sans-serif;max-width:42em">{body}'
        f'<hr><p style="color:#666;font-size:small">{escape(foot)}</p></body></html>',
        subtype="html",
    )
    if message.picture is not None:
        mail.add_attachment(message.picture, maintype="image", subtype="png", filename="tuan.png")
    return mail
