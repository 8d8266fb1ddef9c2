"""VP8 and H.264 payloads: key frames are seen, picture numbers moved, and arbitrary bytes never raise."""

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given
from hypothesis import strategies as st

from server.media.rtp import h264, vp8

numbers = st.integers(0, 2**15 - 1)
maybe = st.one_of(st.none(), st.integers(0, 255))


@given(numbers, maybe, st.one_of(st.none(), st.tuples(st.integers(0, 3), st.integers(0, 1))), st.one_of(st.none(), st.integers(0, 31)), numbers)
def test_a_descriptor_of_another_implementation_is_renumbered(
    picture: int, tl0: int | None, layer: tuple[int, int] | None, key: int | None, other: int
) -> None:
    theirs = VpxPayloadDescriptor(1, 0, picture_id=picture, tl0picidx=tl0, tid=layer, keyidx=key)
    payload = bytes(theirs) + b"\x10rest"
    found = vp8.read(payload)
    assert found is not None
    assert (found.picture, found.tl0, found.starts, found.key) == (picture, tl0, True, True)
    back, rest = VpxPayloadDescriptor.parse(vp8.renumbered(payload, found, other, 77))
    assert rest == b"\x10rest" and back.picture_id == other and back.tl0picidx == (None if tl0 is None else 77)
    assert (back.tid, back.keyidx) == (theirs.tid, theirs.keyidx)


@given(st.binary(max_size=40))
def test_arbitrary_bytes_never_raise(payload: bytes) -> None:
    h264.starts_key_frame(payload)
    found = vp8.read(payload)
    if found is not None:
        again = vp8.read(vp8.renumbered(payload, found, 5, 6))
        assert (
            again is not None and again.picture == (None if found.picture is None else 5) and (again.starts, again.key) == (found.starts, found.key)
        )


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (b"\x10\x00", True),
        (b"\x10\x01", False),  # the frame leans on another
        (b"\x00\x00", False),  # the middle of a frame
        (b"\x11\x00", False),  # its second partition
    ],
)
def test_a_key_frame_of_vp8(payload: bytes, key: bool) -> None:
    found = vp8.read(payload)
    assert found is not None and found.key is key


@pytest.mark.parametrize("payload", [b"", b"\x90", b"\x90\x80", b"\x90\x80\x81", b"\x90\x80\x81\x02", b"\x90\xe0\x01\x02", b"\x10"])
def test_a_payload_of_vp8_that_breaks_off_is_none(payload: bytes) -> None:
    assert vp8.read(payload) is None


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        (b"\x65\x88", True),
        (b"\x67\x42", True),
        (b"\x41\x9a", False),
        (b"\x78\x00\x02\x09\xf0\x00\x02\x67\x42", True),  # aggregation: delimiter, then parameter set
        (b"\x78\x00\x02\x09\xf0\x00\x02\x41\x9a", False),
        (b"\x78\x00\x09\x67\x42", False),  # longer than the packet
        (b"\x7c\x85\x88", True),  # first fragment of an IDR slice
        (b"\x7c\x05\x88", False),  # a later one
        (b"\x7c\x81\x88", False),  # first of an ordinary slice
    ],
)
def test_a_key_frame_of_h264(payload: bytes, key: bool) -> None:
    assert h264.starts_key_frame(payload) is key
