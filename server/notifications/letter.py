"""A message of the outbox as an e-mail: the text first, then what comes with it. Whatever stands in a name or a title stays one header of one line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from server.unseen import seen

MESSAGE_HOST = "doithoai.invalid"
"""The right side of our Message-IDs when the sender's address has none."""


class UnfitAddress(Exception):
    """No mail can go to this address."""


def address_of(text: str, name: str = "") -> Address:
    """An address with the name it is written to (raises `UnfitAddress`). One address only: what could smuggle in a second one is refused."""
    if any(character in text for character in '\r\n,;<>"() ') or text.count("@") != 1 or not text.isascii():
        raise UnfitAddress(text)
    try:
        return Address(one_line(name), addr_spec=text)
    except Exception:  # the parser fails in several ways on what is no address
        raise UnfitAddress(text) from None


def letter(
    id: str, *, sender: str, recipient: str, address: str, title: str, text: str, at: int, attachments: Iterable[tuple[bytes, str, str]] = ()
) -> EmailMessage:
    """The e-mail. `sender` is `Name <address>`; `attachments` are (bytes, media type, name). The Message-ID follows from the message's id, so that a mail that
    went twice can be known as one (raises `UnfitAddress`)."""
    name, from_address = parseaddr(sender)
    made = EmailMessage(policy=SMTP)
    made["From"] = address_of(from_address, name)
    made["To"] = address_of(address, recipient)
    made["Subject"] = one_line(title)
    made["Date"] = format_datetime(datetime.fromtimestamp(at / 1_000, UTC))
    made["Message-ID"] = f"<{id}@{from_address.rpartition('@')[2] or MESSAGE_HOST}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text, cte="quoted-printable")
    for content, type, file in attachments:
        main, _, rest = type.partition("/")
        sub, _, parameters = rest.partition(";")
        made.add_attachment(content, maintype=main, subtype=sub.strip(), filename=one_line(file))
        part = list(made.iter_attachments())[-1]
        for parameter in filter(None, (each.strip() for each in parameters.split(";"))):
            key, _, value = parameter.partition("=")
            part.set_param(key, value)
    return made


def one_line(text: str) -> str:
    """A text as one line, with what cannot be seen made visible."""
    return " ".join(seen(text).split())
