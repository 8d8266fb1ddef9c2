"""One session on the shared port, as the engine sees it: credentials, state, RTP and RTCP in and out."""

import logging
import secrets
from array import array
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.media.budget import Budget
from server.media.transport import stun
from server.media.transport.dtls import Handshake, Identity, Role
from server.media.transport.fanout import Path
from server.media.transport.srtp import Srtp, SrtpError

log = logging.getLogger(__name__)

Address = tuple[Any, ...]
"""A socket address as the system gives it: (host, port) or (host, port, flow, scope)."""
MOST_ADDRESSES = 8
"""Addresses of one session that have proved themselves at a time (a telephone on two networks, v4 and v6)."""
REMEMBERED_CHECKS = 512
"""Transaction ids kept, so that a check somebody recorded does not move a session when sent again from elsewhere."""


class Checks:
    """Which transactions came, and from where: 16 octets each, since every listener has hundreds."""

    def __init__(self) -> None:
        self._transactions, self._whence = array("q"), array("q")
        self._place = 0

    def take(self, transaction: bytes, address: Address) -> bool:
        """False where this transaction came from another address before."""
        number, whence = hash(transaction), hash(address)
        try:
            return self._whence[self._transactions.index(number)] == whence
        except ValueError:
            if len(self._transactions) < REMEMBERED_CHECKS:
                self._transactions.append(number)
                self._whence.append(whence)
            else:
                self._transactions[self._place], self._whence[self._place] = number, whence
                self._place = (self._place + 1) % REMEMBERED_CHECKS
            return True


class State(StrEnum):
    """`new` before any authentic check, `checking` until DTLS is done, then `connected`; `closed` is final."""

    NEW = "new"
    CHECKING = "checking"
    CONNECTED = "connected"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the port; seconds and counts."""

    consent_seconds: float = 30.0
    """Without an authentic check for so long nothing more may be sent (RFC 7675 section 5.1): the session closes."""
    connect_seconds: float = 30.0
    """A session not connected by then is closed."""
    watchdog_seconds: float = 5.0
    """Without any packet for so long a session is `shaky`."""
    sessions_per_address: int = 400
    """Sessions behind one host: a ward's people may share one translated address."""
    refused_checks_per_second: int = 50
    """Checks that fail, per host; those above are not even answered."""
    checks_per_second: int = 50
    """Authentic checks of one session; a browser sends under twenty while it looks for ways."""
    packets_per_second: int = 3000
    """Packets of one session; those above are dropped before they are deciphered."""
    handshakes: int = 3
    """Attempts at DTLS of one session."""
    handshake_datagrams: int = 300
    """DTLS datagrams of one session before it is connected."""


def ignore(*_: object) -> None:
    """What a connection calls where nobody listens."""


class Connection:
    """Made by `UdpPort.admit`. Callbacks are plain attributes, called from the port's loop:

    on_rtp(packet, arrival)    one RTP packet, deciphered; arrival in seconds of the port's clock
    on_rtcp(packets)           the parts of one compound RTCP packet (RFC 3550 section 6.1), each with its header
    on_state(connection)       after every change of `state` (`reason` says why it closed) and of `shaky`
    """

    def __init__(
        self,
        identity: Identity,
        role: Role,
        fingerprints: Sequence[tuple[str, str]],
        limits: Limits,
        transmit: Callable[[bytes, Address], object],
        count: Callable[[str], None],
        now: float,
    ) -> None:
        self.ufrag = secrets.token_hex(8)
        self.password = secrets.token_urlsafe(24).replace("_", "+").replace("-", "/")  # ice-char, RFC 8839 section 5.4
        self.key = self.password.encode()
        self.role = role
        self.state = State.NEW
        self.reason = ""
        """Why it closed: `consent_expired`, `connect_timeout`, `fingerprint`, `no_profile`, `handshake`, `peer_left`, or what `close` was told."""
        self.shaky = False
        self.media_consents = False
        """Whether authentic media keeps it as checks do: an encoder that checks once and then only sends (FFmpeg) is sent nothing but reports."""
        self.address: Address | None = None
        """Where everything is sent to; proved by an authentic check."""
        self.proved: OrderedDict[Address, None] = OrderedDict()
        """All addresses packets are taken from, the oldest first."""
        self.outdated: list[Address] = []
        """Addresses that have been among them, until the port has forgotten them."""
        self.srtp: Srtp | None = None
        self.path = Path()
        """Address and key once more, for what goes to many."""
        self.on_rtp: Callable[[bytes, float], object] = ignore
        self.on_rtcp: Callable[[list[bytes]], object] = ignore
        self.on_state: Callable[[Connection], object] = ignore
        self._identity, self._fingerprints, self._limits = identity, list(fingerprints), limits
        self._transmit, self._count = transmit, count
        self._handshake: Handshake | None = None
        self._handshakes = self._handshake_datagrams = 0
        self._dtls_due: float | None = None
        self.remote: tuple[str, str] | None = None
        """The other side's ufrag and password."""
        self._challenge: tuple[bytes, Address] | None = None
        self._checks = Checks()
        self.asked = Budget(limits.checks_per_second, now)
        self._nominated = False
        self._made = self._consent = self._heard = self._second = now
        self._in_second = 0

    # What the engine does

    def send_rtp(self, packet: bytes) -> None:
        """Encipher and send one RTP packet; dropped while not connected."""
        srtp, address = self.srtp, self.address
        if srtp is None or address is None:
            return
        try:
            self._transmit(srtp.protect(packet), address)
        except SrtpError:
            self._count("not_protected")

    def send_rtcp(self, packet: bytes) -> None:
        """Encipher and send one compound RTCP packet; dropped while not connected."""
        srtp, address = self.srtp, self.address
        if srtp is None or address is None:
            return
        try:
            self._transmit(srtp.protect_rtcp(packet), address)
        except SrtpError:
            self._count("not_protected")

    def close(self, reason: str = "closed") -> None:
        """End it, with a goodbye to the other side; a second call does nothing."""
        if self.state is State.CLOSED:
            return
        if self._handshake is not None:
            self._send_all(self._handshake.shutdown())
        self.reason, self._handshake, self.srtp = reason, None, None
        self.path.srtp = self.path.address = None
        self._enter(State.CLOSED)
        self.on_rtp = self.on_rtcp = self.on_state = ignore  # whoever listened is let go at once, and does not wait for the collector of cycles

    # What the port does

    def checked(self, transaction: bytes, address: Address, nominate: bool, now: float) -> bool:
        """An authentic check came from `address`; False where it is somebody's recording of an earlier one."""
        if not self._checks.take(transaction, address):
            return False
        self._heard = now
        self.proved[address] = None
        self.proved.move_to_end(address)
        if self.address is None or (nominate and (address != self.address or not self._nominated) and not self.moving(address, nominate)):
            self.address = self.path.address = address
            self._nominated = nominate
        if address == self.address:
            self._consent = now
        if len(self.proved) > MOST_ADDRESSES:
            old = next(old for old in self.proved if old != self.address)
            del self.proved[old]
            self.outdated.append(old)
        self._steady()
        return True

    def moving(self, address: Address, nominate: bool) -> bool:
        """Whether the session would move to an address that has not shown that it hears us: a check's source can be forged by whoever has a session.
        The one to which the handshake goes shows it by going on with what it was sent."""
        return nominate and self.remote is not None and self._handshake is not None and address != self.address

    def challenge(self, address: Address) -> bytes:
        """A check of ours to an address: we are a lite agent, but every full one answers (RFC 8445 section 7.3)."""
        assert self.remote is not None
        if self._challenge is None or self._challenge[1] != address:  # else an answer may be under way
            self._challenge = (secrets.token_bytes(12), address)
        name = f"{self.remote[0]}:{self.ufrag}".encode()
        return stun.compose(stun.REQUEST, self._challenge[0], [(stun.USERNAME, name), (stun.ICE_CONTROLLED, bytes(8))], self.remote[1].encode())

    def answered(self, message: stun.Message, address: Address, now: float) -> bool:
        """An answer came from `address`; if it is to our challenge there, the session moves."""
        if self.remote is None or self._challenge != (message.transaction, address) or not message.authentic(self.remote[1].encode()):
            return False
        self._challenge = None
        self.address = self.path.address = address
        self._nominated, self._consent = True, now
        return True

    def begin(self, now: float) -> None:
        """After the answer to the first check has gone out: as DTLS client, say hello."""
        if self.state is not State.NEW:
            return
        self._enter(State.CHECKING)
        if self.role == "client" and self._handshake is None and self.address is not None:
            self._shake(now)

    def received(self, datagram: bytes, address: Address, now: float) -> None:
        """A datagram that is no STUN, from an address that has proved itself."""
        if now - self._second >= 1.0:
            self._second, self._in_second = now, 0
        self._in_second += 1
        if self._in_second > self._limits.packets_per_second:
            return self._count("packet_rate")
        self._heard = now
        if self.shaky:
            self._steady()
        first = datagram[0]
        if 128 <= first < 192:
            return self._media(datagram, address, now)
        if 20 <= first < 64:
            return self._dtls(datagram, now)
        return self._count("unknown_kind")

    def _media(self, datagram: bytes, address: Address, now: float) -> None:
        srtp = self.srtp
        if srtp is None:
            return self._count("media_before_dtls")
        if len(datagram) < 12:
            return self._count("malformed")
        try:
            if 192 <= datagram[1] < 224:  # RFC 5761 section 4
                parts = split(srtp.unprotect_rtcp(datagram))
                if self.media_consents and address == self.address:
                    self._consent = now
                return self._count("malformed") if parts is None else self._call(self.on_rtcp, parts)
            packet = srtp.unprotect(datagram)
        except SrtpError as exc:
            return self._count(exc.code)
        if self.media_consents and address == self.address:
            self._consent = now
        return self._call(self.on_rtp, packet, now)

    def _dtls(self, datagram: bytes, now: float) -> None:
        if self.state is not State.CONNECTED:
            self._handshake_datagrams += 1
            if self._handshake_datagrams > self._limits.handshake_datagrams:
                return self._count("dtls_rate")
        if self._handshake is None:
            self._shake(now)
        if self._handshake is not None:
            self._send_all(self._handshake.receive(datagram))
            self._after_dtls(now)
        return None

    def _shake(self, now: float) -> None:
        self._handshakes += 1
        self._handshake = Handshake(self._identity, self.role, self._fingerprints)
        self._send_all(self._handshake.start())
        self._plan(now)

    def _after_dtls(self, now: float) -> None:
        shake = self._handshake
        if shake is None:
            return None
        if shake.state == "failed":
            if shake.reason != "handshake" or self._handshakes >= self._limits.handshakes:
                return self.close(shake.reason)
            self._count("dtls_failed")
            self._handshake = None
            return self._shake(now) if self.role == "client" else None
        if shake.state == "closed":
            return self.close("peer_left")
        self._plan(now)
        if shake.state == "done" and self.srtp is None:
            self.srtp = self.path.srtp = shake.srtp
            self._enter(State.CONNECTED)
        return None

    def _plan(self, now: float) -> None:
        wait = self._handshake.timeout() if self._handshake is not None else None
        self._dtls_due = None if wait is None else now + wait

    def tick(self, now: float) -> None:
        """What time alone does: DTLS again, the watchdog, consent."""
        if self.state is State.CLOSED:
            return None
        if self.state is not State.CONNECTED and now - self._made > self._limits.connect_seconds:
            return self.close("connect_timeout")
        if self.state is not State.NEW and now - self._consent > self._limits.consent_seconds:
            return self.close("consent_expired")
        if self.state is State.CONNECTED and not self.shaky and now - self._heard > self._limits.watchdog_seconds:
            self.shaky = True
            self._call(self.on_state, self)
        if self._handshake is not None and self._dtls_due is not None and now >= self._dtls_due:
            self._send_all(self._handshake.expire())
            self._after_dtls(now)
        return None

    def _steady(self) -> None:
        if self.shaky:
            self.shaky = False
            self._call(self.on_state, self)

    def _send_all(self, out: list[bytes]) -> None:
        if self.address is not None:
            for datagram in out:
                self._transmit(datagram, self.address)

    def _enter(self, state: State) -> None:
        self.state = state
        self._call(self.on_state, self)

    def _call(self, callback: Callable[..., object], *arguments: object) -> None:
        """One session's listener that fails must not stop everybody's port."""
        try:
            callback(*arguments)
        except Exception:
            log.exception("a listener of session %s failed", self.ufrag)
            self._count("callback_failed")


def split(compound: bytes) -> list[bytes] | None:
    """The parts of a compound RTCP packet, or None where a length does not fit (RFC 3550 appendix A.2)."""
    parts: list[bytes] = []
    position = 0
    while position < len(compound):
        end = position + 4 * (int.from_bytes(compound[position + 2 : position + 4], "big") + 1)
        if end > len(compound) or compound[position] >> 6 != 2:
            return None
        parts.append(compound[position:end])
        position = end
    return parts
