"""Offers are bounded and read without their candidates; answers say what is taken, and how to reach us."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.media.engine import MediaRefusal
from server.media.sdp import Track, Transport, read_offer, write_answer
from tests.media.offers import FFMPEG, FINGERPRINT, OBS

HERE = Transport("ufrag", "password", "AB:CD", 40001, ("203.0.113.9", "2001:db8::7", "127.0.0.1"))


def lines(text: str) -> list[str]:
    return text.split("\r\n")


@pytest.mark.parametrize(("offer", "setup"), [(OBS, "passive"), (FFMPEG, "active")], ids=["OBS", "FFmpeg"])
def test_publishers_offers_are_read(offer: str, setup: str) -> None:
    read = read_offer(offer, publishing=True)
    sound, picture = read.sections
    assert (sound.kind, sound.types, picture.kind, list(picture.types)) == ("audio", {"opus": 111}, "video", ["h264"])
    assert [len(section.ssrcs) for section in read.sections] == [1, 1]
    assert read.setup == setup and read.fingerprints == (("sha-256", FINGERPRINT.removeprefix("sha-256 ")),)


def test_candidates_are_not_looked_at() -> None:
    inner = "a=candidate:1 1 udp 2130706431 169.254.169.254 80 typ host\r\na=end-of-candidates\r\n"
    assert read_offer(OBS + inner, publishing=True) == read_offer(OBS, publishing=True)


def test_an_answer_says_what_is_taken() -> None:
    read = read_offer(FFMPEG, publishing=True)
    answer = lines(write_answer(read, HERE, {"0": Track((111,)), "1": Track((106,))}, publishing=True))
    assert "a=ice-lite" in answer and "a=group:BUNDLE 0 1" in answer and answer.count("a=setup:active") == 2
    assert "m=video 40001 UDP/TLS/RTP/SAVPF 106" in answer and "c=IN IP4 203.0.113.9" in answer and "b=AS:1200" in answer
    assert "a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f" in answer, "the profile as it was offered"
    assert "a=fmtp:111 minptime=10;useinbandfec=1" in answer
    assert {"a=rtcp-fb:106 nack", "a=rtcp-fb:106 nack pli", "a=rtcp-fb:106 goog-remb"} <= set(answer)
    assert answer.count("a=recvonly") == 2 and not any(line.startswith("a=ssrc") for line in answer)
    candidates = [line.split() for line in answer if line.startswith("a=candidate:")]
    assert [(one[4], one[5]) for one in candidates[:3]] == [(address, "40001") for address in HERE.addresses]
    assert [int(one[3]) for one in candidates[:3]] == sorted((int(one[3]) for one in candidates[:3]), reverse=True)


def test_a_listener_is_told_its_streams_and_what_is_not_taken_is_inactive() -> None:
    offer = FFMPEG.replace("a=sendonly", "a=recvonly").replace("H264/90000", "VP8/90000")
    read = read_offer(offer, publishing=False)
    answer = lines(write_answer(read, HERE, {"0": Track((111,), 77, "sound")}, publishing=False))
    assert "a=ssrc:77 cname:programme" in answer and "a=msid:programme sound" in answer
    assert answer.count("a=sendonly") == 1 and answer.count("a=inactive") == 1


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
    damaged = FFMPEG.split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.sampled_from(["cut", "double", "text"])):
            case "cut":
                del damaged[place]
            case "double":
                damaged.insert(place, damaged[place])
            case _:
                damaged[place] = data.draw(st.text("amv=:- 019\x00\r\u202eđ", max_size=40))
        if not damaged:
            break
    refusal = None
    try:
        offer = read_offer("\r\n".join(damaged), publishing=True)
    except MediaRefusal as error:
        refusal = error.code
    else:
        assert 1 <= len(offer.sections) <= 6 and all(section.types for section in offer.sections)
    assert refusal in (None, "malformed_sdp", "unsupported_codec")


@pytest.mark.parametrize(
    ("before", "after"), [("VP8/90000", "opuſ/48000/2"), ("a=ssrc-group:FID 2002 2003", "a=ssrc-group:FID 2002 ²"), ("sha-256", "ſha-256")]
)
def test_letters_and_digits_of_other_scripts_mean_nothing(before: str, after: str) -> None:
    offer = FFMPEG.replace("H264/90000", "VP8/90000")
    assert before in offer
    try:
        read = read_offer(offer.replace(before, after), publishing=True)
    except MediaRefusal:
        return
    assert all(section.types.keys() <= {"opus", "vp8", "h264"} for section in read.sections)
