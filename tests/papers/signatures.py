"""Files as a signing program gives them back."""

from __future__ import annotations

import io

import pikepdf


def signed_like(content: bytes, *, script: bool = False, stamp: bytes = b"") -> bytes:
    """The PDF with the dictionary of a digital signature; with `script` it also carries JavaScript, with `stamp` other words on its first page."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        signature = pikepdf.Dictionary(
            Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"), ByteRange=[0, 1, 2, 3], Contents=pikepdf.String(bytes(64))
        )
        field = pikepdf.Dictionary(
            FT=pikepdf.Name.Sig, T=pikepdf.String("Signature1"), V=pdf.make_indirect(signature), Subtype=pikepdf.Name.Widget, Rect=[0, 0, 0, 0]
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.make_indirect(field)], SigFlags=3)
        if script:
            pdf.Root.Names = pikepdf.Dictionary(
                JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("a"), pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))])
            )
        if stamp:
            page = pdf.pages[0]
            page.Resources.Font["/Other"] = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
            page.contents_add(b"BT /Other 12 Tf 50 50 Td (" + stamp + b") Tj ET")
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()
