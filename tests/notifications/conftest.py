"""A real mail server of the test's own, and the ward on the database that is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.office.ward import Ward, open_ward


class Postbox:
    """What the mail server got; `answers` are what it says to the next messages, before it says 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: list[str] = []
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
        return answer

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class AnyPort(Controller):
    """A mail server on a port that the system chooses."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    controller = AnyPort(box, hostname="127.0.0.1", port=0)
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


FROM = "Phường Bến Sông <doithoai@bensong.example>"


@pytest.fixture
async def ward(tmp_path: Path, postbox: Postbox) -> AsyncIterator[Ward]:
    async with open_ward(tmp_path, mail_url=postbox.url, mail_from=FROM) as opened:
        yield opened


@pytest.fixture
async def either_ward(tmp_path: Path, database_url: str, postbox: Postbox) -> AsyncIterator[Ward]:
    """On SQLite and on PostgreSQL."""
    async with open_ward(tmp_path, database_url, mail_url=postbox.url, mail_from=FROM) as opened:
        yield opened
