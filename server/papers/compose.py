"""From a template, its data and a frame to a paper: no paper has code of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from moderation import Refusal
from server.papers.blocks import Parts, parts_of
from server.papers.faults import Fault
from server.papers.frame import Frame
from server.papers.numbers import printed, unnumbered
from server.papers.paper import Block, Header, Paper, Paragraph, Section, Signature, Signing
from server.papers.sandbox import Filled, fill
from server.papers.spoken import fitted

TEMPLATES = Path(__file__).with_name("templates")
HEAD = frozenset({"kind", "symbol", "by", "subject", "about", "to", "recipients", "size", "bare", "texts", "left", "authority", "undated"})
"""What may stand in the head of a template: see README.md."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A paper with the short `texts` that go beside it, such as the one for loudspeakers; `symbol` is its type in numbers ("" for a letter). `whole` are the texts
    before they were shortened to their bounds."""

    paper: Paper
    symbol: str
    by: str
    texts: Mapping[str, str]
    whole: Mapping[str, str]


def kinds() -> tuple[str, ...]:
    """The names of all papers that are made from templates."""
    return tuple(sorted(path.parent.name for path in TEMPLATES.glob("*/template.md")))


@cache
def shipped(kind: str) -> str:
    """The template as it comes with the product (raises `Refusal` paper_kind_unknown)."""
    if kind not in kinds():
        raise Refusal("paper_kind_unknown", kind=kind)
    return (TEMPLATES / kind / "template.md").read_text("utf-8")


@cache
def _sample(kind: str) -> bytes:
    return (TEMPLATES / kind / "sample.json").read_bytes()


def sample(kind: str) -> dict[str, Any]:
    """Data of the worked example for this paper."""
    shipped(kind)
    found: dict[str, Any] = orjson.loads(_sample(kind))
    return found


def compose(kind: str, data: Mapping[str, Any], frame: Frame, template: str | None = None) -> Composed:
    """The paper (raises `Fault` where template and data do not fit)."""
    filled = fill(template if template is not None else shipped(kind), {**data, "frame": frame.values()})
    head = _head(filled)
    if unknown := head.keys() - HEAD:
        raise Fault(1, "head_unknown", name=", ".join(sorted(map(str, unknown))))
    parts = parts_of(filled)
    bare, symbol = bool(head.get("bare", False)), str(head.get("symbol", ""))
    said = str(head.get("kind", ""))
    number = "" if bare else printed(frame.system, frame.number or unnumbered(frame.system, symbol, frame.symbol, frame.drafter))
    issuer = frame.issuer
    header = Header(
        issuer,
        number,
        "" if bare or head.get("undated") else frame.place_date(),
        frame.system,
        frame.superior,
        _about(str(head.get("about", "")), frame),
    )
    if not bare:
        _end(parts, frame)
    authority = tuple(map(str, head.get("authority") or frame.authority))
    left = head.get("left")
    paper = Paper(
        kind=said, subject=str(head.get("subject", "")), file=kind.replace("_", "-"), draft=frame.draft and not bare, header=header, opening=tuple(parts.opening),
        sections=tuple(parts.sections), annexes=tuple(parts.annexes), seal=(), to=_texts(head.get("to")), size=str(head.get("size", "a4")), bare=bare,
        signing=Signing(Signature((str(left),)) if left else None, Signature(authority, frame.signer), _recipients(head, frame)),
    )  # fmt: skip
    spoken = {str(name): filled.pieces(str(text)) for name, text in (filled.head.get("texts") or {}).items()}
    whole = {name: "".join(said for said, _ in pieces).strip() for name, pieces in spoken.items()}
    return Composed(paper, symbol, str(head.get("by", "chair")), {name: fitted(name, pieces) for name, pieces in spoken.items()}, whole)


def issuer_of(template: str) -> str:
    """Which body issues papers of a template: chair, advising or agency. It stands in the head, and no data changes it."""
    return next((line.partition(":")[2].strip() for line in template.splitlines() if line.startswith("by:")), "chair")


def _head(filled: Filled) -> dict[str, Any]:
    def resolved(value: Any) -> Any:
        if isinstance(value, str):
            return filled.resolve(value)
        if isinstance(value, list):
            return [resolved(one) for one in value if one is not None]
        if isinstance(value, dict):
            return {name: resolved(one) for name, one in value.items()}
        return value

    return {str(name): resolved(value) for name, value in filled.head.items()}


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in (value if isinstance(value, list) else [value]) if str(one).strip())


def _about(said: str, frame: Frame) -> str:
    """V/v … under the number of a State letter, về việc … under that of the Party."""
    return "" if not said else f"về việc {said}" if frame.system == "party" else f"V/v {said}"


def _recipients(head: Mapping[str, Any], frame: Frame) -> tuple[str, ...]:
    """The distribution list; its last line keeps the paper in the office."""
    listed = tuple(f"{one.rstrip(';.')};" for one in _texts(head.get("recipients")))
    if head.get("bare"):
        return ()
    kept = "Lưu Văn phòng Đảng ủy." if frame.system == "party" else f"Lưu: VT, {frame.drafter or 'VP'}."
    return (*listed, kept)


def _end(parts: Parts, frame: Frame) -> None:
    """Closes the body: ./. in State papers, a full stop in those of the Party."""
    blocks: list[Block] | tuple[Block, ...] = parts.sections[-1].blocks if parts.sections else parts.opening
    if not blocks or not isinstance(blocks[-1], Paragraph):
        return
    last = blocks[-1]
    text = last.text.rstrip().removesuffix("./.").rstrip(".;, ")
    ended = replace(
        last,
        text=text
        + (last.text[-1] if text and last.text[-1] in "?!…" and not text.endswith(last.text[-1]) else "")
        + ("." if frame.system == "party" else "./."),
    )
    if parts.sections:
        section = parts.sections[-1]
        parts.sections[-1] = Section(section.heading, section.anchor, (*section.blocks[:-1], ended), section.level)
    else:
        parts.opening[-1] = ended
