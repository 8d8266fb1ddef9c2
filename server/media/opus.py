"""Opus (RFC 6716) by libopus itself, mono at 48 kHz; samples are float32 between -1 and 1.

FFmpeg's wrapper can neither conceal a lost packet nor read the copy of it that the next one carries (section 2.1.7).
The library is the one that PyAV brings, else the system's; it is called through cffi, which knows functions with varying arguments.
"""

import ctypes.util
from functools import cache
from pathlib import Path
from typing import Any, Final

import av
import cffi
import numpy as np
from numpy.typing import NDArray

RATE: Final = 48_000
LONGEST: Final = 5760
"""Samples in the longest packet: 120 ms."""
MAX_BYTES: Final = 1275
"""Bytes in the longest frame (section 3.2.1)."""

Samples = NDArray[np.float32]

_FFI: Final = cffi.FFI()
_FFI.cdef("""
typedef struct OpusDecoder OpusDecoder;
typedef struct OpusEncoder OpusEncoder;
OpusDecoder *opus_decoder_create(int32_t rate, int channels, int *error);
void opus_decoder_destroy(OpusDecoder *decoder);
int opus_decode_float(OpusDecoder *decoder, const char *data, int32_t length, float *pcm, int frame, int fec);
int opus_packet_get_nb_samples(const char *data, int32_t length, int32_t rate);
OpusEncoder *opus_encoder_create(int32_t rate, int channels, int application, int *error);
void opus_encoder_destroy(OpusEncoder *encoder);
int opus_encode_float(OpusEncoder *encoder, const float *pcm, int frame, char *data, int32_t room);
int opus_encoder_ctl(OpusEncoder *encoder, int request, ...);
""")
_VOIP, _SET_BITRATE, _SET_COMPLEXITY, _SET_FEC, _SET_LOSS = 2048, 4002, 4010, 4012, 4014  # opus_defines.h
COMPLEXITY: Final = 5
"""Of 0 to 10: a third cheaper than the most, and not to be told apart with speech at these rates."""


@cache
def _library() -> Any:
    """Raises OSError where there is none."""
    beside = Path(av.__file__).parent
    for folder in (beside.with_name("av.libs"), beside / ".dylibs"):
        for found in sorted(folder.glob("*opus*")):
            return _FFI.dlopen(str(found))
    named = ctypes.util.find_library("opus")
    if named is None:
        raise OSError("libopus was not found: PyAV's wheel brings it along, Debian's package is libopus0")
    return _FFI.dlopen(named)


def is_there() -> bool:
    """Whether there is a library to call."""
    try:
        return bool(_library())
    except OSError:
        return False


def duration(packet: bytes) -> int:
    """Samples in a packet, 0 where it is none."""
    return max(0, int(_library().opus_packet_get_nb_samples(packet, len(packet), RATE)))


class Decoder:
    """One source's decoder. Stereo comes out as mono."""

    def __init__(self) -> None:
        self._lib = _library()
        self._state = _FFI.gc(self._lib.opus_decoder_create(RATE, 1, _FFI.NULL), self._lib.opus_decoder_destroy)
        self._pcm = _FFI.new("float[]", LONGEST)
        self._view = np.frombuffer(_FFI.buffer(self._pcm), np.float32)

    def decode(self, packet: bytes) -> Samples | None:
        """The sound of a packet; None where it is none."""
        return self._got(self._lib.opus_decode_float(self._state, packet, len(packet), self._pcm, LONGEST, 0))

    def repair(self, following: bytes, samples: int) -> Samples | None:
        """The sound of a lost packet of `samples`, from the copy in the packet behind it, else made up."""
        return self._got(self._lib.opus_decode_float(self._state, following, len(following), self._pcm, samples, 1))

    def conceal(self, samples: int) -> Samples | None:
        """Sound in place of what has not come: the last, fading."""
        return self._got(self._lib.opus_decode_float(self._state, _FFI.NULL, 0, self._pcm, samples, 0))

    def _got(self, samples: int) -> Samples | None:
        # A packet made for it decodes to a million times full scale, and the limiter would hold everybody down for seconds.
        return np.clip(self._view[:samples], -1, 1) if samples > 0 else None


class Encoder:
    """One stream for speech, with a copy of the last packet in the next (FEC) for paths that lose a tenth."""

    def __init__(self, bit_rate: int) -> None:
        self._lib = _library()
        self._state = _FFI.gc(self._lib.opus_encoder_create(RATE, 1, _VOIP, _FFI.NULL), self._lib.opus_encoder_destroy)
        self._room = _FFI.new("char[]", MAX_BYTES)
        for request, value in ((_SET_BITRATE, bit_rate), (_SET_COMPLEXITY, COMPLEXITY), (_SET_FEC, 1), (_SET_LOSS, 10)):
            self._lib.opus_encoder_ctl(self._state, request, _FFI.cast("int", value))

    def encode(self, pcm: Samples) -> bytes:
        """One packet; `pcm` holds 10, 20, 40 or 60 ms."""
        whole = np.ascontiguousarray(pcm, np.float32)
        size = self._lib.opus_encode_float(self._state, _FFI.from_buffer("float[]", whole), len(whole), self._room, MAX_BYTES)
        if size < 0:
            raise ValueError(f"libopus: {size}")
        return bytes(_FFI.buffer(self._room, size))
