"""Branch venues by the hundred: each publishes its microphone and listens, in as little as a session needs (`bench.media.peer`)."""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from itertools import count

import httpx
import numpy as np

from bench.media.peer import AUDIO, Peer, read
from server.media.opus import RATE, Decoder, Encoder
from server.media.transport.dtls import Identity
from server.media.transport.srtp import SrtpError
from tests.media.clients.client import Received
from tests.media.clients.site import Site

FRAME = RATE // 50


@cache
def tone(hertz: int) -> list[bytes]:
    """A second of a tone in packets of 20 ms; it goes on where it began."""
    sine = np.sin(2 * np.pi * hertz * np.arange(3 * RATE) / RATE) / 2
    encoder = Encoder(24_000)
    packets = [encoder.encode(sine[at : at + FRAME].astype(np.float32)) for at in range(0, len(sine), FRAME)]
    return packets[-50:]


class Venue:
    """Two sessions under one source's name."""

    def __init__(self, name: str, identity: Identity, hertz: int) -> None:
        self.name = name
        self.hertz = hertz
        self.heard: deque[bytes] = deque(maxlen=50)
        """Opus packets of the last second."""
        self.received = 0
        self._microphone, self._ear = Peer(identity), Peer(identity)

    async def join(self, site: Site, http: httpx.AsyncClient) -> None:
        for peer, kind, direction in ((self._microphone, "whip", "sendonly"), (self._ear, "whep", "recvonly")):
            url, token = site.given(self.name, "whip" if kind == "whip" else "whep")
            offer = peer.describe([("audio", "0", AUDIO, 1 if kind == "whip" else 0)], "actpass", direction)
            answer = await http.post(url, content=offer, headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"})
            assert answer.status_code == 201, answer.text
            await peer.connect(read(answer.text))
        asyncio.get_running_loop().add_reader(self._ear.sock, self._receive)

    def speak(self, number: int) -> None:
        """Send the packet with this number."""
        assert self._microphone.srtp is not None
        packet = struct.pack("!BBHII", 128, AUDIO, number & 0xFFFF, number * FRAME & 0xFFFFFFFF, 1) + tone(self.hertz)[number % 50]
        self._microphone.send(self._microphone.srtp.protect(packet))

    def hears(self) -> Received:
        """The last fifth of a second of what came."""
        decoder = Decoder()
        pieces = [pcm for packet in list(self.heard)[-15:] if (pcm := decoder.decode(packet)) is not None]
        pcm = np.concatenate(pieces)[-FRAME * 10 :] if pieces else np.zeros(0, np.float32)
        return Received((pcm * 32767).astype(np.int16), RATE, (), ())

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._ear.sock)
        self._microphone.close()
        self._ear.close()

    def _receive(self) -> None:
        assert self._ear.srtp is not None
        while True:
            try:
                datagram = self._ear.sock.recv(2048)
            except OSError:
                return
            if datagram[0] >> 6 == 2 and not 192 <= datagram[1] < 224:
                try:
                    self.heard.append(self._ear.srtp.unprotect(datagram)[12:])
                except SrtpError:
                    continue
                self.received += 1


@asynccontextmanager
async def connected(site: Site, tones: dict[str, int]) -> AsyncIterator[list[Venue]]:
    """Venues by name with their tones, all of them speaking as long as the block lasts."""
    identity = Identity()
    venues = [Venue(name, identity, hertz) for name, hertz in tones.items()]
    async with httpx.AsyncClient() as http:
        for some in batched(venues):
            await asyncio.gather(*(venue.join(site, http) for venue in some))
    speaking = asyncio.create_task(_speak(venues))
    try:
        yield venues
    finally:
        speaking.cancel()
        for venue in venues:
            venue.close()


def batched(venues: list[Venue], size: int = 12) -> list[list[Venue]]:
    """As many at a time as do not fill anybody's buffers."""
    return [venues[at : at + size] for at in range(0, len(venues), size)]


async def _speak(venues: list[Venue]) -> None:
    begin = asyncio.get_running_loop().time()
    for number in count():
        for venue in venues:
            venue.speak(number)
        await asyncio.sleep(max(0.0, begin + (number + 1) / 50 - asyncio.get_running_loop().time()))
