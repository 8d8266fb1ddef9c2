"""coturn, which must be there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.media.turn.relay import HERE, Running, run_relay


@pytest.fixture(scope="session")
def turnserver() -> str:
    """Path of coturn's program (`scripts/coturn`). Without one a test that needs it fails, never skips."""
    found = subprocess.run([ROOT / "scripts/coturn", "--find"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.fail("No coturn was found. `make test` installs it; on Debian type: sudo apt-get install coturn")
    return found.stdout.strip()


@pytest.fixture(scope="session")
def relay(turnserver: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A relay to an engine at 127.0.0.1, listening on ::1 too, so that it has an IPv6 address to send from."""
    with run_relay(turnserver, tmp_path_factory.mktemp("relay"), HERE, listening=(HERE, "::1")) as running:
        yield running
