"""What people send in as files: known by its content, read as a whole, and kept only as we write it again. What cannot be read leaves nothing behind."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass

import pikepdf
from PIL import Image, ImageOps

from moderation import Refusal
from server.unseen import seen

LARGEST = 10 * 1_048_576
"""Most bytes of one file."""
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 3_000
"""Pixels to which a larger picture is reduced."""
MOST_PAGES = 500
MOST_MEMBERS, LARGEST_UNPACKED, HIGHEST_RATIO = 300, 60 * 1_048_576, 120
"""Bounds of a packed file (XLSX): members, bytes when unpacked, unpacked to packed."""

_IMAGES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
_ACTIVE = frozenset(("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/RichMedia", "/Rendition"))
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: its bytes, its media type, and a name that is safe to show."""

    content: bytes
    type: str
    name: str


def checked(name: str, content: bytes, *, images: bool = True, pdf: bool = True, rewrite: bool = True) -> Checked:
    """A picture (JPEG, PNG, WebP) or a PDF. Pictures are written anew, which also drops where and with what they were taken; a PDF is written anew unless
    `rewrite` is False, as a signed one needs. Raises `Refusal` file_empty, file_too_large, file_type, file_unreadable, file_locked, file_active."""
    _size(content)
    if content.startswith(b"%PDF-") and pdf:
        return Checked(_pdf(content, rewrite), "application/pdf", safe_name(name, "pdf"))
    if images and content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")):
        written, type, ending = _image(content)
        return Checked(written, type, safe_name(name, ending))
    raise Refusal("file_type")


def checked_table(name: str, content: bytes) -> Checked:
    """A table as XLSX or CSV; macros, packed files inside and what unpacks to a flood are refused."""
    _size(content)
    if content.startswith(b"PK\x03\x04"):
        _packed(content)
        return Checked(content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", safe_name(name, "xlsx"))
    if content.startswith((*_PACKED, b"\xd0\xcf\x11\xe0", b"%PDF-")) or (b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise Refusal("file_type")
    return Checked(content, "text/csv", safe_name(name, "csv"))


def safe_name(name: str, ending: str) -> str:
    """A file's name without folders, control and direction characters, with the ending of what it is."""
    base = re.split(r"[/\\]", name)[-1]
    stem = base.rpartition(".")[0] or base
    kept = "".join(c for c in seen(unicodedata.normalize("NFC", stem)) if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    return f"{' '.join(kept.split())[:80].strip('. ') or 'tep'}.{ending}"


def _size(content: bytes) -> None:
    if not content:
        raise Refusal("file_empty")
    if len(content) > LARGEST:
        raise Refusal("file_too_large", limit=LARGEST // 1_048_576)


def _image(content: bytes) -> tuple[bytes, str, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            image = Image.open(io.BytesIO(content), formats=tuple(_IMAGES))
            with image:
                type, ending = _IMAGES[image.format or ""]
                if image.width * image.height > MOST_PIXELS:
                    raise Refusal("file_too_large", limit=LARGEST // 1_048_576)
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                kept = upright.convert("RGB" if type == "image/jpeg" or upright.mode not in ("RGBA", "LA", "PA", "P") else "RGBA")
    except Refusal:
        raise
    except Exception:  # a damaged picture fails in whatever way its decoder likes
        raise Refusal("file_unreadable") from None
    out = io.BytesIO()
    Image.frombytes(kept.mode, kept.size, kept.tobytes()).save(out, {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[ending], quality=85)
    return out.getvalue(), type, ending


def _pdf(content: bytes, rewrite: bool) -> bytes:
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if document.is_encrypted:
                raise Refusal("file_locked")
            if len(document.pages) > MOST_PAGES:
                raise Refusal("file_too_large", limit=LARGEST // 1_048_576)
            if any(_is_active(thing) for thing in document.objects):
                raise Refusal("file_active")
            if not rewrite:
                return content
            out = io.BytesIO()
            document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
            return out.getvalue()
    except pikepdf.PasswordError:
        raise Refusal("file_locked") from None
    except Refusal:
        raise
    except Exception:
        raise Refusal("file_unreadable") from None


def _is_active(thing: pikepdf.Object, depth: int = 0) -> bool:
    """Whether an object of a PDF runs something, sends something, or holds another file. References are not followed: every object is looked at by itself."""
    if depth > 20:
        return True
    if isinstance(thing, pikepdf.Array):
        return any(_is_active(item, depth + 1) for item in _own(list(thing)))
    if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    keys = set(thing.keys())
    if keys & {"/JS", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"} or str(thing.get("/S", "")) in _ACTIVE:
        return True
    return any(_is_active(item, depth + 1) for item in _own([thing[key] for key in keys]))


def _own(things: list[pikepdf.Object]) -> list[pikepdf.Object]:
    return [thing for thing in things if isinstance(thing, pikepdf.Object) and not thing.is_indirect]


def _packed(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            unpacked = sum(member.file_size for member in members)
            if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or unpacked > HIGHEST_RATIO * max(len(content), 20_000):
                raise Refusal("file_too_large", limit=LARGEST // 1_048_576)
            names = {member.filename.lower() for member in members}
            if any(name.startswith(("/", "\\")) or ".." in name.split("/") for name in names):
                raise Refusal("file_unreadable")
            if any(member.flag_bits & 1 for member in members):
                raise Refusal("file_locked")
            if any(
                name.endswith((".bin", ".zip", ".gz", ".7z", ".rar", ".exe", ".dll", ".js", ".vbs")) and "printersettings" not in name
                for name in names
            ):
                raise Refusal("file_active")
            if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
                raise Refusal("file_type")
            for member in members:
                with packed.open(member) as part:
                    size, head = 0, part.read(8)
                    if head.startswith(_PACKED):
                        raise Refusal("file_active")
                    while chunk := part.read(65_536):
                        size += len(chunk)
                        if size > LARGEST_UNPACKED:
                            raise Refusal("file_too_large", limit=LARGEST // 1_048_576)
    except Refusal:
        raise
    except Exception:
        raise Refusal("file_unreadable") from None
