"""Messages go out once each, to a real mail server: when it takes them, when it does not, when it is away, and when a sender dies in between."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from server import clock
from server.notifications.carriers import NotSent, Parcel, Uncertain, by_mail
from server.notifications.letter import UnfitAddress, address_of, letter
from server.notifications.outbox import enqueue, withdraw
from server.notifications.sender import LEASE, MOST_TRIES, Sender, sender
from server.notifications.tables import message
from tests.notifications.conftest import Postbox
from tests.office.ward import CASE, Ward


def queued(ward: Ward, key: str = "k", channel: str = "email", **more: object) -> str:
    with ward.work() as w:
        given: dict[str, object] = {"recipient": "Bà Nguyễn Thị Ước", "address": "uoc@example.vn", "title": "Giấy mời", "text": "Kính mời bà.\n"}
        return enqueue(w, key, kind="invitation", channel=channel, conference=CASE, **(given | more))  # type: ignore[arg-type]


def states(ward: Ward) -> dict[str, str]:
    with ward.work() as w:
        return {row.key: row.state for row in w.db.execute(select(message.c.key, message.c.state))}


def senders(ward: Ward) -> Sender:
    return sender(ward.engine, ward.settings)


async def test_a_message_arrives_with_its_text_first_and_what_comes_with_it(ward: Ward, postbox: Postbox) -> None:
    sends = senders(ward)
    calendar = sends.files.put(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    id = queued(ward, attachments=[{"sha256": calendar, "name": "hội nghị.ics", "type": "text/calendar; method=REQUEST"}])
    assert sends.send_due() == 1
    (mail,) = postbox.mails
    assert mail["Subject"] == "Giấy mời" and mail["To"].addresses[0].display_name == "Bà Nguyễn Thị Ước"
    assert mail["Message-ID"] == f"<{id}@bensong.example>"
    first, *attached = list(mail.iter_parts())
    assert first.get_content().rstrip() == "Kính mời bà."
    assert [(one.get_content_type(), one.get_param("method"), one.get_filename()) for one in attached] == [
        ("text/calendar", "REQUEST", "hội nghị.ics")
    ]
    assert states(ward) == {"k": "sent"}


async def test_the_same_key_is_one_message_and_is_sent_once(ward: Ward, postbox: Postbox) -> None:
    assert queued(ward) == queued(ward)
    sends = senders(ward)
    assert (sends.send_due(), sends.send_due(), len(postbox.mails)) == (1, 0, 1)


async def test_not_now_means_later_and_longer_each_time(ward: Ward, postbox: Postbox) -> None:
    queued(ward)
    postbox.answers = ["451 busy", "450 still busy"]
    sends = senders(ward)
    assert (sends.send_due(), sends.send_due()) == (1, 0)
    assert states(ward) == {"k": "queued"}
    clock.set_to(clock.now() + 61_000)
    assert (sends.send_due(), sends.send_due()) == (1, 0)
    clock.set_to(clock.now() + 61_000)
    assert sends.send_due() == 0
    clock.set_to(clock.now() + 61_000)
    assert sends.send_due() == 1
    assert states(ward) == {"k": "sent"} and len(postbox.mails) == 1


async def test_never_means_failed_and_says_why(ward: Ward, postbox: Postbox) -> None:
    queued(ward)
    postbox.answers = ["550 no such mailbox"]
    senders(ward).send_due()
    with ward.work() as w:
        assert w.db.execute(select(message.c.state, message.c.error)).one() == ("failed", "550 no such mailbox")
    assert postbox.mails == []


async def test_a_server_that_is_away_is_tried_again_and_then_given_up(ward: Ward) -> None:
    queued(ward)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        sends = replace(senders(ward), carriers={"email": by_mail(f"smtp://127.0.0.1:{nobody.getsockname()[1]}")})
        for _ in range(MOST_TRIES):
            assert states(ward) == {"k": "queued"}
            assert sends.send_due() == 1
            clock.set_to(clock.now() + 8_000_000)
    assert states(ward) == {"k": "failed"}


async def test_a_sender_that_dies_after_sending_leaves_it_uncertain_and_nobody_sends_it_again(ward: Ward, postbox: Postbox) -> None:
    queued(ward)

    class Killed(BaseException):
        """kill -9: nothing after it runs."""

    def dies(parcel: Parcel) -> None:
        by_mail(postbox.url)(parcel)
        raise Killed

    with pytest.raises(Killed):
        replace(senders(ward), carriers={"email": dies}).send_due()
    assert states(ward) == {"k": "sending"}
    sends = senders(ward)
    assert sends.send_due() == 0
    clock.set_to(clock.now() + LEASE + 1_000)
    assert sends.send_due() == 0
    assert states(ward) == {"k": "uncertain"} and len(postbox.mails) == 1


KILLED = """
import os, signal, sys
from server import clock
from server.db.engine import open_engine
from server.notifications.carriers import by_mail
from server.notifications.sender import sender
from server.settings import Settings

clock.set_to(int(sys.argv[1]))
settings = Settings()
sends, carry = sender(open_engine(settings.database), settings), by_mail(settings.mail_url)

def dies(parcel):
    carry(parcel)
    os.kill(os.getpid(), signal.SIGKILL)

sends.carriers = {"email": dies}
sends.send_due()
"""


async def test_a_process_that_is_killed_in_between_does_the_same(ward: Ward, postbox: Postbox) -> None:
    queued(ward)
    settings = {"DOITHOAI_DATA_DIR": str(ward.settings.data_dir), "DOITHOAI_DATABASE": ward.settings.database, "DOITHOAI_MAIL_URL": postbox.url}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, str(clock.now()), env={**os.environ, **settings})
    assert await process.wait() == -signal.SIGKILL
    assert states(ward) == {"k": "sending"} and len(postbox.mails) == 1
    clock.set_to(clock.now() + LEASE + 60_000)
    assert senders(ward).send_due() == 0
    assert states(ward) == {"k": "uncertain"} and len(postbox.mails) == 1


async def test_a_connection_that_breaks_after_all_was_said_is_uncertain(ward: Ward) -> None:
    queued(ward)

    def breaks(parcel: Parcel) -> None:
        raise Uncertain("ConnectionResetError")

    replace(senders(ward), carriers={"email": breaks}).send_due()
    assert states(ward) == {"k": "uncertain"}


def test_a_server_that_hangs_up_after_the_message_is_uncertain_and_before_it_is_not() -> None:
    for talks, expected in ((("220 hi", "250 ok", "250 ok", "250 ok", "354 go on"), Uncertain), (("220 hi", "250 ok"), NotSent)):
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()

            def serve(words: tuple[str, ...] = talks, at: socket.socket = listening) -> None:
                connection, _ = at.accept()
                with connection, connection.makefile("rb") as lines:
                    for place, word in enumerate(words):
                        if place:
                            lines.readline()
                        connection.sendall(f"{word}\r\n".encode())
                    if len(words) == 5:
                        while lines.readline() not in (b".\r\n", b""):
                            pass

            thread = threading.Thread(target=serve)
            thread.start()
            mail = letter("1", sender="a@b.example", recipient="x", address="c@d.example", title="t", text="x", at=0)
            with pytest.raises(expected):
                by_mail(f"smtp://127.0.0.1:{listening.getsockname()[1]}")(Parcel("1", "c@d.example", "t", "x", mail))
            thread.join()


async def test_two_senders_at_once_send_each_message_once(either_ward: Ward, postbox: Postbox) -> None:
    ward = either_ward
    for number in range(20):
        queued(ward, f"k{number}")
    with ThreadPoolExecutor(3) as pool:
        tried = list(pool.map(lambda sends: sends.send_due(), [senders(ward) for _ in range(3)]))
    assert sum(tried) == 20 == len({mail["Message-ID"] for mail in postbox.mails}) == len(postbox.mails)
    assert set(states(ward).values()) == {"sent"}


async def test_what_has_no_carrier_waits_for_a_person(ward: Ward, postbox: Postbox) -> None:
    queued(ward, "sms", channel="sms", address="+84900000001")
    queued(ward, "paper", channel="paper", address="")
    assert senders(ward).send_due() == 0
    async with ward.browser("van-phong") as browser:
        page = (await browser.get("/van-phong/thu-gui")).text
        assert "Chưa nối" in page and page.count("/van-phong/thu-gui/da-gui") == 2
        with ward.work() as w:
            id = w.db.scalar(select(message.c.id).where(message.c.key == "sms"))
        marked = {"once": "1", "message": id, "state": "queued"}
        assert (await browser.post("/van-phong/thu-gui/da-gui", data=marked)).status_code == 303
        assert (await browser.post("/van-phong/thu-gui/da-gui", data={**marked, "once": "2"})).status_code == 422
        assert "Bà Nguyễn Thị Ước" not in (await browser.get("/van-phong/thu-gui?tt=failed")).text
    assert states(ward) == {"sms": "sent", "paper": "queued"}
    async with ward.browser("kthtdt") as browser:
        assert (await browser.get("/van-phong/thu-gui")).status_code == 403


async def test_a_person_decides_on_what_is_uncertain(ward: Ward, postbox: Postbox) -> None:
    id = queued(ward)
    with ward.work() as w:
        w.db.execute(update(message).values(state="uncertain", tries=1))
    async with ward.browser("van-phong") as browser:
        assert "không rõ thư đã đi chưa" in (await browser.get("/van-phong/thu-gui")).text
        assert (await browser.post("/van-phong/thu-gui/gui-lai", data={"once": "1", "message": id, "state": "uncertain"})).status_code == 303
    assert senders(ward).send_due() == 1
    assert states(ward) == {"k": "sent"} and len(postbox.mails) == 1


async def test_what_was_taken_back_is_not_sent(ward: Ward, postbox: Postbox) -> None:
    queued(ward, subject="i1")
    with ward.work() as w:
        assert withdraw(w, "i1") == 1
    assert senders(ward).send_due() == 0 and states(ward) == {"k": "withdrawn"}


@given(st.text(), st.text(), st.text())
def test_no_text_becomes_a_header_or_another_recipient(name: str, title: str, text: str) -> None:
    mail = letter(
        "1", sender="Phường <a@b.example>", recipient=name, address="c@d.example", title=title, text=text.encode("utf-8", "ignore").decode(), at=0
    )
    assert set(mail.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    }
    assert [one.addr_spec for one in mail["To"].addresses] == ["c@d.example"]
    mail.as_bytes()


@pytest.mark.parametrize("address", ["", "a", "a@b@c", "a@b.vn, c@d.vn", "a@b.vn\nBcc: c@d.vn", "<a@b.vn>", "ơ@b.vn", "a b@c.vn"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UnfitAddress):
        address_of(address)


async def test_an_unfit_address_fails_by_itself(ward: Ward, postbox: Postbox) -> None:
    queued(ward, address="không phải địa chỉ")
    senders(ward).send_due()
    assert states(ward) == {"k": "failed"} and postbox.mails == []
    assert clock.today() == date(2026, 12, 15)
