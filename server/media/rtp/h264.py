"""What an RTP payload of H.264 says about itself (RFC 6184)."""

IDR, SPS, STAP_A, FU_A = 5, 7, 24, 28
"""NAL unit types (RFC 6184 sections 1.3 and 5.2)."""


def starts_key_frame(payload: bytes) -> bool:
    """Whether a decoder may begin at this packet: it holds a sequence parameter set or the first part of an IDR slice,
    as a single unit (section 5.6), in an aggregation (5.7.1) or as the first fragment (5.8)."""
    if len(payload) < 2:
        return False
    kind = payload[0] & 31
    if kind in (IDR, SPS):
        return True
    if kind == FU_A:
        return payload[1] & 0x80 != 0 and payload[1] & 31 in (IDR, SPS)
    if kind == STAP_A:
        at = 1
        while at + 2 < len(payload):
            if payload[at + 2] & 31 in (IDR, SPS) and at + 2 + int.from_bytes(payload[at : at + 2]) <= len(payload):
                return True
            at += 2 + int.from_bytes(payload[at : at + 2])
    return False
