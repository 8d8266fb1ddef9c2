"""Offers as they may come in, and answers as they go out (SDP, RFC 8866; ICE attributes, RFC 8839).

The offer's candidates are dropped, all of them, and with them `end-of-candidates`: the engine never sends
to an address that a client has written down, it answers only where a client's authenticated check came from
(RFC 8445 section 7.3.1.3).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from server.media.engine import MediaRefusal

MAX_BYTES: Final = 64 * 1024
MAX_LINES: Final = 1500
MAX_LINE: Final = 2000
MAX_SECTIONS: Final = 6
"""Media sections; a browser sends at most one for sound and a few for pictures."""
VIDEO_KBITS: Final = 1200
"""What a publisher's picture may take, in kbit/s: more is not shown (RFC 8866 section 5.8)."""

_DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")
_OPUS: Final = re.compile(r"a=rtpmap:(\d+) opus/48000/2", re.IGNORECASE)
_VIDEO: Final = re.compile(r"a=rtpmap:(\d+) (VP8|H264)/90000", re.IGNORECASE)
_PROFILE: Final = re.compile(r"(a=fmtp:(\d+) .*profile-level-id=)([0-9a-fA-F]{6})(.*)")
_FINGERPRINT: Final = re.compile(r"a=fingerprint:sha-(256|384|512) [0-9A-F]{2}(:[0-9A-F]{2}){31,63}", re.IGNORECASE)
_CANDIDATE: Final = re.compile(r"(a=candidate:\S+ \d+ \w+ \d+ )(\S+)( \d+ typ host.*)")

DECODED_PROFILE: Final = "42e01f"
"""The H.264 profile that aiortc agrees to (constrained baseline); its decoder reads every profile."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that has passed the bounds, without candidates."""

    text: str
    kinds: tuple[str, ...]
    """`audio` or `video`, one for each media section, in order."""
    publishing: bool
    profiles: dict[str, str]
    """H.264 payload type → the profile-level-id that was offered, to be given back in the answer."""


def read_offer(offer: str, *, publishing: bool) -> Offer:
    """Check an offer and take out what must not be followed.

    Raises MediaRefusal `malformed_sdp` (`reason`: the attribute or line at fault) or `unsupported_codec`.
    """
    if len(offer) > MAX_BYTES or len(offer.encode("utf-8", "replace")) > MAX_BYTES:
        raise MediaRefusal("malformed_sdp", reason="size")
    lines = offer.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES or any(len(line) > MAX_LINE for line in lines):
        raise MediaRefusal("malformed_sdp", reason="lines")
    if lines[0] != "v=0" or not all(re.fullmatch(r"[a-z]=[^\x00-\x1f\x7f]+", line) for line in lines):
        raise MediaRefusal("malformed_sdp", reason="v=")
    if not all(_FINGERPRINT.fullmatch(line) for line in lines if line.startswith("a=fingerprint:")):
        raise MediaRefusal("malformed_sdp", reason="fingerprint")
    session, *sections = _sections(lines)
    if not sections or len(sections) > MAX_SECTIONS:
        raise MediaRefusal("malformed_sdp", reason="m=")
    for attribute in ("a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:"):
        if not _has(session, attribute) and not all(_has(section, attribute) for section in sections):
            raise MediaRefusal("malformed_sdp", reason=attribute[2:-1])
    mids = [_value(section, "a=mid:") for section in sections]
    bundle = _value(session, "a=group:BUNDLE ")
    if None in mids or len(set(mids)) < len(mids) or (len(mids) > 1 and (bundle or "").split() != mids):
        raise MediaRefusal("malformed_sdp", reason="BUNDLE")
    kinds = tuple(_kind(section, publishing) for section in sections)
    if kinds.count("audio") > 1:
        raise MediaRefusal("malformed_sdp", reason="m=")
    text, profiles = _clean([*session, *(line for section in sections for line in section)])
    return Offer(text, kinds, publishing, profiles)


def write_answer(answer: str, offer: Offer, announced: str | None) -> str:
    """The engine's answer as it goes out.

    Adds the Opus parameters for error correction (RFC 7587) and the bound of a publisher's picture, gives H.264 profiles back as offered, and
    writes the announced address in place of the machine's own.
    """
    lines: list[str] = []
    kind = ""
    for line in answer.replace("\r\n", "\n").rstrip("\n").split("\n"):
        if line.startswith("m="):
            kind = line[2:7]
        if profile := _PROFILE.fullmatch(line):
            line = profile[1] + offer.profiles.get(profile[2], profile[3]) + profile[4]
        elif announced and (candidate := _CANDIDATE.fullmatch(line)):
            line = candidate[1] + announced + candidate[3]
        elif announced and line.startswith("c=IN "):
            line = f"c=IN IP{6 if ':' in announced else 4} {announced}"
        lines.append(line)
        if line.startswith("c=") and kind == "video" and offer.publishing:
            lines.append(f"b=AS:{VIDEO_KBITS}")
        if opus := _OPUS.fullmatch(line):
            lines.append(f"a=fmtp:{opus[1]} minptime=10;useinbandfec=1")
    return "\r\n".join(lines) + "\r\n"


def _sections(lines: Iterable[str]) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _has(lines: Iterable[str], prefix: str) -> bool:
    return any(line.startswith(prefix) for line in lines)


def _value(lines: Iterable[str], prefix: str) -> str | None:
    return next((line[len(prefix) :] for line in lines if line.startswith(prefix)), None)


def _kind(section: list[str], publishing: bool) -> str:
    """The section's kind; refuses what neither sends nor receives sound or a picture as it should."""
    words = section[0][2:].split()
    if len(words) < 4 or words[0] not in ("audio", "video") or words[2] != "UDP/TLS/RTP/SAVPF":
        raise MediaRefusal("malformed_sdp", reason="m=")
    if "a=rtcp-mux" not in section:
        raise MediaRefusal("malformed_sdp", reason="rtcp-mux")
    direction = next((word for word in _DIRECTIONS if f"a={word}" in section), "sendrecv")
    if direction == ("recvonly" if publishing else "sendonly"):
        raise MediaRefusal("malformed_sdp", reason=direction)
    codecs = [match for line in section if (match := (_OPUS if words[0] == "audio" else _VIDEO).fullmatch(line))]
    if not codecs or not (words[0] == "audio" or publishing or any(c[2].upper() == "VP8" for c in codecs)):
        raise MediaRefusal("unsupported_codec", kind=words[0])
    return words[0]


def _clean(lines: Iterable[str]) -> tuple[str, dict[str, str]]:
    kept: list[str] = []
    profiles: dict[str, str] = {}
    for line in lines:
        if line.startswith(("a=candidate:", "a=end-of-candidates", "a=remote-candidates:")):
            continue
        if profile := _PROFILE.fullmatch(line):
            profiles[profile[2]] = profile[3]
            line = profile[1] + DECODED_PROFILE + profile[4]
        kept.append(line)
    return "\r\n".join(kept) + "\r\n", profiles
