"""The saved corpus: what of a long run of the grammar reached something new in the parsers. `python -m tests.media.fuzz.corpus` writes it again.

One JSON object a line: `as` says who sends it (stranger: anybody; rtp, rtcp: under a session's key; offer: over HTTP), `hex` or `text` what.
"""

import itertools
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from server.media import playout, sdp, sound
from server.media.engine import MediaRefusal
from server.media.rtp import h264, inbound, packets, slot, vp8
from server.media.rtp.slot import CODECS
from server.media.transport import connection, dtls, stun
from tests.media.fuzz.grammar import Grammar
from tests.media.fuzz.rogue import OPUS, VP8, description

FILE = Path(__file__).with_name("corpus.jsonl")
DRAWS = 15_000
"""Of each kind."""
LONGEST = 2500
"""Octets of an entry."""
PARTS = tuple(module.__file__ for module in (packets, vp8, h264, slot, inbound, stun, dtls, connection, sdp, sound, playout))
KEY = b"the key of somebody else"


class Entry(NamedTuple):
    kind: str
    data: bytes


def load() -> list[Entry]:
    entries = []
    for line in FILE.read_text().splitlines():
        one = json.loads(line)
        entries.append(Entry(one["as"], bytes.fromhex(one["hex"]) if "hex" in one else one["text"].encode()))
    return entries


class Parsers:
    """All that reads what a peer has sent, without the engine around it. `take` raises nothing but what would be an error of ours."""

    def __init__(self) -> None:
        self.identity = dtls.Identity()
        self.slot = slot.Slot(1)
        self.inbound = inbound.Inbound(1, 90_000)
        self.microphones = (sound.Microphone(), sound.Microphone())
        self.now = 0.0

    def take(self, kind: str, data: bytes) -> None:
        self.now += 0.005
        match kind:
            case "stranger":
                message = stun.parse(data)
                if message is not None:
                    stun.refusal(message, stun.judge(message, KEY), KEY)
                if 20 <= (data[0] if data else 0) < 64:
                    dtls.Handshake(self.identity, "server", []).receive(data)
                    dtls.datagrams(data)
            case "rtp":
                self._rtp(data)
            case "rtcp":
                connection.split(data)
                for packet in packets.read_rtcp(data):
                    packets.write_rtcp([packet])
            case _:
                try:
                    sdp.read_offer(data.decode(), publishing=True)
                    sdp.read_offer(data.decode(), publishing=False)
                except MediaRefusal:
                    pass

    def _rtp(self, data: bytes) -> None:
        found = packets.read_rtp(data)
        if found is None:
            return
        payload = data[found.start : found.end]
        if found.payload_type == OPUS:
            for place, microphone in enumerate(self.microphones):
                microphone.put(found.sequence, found.timestamp, payload, self.now)
                microphone.take(bool(place), self.now)
                microphone.level()
            return
        self.inbound.packet(found.sequence, found.timestamp, self.now)
        self.inbound.nacks(self.now)
        self.inbound.report(self.now)
        codec = CODECS[0 if found.payload_type == VP8 else 1]
        self.slot.select(codec)
        sent = self.slot.push(codec, codec, data, self.now)
        if sent is not None and codec == "vp8" and (read := vp8.read(sent[12:])) is not None:
            vp8.renumbered(sent[12:], read, 5, 5)


def draw(grammar: Grammar, parsers: Parsers) -> Iterator[Entry]:
    """Endlessly, of all kinds in turn."""
    offers = [description(parsers.identity, "fuzz", publishing=True, pictures=2), description(parsers.identity, "fuzz", publishing=False)]
    for number in itertools.count():
        yield Entry("stranger", grammar.stranger())
        yield Entry("rtp", grammar.rtp())
        yield Entry("rtcp", grammar.rtcp())
        if number % 4 == 0:
            yield Entry("offer", grammar.offer(grammar.chance.choice(offers)).encode())


class Reached:
    """Which steps from line to line of the parsers were taken."""

    def __init__(self) -> None:
        self.steps: set[tuple[str, int, int]] = set()

    def trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in PARTS:
            return None
        last = frame.f_code.co_firstlineno

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            self.steps.add((name, last, frame.f_lineno))
            last = frame.f_lineno
            return local

        return local


def main() -> None:
    parsers, reached, kept = Parsers(), Reached(), []
    grammar = Grammar(random.Random(1), [stun.compose(stun.REQUEST, bytes(12), [(stun.USERNAME, b"a:b")], KEY)])
    grammar.seen += dtls.Handshake(parsers.identity, "client", []).start()
    for entry in itertools.islice(draw(grammar, parsers), DRAWS * 3):
        before = len(reached.steps)
        sys.settrace(reached.trace)
        try:
            parsers.take(*entry)
        finally:
            sys.settrace(None)
        if len(reached.steps) > before and len(entry.data) <= LONGEST:
            kept.append(entry)
    with FILE.open("w") as file:
        for kind, data in kept:
            said = {"text": data.decode()} if kind == "offer" else {"hex": data.hex()}
            file.write(json.dumps({"as": kind, **said}) + "\n")
    print(f"{len(kept)} entries, {len(reached.steps)} steps, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
