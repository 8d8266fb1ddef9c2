"""A PDF that comes back signed: the same words, a signature, and nothing that acts by itself."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest

from moderation import Refusal
from server.papers.as_pdf import render_pdf
from server.papers.compose import compose, sample
from server.papers.office_templates import STATE_SAMPLE
from server.papers.signed import same_text
from tests.papers.signatures import signed_like


@pytest.fixture(scope="module")
def ours() -> bytes:
    return render_pdf(compose("postponement", sample("postponement"), STATE_SAMPLE).paper)


def locked(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user=""))
    return out.getvalue()


def with_a_page_less(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save(out)
    return out.getvalue()


def test_a_signed_copy_is_taken(ours: bytes) -> None:
    same_text(signed_like(ours), ours)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda pdf: pdf, "pdf_unsigned"),
        (lambda pdf: signed_like(pdf, script=True), "pdf_active"),
        (lambda pdf: signed_like(pdf, stamp=b"x"), "paper_text_differs"),
        (lambda pdf: with_a_page_less(signed_like(pdf)), "paper_text_differs"),
        (lambda pdf: locked(signed_like(pdf)), "pdf_locked"),
        (lambda pdf: b"%PDF-1.7 nothing", "pdf_unreadable"),
        (lambda pdf: b"PK\x03\x04", "pdf_unreadable"),
        (lambda pdf: bytes(21 * 1024 * 1024), "file_too_large"),
    ],
)
def test_anything_else_is_refused(ours: bytes, change: Callable[[bytes], bytes], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        same_text(change(ours), ours)
    assert refused.value.code == code


def test_another_paper_under_the_signature_is_refused_with_the_page(ours: bytes) -> None:
    other = render_pdf(compose("postponement", sample("postponement") | {"reason": "lý do khác"}, STATE_SAMPLE).paper)
    with pytest.raises(Refusal) as refused:
        same_text(signed_like(other), ours)
    assert refused.value.details["page"] == 1
