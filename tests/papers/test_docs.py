"""docs/papers holds every paper of the worked example as PDF, with a page of thumbnails; this fails when they say something else than the papers do now.

`make papers` writes them again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.papers.as_pdf import first_page, render_pdf
from server.papers.pdf_text import text_of
from tests.papers.examples import TITLES, example

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = DOCS / "papers"
WRITE = os.environ.get("PAPERS") == "write"

INTRODUCTION = """# The papers

Every paper that the product makes, from the worked example (`server/demo/demo-conference.yaml`): one conference of a ward that does not exist. Drafts carry
DỰ THẢO; papers with a number stand as they were issued. Each comes from a folder in `server/papers/templates`, except the minutes and the notice as the room
drafts it, which are made from the record. `make papers` writes this page and the files again.

"""


def index() -> str:
    rows = [
        f"| [![{title}](papers/{name}.png)](papers/{name}.pdf) | [{title}](papers/{name}.pdf) | `{name.removesuffix('_party')}` |"
        for name, title in TITLES.items()
    ]
    return INTRODUCTION + "| | paper | template |\n|---|---|---|\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("name", TITLES)
def test_the_file_says_what_the_paper_says_now(name: str) -> None:
    paper = example(name)
    made, file = render_pdf(paper), FOLDER / f"{name}.pdf"
    if WRITE:
        FOLDER.mkdir(exist_ok=True)
        file.write_bytes(made)
        file.with_suffix(".png").write_bytes(first_page(paper))
    assert text_of(file.read_bytes()) == text_of(made), "stale: make papers"
    assert file.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


def test_the_page_of_thumbnails_names_them_all_and_no_other() -> None:
    page = DOCS / "papers.md"
    if WRITE:
        page.write_text(index(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == index()
    assert {path.stem for path in FOLDER.iterdir()} == set(TITLES)
