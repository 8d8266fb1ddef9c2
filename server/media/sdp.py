"""Offers as they may come in, and answers as they go out (SDP, RFC 8866; JSEP, RFC 9429; ICE attributes, RFC 8839).

Nothing of an offer is followed but what is read here: its candidates are not looked at, the engine answers only where a client's
authenticated check came from (RFC 8445 section 7.3.1.3).
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.media.engine import MediaRefusal

MAX_BYTES: Final = 64 * 1024
MAX_LINES: Final = 1500
MAX_LINE: Final = 2000
MAX_SECTIONS: Final = 6
"""Media sections; a browser sends at most one for sound and a few for pictures."""
MAX_CODECS: Final = 100
VIDEO_KBITS: Final = 1200
"""What a publisher's picture may take, in kbit/s: more is not shown (RFC 8866 section 5.8)."""

Kind = Literal["audio", "video"]
Setup = Literal["active", "passive"]

_DIRECTIONS: Final = ("sendrecv", "sendonly", "recvonly", "inactive")
_FINGERPRINT: Final = re.compile(r"a=fingerprint:(sha-256|sha-384|sha-512) ([0-9A-F]{2}(?::[0-9A-F]{2}){31,63})", re.IGNORECASE | re.ASCII)
_RTPMAP: Final = re.compile(r"a=rtpmap:(\d{1,3}) (opus/48000/2|VP8/90000|H264/90000)", re.IGNORECASE | re.ASCII)
_FMTP: Final = re.compile(r"a=fmtp:(\d{1,3}) (.+)", re.ASCII)
_SSRC: Final = re.compile(r"a=ssrc:(\d{1,10})(?: .*)?", re.ASCII)
_BASELINE: Final = "42e01f"
"""Constrained baseline of H.264, what every WebRTC peer reads (RFC 7742 section 6.2)."""


@dataclass(frozen=True, slots=True)
class Section:
    """One media section, with what of it we could use."""

    kind: Kind
    mid: str
    types: dict[str, int]
    """opus, vp8, h264 → its payload type."""
    parameters: dict[int, str]
    """Payload type → format parameters."""
    ssrcs: tuple[int, ...]
    """Streams that are announced to be sent, those that repeat others (RFC 4588) left out."""
    active: bool
    """False where the other side neither sends nor receives here."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that has passed the bounds."""

    sections: tuple[Section, ...]
    fingerprints: tuple[tuple[str, str], ...]
    """(algorithm, upper-case value) of the other side's certificate."""
    remote: tuple[str, str]
    """The other side's ufrag and password for ICE (RFC 8839 section 5.4)."""
    setup: Setup
    """Our part in DTLS: passive, but where the other side insists on being it."""

    def of(self, kind: Kind) -> list[Section]:
        return [section for section in self.sections if section.kind == kind and section.active]


@dataclass(frozen=True, slots=True)
class Track:
    """What the answer says of one section: taken (sent or received) with these codecs; sent with an SSRC."""

    types: tuple[int, ...]
    """Payload types, best first."""
    ssrc: int | None = None
    name: str = ""
    """Of the track, with an SSRC."""


@dataclass(frozen=True, slots=True)
class Transport:
    """What the answer says of the connection."""

    ufrag: str
    password: str
    fingerprint: str
    port: int
    addresses: Sequence[str]


def read_offer(offer: str, *, publishing: bool) -> Offer:
    """Check an offer and read what is needed of it.

    Raises MediaRefusal `malformed_sdp` (`reason`: the attribute or line at fault) or `unsupported_codec`.
    """
    if len(offer) > MAX_BYTES or len(offer.encode("utf-8", "replace")) > MAX_BYTES:
        raise MediaRefusal("malformed_sdp", reason="size")
    lines = offer.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > MAX_LINES or any(len(line) > MAX_LINE for line in lines):
        raise MediaRefusal("malformed_sdp", reason="lines")
    if lines[0] != "v=0" or not all(re.fullmatch(r"[a-z]=[^\x00-\x1f\x7f]+", line) for line in lines):
        raise MediaRefusal("malformed_sdp", reason="v=")
    session, *sections = _sections(lines)
    if not sections or len(sections) > MAX_SECTIONS:
        raise MediaRefusal("malformed_sdp", reason="m=")
    for attribute in ("a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:"):
        if not _has(session, attribute) and not all(_has(section, attribute) for section in sections):
            raise MediaRefusal("malformed_sdp", reason=attribute[2:-1])
    found = [_FINGERPRINT.fullmatch(line) for line in lines if line.startswith("a=fingerprint:")]
    fingerprints = {(match[1].lower(), match[2].upper()) for match in found if match}
    if None in found or len({algorithm for algorithm, _ in fingerprints}) < len(fingerprints):
        raise MediaRefusal("malformed_sdp", reason="fingerprint")
    setups = {line.removeprefix("a=setup:") for line in lines if line.startswith("a=setup:")}
    if len(setups) > 1 or not setups <= {"actpass", "active", "passive"}:
        raise MediaRefusal("malformed_sdp", reason="setup")
    mids = [_value(section, "a=mid:") for section in sections]
    bundle = _value(session, "a=group:BUNDLE ")
    if None in mids or len(set(mids)) < len(mids) or (len(mids) > 1 and (bundle or "").split() != mids):
        raise MediaRefusal("malformed_sdp", reason="BUNDLE")
    read = tuple(_section(section, mid or "", publishing) for section, mid in zip(sections, mids, strict=True))
    if sum(section.kind == "audio" for section in read) > 1:
        raise MediaRefusal("malformed_sdp", reason="m=")
    remote = [next((line[len(name) :] for line in lines if line.startswith(name)), "") for name in ("a=ice-ufrag:", "a=ice-pwd:")]
    if not all(re.fullmatch(r"[\w+/=-]{4,256}", one, re.ASCII) for one in remote):
        raise MediaRefusal("malformed_sdp", reason="ice-pwd")
    return Offer(read, tuple(sorted(fingerprints)), (remote[0], remote[1]), "active" if setups == {"passive"} else "passive")


def write_answer(offer: Offer, transport: Transport, tracks: dict[str, Track], *, publishing: bool) -> str:
    """The answer to an offer; `tracks` by mid, sections without one are answered inactive. We are an ICE-lite agent (RFC 8445 section 2.5)."""
    mids = " ".join(section.mid for section in offer.sections)
    lines = [
        "v=0",
        f"o=- {secrets.randbits(62)} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {mids}",
        "a=msid-semantic: WMS *",
    ]
    for section in offer.sections:
        lines += _answered(section, offer.setup, transport, tracks.get(section.mid), publishing)
    return "\r\n".join(lines) + "\r\n"


def _answered(section: Section, setup: Setup, transport: Transport, track: Track | None, publishing: bool) -> list[str]:
    types = track.types if track else tuple(section.types.values())[:1]
    first = transport.addresses[0]
    lines = [
        f"m={section.kind} {transport.port} UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}",
        f"c=IN IP{6 if ':' in first else 4} {first}",
    ]
    if publishing and section.kind == "video":
        lines.append(f"b=AS:{VIDEO_KBITS}")
    lines += [
        f"a=mid:{section.mid}",
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.password}",
        f"a=fingerprint:sha-256 {transport.fingerprint}",
        f"a=setup:{setup}",
        "a=rtcp-mux",
        f"a={'inactive' if track is None else 'recvonly' if publishing else 'sendonly'}",
    ]
    names = {number: name for name, number in section.types.items()}
    for number in types:
        lines += _codec(names[number], number, section.parameters.get(number))
    if track is not None and track.ssrc is not None:
        lines += [f"a=msid:programme {track.name}", f"a=ssrc:{track.ssrc} cname:programme", f"a=ssrc:{track.ssrc} msid:programme {track.name}"]
    for place, address in enumerate(transport.addresses, 1):
        priority = (126 << 24) + ((65536 - place) << 8) + 255  # RFC 8445 section 5.1.2.1
        lines.append(f"a=candidate:{place} 1 udp {priority} {address} {transport.port} typ host")
    return [*lines, "a=end-of-candidates"]


def _codec(name: str, number: int, parameters: str | None) -> list[str]:
    if name == "opus":
        return [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} minptime=10;useinbandfec=1"]  # RFC 7587
    lines = [f"a=rtpmap:{number} {name.upper()}/90000"]
    if parameters:
        lines.append(f"a=fmtp:{number} {parameters}")
    return lines + [f"a=rtcp-fb:{number} {kind}" for kind in ("nack", "nack pli", "ccm fir", "goog-remb")]


def _sections(lines: Sequence[str]) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _has(lines: Sequence[str], prefix: str) -> bool:
    return any(line.startswith(prefix) for line in lines)


def _value(lines: Sequence[str], prefix: str) -> str | None:
    return next((line[len(prefix) :] for line in lines if line.startswith(prefix)), None)


def _section(section: list[str], mid: str, publishing: bool) -> Section:
    """One section; refuses what neither sends nor receives sound or a picture as it should."""
    words = section[0][2:].split()
    if len(words) < 4 or words[0] not in ("audio", "video") or words[2] != "UDP/TLS/RTP/SAVPF" or len(words) > MAX_CODECS:
        raise MediaRefusal("malformed_sdp", reason="m=")
    if not words[1].isdigit() or not re.fullmatch(r"[\w.:+-]{1,64}", mid, re.ASCII):
        raise MediaRefusal("malformed_sdp", reason="m=")
    if "a=rtcp-mux" not in section:
        raise MediaRefusal("malformed_sdp", reason="rtcp-mux")
    direction = next((word for word in _DIRECTIONS if f"a={word}" in section), "sendrecv")
    if direction == ("recvonly" if publishing else "sendonly"):
        raise MediaRefusal("malformed_sdp", reason=direction)
    parameters = {int(match[1]): match[2] for line in section if (match := _FMTP.fullmatch(line))}
    offered: dict[str, list[int]] = {}
    for line in section:
        if (match := _RTPMAP.fullmatch(line)) and match[1] in words[3:] and int(match[1]) < 128:
            offered.setdefault(match[2].partition("/")[0].lower(), []).append(int(match[1]))
    types = {name: numbers[0] for name, numbers in offered.items() if (name == "opus") == (words[0] == "audio") and name != "h264"}
    if words[0] == "video" and (h264 := _best_h264(offered.get("h264", []), parameters)) is not None:
        types["h264"] = h264
    if not types:
        raise MediaRefusal("unsupported_codec", kind=words[0])
    kind: Kind = "audio" if words[0] == "audio" else "video"
    return Section(kind, mid, types, parameters, _ssrcs(section), direction != "inactive")


def _best_h264(numbers: list[int], parameters: dict[int, str]) -> int | None:
    """A payload type whose packets may be fragmented (packetization-mode 1, RFC 6184 section 6.3), of the baseline where there is one."""

    def merit(number: int) -> tuple[bool, bool]:
        said = parameters.get(number, "").lower()
        return "packetization-mode=1" in said, _BASELINE in said

    return max(numbers, key=merit, default=None)


def _ssrcs(section: list[str]) -> tuple[int, ...]:
    found = dict.fromkeys(int(match[1]) for line in section if (match := _SSRC.fullmatch(line)))
    for line in section:
        if line.startswith("a=ssrc-group:FID "):
            for repeating in line.split()[2:]:
                found.pop(int(repeating) if re.fullmatch(r"[0-9]{1,10}", repeating) else -1, None)
    return tuple(ssrc for ssrc in found if ssrc < 1 << 32)
