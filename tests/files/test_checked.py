"""What people send in: only what was read whole is kept, and nothing in it runs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from moderation import Refusal
from server.files.checked import LARGEST, checked, checked_table, safe_name


def picture(format: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, format, **more)
    return out.getvalue()


def pdf(make: Callable[[pikepdf.Pdf], None] = lambda document: None, **more: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        make(document)
        document.save(out, **more)
    return out.getvalue()


def table(*rows: tuple[str, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def packed(**members: bytes) -> bytes:
    out = io.BytesIO(table(("a", "b")))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def refused(content: bytes, check: Callable[[str, bytes], object] = checked) -> str:
    with pytest.raises(Refusal) as refusal:
        check("tệp", content)
    return refusal.value.code


@pytest.mark.parametrize(("format", "type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_picture_is_written_anew_without_what_a_camera_tells(format: str, type: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "nơi chụp"
    kept = checked("ảnh.exe", picture(format, exif=exif))
    assert kept.type == type
    with Image.open(io.BytesIO(kept.content)) as image:
        assert image.size == (40, 30)
        assert dict(image.getexif()) == {}


def test_a_large_picture_is_reduced_and_a_huge_one_refused() -> None:
    with Image.open(io.BytesIO(checked("to.png", picture("PNG", (6_000, 100))).content)) as image:
        assert image.size == (3_000, 50)
    assert refused(picture("PNG", (10_000, 6_000), "1")) == "file_too_large"


def test_what_only_looks_like_a_file_of_its_kind_is_refused() -> None:
    assert refused(b"") == "file_empty"
    assert refused(b"\xff\xd8\xff" + b"x" * LARGEST) == "file_too_large"
    assert refused(picture()[:60]) == "file_unreadable"
    assert refused(b"%PDF-1.7 nothing more") == "file_unreadable"
    assert refused(b"<svg onload='x'/>") == "file_type"
    assert refused(b"GIF89a;") == "file_type"
    assert refused(b"PK\x03\x04 a letter") == "file_type"


def test_a_pdf_is_kept_unless_it_is_locked_or_does_something() -> None:
    kept = checked("../phiếu.pdf", pdf())
    assert (kept.type, kept.name) == ("application/pdf", "phiếu.pdf")
    assert checked("a.pdf", pdf(), rewrite=False).content == checked("a.pdf", pdf(), rewrite=False).content

    def script(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

    def holds_a_file(document: pikepdf.Pdf) -> None:
        document.attachments["a.exe"] = pikepdf.AttachedFileSpec(document, b"MZ", filename="a.exe")

    def launches(document: pikepdf.Pdf) -> None:
        document.pages[0].obj["/AA"] = document.make_indirect(pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Launch)))

    assert {refused(pdf(make)) for make in (script, holds_a_file, launches)} == {"file_active"}
    assert refused(pdf(encryption=pikepdf.Encryption(user="a", owner="b"))) == "file_locked"
    assert refused(pdf(encryption=pikepdf.Encryption(user="", owner="b"))) == "file_locked"


def test_what_is_hung_onto_a_pdf_does_not_stay() -> None:
    assert b"<script>" not in checked("a.pdf", pdf() + b"\n<script>x</script>").content


def test_tables_are_taken_without_macros_archives_and_floods() -> None:
    assert checked_table("bảng.csv.xlsx", table(("a", "b"))).name == "bảng.csv.xlsx"
    assert checked_table("bảng", "Họ tên;Nội dung".encode()).type == "text/csv"
    assert refused(packed(xl__vbaProject_bin=b"x", **{"xl/vbaProject.bin": b"x"}), checked_table) == "file_active"
    assert refused(packed(xl__media__a=table(("c", "d"))), checked_table) == "file_active"
    assert refused(packed(xl__flood=b"0" * 70_000_000), checked_table) == "file_too_large"
    assert refused(packed(**{"../../etc": b"x"}), checked_table) == "file_unreadable"
    assert refused(table(("a", "b"))[:-40], checked_table) == "file_unreadable"
    assert refused(b"\xd0\xcf\x11\xe0 old", checked_table) == "file_type"
    assert refused(b"a,b\0c", checked_table) == "file_type"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"%PDF-1.4\n", b"PK\x03\x04", b""]))
def test_any_bytes_are_kept_or_refused_and_never_fail(tail: bytes, head: bytes) -> None:
    for check in (checked, checked_table):
        try:
            kept = check("x", head + tail)
        except Refusal:
            continue
        assert kept.content


@given(st.text(max_size=120))
def test_names_are_safe_to_show(name: str) -> None:
    kept = safe_name(name, "pdf")
    assert kept.endswith(".pdf") and len(kept) < 100
    assert not set(kept) & set('/\\<>:"|?*\r\n\t\0\u202e')
