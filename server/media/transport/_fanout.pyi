from server.media.transport.unaided import Outlet as Outlet
from server.media.transport.unaided import Path as Path
from server.media.transport.unaided import send as send

def begin(protect: int | None, trailer: int) -> bool:
    """Give the address of libsrtp's `srtp_protect`, and the bytes it may add."""
