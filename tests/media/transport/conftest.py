from collections.abc import AsyncIterator, Iterator

import pytest

from server.media.transport.dtls import Identity
from server.media.transport.port import UdpPort, bind
from tests.media.transport.wire import Bare, Clock


@pytest.fixture(scope="session")
def ours() -> Identity:
    return Identity()


@pytest.fixture(scope="session")
def theirs() -> Identity:
    return Identity()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def port(ours: Identity, clock: Clock) -> AsyncIterator[UdpPort]:
    """A running port whose clock stands still."""
    made = UdpPort(bind("127.0.0.1", 0), ours, clock=clock)
    made.start()
    yield made
    made.close()


@pytest.fixture
def bare(port: UdpPort, theirs: Identity) -> Iterator[Bare]:
    made = Bare(port, theirs)
    yield made
    made.sock.close()
