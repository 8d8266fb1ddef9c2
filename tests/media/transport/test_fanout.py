"""The way out to many: compiled or not, each listener gets the same bytes, under its own key and with its own numbers."""

import os
import socket
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.media.rtp import vp8
from server.media.rtp.packets import read_rtp, write_rtp
from server.media.transport import fanout, unaided
from server.media.transport.port import bind
from server.media.transport.srtp import PROFILES, Srtp


def ways() -> dict[str, ModuleType]:
    found = {"Python": unaided}
    if fanout.COMPILED:
        from server.media.transport import _fanout

        found["C"] = _fanout
    return found


WAYS = ways()
"""Without a compiler the second is missing, and the program says so (`doithoai doctor`)."""


class Ears:
    """Listeners on loopback, each with a socket and keys of its own."""

    def __init__(self, way: ModuleType, family: socket.AddressFamily = socket.AF_INET) -> None:
        self.way = way
        self.out = bind(None, 0)
        self.family = family
        self.sockets: list[socket.socket] = []
        self.readers: list[Srtp] = []
        self.outlets: list[unaided.Outlet] = []

    def add(self, types: tuple[int, ...] = (96, 102, 111), profile: int = 0, key: bytes | None = None) -> unaided.Outlet:
        chosen = PROFILES[profile]
        material = key or os.urandom(chosen.key + chosen.salt)
        ear = socket.socket(self.family, socket.SOCK_DGRAM)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        ear.bind(("::1" if self.family == socket.AF_INET6 else "127.0.0.1", 0))
        ear.settimeout(2)
        path = self.way.Path()
        port = ear.getsockname()[1]
        v6 = self.out.family == socket.AF_INET6
        path.address = ("::1", port, 0, 0) if self.family == socket.AF_INET6 else ("::ffff:127.0.0.1", port, 0, 0) if v6 else ("127.0.0.1", port)
        path.srtp = Srtp(chosen, material, material)
        self.sockets.append(ear)
        self.readers.append(Srtp(chosen, material, material))
        self.outlets.append(self.way.Outlet(path, types))
        return self.outlets[-1]

    def send(self, *packets: bytes) -> int:
        return int(self.way.send(self.out, packets, self.outlets))

    def raw(self, which: int, count: int) -> list[bytes]:
        return [self.sockets[which].recv(2048) for _ in range(count)]

    def heard(self, which: int, count: int) -> list[bytes]:
        return [self.readers[which].unprotect(datagram) for datagram in self.raw(which, count)]

    def silent(self, which: int) -> bool:
        self.sockets[which].setblocking(False)
        try:
            self.sockets[which].recv(2048)
        except BlockingIOError:
            return True
        finally:
            self.sockets[which].settimeout(2)
        return False

    def close(self) -> None:
        for one in [self.out, *self.sockets]:
            one.close()


@pytest.fixture(params=WAYS)
def ears(request: pytest.FixtureRequest) -> Iterator[Ears]:
    made = Ears(WAYS[request.param])
    yield made
    made.close()


def picture(number: int, size: int = 900, *, marker: bool = False, codec: int = 0) -> bytes:
    """A VP8 packet as a slot writes it: picture id of 15 bits and TL0PICIDX."""
    payload = bytes((0x90, 0xC0)) + (0x8000 | number & 0x7FFF).to_bytes(2) + bytes((number & 0xFF,)) + b"\x10" + bytes(size)
    return write_rtp(payload, payload_type=codec, sequence=number & 0xFFFF, timestamp=(number * 3000) & 0xFFFFFFFF, ssrc=7, marker=marker)


def test_each_listener_gets_its_own_payload_type_and_numbers(ears: Ears) -> None:
    first, second, third = ears.add(), ears.add((100, 101, 109), len(PROFILES) - 1), ears.add((-1, 102, 111))
    second.sequence, second.timestamp, second.picture, second.tl0 = 65_000, 2**32 - 5, 32_760, 250
    frame = [picture(1000 + place, marker=place == 3) for place in range(4)]
    assert ears.send(*frame) == 8
    assert ears.heard(0, 4) == [packet[:1] + bytes([packet[1] & 128 | 96]) + packet[2:] for packet in frame]
    for sent, got in zip(frame, ears.heard(1, 4), strict=True):
        was, header, numbers = read_rtp(sent), read_rtp(got), vp8.read(got[12:])
        assert was and header and numbers
        assert (header.payload_type, header.marker, header.ssrc) == (100, was.marker, 7)
        assert header.sequence == (was.sequence + 65_000) & 0xFFFF and header.timestamp == (was.timestamp - 5) & 0xFFFFFFFF
        assert numbers.picture == (was.sequence + 32_760) & 0x7FFF and numbers.tl0 == (was.sequence + 250) & 0xFF
        assert got[18:] == sent[18:]
    assert ears.silent(2), "it cannot take VP8"
    assert (first.packets, first.octets, third.packets) == (4, sum(len(packet) - 12 for packet in frame), 0)


def test_nothing_goes_where_there_is_no_address_or_no_key(ears: Ears) -> None:
    ears.add().path.address = None
    ears.add().path.srtp = None
    ears.add()
    assert ears.send(picture(1)) == 1
    assert ears.silent(0) and ears.silent(1) and len(ears.heard(2, 1)) == 1


def test_ipv6(ears: Ears) -> None:
    ears.family = socket.AF_INET6
    ears.add()
    assert ears.send(picture(1), picture(2)) == 2
    assert len(ears.heard(0, 2)) == 2


def test_a_dead_route_and_a_full_buffer_lose_packets_and_nothing_else(ears: Ears) -> None:
    ears.add()
    dead = ears.add()
    dead.path.address = ("::ffff:127.0.0.1", 0, 0, 0) if ears.out.family == socket.AF_INET6 else ("127.0.0.1", 0)
    ears.add()
    assert ears.send(picture(1), picture(2)) == 4
    assert len(ears.heard(0, 2)) == len(ears.heard(2, 2)) == 2


def uncut(ears: Ears) -> list[int]:
    """Lengths of what the system hands over at once to a reader that takes uncut messages (UDP_GRO, udp(7))."""
    ears.add()
    try:
        ears.sockets[-1].setsockopt(socket.IPPROTO_UDP, 104, 1)
    except OSError:
        pytest.skip("this system does not cut messages: there is nothing that could fail")
    ears.send(picture(1), picture(2))
    return [len(ears.sockets[-1].recv(65536))]


def test_packets_of_one_size_go_out_as_one_message_also_when_one_listener_cannot_be_sent_to(ears: Ears) -> None:
    whole = uncut(ears)
    assert whole[0] == 2 * (len(picture(1)) + 16)
    dead = ears.add()
    dead.path.address = ("::ffff:127.0.0.1", 0, 0, 0) if ears.out.family == socket.AF_INET6 else ("127.0.0.1", 0)  # EINVAL
    ears.send(picture(3), picture(4))
    assert uncut(ears) == whole, "everybody else's messages are still cut by the system"


def test_what_cannot_be_cut_goes_out_one_by_one(ears: Ears) -> None:
    ears.out.setsockopt(socket.SOL_SOCKET, 11, 1)  # SO_NO_CHECK: without checksums Linux cuts nothing
    ears.add()
    assert ears.send(*map(picture, range(5))) == 5
    assert [len(packet) for packet in ears.heard(0, 5)] == [len(picture(1))] * 5


def test_what_nobody_can_be_sent_does_not_stop_what_can(ears: Ears) -> None:
    """A source can send a packet that is too long: it must not take the picture away from everybody."""
    outlet = ears.add()
    none = write_rtp(b"x", payload_type=99, sequence=1, timestamp=1, ssrc=1)
    assert ears.send(picture(1), picture(2, 2000), b"short", none, picture(3)) == 2
    assert [packet[2:] for packet in ears.heard(0, 2)] == [picture(1)[2:], picture(3)[2:]]
    assert outlet.packets == 2


def test_many_packets_to_many_listeners_arrive_whole_and_in_order(ears: Ears) -> None:
    for _ in range(70):
        ears.add()
    sizes = [1000] * 30 + [40, 1000, 1001, 999, 1100, 1100, 7] + [1200] * 40
    packets = [picture(number, size) for number, size in enumerate(sizes)]
    assert ears.send(*packets) == 70 * len(packets)
    for which in (0, 33, 69):
        assert [packet[2:] for packet in ears.heard(which, len(packets))] == [packet[2:] for packet in packets]


@pytest.mark.skipif("C" not in WAYS, reason="there is no compiler here; the other way is all there is")
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.binary(max_size=30), st.integers(0, 2), st.integers(0, 1200)), min_size=1, max_size=8),
    st.tuples(st.integers(0, 65535), st.integers(0, 2**32 - 1), st.integers(0, 32767), st.integers(0, 255)),
    st.sampled_from([(96, 102, 111), (-1, 102, 111), (96, -1, 0)]),
    st.sampled_from([0, len(PROFILES) - 1]),
)
def test_both_ways_send_the_same_bytes(
    packets: list[tuple[bytes, int, int]], offsets: tuple[int, int, int, int], types: tuple[int, ...], profile: int
) -> None:
    """Whatever the payloads are. A picture id of 7 bits does not leave a slot, and is not among them."""
    made = [
        write_rtp(_wide(head + bytes(size)), payload_type=codec, sequence=100 + place, timestamp=place, ssrc=9)
        for place, (head, codec, size) in enumerate(packets)
    ]
    key = bytes(range(PROFILES[profile].key + PROFILES[profile].salt))
    results = []
    for way in WAYS.values():
        ears = Ears(way)
        outlet = ears.add(types, profile, key)
        outlet.sequence, outlet.timestamp, outlet.picture, outlet.tl0 = offsets
        sent = ears.send(*made)
        results.append((sent, ears.raw(0, sent), outlet.packets, outlet.octets))
        ears.close()
    assert results[0] == results[1]


def _wide(head: bytes) -> bytes:
    if len(head) > 2 and head[0] & 0x80 and head[1] & 0x80:
        return head[:2] + bytes([head[2] | 0x80]) + head[3:]
    return head


@pytest.mark.skipif("C" not in WAYS, reason="there is no compiler here; the other way is all there is")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda way, out: way.send(out, ["text" * 10], []),
        lambda way, out: way.send(out, [picture(1)], [object()]),
        lambda way, out: setattr(way.Path(), "address", ("nowhere", 5)),
        lambda way, out: setattr(way.Path(), "address", "127.0.0.1"),
        lambda way, out: setattr(way.Path(), "address", ("127.0.0.1", 70_000)),
        lambda way, out: setattr(way.Path(), "srtp", object()),
        lambda way, out: way.Outlet(None, (1,)),
        lambda way, out: way.Outlet(way.Path(), (1,) * 9),
    ],
)
def test_the_compiled_part_refuses_what_it_cannot_hold(wrong: Callable[[ModuleType, socket.socket], object]) -> None:
    out = bind(None, 0)
    with pytest.raises((TypeError, ValueError, AttributeError)):
        wrong(WAYS["C"], out)
    out.close()
