"""Microphones and cameras of the tests: a tone that comes in syllables, as speech does, and a moving picture of one colour."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE = 48_000
SECONDS = 4
SYLLABLE = 0.3
"""Seconds of a syllable; two thirds of it sound. A steady tone would be taken for noise and filtered out by the browser."""

WIDTH, HEIGHT, RATE_OF_PICTURES = 320, 180, 10


@dataclass(frozen=True, slots=True)
class Devices:
    """A microphone that hears one tone and a camera that sees one colour."""

    hertz: int
    colour: tuple[int, int, int]
    """Red, green, blue."""

    def flags(self, folder: Path) -> list[str]:
        """The switches that make Chromium take these for its devices. The files are written to `folder`."""
        sound, picture = folder / f"{self.hertz}.wav", folder / f"{self.hertz}.y4m"
        self._write_sound(sound)
        self._write_picture(picture)
        return [f"--use-file-for-fake-audio-capture={sound}", f"--use-file-for-fake-video-capture={picture}"]

    def _write_sound(self, path: Path) -> None:
        at = np.arange(RATE * SECONDS) / RATE
        part = (at % SYLLABLE) / SYLLABLE
        swell = np.sin(np.pi * np.minimum(part * 1.5, 1.0)).clip(0.0) ** 0.5
        samples = (np.sin(2 * np.pi * self.hertz * at) * swell * 12_000).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())

    def _write_picture(self, path: Path) -> None:
        """YUV4MPEG2, 4:2:0: the colour, with a white square that wanders through the upper third."""
        red, green, blue = (part / 255 for part in self.colour)
        luma = round(16 + 65.481 * red + 128.553 * green + 24.966 * blue)
        cb = round(128 - 37.797 * red - 74.203 * green + 112.0 * blue)
        cr = round(128 + 112.0 * red - 93.786 * green - 18.214 * blue)
        chroma = bytes([cb]) * (WIDTH * HEIGHT // 4) + bytes([cr]) * (WIDTH * HEIGHT // 4)
        with path.open("wb") as file:
            file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE_OF_PICTURES}:1 Ip A1:1 C420jpeg\n".encode())
            for number in range(RATE_OF_PICTURES * SECONDS):
                plane = np.full((HEIGHT, WIDTH), luma, np.uint8)
                left = number * 8 % (WIDTH - 32)
                plane[8:40, left : left + 32] = 235
                file.write(b"FRAME\n" + plane.tobytes() + chroma)


LOW = Devices(440, (200, 30, 30))
"""440 Hz and red."""

HIGH = Devices(1000, (30, 60, 200))
"""1000 Hz and blue."""
