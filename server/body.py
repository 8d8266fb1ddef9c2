"""The body of a request: a JSON object of known fields, each of them once."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """Of a request: unknown fields are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class BodyRoute(APIRoute):
    """A route that refuses a body in which a key stands twice: of two values for one name, two readers may each believe another."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            return await handle(_Once(request.scope, request.receive))

        return read


class _Once(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise json.JSONDecodeError("a key stands twice", "", 0)  # answered as what is no JSON: malformed_request
    return out
