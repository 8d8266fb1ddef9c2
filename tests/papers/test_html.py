"""The HTML of the papers: golden files, and links that lead somewhere.

After a change that is meant, write the golden files anew with `GOLDEN=write` in the environment, and read the difference.
"""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from moderation import Conference
from server.db.verify import Head
from server.papers.as_html import render_html
from server.papers.minutes import minutes
from server.papers.notice import notice
from server.papers.paper import Paper
from tests.papers.meeting import Meeting

GOLDEN = Path(__file__).parent / "golden"


class Places(HTMLParser):
    """All ids and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.open.append(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name == "href" and value]
        assert "style" not in said
        assert not any(name.startswith("on") for name in said)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag


def papers(agreed: Meeting, ended: Conference) -> dict[str, Paper]:
    signed = Head(agreed.state.seq, bytes(range(32)))
    return {
        "bien-ban-da-ky": minutes(agreed.state, signed),
        "bien-ban-du-thao": minutes(ended, Head(ended.seq, bytes(range(32)))),
        "thong-bao-ket-luan": notice(agreed.state, signed),
    }


@pytest.mark.parametrize("name", ["bien-ban-da-ky", "bien-ban-du-thao", "thong-bao-ket-luan"])
def test_the_paper_is_the_golden_one(agreed: Meeting, ended: Conference, name: str) -> None:
    made, golden = str(render_html(papers(agreed, ended)[name])), GOLDEN / f"{name}.html"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(made, encoding="utf-8")
    assert made == golden.read_text(encoding="utf-8")


def test_tags_are_closed_ids_are_unique_and_nothing_is_inline(agreed: Meeting, ended: Conference) -> None:
    for paper in papers(agreed, ended).values():
        places = Places(str(render_html(paper)))
        assert places.open == []
        assert len(places.ids) == len(set(places.ids))


def test_every_link_leads_to_a_line_or_speech_of_the_minutes(agreed: Meeting, ended: Conference) -> None:
    made = papers(agreed, ended)
    in_minutes = Places(str(render_html(made["bien-ban-da-ky"])))
    in_notice = Places(str(render_html(made["thong-bao-ket-luan"])))
    assert {link.removeprefix("#") for link in in_minutes.links} <= set(in_minutes.ids)
    assert {"bien-ban#M35", "bien-ban#luot-S35", "bien-ban#dong-note-general"} <= set(in_notice.links)
    assert {link.removeprefix("bien-ban#") for link in in_notice.links} <= set(in_minutes.ids)


def test_drafts_say_so_and_signed_minutes_do_not(agreed: Meeting, ended: Conference) -> None:
    said = {name: "DỰ THẢO" in render_html(paper) for name, paper in papers(agreed, ended).items()}
    assert said == {"bien-ban-da-ky": False, "bien-ban-du-thao": True, "thong-bao-ket-luan": True}
