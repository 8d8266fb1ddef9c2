"""Charts as SVG: one drawing for the page and for the PDF. Each has a title and a description for who does not see it, its numbers stand beside the bars, and the parts
of a bar differ by pattern and by lightness, so that a grey print tells them apart. A table with the same numbers belongs beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from server.papers.paper import visible

WIDTH, LABEL, AMOUNT = 720, 220, 120
"""Whole width, and what the labels and the numbers at the ends of the bars take of it."""
BAR, GAP, LEGEND, TITLE = 24, 14, 26, 34
FONT = 'font-family="Be Vietnam Pro, Tinos, sans-serif"'

FILLS = ("#0b4a75", "#7fb2d6", "hatch", "#c9bfae", "dots", "#5b544b", "#e9e2d6")
"""From dark to light and back; the two patterns are defined in each drawing, under its own name."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: `parts` are laid one behind the other, `said` stands at the end."""

    label: str
    parts: tuple[float, ...]
    said: str


def bars(name: str, title: str, about: str, lines: Sequence[Bar], *, parts: Sequence[str] = (), most: float = 0.0) -> str:
    """Horizontal bars. `name` makes the ids of this drawing, `parts` are the names of what the bars are made of, `most` is the length that fills the width (by default
    the longest bar). Without lines: "" ."""
    if not lines:
        return ""
    longest = most or max((sum(line.parts) for line in lines), default=0.0) or 1.0
    room = WIDTH - LABEL - AMOUNT
    head = TITLE + _legend_height(parts)
    height = head + len(lines) * (BAR + GAP) + GAP
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" {FONT} font-size="14">',
        f'<title id="{name}-title">{_text(title)}</title>',
        f'<desc id="{name}-desc">{_text(about)}</desc>',
        _patterns(name),
        f'<text x="0" y="20" fill="#1d1b19" font-size="16" font-weight="700">{_text(_fit(title, 80))}</text>',
        *_legend(name, parts),
        f'<line x1="{LABEL}" y1="{head}" x2="{LABEL}" y2="{height - GAP / 2:g}" stroke="#57514a"/>',
    ]
    for place, line in enumerate(lines):
        y = head + GAP + place * (BAR + GAP)
        drawn += _label(line.label, y)
        x = float(LABEL)
        for at, part in enumerate(line.parts):
            width = max(0.0, min(part / longest, 1.0)) * room
            if width > 0:
                drawn.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{_fill(name, at)}" stroke="#1d1b19" stroke-width="0.75"/>'
                )
            x += width
        drawn.append(f'<text x="{x + 8:.1f}" y="{y + BAR * 0.7:g}" fill="#1d1b19">{_text(line.said)}</text>')
    return "".join((*drawn, "</svg>"))


def _text(text: str) -> str:
    """A text as XML holds it."""
    return escape(visible(text))


def _label(label: str, y: int) -> list[str]:
    """The label of a bar, in one line or two."""
    lines = wrap(label, 30) or [""]
    if len(lines) > 2:
        lines = [lines[0], _fit(" ".join(lines[1:]))]
    size, first = (14, y + BAR * 0.7) if len(lines) == 1 else (12, y + BAR * 0.7 - 8)
    said = f'<text x="{LABEL - 8}" text-anchor="end" fill="#1d1b19" font-size="{size}" y="'
    return [f'{said}{first + at * 15:g}">{_text(line)}</text>' for at, line in enumerate(lines)]


def _fit(label: str, most: int = 30) -> str:
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"


def _fill(name: str, at: int) -> str:
    fill = FILLS[at % len(FILLS)]
    return f"url(#{name}-{fill})" if fill in ("hatch", "dots") else fill


def _patterns(name: str) -> str:
    return (
        f'<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#ffffff"/>'
        f'<rect width="2" height="6" fill="#0b4a75"/></pattern><pattern id="{name}-dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" '
        f'fill="#fdf0d9"/><circle cx="3" cy="3" r="1.4" fill="#7a4a00"/></pattern></defs>'
    )


def _legend_height(parts: Sequence[str]) -> int:
    return -(-len(parts) // 3) * LEGEND + (GAP if parts else 0)


def _legend(name: str, parts: Sequence[str]) -> list[str]:
    """The names of the parts, three in a row."""
    drawn = []
    for at, part in enumerate(parts):
        x, y = at % 3 * (WIDTH // 3), at // 3 * LEGEND + TITLE
        drawn.append(f'<rect x="{x}" y="{y}" width="18" height="18" fill="{_fill(name, at)}" stroke="#1d1b19" stroke-width="0.75"/>')
        drawn.append(f'<text x="{x + 26}" y="{y + 14}" fill="#1d1b19">{_text(_fit(part, 28))}</text>')
    return drawn
