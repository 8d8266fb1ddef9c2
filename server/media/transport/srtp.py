"""SRTP and SRTCP (RFC 3711, RFC 7714) by libsrtp: one `Srtp` is both directions of one session."""

import functools
from dataclasses import dataclass
from typing import Any

import pylibsrtp
from pylibsrtp import Policy, Session

REPLAY_WINDOW = 1024
"""Packets; a packet older than that, or seen already, is refused."""
LONGEST = 2048
"""Bytes of the longest datagram taken; a packet to protect leaves room for the tag (libsrtp's longest trailer)."""
TRAILER = 4 + 16 + 128


class SrtpError(Exception):
    """The packet is not taken: `replayed`, or `unauthentic`, which is anything else libsrtp says (`detail`)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Profile:
    """A protection profile of DTLS-SRTP (RFC 5764 section 4.1.2, RFC 7714 section 14.2); lengths in bytes."""

    name: str
    libsrtp: int
    key: int
    salt: int

    @property
    def material(self) -> int:
        """How much keying material both directions need together."""
        return 2 * (self.key + self.salt)

    def keys(self, material: bytes) -> tuple[bytes, bytes]:
        """Master key and salt of the client's and of the server's sending direction (RFC 5764 section 4.2)."""
        k, s = self.key, self.salt
        salts = material[2 * k :]
        return material[:k] + salts[:s], material[k : 2 * k] + salts[s : 2 * s]


AES_256_GCM = Profile("SRTP_AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12)
AES_128_GCM = Profile("SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12)
AES_128_CM_80 = Profile("SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14)


def _built_in(profile: Profile) -> bool:
    """A libsrtp built without OpenSSL has no GCM."""
    try:
        Policy(srtp_profile=profile.libsrtp)
    except pylibsrtp.Error:
        return False
    return True


PROFILES = tuple(p for p in (AES_256_GCM, AES_128_GCM, AES_128_CM_80) if _built_in(p))
"""What this machine can do, the cheapest per packet first: GCM runs in hardware almost everywhere."""


def _session(profile: Profile, key: bytes, kind: int) -> Session:
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=profile.libsrtp)
    policy.allow_repeat_tx = kind == Policy.SSRC_ANY_OUTBOUND  # a packet asked for again (NACK) goes out again
    policy.window_size = REPLAY_WINDOW
    return Session(policy)


class _Buffer:
    """Where libsrtp works, for all sessions of the process: no allocation for each packet, and longer packets than pylibsrtp takes."""

    def __init__(self) -> None:
        from pylibsrtp import _binding

        self.ffi: Any = _binding.ffi
        self.lib: Any = _binding.lib
        self.bytes: Any = self.ffi.new("char[]", LONGEST)
        self.view: Any = self.ffi.buffer(self.bytes)
        self.length: Any = self.ffi.new("int *")


_buffer = functools.cache(_Buffer)


class _Direct:
    """Calls libsrtp on the session's own handle."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._handle: Any = session._srtp[0]
        self.pointer = int(_buffer().ffi.cast("uintptr_t", self._handle))

    def call(self, name: str, trailer: int) -> Any:
        shared, handle = _buffer(), self._handle
        function, view, data, length = getattr(shared.lib, name), shared.view, shared.bytes, shared.length
        room = LONGEST - trailer

        def run(packet: bytes, _owner: Session = self._session) -> bytes:  # kept, or its handle would be freed
            size = len(packet)
            if size > room:
                raise SrtpError("unauthentic", "too long")
            view[0:size] = packet
            length[0] = size
            status = function(handle, data, length)
            if status:
                raise _error(pylibsrtp.ERRORS[status])
            return bytes(view[0 : length[0]])

        return run


def _error(said: str) -> SrtpError:
    return SrtpError("replayed" if said.startswith("replay check") else "unauthentic", said)


def _guarded(function: Any) -> Any:
    def run(packet: bytes) -> bytes:
        try:
            return bytes(function(packet))
        except (pylibsrtp.Error, ValueError) as exc:
            raise _error(str(exc)) from None

    return run


def _handle_works() -> bool:
    """Whether the binding still has the private handle this module uses: the same packet must come out both ways."""
    profile, key, packet = AES_128_CM_80, bytes(range(30)), b"\x80\x60\x00\x01" + bytes(28)
    try:
        direct = _Direct(_session(profile, key, Policy.SSRC_ANY_OUTBOUND)).call("srtp_protect", TRAILER)
        plain = _session(profile, key, Policy.SSRC_ANY_OUTBOUND).protect(packet)
        return bool(direct(packet) == plain)
    except Exception:  # any failure at all means the plain way is used
        return False


DIRECT = _handle_works()
"""Whether libsrtp is called directly; if not, through pylibsrtp's public interface."""


def protect_address() -> int | None:
    """Address of libsrtp's `srtp_protect`, for a sender written in C; None where the binding does not give it."""
    try:
        from pylibsrtp import _binding

        return int(_binding.ffi.cast("uintptr_t", _binding.ffi.addressof(_binding.lib, "srtp_protect")))
    except Exception:  # another binding: the plain way is used
        return None


class Srtp:
    """Protects what goes out and opens what comes in; every call takes and returns one packet or raises `SrtpError`.

    `protect` and `unprotect` are for RTP, `protect_rtcp` and `unprotect_rtcp` for RTCP. All of a process are for one thread.
    """

    __slots__ = ("pointer", "profile", "protect", "protect_rtcp", "unprotect", "unprotect_rtcp")

    def __init__(self, profile: Profile, local: bytes, remote: bytes, direct: bool = DIRECT) -> None:
        """`local` and `remote` are master key and salt of our and of the other side's sending direction."""
        out, into = _session(profile, local, Policy.SSRC_ANY_OUTBOUND), _session(profile, remote, Policy.SSRC_ANY_INBOUND)
        self.profile = profile
        self.pointer: int | None = None
        """Address of the outgoing `srtp_t`, for a sender written in C; None where the handle cannot be had."""
        if direct:
            sender, receiver = _Direct(out), _Direct(into)
            self.pointer = sender.pointer
            self.protect, self.protect_rtcp = sender.call("srtp_protect", TRAILER), sender.call("srtp_protect_rtcp", TRAILER)
            self.unprotect, self.unprotect_rtcp = receiver.call("srtp_unprotect", 0), receiver.call("srtp_unprotect_rtcp", 0)
        else:
            self.protect, self.protect_rtcp = _guarded(out.protect), _guarded(out.protect_rtcp)
            self.unprotect, self.unprotect_rtcp = _guarded(into.unprotect), _guarded(into.unprotect_rtcp)
