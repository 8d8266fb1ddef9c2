"""Offers are bounded and lose their candidates; answers are dressed for the network."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.engine import MediaRefusal
from server.media.sdp import read_offer, write_answer
from tests.media.offers import FFMPEG, OBS


@pytest.mark.parametrize("offer", [OBS, FFMPEG], ids=["OBS", "FFmpeg"])
def test_publishers_offers_pass(offer: str) -> None:
    assert read_offer(offer, publishing=True).kinds == ("audio", "video")


def test_candidates_are_dropped() -> None:
    inner = "a=candidate:1 1 udp 2130706431 169.254.169.254 80 typ host\r\na=end-of-candidates\r\n"
    assert read_offer(OBS + inner, publishing=True).text == read_offer(OBS, publishing=True).text


def test_profile_is_given_back() -> None:
    offer = read_offer(FFMPEG, publishing=True)
    assert "profile-level-id=42e01f" in offer.text and "640c1f" not in offer.text
    answer = "v=0\r\na=fmtp:106 packetization-mode=1;profile-level-id=42e01f\r\n"
    assert "profile-level-id=640c1f" in write_answer(answer, offer, None)


def test_answer_announces_one_address_and_error_correction() -> None:
    offer = read_offer(OBS, publishing=True)
    answer = "\r\n".join(
        [
            "v=0",
            "m=video 40001 UDP/TLS/RTP/SAVPF 96",
            "c=IN IP4 10.0.0.7",
            "a=candidate:x 1 udp 2130706431 10.0.0.7 40001 typ host",
            "a=rtpmap:111 opus/48000/2",
            "",
        ]
    )
    written = write_answer(answer, offer, "203.0.113.9")
    assert "10.0.0.7" not in written
    assert "a=candidate:x 1 udp 2130706431 203.0.113.9 40001 typ host\r\n" in written
    assert "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n" in written
    assert "c=IN IP4 203.0.113.9\r\nb=AS:1200\r\n" in written
    assert "c=IN IP4 10.0.0.7\r\n" in write_answer(answer, offer, None)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("m=video", "m=application", "malformed_sdp"),
        ("a=sendonly", "a=recvonly", "malformed_sdp"),
        ("a=mid:1", "a=mid:0", "malformed_sdp"),
        ("a=setup:actpass\r\n", "", "malformed_sdp"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", "malformed_sdp"),
        (" opus/48000/2", " PCMU/8000", "unsupported_codec"),
        ("H264/90000", "H265/90000", "unsupported_codec"),
    ],
)
def test_refusals(old: str, new: str, code: str) -> None:
    assert old in OBS
    with pytest.raises(MediaRefusal) as refusal:
        read_offer(OBS.replace(old, new), publishing=True)
    assert refusal.value.code == code


@settings(deadline=None)
@given(st.data())
def test_any_damage_is_refused_or_bounded(data: st.DataObject) -> None:
    """Whatever is done to an offer: it is refused with a code, or comes out without candidates and in bounds."""
    lines = FFMPEG.split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["cut", "double", "text"])):
            case "cut":
                del lines[place]
            case "double":
                lines.insert(place, lines[place])
            case _:
                lines[place] = data.draw(st.text("amv=:- 019\x00\r\u202eđ", max_size=40))
        if not lines:
            break
    refusal = None
    try:
        offer = read_offer("\r\n".join(lines), publishing=True)
    except MediaRefusal as error:
        refusal = error.code
    else:
        assert 1 <= len(offer.kinds) <= 6 and "a=candidate:" not in offer.text
    assert refusal in (None, "malformed_sdp", "unsupported_codec")
