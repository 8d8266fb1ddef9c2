"""Hundreds of listeners: each joins for real, then one thread in C counts what it gets and one here answers as a browser does.

Once a second a receiver report and an estimate of the bandwidth (REMB), every 2.5 seconds a check, a repeat of whatever is pretended lost, and once a
second a request for a key frame from somebody.
"""

import ctypes
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.media.peer import Peer
from bench.media.stage import FRAMES, SHORTEST
from server.media.rtp.packets import MaxBitrate, Nack, PictureLoss, ReceiverReport, ReportBlock, SenderReport, read_rtcp, write_rtcp

HERE = Path(__file__).parent
LOSS = 0.005
"""Share of pictures' packets that every listener pretends to have lost."""
REMB = 2_500_000
REPORT_EVERY, CHECK_EVERY = 1.0, 2.5
BUCKETS = 20_000

STREAM = [(name, np.int64) for name in ("ssrc", "highest", "received", "octets", "dropped", "repaired")] + [("told", np.float64)]
LISTENER = np.dtype([(name, np.int64) for name in ("fd", "trailer", "rtcp", "stun", "other")] + [("sound", STREAM), ("picture", STREAM)])
"""`struct listener` of receiver.c."""


class Report(ctypes.Structure):
    """`struct report` of receiver.c."""

    _fields_ = (("arrival", ctypes.c_double), ("listener", ctypes.c_int32), ("size", ctypes.c_int32), ("data", ctypes.c_uint8 * 240))


def compiled(source: Path, folder: Path, *options: str) -> Path:
    """A shared library of one C file; raises RuntimeError with what the compiler said."""
    made = folder / f"{source.stem}.so"
    done = subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", made, source, *options], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{source.name} does not compile:\n{done.stderr}")
    return made


class Audience:
    """Starts empty; one in a process, because the receiver is one."""

    def __init__(self, library: Path, room: int) -> None:
        self._stamps: NDArray[np.float64] = np.zeros(FRAMES)
        self.delays: NDArray[np.int64] = np.zeros(BUCKETS, np.int64)
        """How many pictures' packets took how long, in steps of 0.1 ms."""
        self.peers: list[Peer] = []
        self._c = ctypes.CDLL(str(library))
        self._c.all.restype = ctypes.c_void_p
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (self._stamps, self.delays)]
        if self._c.prepare(room, SHORTEST, FRAMES, ctypes.c_double(LOSS), *pointers):
            raise MemoryError("the receiver does not start")
        memory = (ctypes.c_char * (room * LISTENER.itemsize)).from_address(self._c.all())
        self._counts: NDArray[Any] = np.frombuffer(memoryview(memory), LISTENER)
        self._asked = np.zeros((4096, 2), np.int32)
        self._told: list[dict[int, tuple[int, float]]] = []  # of each listener: SSRC to middle bits and arrival of its last sender report
        self._going = True
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._c.run, self._answer)]
        for thread in self._threads:
            thread.start()

    def add(self, peer: Peer) -> None:
        """A connected peer is counted from now on."""
        assert peer.remote is not None
        sound, picture = peer.remote.of("audio"), peer.remote.of("video")
        if self._c.add(peer.sock.fileno(), sound.ssrc if sound else 0, picture.ssrc if picture else 0, peer.trailer) < 0:
            raise MemoryError("more listeners than there is room for")
        self._told.append({})
        self.peers.append(peer)
        self._wish(len(self.peers) - 1)

    def utter(self, peer: Peer, packets: list[bytes], number: int) -> None:
        """Send the packets of a picture with this number, whose delay is measured."""
        sizes = (ctypes.c_int * len(packets))(*map(len, packets))
        self._c.utter(peer.sock.fileno(), number, len(packets), (ctypes.c_char_p * len(packets))(*packets), sizes)

    def counts(self) -> NDArray[Any]:
        """Everybody's counters as they are now; raises RuntimeError where those who count or answer have failed."""
        if not all(thread.is_alive() for thread in self._threads):
            raise RuntimeError("the audience has failed")
        return self._counts[: len(self.peers)].copy()

    def close(self) -> None:
        self._going = False
        self._c.halt()
        for thread in self._threads:
            thread.join(2.0)
        for peer in self.peers:
            peer.close()

    def _send(self, peer: Peer, *packets: ReceiverReport | Nack | PictureLoss | MaxBitrate) -> None:
        peer.send_rtcp(write_rtcp(packets))

    def _answer(self) -> None:
        """Everybody has its turn, spread over the interval."""
        reports = checks = pictures = 0.0
        last = time.monotonic()
        reported = checked = wished = 0
        while self._going:
            now = time.monotonic()
            passed, last, size = now - last, now, len(self.peers)
            reports = min(reports + passed * size / REPORT_EVERY, size)
            checks = min(checks + passed * size / CHECK_EVERY, size)
            pictures = min(pictures + passed, 1) if size else 0
            while reports >= 1:
                reports, reported = reports - 1, reported + 1
                self._report(reported % size)
            while checks >= 1:
                checks, checked = checks - 1, checked + 1
                peer = self.peers[checked % size]
                peer.send(peer.check())
            if pictures >= 1:
                pictures, wished = 0.0, wished + 1
                self._wish(wished % size)
            self._repeat()
            self._hear()
            time.sleep(0.02)

    def _wish(self, who: int) -> None:
        """A key frame, please."""
        if picture := int(self._counts[who]["picture"]["ssrc"]):
            self._send(self.peers[who], self._block(who), PictureLoss(1, picture))

    def _report(self, who: int) -> None:
        report = self._block(who)
        self._send(self.peers[who], report, MaxBitrate(1, REMB, tuple(block.ssrc for block in report.blocks)))

    def _block(self, who: int) -> ReceiverReport:
        """The report every compound packet begins with; the picture first, since Janus takes the first block's stream for that of all that follows."""
        row = self._counts[who]
        blocks = []
        for stream in (row["picture"], row["sound"]):
            if ssrc := int(stream["ssrc"]):
                last, arrival = self._told[who].get(ssrc, (0, 0.0))
                delay = int((time.time() - arrival) * 65536) if last else 0
                blocks.append(ReportBlock(ssrc, 0, 0, max(0, int(stream["highest"])) & 0xFFFFFFFF, 30, last, delay))
        return ReceiverReport(1, tuple(blocks))

    def _hear(self) -> None:
        """Sender reports that have come."""
        report = Report()
        while self._c.reported(ctypes.byref(report)):
            for packet in read_rtcp(self.peers[report.listener].opened_rtcp(bytes(report.data[: report.size]))):
                if isinstance(packet, SenderReport):
                    self._told[report.listener][packet.ssrc] = (packet.ntp >> 16 & 0xFFFFFFFF, report.arrival)

    def _repeat(self) -> None:
        """What is pretended lost is asked for."""
        count = self._c.asked(ctypes.c_void_p(self._asked.ctypes.data), len(self._asked))
        wanted: dict[int, list[int]] = {}
        for who, sequence in self._asked[:count].tolist():
            wanted.setdefault(who, []).append(sequence)
        for who, sequences in wanted.items():
            self._send(self.peers[who], self._block(who), Nack(1, int(self._counts[who]["picture"]["ssrc"]), tuple(sequences)))


def milliseconds(delays: NDArray[np.int64], shares: Sequence[float]) -> list[float | None]:
    """Percentiles of a histogram of 0.1 ms steps; None where nothing came."""
    total = delays.sum()
    if not total:
        return [None] * len(shares)
    return [float(np.searchsorted(np.cumsum(delays), total * share)) / 10 for share in shares]
