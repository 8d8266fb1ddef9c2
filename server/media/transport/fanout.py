"""The last step of what goes to many: each listener's own payload type and numbers, its own key, few system calls.

Two ways do the same, byte for byte: `_fanout.c`, where it was compiled, and `unaided.py`. `DOITHOAI_ACCELERATED=0` chooses the second.
"""

import os
from typing import Final

from server.media.transport import srtp

try:
    from server.media.transport import _fanout as compiled
except ImportError:  # built without a compiler
    compiled = None  # type: ignore[assignment]


def _works() -> bool:
    """Whether the compiled part is there and ciphers as libsrtp's own interface does."""
    return compiled is not None and srtp.protect_address() is not None and compiled.begin(srtp.protect_address(), srtp.TRAILER) and srtp.DIRECT


COMPILED: Final = _works()
"""Whether the compiled part can be used on this machine."""
ACCELERATED: Final = COMPILED and os.environ.get("DOITHOAI_ACCELERATED") != "0"
"""Whether it is used in this process."""

if ACCELERATED:
    from server.media.transport._fanout import Outlet, Path, send
else:
    from server.media.transport.unaided import Outlet, Path, send

__all__ = ["ACCELERATED", "COMPILED", "Outlet", "Path", "send"]
