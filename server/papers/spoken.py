"""The short texts beside a paper (D8.1c): one to be read out over loudspeakers, one for Zalo. They fit their bounds by rule: the longest value gives up its last
item, then its last word, until the whole is short enough. The template's own words, links and parts of words are never cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.papers.faults import Fault

Piece = tuple[str, bool]
"""A stretch of a text, and whether it is a value (else the template's own words)."""

WORDS, CHARACTERS = 150, 500
LIMITS: dict[str, tuple[Callable[[str], int], int]] = {"loudspeaker": (lambda text: len(text.split()), WORDS), "zalo": (len, CHARACTERS)}
"""How each text is measured, and the most it may have: words for loudspeakers, characters for Zalo."""
LEFT_OUT = "…"


def check(name: str, text: str) -> None:
    """Raises `Fault` loudspeaker_too_long or zalo_too_long with its length and the bound."""
    if name in LIMITS:
        measure, limit = LIMITS[name]
        if measure(text) > limit:
            raise Fault(0, f"{name}_too_long", length=measure(text), limit=limit)


def fitted(name: str, pieces: Sequence[Piece]) -> str:
    """The text within its bound (raises as `check` where the template's own words leave no room)."""
    whole = "".join(said for said, _ in pieces).strip()
    if name not in LIMITS or LIMITS[name][0](whole) <= LIMITS[name][1]:
        return whole
    measure, limit = LIMITS[name]
    said = [cut(text, measure, limit) if value else text for text, value in pieces]
    while measure("".join(said).strip()) > limit:
        open_to_it = [place for place, (_, value) in enumerate(pieces) if value and shorter(said[place]) != said[place]]
        if not open_to_it:
            break
        longest = max(open_to_it, key=lambda place: measure(said[place]))
        said[longest] = shorter(said[longest])
    text = "".join(said).strip()
    check(name, text)
    return text


def cut(value: str, measure: Callable[[str], int], limit: int) -> str:
    """A very long value as far as it could ever stand there, so that the rest is done in few steps."""
    if measure(value) <= limit or value.startswith("http"):
        return value
    words = value.split()[:limit]
    while words and measure(" ".join(words)) > limit:
        words.pop()
    return f"{' '.join(words)}{LEFT_OUT}"


def shorter(value: str) -> str:
    """The value without its last item (items are parted by semicolons) or, of one item, without its last word; a link as it is."""
    kept = value.removesuffix(LEFT_OUT)
    if not kept or kept.startswith("http"):
        return value
    items = kept.rpartition(";")[0]
    words = kept.rsplit(None, 1)
    less = items or (words[0] if len(words) > 1 else "")
    return f"{less.rstrip(' ,;:-')}{LEFT_OUT}"
