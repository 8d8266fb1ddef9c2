"""Handshakes without a network, and SRTP both ways it can be called."""

import datetime
import struct
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from OpenSSL import SSL, crypto

from server.media.transport.connection import split
from server.media.transport.dtls import MTU, Handshake, Identity, datagrams, digest
from server.media.transport.srtp import AES_128_CM_80, DIRECT, LONGEST, PROFILES, Profile, Srtp, SrtpError
from tests.media.transport.wire import PACKET, REPORT

OURS, THEIRS = Identity(), Identity()


def pair() -> tuple[Handshake, Handshake]:
    return Handshake(THEIRS, "client", [("sha-384", OURS.fingerprint("sha-384"))]), Handshake(
        OURS, "server", [("SHA-256", THEIRS.fingerprint().lower())]
    )


def shaken(client: Handshake, server: Handshake) -> list[bytes]:
    """All datagrams of a handshake of which none is lost."""
    seen, out = [], client.start()
    turn = [server, client]
    while out:
        seen += out
        answer: list[bytes] = []
        for datagram in out:
            answer += turn[0].receive(datagram)
        out, turn = answer, turn[::-1]
    return seen


def test_both_sides_get_each_others_keys_in_datagrams_that_fit() -> None:
    client, server = pair()
    seen = shaken(client, server)
    assert client.state == server.state == "done" and max(map(len, seen)) <= MTU
    assert client.srtp is not None and server.srtp is not None
    assert server.srtp.profile == PROFILES[0]
    assert server.srtp.unprotect(client.srtp.protect(PACKET)) == PACKET
    assert client.srtp.unprotect_rtcp(server.srtp.protect_rtcp(REPORT)) == REPORT
    for goodbye in server.shutdown():
        client.receive(goodbye)
    assert str(client.state) == "closed"


@pytest.mark.parametrize("named", [[], [("sha-1", "AA")], [("sha-256", THEIRS.fingerprint()), ("sha-512", "AA")]])
def test_every_known_fingerprint_must_match_and_one_must_be_known(named: list[tuple[str, str]]) -> None:
    client = Handshake(THEIRS, "client", [("sha-256", OURS.fingerprint())])
    server = Handshake(OURS, "server", named)
    shaken(client, server)
    assert (server.state, server.reason, server.srtp) == ("failed", "fingerprint", None)


def test_without_a_common_profile_there_are_no_keys() -> None:
    few = Identity([AES_128_CM_80])
    client = Handshake(few, "client", [("sha-256", OURS.fingerprint())])
    server = Handshake(Identity(PROFILES[:1]), "server", [("sha-256", few.fingerprint())])
    shaken(client, server)
    assert server.srtp is None and (server.state, server.reason) == ("failed", "no_profile")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=80).map(lambda b: b"\x16\xfe\xfd" + b), max_size=6))
def test_garbage_never_raises(garbage: list[bytes]) -> None:
    for shake in pair():
        shake.start()
        for datagram in garbage:
            shake.receive(datagram)
        assert shake.state in ("running", "failed")


@given(st.lists(st.integers(0, MTU - 13), max_size=12))
def test_datagrams_hold_whole_records(sizes: list[int]) -> None:
    records = [b"\x16\xfe\xfd" + bytes(8) + struct.pack("!H", size) + bytes(size) for size in sizes]
    cut = datagrams(b"".join(records))
    assert b"".join(cut) == b"".join(records) and all(len(d) <= MTU for d in cut)
    borders = {sum(map(len, records[:n])) for n in range(len(records) + 1)}
    assert all(sum(map(len, cut[:n])) in borders for n in range(len(cut) + 1))


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_cut_or_refused(data: bytes) -> None:
    assert b"".join(datagrams(data)) == data
    parts = split(data)
    assert parts is None or b"".join(parts) == data


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.name)
def test_the_direct_and_the_public_way_are_the_same(profile: Profile) -> None:
    assert DIRECT
    one, two = bytes(range(profile.key + profile.salt)), bytes(range(100, 100 + profile.key + profile.salt))
    direct, public = Srtp(profile, one, two), Srtp(profile, one, two, direct=False)
    assert direct.pointer and public.pointer is None
    assert direct.protect(PACKET) == public.protect(PACKET)
    again = direct.protect(PACKET)  # a packet that was asked for again
    for other in (Srtp(profile, two, one), Srtp(profile, two, one, direct=False)):
        assert other.unprotect(again) == PACKET
        with pytest.raises(SrtpError, match="replayed"):
            other.unprotect(again)
        for wrong in (b"", again[:11], again[:-1], bytes(LONGEST + 1)):
            with pytest.raises(SrtpError, match=r"unauthentic|replayed"):
                other.unprotect(wrong)
        with pytest.raises(SrtpError, match="unauthentic"):
            other.protect(bytes(LONGEST))


def test_a_certificate_that_not_every_reader_takes_is_known_by_its_octets(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "odd")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + datetime.timedelta(days=1))
    odd = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER).replace(b"\xa0\3\2\1\2", b"\xa0\3\2\1\x09")
    with pytest.raises(x509.InvalidVersion):
        x509.load_der_x509_certificate(odd)
    (tmp_path / "odd").write_bytes(odd)
    theirs = Identity()
    theirs.context = SSL.Context(SSL.DTLS_METHOD)
    theirs.context.set_options(SSL.OP_NO_QUERY_MTU)
    theirs.context.use_certificate_file(str(tmp_path / "odd"), crypto.FILETYPE_ASN1)
    theirs.context.use_privatekey(key)
    theirs.context.set_tlsext_use_srtp(":".join(theirs.profiles).encode())
    client = Handshake(theirs, "client", [("sha-256", OURS.fingerprint())])
    server = Handshake(OURS, "server", [("sha-256", digest(odd, "sha-256"))])
    shaken(client, server)
    assert server.state == "done"


def test_many_records_in_one_datagram_are_not_kept() -> None:
    client, server = pair()
    shaken(client, server)
    for _ in range(3):
        client._ssl.send(b"of no interest")
    server.receive(client._ssl.bio_read(65536))
    for goodbye in client.shutdown():
        server.receive(goodbye)
    assert str(server.state) == "closed"


def test_nobody_makes_us_shake_hands_again() -> None:
    """As client OpenSSL would follow a HelloRequest (RFC 5246 section 7.4.1.1) as often as one comes, at the cost of a handshake each."""
    assert Identity().context.set_options(0) & SSL.OP_NO_RENEGOTIATION
