"""STUN: RFC 5769's vectors, round trips, and bytes that mean nothing."""

import struct

import pytest
from aioice import stun as aioice_stun
from hypothesis import example, given
from hypothesis import strategies as st

from server.media.transport import stun

KEY = b"VOkJxbRl1RmTxUk/WvJxBt"
VECTOR = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
)
"""The sample request of RFC 5769 section 2.1; its padding is of spaces."""

values = st.binary(max_size=40)
names = st.integers(0, 0xFFFF).filter(lambda n: n not in (stun.MESSAGE_INTEGRITY, stun.FINGERPRINT))


def test_the_sample_request_of_rfc_5769_is_authentic_and_comes_from_one_who_is_controlled() -> None:
    message = stun.parse(VECTOR)
    assert message is not None
    assert message.local_ufrag == "evtj"
    assert message.authentic(KEY) and not message.authentic(KEY + b"x")
    assert stun.judge(message, KEY) == 487


@given(st.dictionaries(names, values, max_size=8), st.binary(min_size=12, max_size=12), st.binary(min_size=1, max_size=30))
def test_what_is_composed_is_read_again(attributes: dict[int, bytes], transaction: bytes, key: bytes) -> None:
    data = stun.compose(stun.REQUEST, transaction, list(attributes.items()), key)
    message = stun.parse(data)
    assert message is not None and message.transaction == transaction and message.authentic(key)
    assert {n: v for n, v in message.attributes.items() if n != stun.MESSAGE_INTEGRITY} == attributes


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_message_and_no_error(data: bytes) -> None:
    for candidate in (data, b"\0\1" + struct.pack("!HI", len(data), stun.COOKIE) + bytes(12) + data):
        message = stun.parse(candidate)
        if message is not None:
            assert stun.judge(message, KEY) in (400, 401, 420, 487)
            assert message.local_ufrag is None or isinstance(message.local_ufrag, str)


@given(st.integers(0, len(VECTOR) * 8 - 1).filter(lambda bit: bit // 8 not in (100, 101)))  # there it is another attribute, and FINGERPRINT not given
@example(509)
def test_one_wrong_bit_is_never_taken(bit: int) -> None:
    data = bytearray(VECTOR)
    data[bit // 8] ^= 1 << bit % 8
    message = stun.parse(bytes(data))  # a longer attribute can swallow FINGERPRINT, and then MESSAGE-INTEGRITY with it
    assert message is None or stun.judge(message, KEY) in (400, 401, 420)


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), st.integers(0, 65535), st.binary(min_size=12, max_size=12))
def test_addresses_come_back(address: object, number: int, transaction: bytes) -> None:
    plain = getattr(address, "ipv4_mapped", None) or address
    assert stun.mapped(stun.xor_mapped(str(address), number, transaction), transaction) == (str(plain), number)


def test_a_mapped_address_goes_out_as_ipv4_and_another_reader_agrees() -> None:
    request = stun.parse(VECTOR)
    assert request is not None
    answer = aioice_stun.parse_message(stun.success(request, "::ffff:192.0.2.1", 32853, KEY))
    answer.check_message_integrity(KEY)
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("192.0.2.1", 32853)


@pytest.mark.parametrize(
    ("attributes", "key", "code"),
    [
        ([], None, 400),
        ([(stun.USERNAME, b"a:b")], None, 400),
        ([(stun.USERNAME, b"a:b")], b"other", 401),
        ([(stun.USERNAME, b"a:b"), (0x7001, b"?")], KEY, 420),
        ([(stun.USERNAME, b"a:b"), (stun.ICE_CONTROLLED, bytes(8))], KEY, 487),
        ([(stun.USERNAME, b"a:b"), (stun.ICE_CONTROLLING, bytes(8)), (0xC057, b"optional")], KEY, 200),
    ],
)
def test_what_a_request_deserves(attributes: list[tuple[int, bytes]], key: bytes | None, code: int) -> None:
    message = stun.parse(stun.compose(stun.REQUEST, bytes(12), attributes, key))
    assert message is not None
    assert stun.judge(message, KEY) == code
    if code != 200:
        answer = stun.parse(stun.refusal(message, code, KEY))
        assert answer is not None and answer.type == stun.ERROR
        assert answer.attributes[stun.ERROR_CODE] == bytes([0, 0, code // 100, code % 100])
        assert answer.attributes.get(stun.UNKNOWN_ATTRIBUTES) == (b"\x70\x01" if code == 420 else None)
