"""A paper as HTML: the article alone, which the page of the house frames."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server.papers.paper import Paper, visible

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "web" / "templates"


def environment() -> Environment:
    """Everything is escaped, and a hole is an error. `visible` is applied to all texts by the template."""
    env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters["visible"] = visible
    env.filters["fragment"] = lambda anchor: quote(anchor, safe="")
    return env


def render_html(paper: Paper) -> Markup:
    """The article of a paper. Every line of the minutes is an anchor; every item of the notice links to the line and the speech it comes from."""
    from server.papers.words import since, stamp

    return Markup(environment().get_template("papers/paper.html").render(paper=paper, stamp=stamp, since=since))
