"""Papers as PDF/A-2b, set by typst in Tinos (the measures of Times New Roman): the same papers give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import segno
import typst

from server.papers.letters import FONTS, drawable
from server.papers.measures import MOTTO, NATION, PARTY, measures
from server.papers.paper import Code, Drawing, Paper, visible

LAYOUT = Path(__file__).with_name("layout.typ")


def render_pdf(papers: Paper | Sequence[Paper], dated: date = date(2026, 1, 1)) -> bytes:
    """One file with these papers one after the other, each with its own page numbers. `dated` goes into the file's properties."""
    made = typst.compile(
        LAYOUT, format="pdf", font_paths=_fonts(), sys_inputs=_given([papers] if isinstance(papers, Paper) else papers, dated), pdf_standards="a-2b",
        timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=UTC),
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def first_page(paper: Paper, ppi: float = 50) -> bytes:
    """The first page as PNG."""
    made = typst.compile(LAYOUT, format="png", ppi=ppi, font_paths=_fonts(), sys_inputs=_given([paper], date(2026, 1, 1)))
    return made[0] if isinstance(made, list) else made


def _given(papers: Sequence[Paper], dated: date) -> dict[str, str]:
    """What the layout reads: no text of a paper is ever part of a program."""
    first = papers[0]
    title = ": ".join(part for part in (first.kind or "Công văn", first.subject or first.header.about) if part)
    given = {
        "title": drawable(visible(title))[:250], "date": (dated.year, dated.month, dated.day), "nation": NATION, "motto": MOTTO, "party": PARTY,
        "papers": [_plain(paper) | {"measures": _dashed(asdict(measures(paper)))} for paper in papers],
    }  # fmt: skip
    return {"papers": orjson.dumps(given).decode()}


@cache
def _fonts() -> typst.Fonts:
    """Our typeface and no other, read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _plain(value: Any) -> Any:
    """The value as JSON holds it, with every text as it can be drawn."""
    if isinstance(value, str):
        return drawable(visible(value))
    if isinstance(value, Code):
        return {"picture": qr(value.link), "link": _plain(value.link), "caption": _plain(value.caption)}
    if isinstance(value, Drawing):
        return {"drawing": value.svg, "about": _plain(value.about)}
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value


def qr(link: str) -> str:
    """A QR code as SVG."""
    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, omitsize=True)
    return out.getvalue().decode()


def png(drawing: Drawing, width_mm: float) -> bytes:
    """A drawing as a picture, for files that hold no SVG."""
    source = f'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: {width_mm:g}mm)'
    made = typst.compile(source.encode(), format="png", ppi=200.0, font_paths=_fonts(), sys_inputs={"svg": drawing.svg})
    assert isinstance(made, bytes)
    return made


def _dashed(named: Mapping[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in named.items()}
