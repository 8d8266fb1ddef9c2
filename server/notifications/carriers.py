"""Those who carry messages away: a mail server, and webhooks for SMS and Zalo. Each either took the message, or raises how far it came."""

from __future__ import annotations

import http.client
import json
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

SECONDS = 20.0
"""How long one waits for the other side."""


class NotSent(Exception):
    """It certainly did not go out. `again`: whether it may go later."""

    def __init__(self, why: str, again: bool) -> None:
        super().__init__(why)
        self.again = again


class Uncertain(Exception):
    """Nobody knows: the connection broke after everything had been said."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it is carried: to whom, and what."""

    id: str
    address: str
    title: str
    text: str
    mail: EmailMessage | None = None


Carrier = Callable[[Parcel], None]


def by_mail(url: str) -> Carrier:
    """A carrier to a mail server: `smtp://user:password@host:587` (with STARTTLS where the server offers it, always when there is a password),
    `smtps://host:465`, `smtp://localhost:25`."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    port = parts.port or (465 if secure else 587 if parts.username else 25)

    def connect() -> smtplib.SMTP:
        try:
            if secure:
                return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
            return smtplib.SMTP(host, port, timeout=SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(said(error), again=True) from None

    def carry(parcel: Parcel) -> None:
        assert parcel.mail is not None
        server = connect()
        try:
            _said(server, parcel.mail["From"].addresses[0].addr_spec, parcel.address)
            _data(server, parcel.mail.as_bytes())
        finally:
            _leave(server)

    def _said(server: smtplib.SMTP, sender: str, to: str) -> None:
        """Everything before the message itself: until here nothing has gone out."""
        try:
            server.ehlo_or_helo_if_needed()
            if not secure and (parts.username or server.has_extn("starttls")):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            for code, answer in (server.mail(sender), server.rcpt(to)):
                if code >= 400:
                    raise NotSent(_words(code, answer), again=code < 500)
        except smtplib.SMTPResponseException as error:
            raise NotSent(said(error), again=error.smtp_code < 500 or isinstance(error, smtplib.SMTPAuthenticationError)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(said(error), again=True) from None

    def _data(server: smtplib.SMTP, content: bytes) -> None:
        try:
            code, answer = server.data(content)
        except smtplib.SMTPDataError as error:  # the server did not want the message at all
            raise NotSent(said(error), again=error.smtp_code < 500) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Uncertain(said(error)) from None
        if code >= 400:
            raise NotSent(_words(code, answer), again=code < 500)

    return carry


def by_webhook(url: str) -> Carrier:
    """A carrier to a gateway of SMS or Zalo: one POST of JSON `{"id", "to", "title", "text"}`; the id is also the `Idempotency-Key`."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def carry(parcel: Parcel) -> None:
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "localhost", parts.port, timeout=SECONDS)
        body = json.dumps({"id": parcel.id, "to": parcel.address, "title": parcel.title, "text": parcel.text}, ensure_ascii=False).encode()
        try:
            try:
                connection.connect()
            except OSError as error:
                raise NotSent(said(error), again=True) from None
            try:
                connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": parcel.id})
                status = connection.getresponse().status
            except (OSError, http.client.HTTPException) as error:
                raise Uncertain(said(error)) from None
        finally:
            connection.close()
        if status >= 300:
            raise NotSent(f"HTTP {status}", again=status in (408, 425, 429) or status >= 500)

    return carry


def _leave(server: smtplib.SMTP) -> None:
    """Says goodbye; what was taken stays taken, whatever becomes of the goodbye."""
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def said(error: Exception) -> str:
    """An error in few words, without what the message said."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"[:300]


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"[:300]
