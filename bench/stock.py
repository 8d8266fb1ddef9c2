"""The peer of the room benchmark: stock uvicorn and the loop everybody writes first, `for socket in room: await socket.send_text(event)`."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
room: set[WebSocket] = set()
snapshot = '{"type":"snapshot","view":"' + "x" * int(sys.argv[2] if len(sys.argv) > 2 else 4096) + '"}'


@app.websocket("/ws")
async def join(websocket: WebSocket) -> None:
    """Sends the snapshot, and what one member says to all."""
    await websocket.accept()
    await websocket.send_text(snapshot)
    room.add(websocket)
    try:
        while True:
            event = await websocket.receive_text()
            for member in list(room):
                await member.send_text(event)
    except WebSocketDisconnect:
        room.discard(websocket)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), ws="websockets-sansio", ws_per_message_deflate=False, log_level="error")
