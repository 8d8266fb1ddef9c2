"""DTLS-SRTP handshakes (RFC 5764, RFC 8827 section 6.5) over memory: datagrams in, datagrams out, no socket.

The timer is OpenSSL's own: ask `timeout()`, call `expire()` when it has passed.
"""

import datetime
import hashlib
import secrets
from collections.abc import Sequence
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL, crypto

from server.media.transport.srtp import PROFILES, Profile, Srtp

MTU = 1200
"""Bytes of the longest datagram a handshake sends: fits every path WebRTC runs on."""
DIGESTS = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    b"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
)

RELEASE_BUFFERS = 0x10
"""SSL_MODE_RELEASE_BUFFERS: 14 kB less for each session that only waits for its goodbye."""

Role = Literal["client", "server"]
"""`server` where the other side's SDP says `setup:active` (browsers), `client` where it says `passive`."""


def digest(certificate: bytes, algorithm: str) -> str:
    """The fingerprint of a certificate (DER) as SDP writes it (RFC 8122 section 5): upper case, colons."""
    return DIGESTS[algorithm](certificate).digest().hex(":").upper()


class Identity:
    """This process's self-signed certificate and the one context every handshake shares."""

    def __init__(self, profiles: Sequence[Profile] = PROFILES) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
        now = datetime.datetime.now(datetime.UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365))
            .sign(key, hashes.SHA256())
        )
        self.profiles = {profile.name: profile for profile in profiles}
        self.context = SSL.Context(SSL.DTLS_METHOD)
        self.context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        self.context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        self.context.set_mode(RELEASE_BUFFERS)
        # Self-signed on both sides: who it is, the fingerprint in the signed-in session's SDP says.
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        self.context.use_certificate(self.certificate)
        self.context.use_privatekey(key)
        self.context.set_cipher_list(CIPHERS)
        self.context.set_tlsext_use_srtp(":".join(self.profiles).encode())

    def fingerprint(self, algorithm: str = "sha-256") -> str:
        """What the answer's `a=fingerprint` says."""
        return digest(self.certificate.public_bytes(serialization.Encoding.DER), algorithm)


class Handshake:
    """One handshake and what is left of DTLS after it.

    `state` goes from `running` to `done` (then `srtp` is there), from either to `failed` (then `reason` says why:
    `handshake`, `fingerprint`, `no_profile`), and to `closed` when the other side says goodbye.
    """

    def __init__(self, identity: Identity, role: Role, fingerprints: Sequence[tuple[str, str]]) -> None:
        """`fingerprints`: (algorithm, value) of the other side's SDP; all of known algorithms must match, at least one."""
        self.state: Literal["running", "done", "failed", "closed"] = "running"
        self.reason = ""
        self.srtp: Srtp | None = None
        self._identity, self._role = identity, role
        self._fingerprints = [(algorithm.lower(), value.strip().upper()) for algorithm, value in fingerprints]
        self._ssl = SSL.Connection(identity.context)
        self._ssl.set_ciphertext_mtu(MTU)
        if role == "server":
            self._ssl.set_accept_state()
        else:
            self._ssl.set_connect_state()

    def start(self) -> list[bytes]:
        """The first flight: a client's hello; nothing from a server."""
        return self._step() if self._role == "client" else []

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take a datagram; returns those to send."""
        if self.state in ("failed", "closed"):
            return []
        self._ssl.bio_write(datagram)
        return self._step()

    def timeout(self) -> float | None:
        """Seconds until `expire` is due, or None while nothing waits for an answer."""
        if self.state in ("failed", "closed"):
            return None
        return self._ssl.DTLSv1_get_timeout()

    def expire(self) -> list[bytes]:
        """Send the last flight again, if it is time; the wait doubles each time (RFC 6347 section 4.2.4)."""
        if self.state in ("failed", "closed"):
            return []
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error:
            self._fail("handshake")
        return self._flush()

    def shutdown(self) -> list[bytes]:
        """Say goodbye (close_notify), if there is somebody to say it to."""
        if self.state != "done":
            return []
        self.state = "closed"
        try:
            self._ssl.shutdown()
        except SSL.Error:
            return []
        return self._flush()

    def _step(self) -> list[bytes]:
        try:
            if self.state == "running":
                self._ssl.do_handshake()
                self._finish()
            else:
                while True:  # what it says is of no interest: there is no data channel; but nothing of it may be left lying
                    self._ssl.recv(LONGEST_RECORD)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.state = "closed"
        except SSL.Error:
            if self.state == "running":
                self._fail("handshake")
        return self._flush()

    def _finish(self) -> None:
        shown = self._ssl.get_peer_certificate()
        # As it came, without reading it: OpenSSL takes certificates of which other readers say that they are none.
        certificate = None if shown is None else crypto.dump_certificate(crypto.FILETYPE_ASN1, shown)
        known = [(algorithm, value) for algorithm, value in self._fingerprints if algorithm in DIGESTS]
        if certificate is None or not known or any(digest(certificate, algorithm) != value for algorithm, value in known):
            return self._fail("fingerprint")
        profile = self._identity.profiles.get(self._ssl.get_selected_srtp_profile().decode())
        if profile is None:
            return self._fail("no_profile")
        client, server = profile.keys(self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", profile.material))
        self.srtp = Srtp(profile, client, server) if self._role == "client" else Srtp(profile, server, client)
        self.state = "done"
        return None

    def _fail(self, reason: str) -> None:
        self.state, self.reason = "failed", reason

    def _flush(self) -> list[bytes]:
        written = b""
        while True:
            try:
                written += self._ssl.bio_read(65536)
            except SSL.Error:
                return datagrams(written)


LONGEST_RECORD = 16384


def datagrams(written: bytes) -> list[bytes]:
    """Cut what OpenSSL wrote into datagrams of whole records: a memory BIO keeps no borders between them."""
    out: list[bytes] = []
    current = b""
    while written:
        size = min(_record(written), len(written))
        if current and len(current) + size > MTU:
            out.append(current)
            current = b""
        current += written[:size]
        written = written[size:]
    return [*out, current] if current else out


def _record(data: bytes) -> int:
    """Length of the record at the beginning: RFC 6347 section 4.1, or the unified header of RFC 9147 section 4."""
    if data[0] & 0xE0 == 0x20:
        header = 1 + (2 if data[0] & 0x08 else 1)
        if not data[0] & 0x04 or len(data) < header + 2:
            return len(data)
        return header + 2 + int.from_bytes(data[header : header + 2], "big")
    return 13 + int.from_bytes(data[11:13], "big") if len(data) >= 13 else len(data)
