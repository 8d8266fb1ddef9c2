"""The letters of the papers' typeface: which characters it has, and how long a line becomes (Tinos has the measures of Times New Roman)."""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).resolve().parent.parent.parent / "web" / "vendor" / "fonts"
POINTS_PER_MM = 72 / 25.4
_SCALE = 1000


@cache
def _face(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"Tinos_{'700Bold' if bold else '400Regular'}.ttf"), _SCALE)


@cache
def width(text: str, points: float, bold: bool = False) -> float:
    """How long a line of text is, in mm."""
    return float(_face(bold).getlength(text)) * points / _SCALE / POINTS_PER_MM


def drawable(text: str) -> str:
    """The text with every character written out ("[U+1F600]") that the typeface lacks, or that would turn the direction of what is around it: a PDF must draw
    exactly the letters it says."""
    return _outside().sub(lambda found: f"[U+{ord(found[0]):04X}]", unicodedata.normalize("NFC", text))


@cache
def _outside() -> re.Pattern[str]:
    inside = sorted(code for code in _characters() if unicodedata.bidirectional(chr(code)) not in ("R", "AL", "AN") and code not in _MARKS)
    ranges: list[list[int]] = []
    for code in inside:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return re.compile("[^\\n\\t" + "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in ranges) + "\ue0fd-\ue0ff]")


_MARKS = range(0x0300, 0x0370)
"""Marks that stand over another letter: what NFC leaves of them no typeface sets well."""


def _characters() -> set[int]:
    """Code points in all four faces, read from their `cmap` tables (format 4, ISO/IEC 14496-22)."""
    return set.intersection(*(_cmap(path.read_bytes()) for path in sorted(FONTS.glob("Tinos_*.ttf"))))


def _cmap(font: bytes) -> set[int]:
    tables = {font[12 + 16 * n : 16 + 16 * n]: struct.unpack_from(">I", font, 20 + 16 * n)[0] for n in range(struct.unpack_from(">H", font, 4)[0])}
    start = tables[b"cmap"]
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + struct.unpack_from(">I", font, start + 8 + 8 * n)[0]
        if struct.unpack_from(">H", font, at)[0] != 4:
            continue
        segments = struct.unpack_from(">H", font, at + 6)[0] // 2
        ends, starts = at + 14, at + 16 + 2 * segments
        deltas, offsets = starts + 2 * segments, starts + 4 * segments
        for s in range(segments):
            first, last = struct.unpack_from(">H", font, starts + 2 * s)[0], struct.unpack_from(">H", font, ends + 2 * s)[0]
            delta, offset = struct.unpack_from(">H", font, deltas + 2 * s)[0], struct.unpack_from(">H", font, offsets + 2 * s)[0]
            for code in range(first, min(last, 0xFFFE) + 1):
                glyph = struct.unpack_from(">H", font, offsets + 2 * s + offset + 2 * (code - first))[0] if offset else code
                if glyph and (glyph + delta) & 0xFFFF:
                    found.add(code)
    return found
