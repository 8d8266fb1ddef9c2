"""What coturn, configured by the program, lets nobody do: it is asked, and answers."""

from __future__ import annotations

import re
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from server.media.coturn import ALLOCATIONS_PER_SEAT
from server.media.turn import SECONDS, Turn
from tests.media.turn.client import Client
from tests.media.turn.relay import HERE, Running, run_relay

FORBIDDEN, UNAUTHORIZED, QUOTA_REACHED = 403, 401, 486

ELSEWHERE_4 = (
    "127.0.0.2", "127.255.255.255", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1",
    "203.0.113.5", "224.0.0.1", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
ELSEWHERE_6 = (
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:127.0.0.2", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1",
    "64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:db8::5", "2002:7f00:1::", "fc00::1", "fe80::1", "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize(("family", "elsewhere"), [(4, ELSEWHERE_4), (6, ELSEWHERE_6)])
def test_nobody_but_the_engine_is_reached(relay: Running, family: int, elsewhere: tuple[str, ...]) -> None:
    with relay.client(family=family) as client:
        assert client.allocate() == 200
        assert {host: (client.permit(host), client.bind(host)) for host in elsewhere} == dict.fromkeys(elsewhere, (FORBIDDEN, FORBIDDEN))


def test_what_is_sent_elsewhere_does_not_arrive(relay: Running) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as engine, socket.socket(type=socket.SOCK_DGRAM) as inner, relay.client() as client:
        engine.bind((HERE, 0))
        port = engine.getsockname()[1]
        inner.bind(("127.0.0.2", port))
        inner.settimeout(0.3)
        engine.settimeout(2)
        assert client.allocate() == 200
        assert client.permit(HERE, port) == 200
        client.send("127.0.0.2", port, b"inner")
        client.send(HERE, port, b"engine")
        assert engine.recv(100) == b"engine"
        with pytest.raises(TimeoutError):
            inner.recv(100)


def test_the_machine_of_a_relay_in_earnest_is_not_reached(turnserver: str, tmp_path: Path) -> None:
    with (
        run_relay(turnserver, tmp_path, "203.0.113.5", "2001:db8::5", listening=(HERE, "::1")) as relay,
        relay.client() as client,
        relay.client(family=6) as client6,
    ):
        assert (client.allocate(), client6.allocate()) == (200, 200)
        asked = ("203.0.113.5", "203.0.113.4", "203.0.113.6", HERE, "127.0.0.2")
        assert [client.permit(host) for host in asked] == [200, *[FORBIDDEN] * 4]
        asked = ("2001:db8::5", "2001:db8::4", "2001:db8::6", "::1", "::ffff:203.0.113.5")
        assert [client6.permit(host) for host in asked] == [200, *[FORBIDDEN] * 4]
        beginning = relay.said().partition("ERROR: A peer IP")[0]
        assert not re.search("warning|error|unknown|bad config|cannot", beginning, re.IGNORECASE), "coturn understands every option"


def test_credentials_that_are_wrong_or_over_are_refused(relay: Running) -> None:
    now = int(time.time() * 1000)
    user, password = relay.turn.credentials("seat", now)
    over = relay.turn.credentials("seat", now - (SECONDS + 2) * 1000)
    longer = f"{now // 1000 + 2 * SECONDS}:seat"
    for wrong in (over, (longer, password), (user, password.swapcase()), Turn((), "south").credentials("seat", now), ("seat", password)):
        with Client(relay.relay.port, *wrong) as client:
            assert client.allocate() == UNAUTHORIZED, wrong


def test_a_session_goes_on_when_its_credentials_are_over(relay: Running) -> None:
    """A conference lasts longer than the hour of a credential."""
    now = int(time.time() * 1000)
    with Client(relay.relay.port, *relay.turn.credentials("seat", now - SECONDS * 1000 + 1500)) as client:
        assert client.allocate() == 200
        time.sleep(3)
        assert (client.refresh(), client.permit(HERE)) == (200, 200)


def test_one_seat_does_not_take_what_all_need(relay: Running) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(relay.client("greedy")) for _ in range(ALLOCATIONS_PER_SEAT + 1)]
        assert [client.allocate() for client in clients] == [*[200] * ALLOCATIONS_PER_SEAT, QUOTA_REACHED]
        with relay.client("other") as client:
            assert client.allocate() == 200
