"""The port over loopback: real handshakes with aiortc and with ourselves, and everything a stranger may try."""

import asyncio
import logging
import random
import socket
import weakref

import pytest
from aiortc.rtcdtlstransport import RTCDtlsTransport

from server.media.transport import stun
from server.media.transport.connection import MOST_ADDRESSES, Connection, Limits, State
from server.media.transport.dtls import Handshake, Identity, Role
from server.media.transport.port import UdpPort, bind
from server.media.transport.srtp import PROFILES
from tests.media.transport.wire import PACKET, REPORT, WRONG, Bare, Clock, Peer, request, until


def echoing(connection: Connection) -> Connection:
    connection.on_rtp = lambda packet, arrival: connection.send_rtp(packet)
    connection.on_rtcp = lambda parts: connection.send_rtcp(b"".join(parts))
    return connection


def known(theirs: Identity) -> list[tuple[str, str]]:
    return [("sha-256", theirs.fingerprint())]


@pytest.mark.parametrize("role", ["client", "server"])
@pytest.mark.parametrize("profile", [p.name for p in PROFILES])
async def test_aiortc_connects_in_both_roles_with_every_profile_and_hears_its_echo(port: UdpPort, role: Role, profile: str) -> None:
    peer = Peer([profile])
    connection = echoing(port.admit(role, peer.fingerprints))
    try:
        await peer.connect(port, connection)
        assert isinstance(peer.dtls, RTCDtlsTransport) and peer.dtls.state == "connected"
        await until(lambda: connection.state is State.CONNECTED)
        assert connection.srtp is not None and connection.srtp.profile.name == profile
        await peer.dtls._send_rtp(PACKET)
        await peer.dtls._send_rtp(REPORT)
        await until(lambda: peer.rtp and peer.rtcp)
        assert peer.rtp == [PACKET] and peer.rtcp == [REPORT]
    finally:
        await peer.stop()
    await until(lambda: connection.state is State.CLOSED)
    assert connection.reason == "peer_left"


def test_all_three_profiles_are_there() -> None:
    assert len(PROFILES) == 3


@pytest.mark.parametrize("role", ["client", "server"])
async def test_another_certificate_than_the_offer_named_is_closed(port: UdpPort, bare: Bare, role: Role) -> None:
    connection = port.admit(role, [WRONG])
    trying = asyncio.create_task(bare.connect(connection, "server" if role == "client" else "client"))
    await until(lambda: connection.state is State.CLOSED)
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    assert (connection.state, connection.reason, connection.srtp) == (State.CLOSED, "fingerprint", None)


@pytest.mark.parametrize("role", ["client", "server"])
async def test_ours_with_ours(port: UdpPort, bare: Bare, theirs: Identity, role: Role) -> None:
    states: list[str] = []
    connection = echoing(port.admit(role, [*known(theirs), ("sha-512", theirs.fingerprint("sha-512"))]))
    connection.on_state = lambda c: states.append(c.state)
    srtp = await bare.connect(connection, "server" if role == "client" else "client")
    bare.sock.send(srtp.protect(PACKET))
    while (data := await bare.next())[0] < 128:
        pass
    assert srtp.unprotect(data) == PACKET
    assert states == ["checking", "connected"]


async def test_media_before_dtls_and_from_unproved_addresses_is_dropped(port: UdpPort, bare: Bare, theirs: Identity) -> None:
    connection = port.admit("server", known(theirs))
    bare.sock.send(PACKET)
    bare.sock.send(b"\x16\xfe\xfd" + bytes(40))
    await until(lambda: port.counters["unknown_address"] == 2)
    await bare.check(connection)
    bare.sock.send(PACKET)
    await until(lambda: port.counters["media_before_dtls"] == 1)
    assert port.counters["sent"] == 1  # the answer to the check


async def test_a_datagram_is_taken_once(port: UdpPort, bare: Bare, theirs: Identity) -> None:
    got: list[bytes] = []
    connection = port.admit("server", known(theirs))
    connection.on_rtp = lambda packet, arrival: got.append(packet)
    connection.on_rtcp = got.extend
    srtp = await bare.connect(connection)
    rtp, rtcp = srtp.protect(PACKET), srtp.protect_rtcp(REPORT)
    altered = srtp.protect(PACKET[:3] + b"\x08" + PACKET[4:])
    for data in (rtp, rtp, rtcp, rtcp, altered[:-1] + bytes([altered[-1] ^ 1])):
        bare.sock.send(data)
    await until(lambda: port.counters["unauthentic"] == 1)
    assert got == [PACKET, REPORT[:8], REPORT[8:]]
    assert port.counters["replayed"] == 2


async def test_only_an_authentic_check_moves_a_session(port: UdpPort, bare: Bare, theirs: Identity) -> None:
    connection = echoing(port.admit("server", known(theirs)))
    srtp = await bare.connect(connection)
    home = connection.address
    recorded = request(connection, b"recorded one")
    assert await bare.ask(recorded) is not None
    with bare.move():
        bare.sock.send(srtp.protect(PACKET))  # rightly keyed, but from nowhere known
        await until(lambda: port.counters["unknown_address"] == 1)
        answer = await bare.check(connection, key=b"guessed")
        assert answer is not None and answer.attributes[stun.ERROR_CODE] == b"\0\0\4\1"
        assert await bare.ask(recorded) is None
        assert port.counters["repeated_check"] == 1
        await bare.check(connection, nominate=False)
        assert connection.address == home
        await bare.check(connection)
        assert connection.address == bare.sock.getsockname() != home
        second = PACKET[:3] + b"\x09" + PACKET[4:]
        bare.sock.send(srtp.protect(second))
        assert srtp.unprotect(await bare.next()) == second


async def test_consent_runs_out_after_thirty_seconds_and_silence_shows_after_five(port: UdpPort, bare: Bare, theirs: Identity, clock: Clock) -> None:
    seen: list[tuple[str, bool]] = []
    connection = port.admit("server", known(theirs))
    connection.on_state = lambda c: seen.append((c.state, c.shaky))
    srtp = await bare.connect(connection)
    clock.now += 5.1
    port.tick()
    bare.sock.send(srtp.protect(PACKET))
    await until(lambda: not connection.shaky)
    assert seen[2:] == [("connected", True), ("connected", False)]
    clock.now += 24
    await bare.check(connection)
    clock.now += 29.9
    bare.sock.send(srtp.protect(PACKET[:3] + b"\x08" + PACKET[4:]))  # media is no consent
    await asyncio.sleep(0.02)
    port.tick()
    assert connection.state is State.CONNECTED
    clock.now += 0.2
    port.tick()
    assert (connection.state, connection.reason) == (State.CLOSED, "consent_expired")
    assert port.connections == []
    sent = port.counters["sent"]
    connection.send_rtp(PACKET)
    assert port.counters["sent"] == sent


async def test_who_never_connects_is_closed(port: UdpPort, bare: Bare, clock: Clock) -> None:
    silent, checking = port.admit("server", [WRONG]), port.admit("server", [WRONG])
    clock.now += 20
    await bare.check(checking)
    clock.now += 10.1
    port.tick()
    assert silent.reason == checking.reason == "connect_timeout"


async def test_lost_flights_are_sent_again(port: UdpPort, bare: Bare, clock: Clock) -> None:
    connection = port.admit("client", [WRONG])
    await bare.check(connection)
    hello = await bare.next()
    await asyncio.sleep(1.05)  # OpenSSL's own clock
    clock.now += 1.05
    again = await bare.next()
    assert hello[0] == again[0] == 22 and hello[13:] == again[13:]


async def test_limits_hold(ours: Identity, theirs: Identity, clock: Clock) -> None:
    port = UdpPort(
        bind("127.0.0.1", 0), ours, Limits(sessions_per_address=1, refused_checks_per_second=3, packets_per_second=5, handshake_datagrams=4), clock
    )
    port.start()
    bare = Bare(port, theirs)
    try:
        first, second = port.admit("server", [WRONG]), port.admit("server", [WRONG])
        assert await bare.check(first) is not None
        assert await bare.check(second) is None
        assert port.counters["address_full"] == 1 and second.state is State.NEW
        answers = [await bare.check(first, key=b"guess") for _ in range(5)]
        assert [a is not None for a in answers] == [True] * 3 + [False] * 2
        assert await bare.check(first) is not None  # the rightful one is heard all the same
        for _ in range(7):
            bare.sock.send(b"\x16\xfe\xfd" + bytes(40))
        await until(lambda: port.counters["packet_rate"] == 2)
        assert port.counters["dtls_rate"] == 1
        first.close()
        port.tick()
        assert await bare.check(second) is not None
    finally:
        bare.sock.close()
        port.close()


async def test_a_role_conflict_is_told(port: UdpPort, bare: Bare) -> None:
    connection = port.admit("server", [WRONG])
    answer = await bare.check(connection, controlled=True)
    assert answer is not None and answer.attributes[stun.ERROR_CODE] == b"\0\0\4\x57" and answer.authentic(connection.key)
    assert connection.state is State.NEW


async def test_a_listener_that_fails_stops_nobody(port: UdpPort, bare: Bare, theirs: Identity, caplog: pytest.LogCaptureFixture) -> None:
    connection = port.admit("server", known(theirs))
    srtp = await bare.connect(connection)

    def broken(packet: bytes, arrival: float) -> None:
        raise RuntimeError("mine")

    connection.on_rtp = broken
    with caplog.at_level(logging.CRITICAL):
        bare.sock.send(srtp.protect(PACKET))
        await until(lambda: port.counters["callback_failed"] == 1)
    assert connection.state is State.CONNECTED


async def test_ten_thousand_datagrams_of_garbage_leave_counters_only(port: UdpPort, bare: Bare, theirs: Identity) -> None:
    got: list[object] = []
    connection = port.admit("server", known(theirs))
    connection.on_rtp = lambda *a: got.append(a)
    connection.on_rtcp = got.append
    srtp = await bare.connect(connection)
    assert connection.address is not None
    chance = random.Random(4)
    seeds = [
        request(connection, bytes(12)),
        srtp.protect(PACKET),
        srtp.protect_rtcp(REPORT),
        b"\x16\xfe\xfd" + bytes(60),
        b"\x15\xfe\xfd" + bytes(10) + b"\2\2\x28",
    ]
    before = port.counters["received"]
    for _ in range(10_000):
        data = bytearray(chance.choice(seeds)) if chance.random() < 0.6 else bytearray(chance.randbytes(chance.randrange(1, 100)))
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        port.datagram(
            bytes(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.3 else data), chance.choice([connection.address, ("127.0.0.1", 9)])
        )
    assert port.counters["received"] - before == 10_000
    assert got == [] and connection.state is State.CONNECTED
    assert port.connections == [connection] and list(port._by_address) == [connection.address]
    assert all(port.counters[reason] for reason in ("malformed_stun", "unknown_address", "unauthentic", "unknown_kind", "packet_rate", "empty"))


async def test_one_socket_serves_both_families(ours: Identity, theirs: Identity) -> None:
    port = UdpPort(bind(None, 0), ours)
    port.start()
    bare = Bare(port, theirs)
    try:
        connection = port.admit("server", known(theirs))
        answer = await bare.check(connection)
        assert answer is not None
        here = stun.mapped(answer.attributes[stun.XOR_MAPPED_ADDRESS], answer.transaction)
        assert here == bare.sock.getsockname()
        assert connection.address is not None and len(connection.address) == (4 if port._sock.family == socket.AF_INET6 else 2)
        await bare.connect(connection)
    finally:
        bare.sock.close()
        port.close()


async def test_consent_counts_only_from_where_is_sent_to(port: UdpPort, bare: Bare, theirs: Identity, clock: Clock) -> None:
    connection = port.admit("server", known(theirs))
    await bare.connect(connection)
    clock.now += 20
    with bare.move():
        assert await bare.check(connection, nominate=False) is not None  # proves the new address, says nothing of the old one
        clock.now += 10.1
        port.tick()
    assert connection.reason == "consent_expired"


async def test_who_comes_from_ever_new_addresses_leaves_no_trace_of_the_old_ones(port: UdpPort, theirs: Identity) -> None:
    sessions = [port.admit("server", known(theirs)) for _ in range(2)]
    for number in range(200):
        for connection in sessions:  # the second takes the address from the first
            port.datagram(request(connection, number.to_bytes(12, "big")), (f"127.0.1.{number}", 9))
    assert len(port._by_address) == MOST_ADDRESSES and len(port._hosts) == 1
    for connection in sessions:
        connection.close()
    port.tick()
    assert not port._hosts
    assert not port._by_address


async def test_checks_by_a_common_relay_do_not_count_only_where_one_is_sent_to(ours: Identity, theirs: Identity, clock: Clock) -> None:
    """Every browser also checks by the relay; only those whose network lets nothing else through stay there."""
    port = UdpPort(bind("127.0.0.1", 0), ours, Limits(sessions_per_address=1), clock)
    for number in range(3):
        connection = port.admit("server", known(theirs))
        port.datagram(request(connection, bytes([number]) * 12, nominate=True), (f"127.0.1.{number}", 9))
        port.datagram(request(connection, bytes([9, number] * 6), nominate=False), ("127.0.2.1", 1000 + number))
        assert connection.address == (f"127.0.1.{number}", 9) and len(connection.proved) == 2
    assert port.counters["address_full"] == 0
    port.close()


async def test_a_closed_session_lets_go_of_whoever_listened(port: UdpPort) -> None:
    class Listener:
        def rtp(self, packet: bytes, arrival: float) -> None: ...

    listener, connection = Listener(), port.admit("server", [WRONG])
    gone = weakref.ref(listener)
    listener.connection = connection  # type: ignore[attr-defined]
    connection.on_rtp = listener.rtp
    connection.close()
    del listener
    assert gone() is None


async def test_a_session_moves_only_to_an_address_that_answers(port: UdpPort, bare: Bare, theirs: Identity) -> None:
    """Whoever has a session can forge where a check comes from: media is not sent to somebody who never asked for it."""
    password = "their-own-password-for-ice"
    connection = port.admit("server", known(theirs), ("them", password))
    await bare.connect(connection)
    before = connection.address
    with bare.move():
        assert await bare.check(connection) is not None
        challenge = stun.parse(await bare.next())
        assert challenge is not None and challenge.type == stun.REQUEST and challenge.authentic(password.encode())
        assert challenge.attributes[stun.USERNAME] == f"them:{connection.ufrag}".encode()
        assert await bare.check(connection) is not None
        again = stun.parse(await bare.next())
        assert again is not None and again.transaction == challenge.transaction, "an answer that is under way still counts"
        assert connection.address == before
        for key in (b"another", password.encode()):
            bare.sock.send(stun.success(challenge, "127.0.0.1", port.number, key))
            await asyncio.sleep(0.05)
            assert (connection.address == before) == (key == b"another")


async def test_during_the_handshake_too(port: UdpPort, bare: Bare, theirs: Identity) -> None:
    connection = port.admit("server", known(theirs), ("them", "their-own-password-for-ice"))
    assert await bare.check(connection) is not None
    shake = Handshake(theirs, "client", [("sha-256", port.identity.fingerprint())])
    for datagram in shake.start():
        bare.sock.send(datagram)
    await bare.next()
    before = connection.address
    port.datagram(request(connection, b"forged-check"), ("127.0.4.1", 9))
    assert connection.address == before


async def test_what_is_sent_from_elsewhere_does_not_keep_a_session(port: UdpPort, bare: Bare, theirs: Identity, clock: Clock) -> None:
    connection = port.admit("server", known(theirs))
    connection.media_consents = True
    srtp = await bare.connect(connection)
    connection.address = connection.path.address = ("127.0.0.9", 9)  # where it was moved to
    for _ in range(4):
        clock.now += 9
        bare.sock.send(srtp.protect_rtcp(REPORT))
        await asyncio.sleep(0.02)
        port.tick()
    assert connection.reason == "consent_expired"


async def test_a_session_that_checks_without_end_is_answered_as_often_as_a_browser_would_be(port: UdpPort, theirs: Identity, clock: Clock) -> None:
    connection = port.admit("server", known(theirs))
    for number in range(200):
        port.datagram(request(connection, number.to_bytes(12, "big")), ("127.0.3.1", 9))
    assert port.counters["stun_rate"] == 150 and connection.state is not State.CLOSED


async def test_nobody_takes_an_address_whose_owner_is_there(port: UdpPort, bare: Bare, theirs: Identity) -> None:
    owner, thief = port.admit("server", known(theirs)), port.admit("server", known(theirs))
    await bare.connect(owner)
    address = owner.address
    assert address is not None
    port.datagram(request(thief, b"steal-it-now"), address)
    assert port.counters["address_taken"] == 1 and thief.address is None and port._by_address[address] is owner
