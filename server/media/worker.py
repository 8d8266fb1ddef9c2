"""The engine's own process: `python -m server.media.worker FD`, started by `server.media.embedded` only.

It has a process of its own so that neither its work nor its death is felt in the room. FD is one end of a
pair of sockets; the first line is the configuration. When the other end goes, the process ends.
"""

import asyncio
import gc
import logging
import signal
import socket
import sys

from server.media import wire
from server.media.engine import MediaConfig, MediaEvent, MediaRefusal
from server.media.rtp.ladder import Rung
from server.media.sessions import Sessions


def perform(sessions: Sessions, message: wire.Message) -> object:
    """Carry out one message; returns its result."""
    conference: str = message.get("conference", "")
    match message["do"]:
        case "direct":
            sessions.direct(conference, wire.to_direction(message["direction"]))
        case "publish":
            return sessions.publish(conference, message["session"], message["source"], message["offer"])
        case "listen":
            return sessions.listen(conference, message["session"], message["offer"], message["minus"], Rung(message["most"]), message["only"])
        case "save":
            sessions.save(conference, message["session"], Rung(message["most"]))
        case "record":
            sessions.record(conference, message["folder"], stage=message["stage"], at=message["at"])
        case "remove":
            sessions.remove(conference, message["session"])
        case "remove_source":
            sessions.remove_source(conference, message["source"])
        case "stats":
            return sessions.stats()
        case "beat":
            pass
        case unknown:
            raise ValueError(unknown)
    return None


async def serve(end: socket.socket) -> None:
    reader, writer = await wire.open_wire(end)
    first = await wire.receive(reader)
    if first is None:
        return
    config = MediaConfig(**{**first, "announced": tuple(first["announced"])})

    def tell(event: MediaEvent) -> None:
        wire.send(writer, wire.from_event(event))

    sessions = Sessions(config, tell)

    async def reply(message: wire.Message) -> None:
        try:
            answer: wire.Message = {"result": perform(sessions, message)}
        except MediaRefusal as refusal:
            answer = {"refusal": refusal.code, "details": refusal.details}
        except Exception:
            logging.getLogger(__name__).exception("media command failed")
            answer = {"refusal": "media_unavailable", "details": {}}
        wire.send(writer, {"id": message["id"], **answer})

    watching = asyncio.create_task(sessions.watch())
    underway: set[asyncio.Task[None]] = set()
    gc.collect()
    gc.freeze()  # what was imported is not looked through again: the collector's pauses are heard
    wire.send(writer, {"event": "ready"})
    while message := await wire.receive(reader):
        # A task's first step runs in the order of arrival, so a direction is never overtaken by a later one.
        task = asyncio.create_task(reply(message))
        underway.add(task)
        task.add_done_callback(underway.discard)
    watching.cancel()
    await sessions.close()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="media %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
