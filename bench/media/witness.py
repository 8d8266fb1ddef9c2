"""One listener that deciphers everything, so that no figure is counted from packets nobody could use."""

import asyncio
from collections import defaultdict
from itertools import pairwise

from bench.media.peer import Peer
from server.media.rtp import vp8
from server.media.rtp.packets import SenderReport, read_rtcp, read_rtp

SECONDS = 2.0


async def witness(peer: Peer) -> None:
    """Listens, and raises AssertionError where a packet cannot be opened, a number is missing, or pictures are not numbered one after another."""
    assert peer.remote is not None
    numbers: dict[int, list[int]] = defaultdict(list)
    pictures: list[int] = []
    reported: set[int] = set()
    loop = asyncio.get_running_loop()
    until = loop.time() + SECONDS
    while (left := until - loop.time()) > 0:
        try:
            data = await asyncio.wait_for(loop.sock_recv(peer.sock, 4096), left)
        except TimeoutError:
            break
        if not 128 <= data[0] < 192:
            continue
        if 192 <= data[1] < 224:
            reported |= {packet.ssrc for packet in read_rtcp(peer.opened_rtcp(data)) if isinstance(packet, SenderReport)}
            continue
        plain = peer.opened(data)
        packet = read_rtp(plain)
        assert packet is not None
        numbers[packet.ssrc].append(packet.sequence)
        picture = peer.remote.of("video")
        if picture and packet.ssrc == picture.ssrc:
            found = vp8.read(plain[packet.start : packet.end])
            assert found is not None and found.picture is not None and found.wide
            pictures.append(found.picture)
    peer.close()
    sound, picture = peer.remote.of("audio"), peer.remote.of("video")
    assert sound and picture
    for section, least in ((sound, 40), (picture, 80)):
        came = numbers[section.ssrc]
        assert len(came) >= least * (SECONDS - 1), f"{section.kind}: only {len(came)} packets in {SECONDS} s"
        assert all((after - before) & 0xFFFF == 1 for before, after in pairwise(came)), f"{section.kind}: numbers are missing"
        assert section.ssrc in reported, f"{section.kind}: no sender report"
    steps = {(after - before) & 0x7FFF for before, after in pairwise(pictures)}
    assert steps <= {0, 1}, f"pictures are numbered in steps of {steps}"
