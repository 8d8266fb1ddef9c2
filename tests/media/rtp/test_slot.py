"""A slot's stream goes on without a break whatever feeds it; a listener cannot tell a change from a camera that never stopped."""

from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.rtp import vp8
from server.media.rtp.packets import Rtp, SenderReport, read_rtp, write_rtp
from server.media.rtp.senderreports import SlotReports, SourceClock, ntp
from server.media.rtp.slot import CODECS, RING, Codec, Slot

START = 1000.0


def frame(sequence: int, timestamp: int, *, key: bool = False, picture: int | None = None, tl0: int | None = None) -> bytes:
    payload = bytes(VpxPayloadDescriptor(1, 0, picture_id=picture, tl0picidx=tl0)) + (b"\x10" if key else b"\x11") + b"picture"
    return write_rtp(payload, payload_type=96, sequence=sequence & 0xFFFF, timestamp=timestamp & 0xFFFFFFFF, ssrc=7, marker=True)


def seen(sent: bytes | None) -> Rtp:
    assert sent is not None
    found = read_rtp(sent)
    assert found is not None
    return found


def picture_of(sent: bytes | None) -> vp8.Descriptor:
    assert sent is not None
    found = vp8.read(sent[12:])
    assert found is not None
    return found


class Camera:
    """Thirty pictures a second from any beginning of its counters."""

    def __init__(self, name: str, sequence: int, timestamp: int, picture: int) -> None:
        self.name, self.sequence, self.timestamp, self.picture, self.count = name, sequence, timestamp, picture, 0

    def next(self, *, key: bool = False) -> bytes:
        n = self.count
        self.count += 1
        # ids under 128 are written with 7 bits here, as by a source that has only the short form
        return frame(self.sequence + n, self.timestamp + 3000 * n, key=key, picture=(self.picture + n) & 0x7FFF, tl0=(self.picture + n) & 0xFF)


camera = st.builds(
    Camera,
    st.sampled_from("AB"),
    st.integers(0, 65535),
    st.integers(0, 2**32 - 1),
    st.one_of(st.sampled_from([100, 32760]), st.integers(0, 2**15 - 1)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(camera, st.integers(1, 60)), min_size=1, max_size=8))
def test_changes_of_source_leave_no_trace_in_sequence_time_and_pictures(turns: list[tuple[Camera, int]]) -> None:
    slot, now, out = Slot(0x1111), START, []
    for turn, (source, count) in enumerate(turns):
        assert slot.select((turn, source.name)) == (turn, source.name)
        assert slot.push((turn, source.name), "vp8", source.next(), now) is None, "a picture that leans on another does not begin a turn"
        for number in range(count):
            out.append(slot.push((turn, source.name), "vp8", source.next(key=number == 0), now))
            now += 1 / 30
        assert slot.wish is None
    headers = [seen(sent) for sent in out]
    pictures = [picture_of(sent) for sent in out]
    assert headers[0].sequence < 32768 and {header.ssrc for header in headers} == {0x1111}
    for before, after, one, other in zip(headers, headers[1:], pictures, pictures[1:], strict=False):
        assert (after.sequence - before.sequence) & 0xFFFF == 1
        assert abs(((after.timestamp - before.timestamp) & 0xFFFFFFFF) - 3000) <= 1
        assert one.picture is not None and other.picture == (one.picture + 1) & 0x7FFF and other.wide
        assert one.tl0 is not None and other.tl0 == (one.tl0 + 1) & 0xFF


def test_the_former_source_stays_until_the_next_has_a_key_frame_unless_it_lost_the_right() -> None:
    slot = Slot(1)
    slot.select("A")
    assert slot.push("A", "vp8", frame(10, 0, key=True), START)
    assert slot.select("B") == "B"
    assert slot.push("A", "vp8", frame(11, 3000), START) and slot.push("B", "vp8", frame(500, 9), START) is None
    assert slot.push("B", "vp8", frame(501, 10, key=True), START)
    assert slot.push("A", "vp8", frame(12, 6000, key=True), START) is None
    slot.select("A", hold=False)
    assert slot.push("B", "vp8", frame(502, 11), START) is None and slot.wish == "A"
    slot.select(None)
    assert slot.push("A", "vp8", frame(13, 9000, key=True), START) is None and slot.key_frame() is None


def test_a_choice_said_again_forgets_no_wish_and_one_taken_back_has_none() -> None:
    slot = Slot(1)
    slot.select("A")
    assert slot.select("A") == "A"
    slot.push("A", "vp8", frame(10, 0, key=True), START)
    assert slot.key_frame() == "A" and slot.select("A") == "A"
    assert slot.select("B") == "B" and slot.select("A") is None


def test_h264_begins_at_a_parameter_set() -> None:
    def packet(payload: bytes, sequence: int) -> bytes:
        return write_rtp(payload, payload_type=102, sequence=sequence, timestamp=5, ssrc=7)

    slot = Slot(1)
    assert slot.select("A") == "A"
    assert slot.push("A", "h264", packet(b"\x41slice", 1), START) is None
    sent = slot.push("A", "h264", packet(b"\x67set", 2), START)
    assert seen(sent).payload_type == CODECS.index("h264")
    assert slot.push("A", "h264", packet(b"\x41slice", 3), START)


def test_a_change_of_codec_goes_on_in_the_same_stream() -> None:
    slot = Slot(1)
    slot.select("A")
    first = seen(slot.push("A", "vp8", frame(10, 0, key=True), START))
    slot.select("B")
    second = seen(slot.push("B", "h264", write_rtp(b"\x67set", payload_type=102, sequence=900, timestamp=5, ssrc=7), START + 1))
    assert (first.payload_type, second.payload_type) == (0, 1)
    assert second.sequence == first.sequence + 1 and (second.timestamp - first.timestamp) & 0xFFFFFFFF == 90_000


def test_pictures_without_numbers_stay_without() -> None:
    slot = Slot(1)
    slot.select("A")
    sent = slot.push("A", "vp8", frame(10, 0, key=True), START)
    assert picture_of(sent).picture is None and sent is not None and sent.endswith(b"picture")


def test_lost_packets_stay_lost_late_ones_pass_and_those_from_before_the_turn_do_not() -> None:
    slot = Slot(1)
    slot.select("A")
    first = seen(slot.push("A", "vp8", frame(65535, 0, key=True), START)).sequence
    assert seen(slot.push("A", "vp8", frame(2, 9000), START)).sequence == first + 3
    assert seen(slot.push("A", "vp8", frame(0, 3000), START)).sequence == first + 1
    assert slot.push("A", "vp8", frame(65534, -3000), START) is None
    assert slot.again(first + 2) is None and slot.again(first + 1) is not None


def test_the_ring_gives_each_of_the_last_packets_again_and_none_older() -> None:
    slot = Slot(1)
    slot.select("A")
    out = [slot.push("A", "vp8", frame(n, 3000 * n, key=n == 0), START + n / 50) for n in range(2 * RING)]
    numbers = [seen(sent).sequence for sent in out]
    assert [slot.again(number) for number in numbers[RING:]] == out[RING:]
    assert all(slot.again(number) is None for number in numbers[:RING])
    assert (slot.packets, slot.octets) == (2 * RING, 2 * RING * len(frame(0, 0)[12:]))


def test_a_source_that_begins_anew_waits_for_its_key_frame_and_goes_on_behind() -> None:
    slot = Slot(1)
    slot.select("A")
    first = seen(slot.push("A", "vp8", frame(0, 0, key=True), START)).sequence
    assert slot.push("A", "vp8", frame(30000, 5), START + 1) is None and slot.wish == "A"
    again = seen(slot.push("A", "vp8", frame(30001, 6, key=True), START + 1))
    assert again.sequence == first + 1 and slot.wish is None


@given(st.binary(max_size=60), st.sampled_from(CODECS))
def test_arbitrary_packets_never_raise(data: bytes, codec: Codec) -> None:
    slot = Slot(1)
    slot.select("A")
    slot.push("A", codec, data, START)
    slot.push("A", codec, b"\x80\x60" + data, START)


def test_reports_of_two_publishers_whose_clocks_are_wrong_agree_on_our_time() -> None:
    """Each camera's wall clock is off by hours; what was taken at one moment has one NTP time with us."""
    for wrong in (-7200.0, 0.0, 86400.0):
        slot, clock = Slot(1), SourceClock()
        reports = SlotReports(slot, wall=3_900_000_000.0)
        slot.select("A")
        assert reports.report(START) is None
        sent = seen(slot.push("A", "vp8", frame(1, 90_000, key=True), START))
        reports.heard("A", SenderReport(7, ntp(3_900_000_000 + wrong), 90_000, 1, 1), clock, START)
        reports.heard("A", SenderReport(7, ntp(3_900_000_001 + wrong), 180_000, 1, 1), clock, START + 1.2)  # held up by 0.2 s
        report = reports.report(START + 3)
        assert report is not None and report.ssrc == 1
        assert abs(report.ntp / 2**32 - (3_900_000_000.0 + START + 3)) < 1e-3
        assert abs(((report.timestamp - sent.timestamp) & 0xFFFFFFFF) - 270_000) < 90, "a delayed report moves the picture by under 1 ms"
        reports.forget("A")
        assert reports.report(START + 3) is None
