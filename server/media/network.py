"""Where the engine's process meets the network: which addresses it offers, and whom it listens to.

aioice has no setting for either, so both are put in its place once, before the first session.
"""

from typing import Any, Final

import aioice.ice

from server.media.engine import MediaConfig

LOOPBACK: Final = "127.0.0.1"
MAX_DATAGRAM: Final = 2048
"""Bytes of the largest datagram that is read: media fits into 1500 (RFC 8835 section 3.5)."""


def offer_addresses(config: MediaConfig) -> None:
    """Set the local addresses that go into answers; aioice by itself leaves loopback out."""
    own = aioice.ice.get_host_addresses

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        if config.addresses:
            return list(config.addresses)
        return own(use_ipv4, use_ipv6) + ([LOOPBACK] if config.include_loopback and use_ipv4 else [])

    aioice.ice.get_host_addresses = addresses


def drop_strangers() -> None:
    """Take media and handshakes only from where an authenticated check has come from (RFC 8445 section 7.3).

    aioice hands every datagram on whoever sent it, and a single one that is empty or too long ends the session in aiortc.
    The addresses known to a connection are exactly those of authenticated checks, since offers lose their candidates.
    """
    receive = aioice.ice.StunProtocol.datagram_received

    def guarded(protocol: aioice.ice.StunProtocol, data: bytes | str, address: tuple[Any, ...]) -> None:
        if not 0 < len(data) <= MAX_DATAGRAM:
            return
        is_check = isinstance(data, bytes) and data[0] < 4  # RFC 7983: the kinds are told apart by the first byte
        if is_check or any((known.host, known.port) == address[:2] for known in protocol.receiver.remote_candidates):
            receive(protocol, data, address)

    aioice.ice.StunProtocol.datagram_received = guarded  # type: ignore[method-assign, assignment]
