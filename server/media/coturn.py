"""The configuration of coturn, the TURN server that stands beside us, made from our own settings so that both always agree.

The options are those of turnserver(1) of coturn 4.6.1, Debian's. The relay passes UDP on to the media engine's addresses and to
nothing else, whatever a client asks for: an allowed address wins over the ranges in which every other one is denied.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final

REALM: Final = "doithoai"
NONCE_SECONDS: Final = 600
ALLOCATIONS_PER_SEAT: Final = 40
"""A browser asks on each of its addresses and by each of our URLs: a seat that speaks and listens with three networks, of both families, has 36."""
BYTES_PER_SECOND: Final = 500_000
"""Most of one allocation in each direction: four times what the programme or a camera needs."""

DENIED: Final = (
    "0.0.0.0-255.255.255.255",
    "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "::ffff:0.0.0.0-::ffff:255.255.255.255",
    "64:ff9b::-64:ff9b::ffff:ffff",
)
"""Every address there is; the last two, IPv4 addresses in IPv6 form (RFC 4291 section 2.5.5.2, RFC 6052), lie in the second and are named for whoever checks."""


@dataclass(frozen=True, slots=True)
class Relay:
    """What is to be known of a relay."""

    engine: Sequence[IPv4Address | IPv6Address]
    """Where the media engine is reached: the only peers."""
    secret: str
    """Shared with `Turn`."""
    port: int = 3478
    """For clients by UDP and TCP."""
    tls_port: int = 443
    certificate: Path | None = None
    """PEM, with the chain; without one there is no TLS."""
    key: Path | None = None
    listening: Sequence[IPv4Address | IPv6Address] = ()
    """Addresses to listen on; none: all of the machine."""
    ports: tuple[int, int] = (61000, 64999)
    """First and last UDP port from which the relay speaks to the engine, and so the most allocations at a time. No firewall has to open them."""

    def configuration(self) -> str:
        """The file for `turnserver -c`. It holds the secret: for its owner's eyes only."""
        return "".join(f"{option}\n" for option in self._options())

    def _options(self) -> Iterator[str]:
        first, last = self.ports
        yield f"realm={REALM}"
        yield "use-auth-secret"
        yield f"static-auth-secret={self.secret}"
        yield f"stale-nonce={NONCE_SECONDS}"
        yield "fingerprint"
        yield "secure-stun"
        yield from (f"listening-ip={address}" for address in self.listening)
        yield f"listening-port={self.port}"
        yield "no-dtls"
        if self.certificate and self.key:
            yield f"tls-listening-port={self.tls_port}"
            yield f"cert={self.certificate}"
            yield f"pkey={self.key}"
            yield "no-tlsv1"
            yield "no-tlsv1_1"
        else:
            yield "no-tls"
        yield f"min-port={first}"
        yield f"max-port={last}"
        yield f"user-quota={ALLOCATIONS_PER_SEAT}"
        yield f"total-quota={last - first + 1}"
        yield f"max-bps={BYTES_PER_SECOND}"
        yield from (f"allowed-peer-ip={address}" for address in self.engine)
        yield from (f"denied-peer-ip={addresses}" for addresses in DENIED)
        yield "no-multicast-peers"
        if any(address.is_loopback for address in self.engine):  # one machine alone, for trying out
            yield "allow-loopback-peers"
        yield "no-tcp-relay"
        yield "no-cli"
        yield "no-rfc5780"
        yield "no-stun-backward-compatibility"
        yield "response-origin-only-with-rfc5780"
        yield "no-software-attribute"
        yield "userdb=:memory:"  # no second place in which secrets or peers could stand
        yield "log-file=stdout"


def relay_address(text: str) -> IPv4Address | IPv6Address:
    """An address of the engine or the relay, as written in a setting (raises ValueError). One that stands for several, or for IPv4 in IPv6 form, is none."""
    address = ip_address(text)
    if address.is_unspecified or address.is_multicast or (isinstance(address, IPv6Address) and address.ipv4_mapped):
        raise ValueError(f"{text!r} is no address of one machine")
    return address
