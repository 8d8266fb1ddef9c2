"""All routes of this noun."""

from __future__ import annotations

from fastapi import APIRouter

from server.conclusions.notice_pages import notice_routes
from server.conclusions.public_pages import public_routes
from server.conclusions.report_pages import report_routes
from server.conclusions.sending_pages import sending_routes
from server.conclusions.supervision_pages import supervision_routes
from server.conclusions.task_pages import task_routes
from server.office.office import Office


def conclusion_routes(door: Office) -> APIRouter:
    """The tab of the conclusion, tasks, supervision, and the public pages."""
    router = APIRouter()
    for routes in (supervision_routes, sending_routes, report_routes, notice_routes, task_routes, public_routes):
        router.include_router(routes(door))
    return router
