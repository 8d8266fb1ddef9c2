"""A million hostile datagrams to a real engine's process over loopback: what crashes, what the others notice, what grows.

`python -m bench.fuzz [DATAGRAMS] [--seed N] [--rate PER_SECOND]`, three minutes; the last line is one JSON object. Ends with 1 where the engine
crashed, said an error, or left the others without sound.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
import tempfile
from contextlib import suppress

from server.media.embedded import EmbeddedEngine
from server.media.engine import MediaConfig
from tests.media.fuzz.campaign import Campaign, prefer


async def fuzz(datagrams: int, seed: int, rate: int) -> dict[str, object]:
    engine = EmbeddedEngine(MediaConfig(host="127.0.0.1", connect_seconds=5.0))
    await engine.start()
    prefer(engine.pid)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)  # a million takes long enough
    try:
        return await Campaign(engine, seed, rate, note=lambda text: print(text, flush=True)).run(datagrams)
    finally:
        await engine.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datagrams", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    parser.add_argument("--rate", type=int, default=8000, help="datagrams a second")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    with tempfile.TemporaryFile() as said:
        ours = os.dup(2)
        os.dup2(said.fileno(), 2)  # the engine's process writes there
        try:
            result = asyncio.run(fuzz(given.datagrams, given.seed, given.rate))
        finally:
            os.dup2(ours, 2)
            said.seek(0)
            text = said.read().decode(errors="replace")
    sys.stderr.write(text[-6000:])
    result = {"seed": given.seed, **result, "errors": text.count("Traceback")}
    print(json.dumps(result))
    return int(bool(result["crashes"] or result["errors"] or result["failed_callbacks"] or not result["others_hear"]))


if __name__ == "__main__":
    sys.exit(main())
