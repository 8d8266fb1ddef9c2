"""RTP and RTCP: what is written is read again, and nothing that arrives can raise."""

import struct

from aiortc import rtp as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.rtp.packets import (
    MOST_ASKED,
    Bye,
    Description,
    FullIntra,
    MaxBitrate,
    Nack,
    PictureLoss,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    ahead,
    read_rtcp,
    read_rtp,
    write_rtcp,
    write_rtp,
)  # fmt: skip

u8, u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))
block = st.builds(ReportBlock, u32, u8, st.integers(-(2**23), 2**23 - 1), u32, u32, u32, u32)
blocks = st.lists(block, max_size=3).map(tuple)
ssrcs = st.lists(u32, max_size=31).map(tuple)
packet = st.one_of(
    st.builds(SenderReport, u32, u64, u32, u32, u32, blocks),
    st.builds(ReceiverReport, u32, blocks),
    st.builds(Description, st.lists(st.tuples(u32, st.binary(max_size=255)), max_size=3).map(tuple)),
    st.builds(Bye, ssrcs),
    st.builds(PictureLoss, u32, u32),
    st.builds(FullIntra, u32, st.lists(st.tuples(u32, u8), max_size=4).map(tuple)),
    st.builds(MaxBitrate, u32, st.integers(0, 2**18 - 1).flatmap(lambda m: st.integers(0, 40).map(lambda e: m << e)), ssrcs),
)


@settings(max_examples=60)
@given(st.lists(packet, max_size=5))
def test_what_is_written_is_read_again(packets: list[object]) -> None:
    assert read_rtcp(write_rtcp(packets)) == packets  # type: ignore[arg-type]


@settings(max_examples=60)
@given(st.lists(packet, max_size=3), st.data())
def test_a_compound_packet_that_breaks_off_gives_what_came_before(packets: list[object], data: st.DataObject) -> None:
    whole = write_rtcp(packets)  # type: ignore[arg-type]
    found = read_rtcp(whole[: data.draw(st.integers(0, len(whole)))])
    assert found == packets[: len(found)]


@given(st.binary(max_size=200), u8, st.sampled_from([200, 201, 202, 203, 205, 206]))
def test_arbitrary_bytes_never_raise(data: bytes, first: int, kind: int) -> None:
    read_rtp(data)
    read_rtcp(data)
    body = data[: len(data) // 4 * 4]
    read_rtcp(struct.pack("!BBH", 128 | first & 63, kind, len(body) // 4) + body)


@given(u16, st.sets(st.integers(0, 600), min_size=1, max_size=60))
def test_a_nack_names_just_what_is_missing_also_over_the_wrap(base: int, missing: set[int]) -> None:
    sequences = tuple((base + n) & 0xFFFF for n in sorted(missing))
    data = write_rtcp([Nack(1, 2, sequences)])
    assert read_rtcp(data) == [Nack(1, 2, sequences)]
    (theirs,) = reference.RtcpPacket.parse(data)
    assert isinstance(theirs, reference.RtcpRtpfbPacket)
    assert tuple(number & 0xFFFF for number in theirs.lost) == sequences  # aiortc counts on beyond the wrap


@given(st.binary(max_size=100), st.integers(0, 127), u16, u32, u32, st.booleans())
def test_an_rtp_packet_is_read_as_it_was_written(payload: bytes, kind: int, sequence: int, timestamp: int, ssrc: int, marker: bool) -> None:
    data = write_rtp(payload, payload_type=kind, sequence=sequence, timestamp=timestamp, ssrc=ssrc, marker=marker)
    found = read_rtp(data)
    assert found is not None
    assert found[:5] == (marker, kind, sequence, timestamp, ssrc) and data[found.start : found.end] == payload


def test_sources_extension_and_padding_are_no_payload() -> None:
    data = struct.pack("!BBHIIIHH4s", 0x80 | 32 | 16 | 1, 96, 7, 8, 9, 10, 0xBEDE, 1, b"\x10\xaa\0\0") + b"payload" + b"\0\0\3"
    found = read_rtp(data)
    assert found is not None and data[found.start : found.end] == b"payload"
    assert read_rtp(data[:-1] + b"\xff") is None and read_rtp(data[:-1] + b"\0") is None and read_rtp(data[:18]) is None
    assert read_rtp(b"\0" + data[1:]) is None


def test_another_implementation_reads_our_reports() -> None:
    ours = ReportBlock(5, 64, -3, 70000, 12, 0x12345678, 65536)
    sr, sdes, remb = reference.RtcpPacket.parse(
        write_rtcp([SenderReport(1, 2**40, 3, 4, 5, (ours,)), Description(((1, b"programme"),)), MaxBitrate(1, 1_500_000, (9,))])
    )
    assert isinstance(sr, reference.RtcpSrPacket) and sr.sender_info.rtp_timestamp == 3 and sr.reports[0].highest_sequence == 70000
    assert sr.reports[0].packets_lost == -3
    assert isinstance(sdes, reference.RtcpSdesPacket) and sdes.chunks[0].items == [(1, b"programme")]
    assert isinstance(remb, reference.RtcpPsfbPacket) and reference.unpack_remb_fci(remb.fci) == (1_500_000, [9])


def test_a_round_trip_is_told_from_the_report_it_answers() -> None:
    sent = 1000 << 32
    answer = ReportBlock(1, 0, 0, 0, 0, sent >> 16 & 0xFFFFFFFF, 65536 // 2)
    assert answer.round_trip(sent + (3 << 31)) == 1.0
    assert answer._replace(last_sr=0).round_trip(sent) is None
    assert answer.round_trip(sent) is None, "a receiver cannot have waited for longer than the report is old"


@given(u16, st.integers(-(2**15), 2**15 - 1))
def test_ahead_goes_over_the_wrap(base: int, step: int) -> None:
    assert ahead((base + step) & 0xFFFF, base) == step


def test_who_asks_for_everything_is_not_read_to_the_end() -> None:
    (nack,) = read_rtcp(write_rtcp([Nack(1, 2, tuple(range(7000)))]))
    assert isinstance(nack, Nack)
    assert nack.sequences == tuple(range(len(nack.sequences)))
    assert len(nack.sequences) < MOST_ASKED + 17
