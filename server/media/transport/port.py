"""The one UDP socket of the engine: tells datagrams apart (RFC 7983), finds the session, keeps strangers out.

Nothing is ever sent to an address that has not proved itself by an authentic check, except the answer to a STUN
request, which is never longer than the request.
"""

import asyncio
import errno
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence

from server.media.transport import stun
from server.media.transport.connection import Address, Connection, Limits, State, ignore
from server.media.transport.dtls import Identity, Role
from server.media.transport.srtp import LONGEST

BATCH = 64
"""Datagrams taken in one go before other work of the loop has its turn."""
TICK_SECONDS = 0.25
BUFFER_BYTES = 4 << 20
MOST_STRANGERS = 10_000
"""Hosts counted in one second; beyond that the checks of further unknown hosts go unanswered."""


def bind(host: str | None, port: int) -> socket.socket:
    """A socket on `host`, or on all addresses, v6 and v4 in one where the system can do that; raises OSError."""
    if host is None:
        try:
            return _bound(socket.AF_INET6, "::", port)
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                raise
            return _bound(socket.AF_INET, "0.0.0.0", port)
    return _bound(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6 and host == "::":
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            made.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        made.setblocking(False)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made


class UdpPort:
    """All sessions of one engine. `counters` counts, by reason, what was dropped, and `received` and `sent` datagrams.

    Reasons: empty, too_long, unknown_kind, unknown_address, malformed_stun, stun_not_request, stun_400/401/420/487,
    stun_rate, repeated_check, address_taken, address_full, packet_rate, media_before_dtls, malformed, replayed, unauthentic,
    dtls_rate, dtls_failed, not_protected, send_failed, callback_failed.
    """

    def __init__(self, sock: socket.socket, identity: Identity, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes over `sock` (see `bind`); needs a running loop when `start` is called."""
        self.identity = identity
        self.limits = limits or Limits()
        self.counters: Counter[str] = Counter()
        self._sock, self._clock = sock, clock
        self._by_ufrag: dict[str, Connection] = {}
        self._by_address: dict[Address, Connection] = {}
        self._refused: Counter[str] = Counter()
        self._refused_since = clock()
        self._hosts: dict[str, set[Connection]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.on_drained: Callable[[], object] = ignore
        """Called when all that had come was read: packets that belong together can go out together."""

    @property
    def number(self) -> int:
        """The port's number, for candidates."""
        return int(self._sock.getsockname()[1])

    @property
    def connections(self) -> list[Connection]:
        """All that are not closed."""
        return list(self._by_ufrag.values())

    def start(self) -> None:
        """Begin to read and to tick."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._sock.fileno(), self._readable)
        self._timer = self._loop.call_later(TICK_SECONDS, self._ticking)

    def close(self) -> None:
        """Say goodbye to all sessions and give the port back."""
        for connection in self.connections:
            connection.close("port_closed")
        self._forget_closed()
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is not None:
            self._loop.remove_reader(self._sock.fileno())
            self._loop = None
        self._sock.close()

    def admit(self, role: Role, fingerprints: Sequence[tuple[str, str]], remote: tuple[str, str] | None = None) -> Connection:
        """A new session, whose `ufrag` and `password` go into the SDP answer; `fingerprints` are the offer's (algorithm, value), and so is `remote`
        (ufrag, password): with it another address has to answer before the session moves there."""
        made = Connection(self.identity, role, fingerprints, self.limits, self._transmit, self._count, self._clock())
        made.remote = remote
        self._by_ufrag[made.ufrag] = made
        return made

    def tick(self) -> None:
        """What time alone does, for all sessions; called four times a second."""
        now = self._clock()
        if now - self._refused_since >= 1.0:
            self._refused.clear()
            self._refused_since = now
        for connection in self.connections:
            connection.tick(now)
        self._forget_closed()

    def datagram(self, data: bytes, address: Address) -> None:
        """One datagram from anybody."""
        self.counters["received"] += 1
        if not data:
            return self._count("empty")
        if len(data) > LONGEST:
            return self._count("too_long")
        if data[0] < 4:
            return self._stun(data, address)
        connection = self._by_address.get(address)
        if connection is None:
            return self._count("unknown_address")
        if connection.state is State.CLOSED:
            self._forget(connection)
            return self._count("unknown_address")
        return connection.received(data, address, self._clock())

    def _stun(self, data: bytes, address: Address) -> None:
        message = stun.parse(data)
        if message is None:
            return self._count("malformed_stun")
        if message.type == stun.SUCCESS:
            return self._answered(message, address)
        if message.type != stun.REQUEST:
            return self._count("stun_not_request")
        connection = self._by_ufrag.get(message.local_ufrag or "")
        if connection is not None and connection.state is State.CLOSED:
            self._forget(connection)
            connection = None
        key = None if connection is None else connection.key
        verdict = stun.judge(message, key)
        if verdict != 200 or connection is None or key is None:
            return self._refuse(message, data, address, verdict, key if verdict in (420, 487) else None)
        host, nominate = str(address[0]), stun.USE_CANDIDATE in message.attributes
        there = self._hosts.get(host, set())
        if connection not in there and (nominate or connection.address is None) and len(there) >= self.limits.sessions_per_address:
            return self._count("address_full")
        now = self._clock()
        owner = self._by_address.get(address)
        if owner is not None and owner is not connection and owner.state is State.CONNECTED and owner.address == address and not owner.shaky:
            return self._count("address_taken")  # its owner is there: somebody only says to come from it
        sent_to = connection.address
        if not connection.asked.take(now):
            return self._count("stun_rate")
        if not connection.checked(message.transaction, address, nominate, now):
            return self._count("repeated_check")
        self._settle(connection, address)
        if connection.address != sent_to:
            self._moved(connection, sent_to)
        answer = stun.success(message, host, int(address[1]), key)
        if len(answer) <= len(data):
            self._transmit(answer, address)
        if connection.moving(address, nominate):
            asked = connection.challenge(address)
            if len(asked) <= len(data):
                self._transmit(asked, address)
        return connection.begin(now)

    def _answered(self, message: stun.Message, address: Address) -> None:
        """An answer to a challenge of ours, or to nothing."""
        connection = self._by_address.get(address)
        if connection is None:
            return self._count("unknown_address")
        sent_to = connection.address
        if not connection.answered(message, address, self._clock()):
            return self._count("stun_not_request")
        return self._moved(connection, sent_to)

    def _settle(self, connection: Connection, address: Address) -> None:
        """From now on what comes from `address` belongs to `connection`, and to nobody it may have belonged to before."""
        before = self._by_address.get(address)
        if before is not None and before is not connection:
            before.proved.pop(address, None)
        self._by_address[address] = connection
        while connection.outdated:
            old = connection.outdated.pop()
            if self._by_address.get(old) is connection:
                del self._by_address[old]

    def _moved(self, connection: Connection, before: Address | None) -> None:
        """Sessions are counted by where they are sent to: everybody's checks may come by the same relay, and few need it."""
        if before is not None:
            self._leave(connection, str(before[0]))
        if connection.address is not None:
            self._hosts.setdefault(str(connection.address[0]), set()).add(connection)

    def _leave(self, connection: Connection, host: str) -> None:
        there = self._hosts.get(host, set())
        there.discard(connection)
        if not there:
            self._hosts.pop(host, None)

    def _refuse(self, message: stun.Message, data: bytes, address: Address, code: int, key: bytes | None) -> None:
        self._count(f"stun_{code}")
        host = str(address[0])
        if host not in self._refused and len(self._refused) >= MOST_STRANGERS:
            return self._count("stun_rate")
        self._refused[host] += 1
        if self._refused[host] > self.limits.refused_checks_per_second:
            return self._count("stun_rate")
        answer = stun.refusal(message, code, key)
        if len(answer) <= len(data):
            self._transmit(answer, address)
        return None

    def _forget_closed(self) -> None:
        for connection in self.connections:
            if connection.state is State.CLOSED:
                self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        self._by_ufrag.pop(connection.ufrag, None)
        for address in (*connection.proved, *connection.outdated):
            if self._by_address.get(address) is connection:
                del self._by_address[address]
        connection.proved.clear()
        if connection.address is not None:
            self._leave(connection, str(connection.address[0]))

    def _count(self, reason: str) -> None:
        self.counters[reason] += 1

    def _transmit(self, datagram: bytes, address: Address) -> None:
        try:
            self._sock.sendto(datagram, address)
        except OSError:  # a full buffer, or no way there: lost as on any network
            self.counters["send_failed"] += 1
        else:
            self.counters["sent"] += 1

    def _readable(self) -> None:
        self._drain()
        self.on_drained()

    def _drain(self) -> None:
        for _ in range(BATCH):
            try:
                data, address = self._sock.recvfrom(LONGEST + 1)
            except BlockingIOError:
                return
            except OSError:  # an ICMP message about an earlier datagram
                continue
            self.datagram(data, address)
            if self._loop is None:  # a listener closed the port
                return

    def _ticking(self) -> None:
        self.tick()
        if self._loop is not None:
            self._timer = self._loop.call_later(TICK_SECONDS, self._ticking)
