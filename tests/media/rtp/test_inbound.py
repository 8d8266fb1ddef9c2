"""What is asked of a publisher: lost packets, key frames; and what is reported to it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.rtp.inbound import NACK_AGE, NACK_EVERY, NACK_MOST, NACK_TRIES, PLI_EVERY, Inbound
from server.media.rtp.packets import SenderReport


def fed(*sequences: int, now: float = 0.0, repairs: bool = True) -> Inbound:
    stream = Inbound(9, 90000, repairs=repairs)
    for sequence in sequences:
        stream.packet(sequence, 0, now)
    return stream


def test_a_missing_packet_is_asked_for_a_few_times_and_then_a_key_frame() -> None:
    stream = fed(65534, 1)
    assert stream.nacks(0.0) == [], "it may only be late"
    assert stream.nacks(0.02) == [65535, 0]
    assert stream.nacks(0.05) == []
    stream.packet(0, 0, 0.06)
    asked = [sequence for step in range(1, 40) for sequence in stream.nacks(0.02 + step * NACK_EVERY)]
    assert asked == [65535] * (NACK_TRIES - 1)
    assert stream.key_frame_due(NACK_AGE + 1)


def test_sound_is_not_asked_for_again() -> None:
    assert fed(1, 9, repairs=False).nacks(1.0) == []


def test_a_hole_too_large_to_mend_wants_a_key_frame_at_once() -> None:
    stream = fed(0, NACK_MOST + 2)
    assert stream.nacks(0.1) == [] and stream.key_frame_due(0.1)


def test_a_wish_within_the_pause_is_kept_for_its_end() -> None:
    stream = fed(1)
    assert stream.want_key_frame(10.0)
    assert not stream.want_key_frame(10.1) and not stream.want_key_frame(10.2)
    assert not stream.key_frame_due(10.0 + PLI_EVERY - 0.01)
    assert stream.key_frame_due(10.0 + PLI_EVERY)
    assert not stream.key_frame_due(20.0), "one request answers all the wishes before it"


@settings(max_examples=50)
@given(st.integers(0, 65535), st.sets(st.integers(1, 298), max_size=60))
def test_the_report_counts_what_was_lost(first: int, lost: set[int]) -> None:
    kept = [n for n in range(300) if n not in lost]
    stream = fed(*((first + n) & 0xFFFF for n in kept))
    block = stream.report(1.0)
    assert block is not None
    assert (block.lost, block.fraction_lost, block.highest) == (len(lost), (len(lost) << 8) // 300, first + 299)
    again = stream.report(2.0)
    assert again is not None and again.fraction_lost == 0 and again.lost == len(lost)


def test_jitter_is_that_of_the_rfc() -> None:
    """Every other packet comes 10 ms late: the difference is 900 units each time, to which the estimate converges."""
    stream = Inbound(9, 90000)
    for n in range(400):
        stream.packet(n, 3000 * n, n / 30 + (0.01 if n % 2 else 0))
    assert abs(stream.jitter - 900) < 2


def test_the_report_says_how_old_the_sender_report_is() -> None:
    stream = fed(1)
    stream.sender_report(SenderReport(9, 0x0000AAAABBBB0000, 0, 0, 0), 5.0)
    block = stream.report(5.5)
    assert block is not None and (block.last_sr, block.delay) == (0xAAAABBBB, 32768)
    assert Inbound(9, 90000).report(1.0) is None


def test_a_leap_begins_the_count_anew() -> None:
    stream = fed(10, 11, 40000, 40001)
    block = stream.report(1.0)
    assert block is not None and block.lost == 0 and stream.nacks(1.0) == []
