"""All routes of this noun."""

from __future__ import annotations

from fastapi import APIRouter

from server.office.office import Office
from server.protection.incident_pages import incident_routes
from server.protection.pages import desk_routes
from server.protection.public_pages import public_routes
from server.rooms.rooms import Rooms


def protection_routes(door: Office, rooms: Rooms) -> APIRouter:
    """The desk of requests, the log of incidents, and what the public sees."""
    router = APIRouter()
    for routes in (incident_routes(door), desk_routes(door, rooms), public_routes(door)):
        router.include_router(routes)
    return router
