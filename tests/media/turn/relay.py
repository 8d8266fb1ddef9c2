"""A real coturn on loopback, with the configuration that the program writes."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from server.certificate import self_signed
from server.media.coturn import Relay
from server.media.turn import Turn, urls_of
from tests.media.turn.client import Client

HERE = "127.0.0.1"
SECRET = "north"


@dataclass(frozen=True, slots=True)
class Running:
    """A relay at work."""

    relay: Relay
    turn: Turn
    certificate: Path
    log: Path

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def client(self, seat: str = "seat", family: int = 4) -> Client:
        """A client with good credentials, without an allocation yet."""
        return Client(self.relay.port, *self.turn.credentials(seat, int(time.time() * 1000)), family=family)


@contextmanager
def run_relay(turnserver: str, folder: Path, *engine: str, listening: tuple[str, ...] = (HERE,)) -> Iterator[Running]:
    """A relay to these addresses of an engine, by UDP, TCP and TLS."""
    certificate, key = self_signed(folder, [HERE])
    port, tls_port = free_port(), free_port()
    relay = Relay([ip_address(address) for address in engine], SECRET, port, tls_port, certificate, key, [ip_address(a) for a in listening])
    running = Running(relay, Turn(urls_of(HERE, port, tls_port), SECRET), certificate, folder / "turnserver.log")
    file = folder / "turnserver.conf"
    file.write_text(relay.configuration())
    with running.log.open("wb") as log:
        process = subprocess.Popen([turnserver, "-c", file, "--pidfile="], stdout=log, stderr=subprocess.STDOUT)
    try:
        _await_answer(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(10)


def _await_answer(running: Running, process: subprocess.Popen[bytes]) -> None:
    """It listens on its ports one after the other: the last to open is that for TLS."""
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as tls, running.client() as client:
            if tls.connect_ex((HERE, running.relay.tls_port)) == 0 and client.allocate(wait=0.2) == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"coturn does not come up: {running.said()}")


def free_port() -> int:
    """A port that is free for TCP and UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((HERE, 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return int(tcp.getsockname()[1])
