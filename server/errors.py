"""One shape for everything that is refused over HTTP: `{"code", "sentence", "details"}`, the sentence in the
reader's language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from moderation.kernel import Refusal
from server.db.journal import StorageRefusal
from server.i18n import chosen_language, t
from server.settings import Language

log = logging.getLogger(__name__)

STATUS: dict[str, int] = {
    "bad_host": 400,
    "malformed_sdp": 400,
    "not_signed_in": 401,
    "session_ended": 401,
    "sign_in_failed": 401,
    "code_refused": 403,
    "device_refused": 403,
    "foreign_origin": 403,
    "link_refused": 403,
    "media_not_allowed": 403,
    "not_allowed": 403,
    "not_in_room": 403,
    "only_citizens": 403,
    "other_venue": 403,
    "seat_revoked": 403,
    "account_unknown": 404,
    "conference_unknown": 404,
    "invitation_void": 404,
    "item_unknown": 404,
    "media_session_unknown": 404,
    "not_found": 404,
    "not_public": 404,
    "person_unknown": 404,
    "petition_unknown": 404,
    "seat_unknown": 404,
    "file_unknown": 404,
    "paper_kind_unknown": 404,
    "method_not_allowed": 405,
    "sent_too_slowly": 408,
    "media_session_changed": 412,
    "file_too_large": 413,
    "form_too_full": 413,
    "too_large": 413,
    "file_active": 415,
    "file_type": 415,
    "pdf_active": 415,
    "unsupported_type": 415,
    "file_empty": 422,
    "file_locked": 422,
    "file_unreadable": 422,
    "malformed_request": 422,
    "media_session_fixed": 422,
    "paper_text_differs": 422,
    "pdf_locked": 422,
    "pdf_unreadable": 422,
    "pdf_unsigned": 422,
    "template_fault": 422,
    "template_unfit": 422,
    "password_guessable": 422,
    "password_long": 422,
    "password_short": 422,
    "text_missing": 422,
    "text_too_long": 422,
    "text_unfit": 422,
    "unsupported_codec": 422,
    "media_session_unnamed": 428,
    "too_many_tries": 429,
    "file_damaged": 500,
    "internal": 500,
    "media_unavailable": 503,
    "saving_stopped": 503,
    "too_many_sessions": 503,
}
"""HTTP status of a refusal; what is not listed says that the state does not allow it: 409 (`status_of`)."""

_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 408: "sent_too_slowly", 413: "too_large", 415: "unsupported_type"}
_TOO_FULL = ("Part exceeded", "Too many")
"""How the reader of forms begins to say that a field is too long, or that there are too many fields or files."""


class TooLarge(HTTPException):
    """A body that went over its bound of so many bytes while it was read."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, headers={"Connection": "close"})
        self.limit = limit


def language_of(request: HTTPConnection) -> Language:
    """The language of whoever asks: Vietnamese, or what was chosen on a page before (cookie `lang`).

    What the browser prefers is not asked: many telephones of people who read Vietnamese alone are set to English.
    """
    return chosen_language(request.cookies.get("lang"))


def status_of(code: str) -> int:
    """The HTTP status of a refusal."""
    return STATUS.get(code, 409)


def sentence_of(language: Language, code: str, details: Mapping[str, Any]) -> str:
    """The sentence of a refusal. Lists among the details are named one by one, in words where there are words for them (`lacks.<name>`); a `fault` is said by the
    sentence of that name (`fault.<name>`)."""

    def said(name: str, value: Any) -> Any:
        if name == "fault":
            return t(language, f"fault.{value}", **{other: one for other, one in details.items() if other != "fault"})
        if not isinstance(value, (list, tuple)):
            return value
        words = [t(language, f"lacks.{one}") for one in value]
        return ", ".join(str(one) if word == f"lacks.{one}" else word for one, word in zip(value, words, strict=True))

    return t(language, f"refusal.{code}", **{name: said(name, value) for name, value in details.items()})


def answer(
    language: Language, code: str, details: Mapping[str, Any] | None = None, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The response of a refusal. A detail `retry_after` (seconds) also becomes the header."""
    details, sent = dict(details or {}), dict(headers or {})
    if "retry_after" in details:
        sent["Retry-After"] = str(details["retry_after"])
    body = {"code": code, "sentence": sentence_of(language, code, details), "details": details}
    return JSONResponse(body, status or status_of(code), sent)


RefusedPage = Callable[[Request, Refusal], Response]


def megabytes(limit: int) -> dict[str, Any]:
    """What the sentence of `too_large` says of a bound in bytes."""
    return {"limit": f"{limit / 1_048_576:.0f}"}


def wants_page(request: HTTPConnection) -> bool:
    """Whether a browser asks for a page to look at, not a script for data."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(("/api/", "/whip/", "/whep/"))


def shaped(
    page: RefusedPage | None,
    request: Request,
    code: str,
    details: Mapping[str, Any] | None = None,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The one shape of a refusal: for people the page that `page` draws, JSON for programs."""
    if page is None or not wants_page(request):
        return answer(language_of(request), code, details, status=status, headers=headers)
    shown = page(request, Refusal(code, **dict(details or {})))
    shown.status_code = status or shown.status_code
    shown.headers.update(headers or {})
    return shown


def install(app: FastAPI, page: RefusedPage | None = None) -> None:
    """Give every refusal and every failure of an application the one shape (`shaped`). No answer tells how the server is made."""
    shape = partial(shaped, page)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return shape(request, error.code, error.details)

    async def not_stored(request: Request, error: Exception) -> Response:
        log.error("not stored: %s", error)
        return shape(request, "saving_stopped", {"retry_after": 2})

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fields = sorted({".".join(str(part) for part in fault["loc"][1:])[:60] for fault in error.errors()})
        return shape(request, "malformed_request", {"fields": fields[:20]})

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 400 and str(error.detail).startswith(_TOO_FULL):
            return shape(request, "form_too_full")
        code = _OF_STATUS.get(error.status_code, "malformed_request" if error.status_code < 500 else "internal")
        details = megabytes(error.limit) if isinstance(error, TooLarge) else None
        return shape(request, code, details, status=error.status_code, headers=error.headers)

    async def failed(request: Request, error: Exception) -> Response:
        return shape(request, "internal")

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(StorageRefusal, not_stored)
    app.add_exception_handler(OperationalError, not_stored)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, failed)
