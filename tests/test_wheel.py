"""The wheel alone runs the demonstration: unpacked somewhere, with no checkout, no Node and no settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.conftest import ROOT


def test_the_installed_wheel_runs_the_demonstration_without_node(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--target", str(site), str(next(tmp_path.glob("*.whl")))]
    subprocess.run(install, check=True, capture_output=True)
    links = tmp_path / "links.json"
    environment = {"PYTHONPATH": str(site), "PATH": str(tmp_path), "HOME": str(tmp_path), "LANG": os.environ.get("LANG", "C.UTF-8")}
    command = [sys.executable, "-m", "server", "demo", "--host", "127.0.0.1", "--port", "0", "--links-json", str(links)]
    server = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            if links.exists() or server.poll() is not None:
                break
            time.sleep(0.1)
        assert links.exists(), (server.stdout.read() if server.stdout else b"").decode()
        seeded = json.loads(links.read_text("utf-8"))
        base = seeded["base"].replace("localhost", "127.0.0.1")
        for path in ("/healthz", "/", "/vendor/lit.js", "/vendor/font.css", "/static/room/chair.js"):
            with urllib.request.urlopen(base + path, timeout=10) as answer:
                assert answer.status == 200, path
        imported = f"import server, web; print(server.__file__, {str(site)!r} in server.__file__)"
        said = subprocess.run([sys.executable, "-c", imported], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
        assert said.strip().endswith("True"), said
    finally:
        server.terminate()
        server.communicate(timeout=20)
