"""All pages of petitions. Paths with a fixed word come before those with an id."""

from __future__ import annotations

from fastapi import APIRouter

from server.office.office import Office
from server.petitions.answer_pages import answer_routes
from server.petitions.deed_pages import deed_routes
from server.petitions.list_pages import list_routes
from server.petitions.paper_pages import paper_buttons
from server.petitions.petition_pages import petition_routes
from server.petitions.public_pages import public_routes
from server.petitions.slip_pages import slip_routes
from server.petitions.table_pages import table_routes


def petitions_routes(door: Office) -> APIRouter:
    """The public form, and the petitions of the office."""
    router = APIRouter()
    for routes in (public_routes, list_routes, slip_routes, table_routes, paper_buttons, deed_routes, petition_routes, answer_routes):
        router.include_router(routes(door))
    return router
