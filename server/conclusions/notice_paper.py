"""The notice and the letters around it as papers of the register: drafted, submitted, signed, issued with their number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.conclusions.items import notice_of
from server.conclusions.paper_data import notice_data
from server.office.work import Work
from server.papers import register
from server.papers.frame import frame_of
from server.papers.tables import paper as papers


def draw_up(w: Work, id: str) -> str:
    """Makes the draft of the notice a paper and submits it; one that was given back or changed meanwhile is written anew. Gives the paper's id."""
    paper: str = notice_of(w, id)["paper"] or ""
    if paper:
        if w.row(papers, paper)["state"] == "submitted":
            register.give_back(w, paper, "")
        register.change(w, paper, notice_data(w, id))
    else:
        paper = register.draft(w, id, "conclusion_notice", notice_data(w, id))
    register.submit(w, paper)
    return paper


def preview(w: Work, id: str) -> bytes:
    """The notice as it would be printed now, as a PDF; once it is a paper, the paper."""
    paper = notice_of(w, id)["paper"]
    if paper and w.row(papers, paper)["state"] in ("submitted", "signed", "issued"):
        return register.look(w, paper)
    return register.render("conclusion_notice", notice_data(w, id), frame_of(w, id))


def sign_paper(w: Work, paper: str) -> None:
    """The chair's signature under the paper."""
    register.sign(w, paper)


def put_in_force(w: Work, paper: str, number: int | None = None) -> str:
    """Issues a signed paper under this number of the office's book, else under the next one; gives the number as it is cited."""
    return register.issue(w, paper, number)


def signed_at_once(w: Work, id: str, kind: str, data: Mapping[str, Any], number: int | None = None) -> tuple[str, str]:
    """A letter that the chair signs and that goes out in one act, under this number of the office's book, else under the next one; gives paper and number."""
    paper = register.draft(w, id, kind, data)
    register.submit(w, paper)
    register.sign(w, paper)
    return paper, register.issue(w, paper, number)
