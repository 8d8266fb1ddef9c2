"""What the grammar has found, once more and quickly: against the parsers, and against a real engine's process with others in it."""

import numpy as np
import pytest

from server.media.embedded import EmbeddedEngine
from server.media.engine import MediaConfig
from server.media.opus import RATE, Encoder
from server.media.sound import FRAME, TICK, Limiter, Microphone, mix
from tests.media.fuzz.campaign import Campaign, prefer
from tests.media.fuzz.corpus import Parsers, load

LOUD = bytes.fromhex("a5e65af9131c6eeb4e8413fb3f296d83ff6aefa018beac")
"""Opus which decodes to ten thousand times full scale."""


def test_the_corpus_raises_nothing() -> None:
    parsers = Parsers()
    for _ in range(2):
        for entry in load():
            parsers.take(*entry)


def test_a_packet_made_to_be_loud_holds_nobody_down() -> None:
    honest, rogue, encoder, limit = Microphone(), Microphone(), Encoder(40_000), Limiter()
    tone = (np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE) * 0.5).astype(np.float32)
    peaks = []
    for number in range(100):
        now = number * TICK
        honest.put(number, number * FRAME, encoder.encode(np.roll(tone, -number * FRAME)[:FRAME]), now)
        if number >= 40:
            rogue.put(number, number * FRAME, LOUD if number == 50 else encoder.encode(np.zeros(FRAME, np.float32)), now)
        whole, _ = mix({"honest": honest, "rogue": rogue}, ("honest", "rogue"), now)
        peaks.append(float(np.abs(limit(whole)).max()))
    assert max(peaks[80:]) > max(peaks[20:40]) * 0.8


@pytest.mark.parametrize("seed", [20261129])
async def test_a_short_campaign_leaves_the_others_in_peace(seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1", connect_seconds=3.0))
    await engine.start()
    prefer(engine.pid)
    try:
        campaign = Campaign(engine, seed, saved=load())
        told = await campaign.run(5_000, quiet=1.0, loud=2.5)
    finally:
        await engine.stop()
    said = capfd.readouterr().err
    assert (told["crashes"], told["failed_callbacks"]) == (0, 0), told
    assert "Traceback" not in said, said
    assert told["others_hear"], told
    assert told["others_p99_ms"][1] < 2 * told["others_p99_ms"][0] + 20, told
    assert told["memory_growth_kb"] < 8_000, told
    assert {"unknown_address", "malformed_stun", "malformed", "replayed", "unauthentic", "media_before_dtls"} <= told["refused"].keys(), told
