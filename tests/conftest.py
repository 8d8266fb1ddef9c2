"""What tests of all parts share: the browser, which must be there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium (`scripts/browser`). Without one a test that needs it fails, never skips."""
    found = subprocess.run([ROOT / "scripts/browser", "--find"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.fail("No Chromium was found. `make test` installs one, or name it: CHROMIUM=/path/to/chromium")
    return found.stdout.strip()
