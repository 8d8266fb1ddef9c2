"""A signed PDF that comes back: it must be a PDF that does nothing by itself, and say exactly what was approved. A signature adds annotations, never words."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator

import pikepdf

from moderation import Refusal
from server.papers.pdf_text import text_of

LARGEST = 20 * 1024 * 1024
"""Bytes of a signed file."""
ACTIVE = frozenset(("/JavaScript", "/JS", "/Launch", "/AA", "/EmbeddedFiles", "/RichMedia", "/XFA"))
"""What makes a PDF do something by itself, or carry other files."""


def same_text(signed: bytes, approved: bytes) -> None:
    """Refuses with file_too_large, pdf_unreadable, pdf_locked, pdf_active, pdf_unsigned, or paper_text_differs with the page and the words where it differs."""
    if len(signed) > LARGEST:
        raise Refusal("file_too_large", limit=LARGEST // 1024 // 1024, field="file")
    pages = [_bare(page) for page in text_of(signed)]
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        if _active(pdf):
            raise Refusal("pdf_active", field="file")
        if not _has_signature(pdf):
            raise Refusal("pdf_unsigned", field="file")
    ours = [_bare(page) for page in text_of(approved)]
    if pages != ours:
        page = next((n for n, (a, b) in enumerate(zip(pages, ours, strict=False)) if a != b), min(len(pages), len(ours)))
        raise Refusal("paper_text_differs", page=page + 1, field="file")


def _bare(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))


def _has_signature(pdf: pikepdf.Pdf) -> bool:
    return any("/ByteRange" in one and "/Contents" in one for one in _dictionaries(pdf))


def _active(pdf: pikepdf.Pdf) -> bool:
    return any(not ACTIVE.isdisjoint(one.keys()) or str(one.get("/S", "")) in ACTIVE for one in _dictionaries(pdf))


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary in the file, those inside others too."""
    waiting = [pdf.trailer, *pdf.objects]
    while waiting:
        one = waiting.pop()
        inner: Iterable[pikepdf.Object] = ()
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            yield one
            inner = [value for _, value in one.items()]
        elif isinstance(one, pikepdf.Array):
            inner = list(one)
        waiting += [value for value in inner if isinstance(value, pikepdf.Object) and not value.is_indirect]
