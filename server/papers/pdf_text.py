"""The letters that a PDF shows, read from its pages: enough for files that keep a table of their letters (ToUnicode), as all office programs write them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf

from moderation import Refusal


def text_of(content: bytes) -> list[str]:
    """The text of each page, in the order in which it is drawn, without its layout (raises `Refusal` pdf_unreadable, pdf_locked)."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise Refusal("pdf_locked")
            return ["".join(_page(page)) for page in pdf.pages]
    except pikepdf.PasswordError:
        raise Refusal("pdf_locked") from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError):
        raise Refusal("pdf_unreadable") from None


def _page(page: pikepdf.Page) -> Iterator[str]:
    yield from _shown(page, page.get("/Resources", pikepdf.Dictionary()), 0)


def _shown(source: pikepdf.Page | pikepdf.Object, resources: pikepdf.Object, depth: int) -> Iterator[str]:
    fonts = {name: _letters(font) for name, font in resources.get("/Font", pikepdf.Dictionary()).items()}
    forms = resources.get("/XObject", pikepdf.Dictionary())
    letters: dict[bytes, str] = {}
    width = 1
    for instruction in pikepdf.parse_content_stream(source):
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "Tf":
            width, letters = fonts.get(str(operands[0]), (1, {}))
        elif operator in ("Tj", "'", '"'):
            yield _decoded(bytes(operands[-1]), width, letters)
        elif operator == "TJ":
            for part in operands[0]:
                if isinstance(part, pikepdf.String):
                    yield _decoded(bytes(part), width, letters)
        elif operator == "Do" and depth < 5:
            form = forms.get(str(operands[0]))
            if form is not None and form.get("/Subtype") == "/Form":
                yield from _shown(form, form.get("/Resources", resources), depth + 1)


def _decoded(codes: bytes, width: int, letters: dict[bytes, str]) -> str:
    return "".join(letters.get(codes[at : at + width], "\ufffd") for at in range(0, len(codes), width))


_BLOCK = re.compile(rb"begin(bfchar|bfrange|codespacerange)(.*?)end\1", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]*)>|(\[)|(\])")


def _letters(font: pikepdf.Object) -> tuple[int, dict[bytes, str]]:
    """How many bytes a code of this font has, and the letters of its codes. A simple font without a table is read as Windows writes it."""
    table = font.get("/ToUnicode")
    if not isinstance(table, pikepdf.Stream):
        return 1, {bytes([code]): bytes([code]).decode("cp1252", "replace") for code in range(256)}
    width, letters = 1 if font.get("/Subtype") != "/Type0" else 2, {}
    for kind, said in _BLOCK.findall(table.read_bytes()):
        found: list[bytes] = [bytes.fromhex(one[0].decode()) if not (one[1] or one[2]) else (one[1] or one[2]) for one in _HEX.findall(said)]
        if kind == b"bfchar":
            for code, letter in zip(found[::2], found[1::2], strict=False):
                letters[code] = letter.decode("utf-16-be", "replace")
        elif kind == b"bfrange":
            letters |= dict(_ranges(found))
    return width, letters


def _ranges(found: list[bytes]) -> Iterator[tuple[bytes, str]]:
    at = 0
    while at + 2 < len(found):
        first, last, target = int.from_bytes(found[at]), int.from_bytes(found[at + 1]), found[at + 2]
        size = len(found[at])
        at += 3
        if target == b"[":
            for code in range(first, last + 1):
                yield code.to_bytes(size), found[at].decode("utf-16-be", "replace")
                at += 1
            at += 1
        else:
            start = int.from_bytes(target)
            for code in range(first, min(last, first + 0xFFFF) + 1):
                yield code.to_bytes(size), (start + code - first).to_bytes(len(target)).decode("utf-16-be", "replace")
