"""A paper as HTML: the article alone, which the page of the house frames."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server.papers.as_pdf import qr
from server.papers.paper import FILL, Paper, spans, visible
from server.papers.words import since, stamp

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "web" / "templates"


@cache
def environment() -> Environment:
    """Everything is escaped, and a hole is an error. `visible` is applied to all texts by the template."""
    env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters |= {"visible": visible, "spans": spans, "qr": _picture, "drawing": _drawing, "fragment": lambda anchor: quote(anchor, safe="")}
    return env


def render_html(paper: Paper) -> Markup:
    """The article of a paper. Every line of the minutes is an anchor; every item of the notice links to the line and the speech it comes from."""
    return Markup(environment().get_template("papers/paper.html").render(paper=paper, stamp=stamp, since=since, fill=FILL))


def _drawing(svg: str) -> str:
    """A drawing as the address of a picture: nothing in it runs or is fetched."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _picture(link: str) -> str:
    """A QR code as the address of a picture."""
    return f"data:image/svg+xml;base64,{base64.b64encode(qr(link).encode()).decode()}"
