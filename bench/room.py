"""`make bench-room`: one command to 500 and to 2,000 participants, against stock uvicorn in the same run.

Prints progress, and as its last line one JSON object. Server and crowd each have a core. Rounds are interleaved (room, stock, room, stock …); ratios
are medians over rounds. Latency is from the chair's sending to the last participant's having the patch, and contains the crowd's own reading.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.crowd import Crowd, Member, masked
from moderation.kernel import Identity, Role
from moderation.people import AddPerson, Channel, Join
from server.accounts.keys import new_id
from server.accounts.seats import new_seat
from server.accounts.sessions import open_session
from server.app import Parts
from server.clock import now
from server.conferences.cases import open_case
from server.demo.example import load
from server.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PACE = 0.1
"""Seconds between commands, under the rate a console may send at."""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


async def prepare(data: Path, size: int) -> list[tuple[str, str]]:
    """A conference with `size` citizens who have joined; gives (seat, session secret) of the chair and then of each citizen."""
    parts = Parts(Settings(data_dir=data))
    example = load()
    crowd = tuple(AddPerson(f"person-{n}", (Role.CITIZEN,), Identity(f"Công dân {n}"), Channel.ONLINE) for n in range(size))
    case = await open_case(parts.rooms, parts.engine, "bench", example.plan, example.people)
    live = await parts.rooms.get("bench")
    for n in range(0, size, 200):
        await asyncio.gather(*(live.room.do(new_id(), None, person) for person in crowd[n : n + 200]))
        await asyncio.gather(*(live.room.do(new_id(), person.person, Join(True, True)) for person in crowd[n : n + 200]))
    seats = [case.seats["chair"]]
    with parts.engine.begin() as database:
        seats += [new_seat(database, "bench", person.person, now()) for person in crowd]
        secrets = [open_session(database, parts.keys, now(), 3_600_000, seat=seat) for seat in seats]
    await parts.rooms.close()
    parts.journal.close()
    parts.engine.dispose()
    return list(zip(seats, secrets, strict=True))


def started(arguments: list[str], port: int, **environment: str) -> subprocess.Popen[bytes]:
    """A server process on the first core, once it answers."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    )  # fmt: skip
    for _ in range(400):
        if process.poll() is not None:
            raise RuntimeError((process.stderr.read() if process.stderr else b"").decode()[-2000:])
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            time.sleep(1.0)
            return process
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server did not start")


def cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """Resident KiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


def one_more(wanted: dict[int, int]) -> Callable[[Member], bool]:
    """Whether a member has as many patches as it should."""
    return lambda member: member.patches >= wanted[id(member)]


def visit(pid: int, port: int, doors: Sequence[tuple[str, list[str], str | None]], commands: list[str]) -> tuple[dict[str, Any], list[float]]:
    """Joins everybody, has the first member send the commands, and measures."""
    crowd = Crowd(port)
    before, used = memory(pid), cpu(pid)
    start = time.perf_counter()
    members: list[Member] = []
    for n, (path, headers, hello) in enumerate(doors):
        members.append(crowd.join(path, headers, hello))
        if n % 50 == 49:
            crowd.until(lambda m: m.snapshots > 0, 60, members[-50:])
    crowd.until(lambda m: m.snapshots > 0, 60)
    joined = time.perf_counter() - start
    join_cpu = (cpu(pid) - used) / len(doors)
    weight = (memory(pid) - before) / len(doors)
    used = cpu(pid)
    times: list[float] = []
    size = 0
    for command in commands:
        had = [m.patches for m in members]
        got = members[-1].bytes
        sent = time.perf_counter()
        members[0].socket.setblocking(True)
        members[0].socket.sendall(masked(command))
        members[0].socket.setblocking(False)
        last = crowd.until(one_more({id(m): had[n] + 1 for n, m in enumerate(members)}), 30)
        times.append((last - sent) * 1000)
        size = members[-1].bytes - got
        time.sleep(max(0.0, PACE - (time.perf_counter() - sent)))
    spent = cpu(pid) - used
    crowd.close()
    times.sort()
    return {
        "p50_ms_last": round(statistics.median(times), 1),
        "p99_ms_last": round(times[min(len(times) - 1, int(len(times) * 0.99))], 1),
        "joins_per_s": round(len(doors) / joined),
        "us_cpu_per_join": round(join_cpu * 1e6),
        "kib_per_connection": round(weight, 1),
        "us_per_message": round(spent / (len(commands) * len(doors)) * 1e6, 2),
        "bytes_per_message": size,
    }, times


def room_round(seats: list[tuple[str, str]], data: Path, commands: int) -> tuple[dict[str, Any], list[float]]:
    """One visit to the real server: its figures, and the milliseconds to the last participant of each command."""
    port = free_port()
    process = started(["-m", "server", "serve", "--data", str(data), "--port", str(port)], port, DOITHOAI_LOG_LEVEL="error")
    try:
        hello = json.dumps({"type": "hello"})
        doors = [(f"/ws/{seat}", [f"Authorization: Bearer {secret}"], hello) for seat, secret in seats]
        acts = [{"do": "close_queue"}, {"do": "open_queue"}]
        words = [json.dumps({"type": "do", "id": new_id(), "command": acts[n % 2]}) for n in range(commands)]
        return visit(process.pid, port, doors, words)
    finally:
        process.terminate()
        process.wait(15)


def stock_round(size: int, payload: int, commands: int) -> dict[str, Any]:
    """The same visit to the peer."""
    port = free_port()
    process = started(["-m", "bench.stock", str(port)], port)
    try:
        event = '{"type":"patch","seq":1,"patch":"' + "x" * max(1, payload - 40) + '"}'
        return visit(process.pid, port, [("/ws", [], None)] * size, [event] * commands)[0]
    finally:
        process.terminate()
        process.wait(15)


def median(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[500, 2000])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--commands", type=int, default=60)
    arguments.add_argument("--floor", action=argparse.BooleanOptionalAction, default=True, help="also run bench.floor for the media figures")
    chosen = arguments.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 16_384)), hard))
    if os.cpu_count() and os.cpu_count() != 1:
        os.sched_setaffinity(0, {1})
    result: dict[str, Any] = {}
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            seats = asyncio.run(prepare(Path(folder), size))
            ours, theirs, ratios = [], [], []
            for n in range(chosen.rounds):
                a, _ = room_round(seats, Path(folder), chosen.commands)
                b = stock_round(size + 1, a["bytes_per_message"], chosen.commands)
                ours.append(a)
                theirs.append(b)
                ratios.append(a["us_per_message"] / b["us_per_message"])
                print(f"{size} participants, round {n + 1}: room {a}\n  stock {b}", flush=True)
        result[str(size)] = {"room": median(ours), "stock": median(theirs), "us_per_message_ratio_vs_stock": round(statistics.median(ratios), 3)}
    largest = str(max(chosen.sizes))
    top = {
        "p99_ms_last_2000": result[largest]["room"]["p99_ms_last"],
        "us_per_message_ratio_vs_stock": result[largest]["us_per_message_ratio_vs_stock"],
    }
    if chosen.floor:
        floor = subprocess.run([sys.executable, "-m", "bench.floor"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
        figures = json.loads(floor.stdout.decode().strip().splitlines()[-1])
        top |= {key: figures[key] for key in ("grant_to_sound_p95_ms", "revoke_to_silence_p95_ms")}
    print(json.dumps({**top, "sizes": result}))


if __name__ == "__main__":
    main()
