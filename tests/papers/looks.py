"""The text of a paper in each of its three looks, without its layout."""

from __future__ import annotations

import html
import io
import re
import unicodedata

from docx import Document
from docx.oxml.ns import qn

from server.papers.as_docx import render_docx
from server.papers.as_html import render_html
from server.papers.as_pdf import render_pdf
from server.papers.letters import drawable
from server.papers.paper import Paper
from server.papers.pdf_text import text_of


def bare(text: str) -> str:
    """Without white space, in NFC."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))


def in_html(paper: Paper) -> str:
    return bare(html.unescape(re.sub(r"<[^>]*>", "", str(render_html(paper)))))


def in_docx(paper: Paper) -> str:
    body = Document(io.BytesIO(render_docx(paper))).element.body
    return bare("".join(t.text or "" for t in body.iter(qn("w:t"))))


def in_pdf(paper: Paper) -> str:
    return bare("".join(text_of(render_pdf(paper))))


def on_paper(text: str) -> str:
    """A text as the typeface can draw it."""
    return bare(drawable(text))
