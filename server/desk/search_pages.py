"""/van-phong/tim-kiem: petitions, conclusions, papers and conferences by their words, with and without diacritics."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderation import Refusal
from server.conferences.case_pages import page_number
from server.office.office import Context, Office
from server.office.work import Work
from server.search.search import Found, find

KINDS = ("petition", "conclusion", "paper", "conference")
FIRST, PAGE = 5, 20
"""Results of each kind on the page of all kinds, and on a page of one kind."""
LONGEST = 200


def search_pages(door: Office) -> APIRouter:
    """The page of the search: `?tim=` the words, `?loai=` one kind, `?trang=` its page."""
    router = APIRouter()

    @router.get("/van-phong/tim-kiem")
    async def search(request: Request) -> Response:
        words = " ".join(unicodedata.normalize("NFC", request.query_params.get("tim", "")).split())[:LONGEST]
        kind = request.query_params.get("loai", "")
        at = page_number(request)

        def view(w: Work) -> tuple[str, Context]:
            if not (w.may("see_case") or w.may("see_petitions")):
                raise Refusal("not_allowed" if w.by.account != "public" else "not_signed_in", command="see_case")
            chosen = (kind,) if kind in KINDS else KINDS
            most, skip = (PAGE, (at - 1) * PAGE) if len(chosen) == 1 else (FIRST, 0)
            found: list[tuple[str, list[Found], int]] = []
            for one in chosen if words else ():
                results, count = find(w, words, kinds=(one,), most=most, skip=skip)
                if count:
                    found.append((one, results, count))
            pages = -(-found[0][2] // PAGE) if found and len(chosen) == 1 else 1
            query = urlencode({"tim": words, "loai": kind}) + "&"
            return "search/search.html", {
                "words": words,
                "kind": kind if kind in KINDS else "",
                "found": found,
                "kinds": KINDS,
                "at": at,
                "pages": pages,
                "query": query,
            }

        return await door.show(request, view)

    return router
