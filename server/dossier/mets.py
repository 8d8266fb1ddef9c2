"""The description of an archive as state archives read it: METS 1.12 with the list of files and their SHA-256, and the nine places of Art. 15.2 as its structure.

It says nothing that the manifest and the lists of sums do not say: it is written from them, and whoever checks an archive writes it again and compares. Standard
library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax import saxutils

METS = "http://www.loc.gov/METS/"
XLINK = "http://www.w3.org/1999/xlink"
DC = "http://purl.org/dc/elements/1.1/"
TYPES = {
    "pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "png": "image/png", "jpg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv", "jsonl": "application/x-ndjson",
}  # fmt: skip
"""Ending → media type; whatever else it is, it is bytes."""
GROUPS = ("ho-so", "kem-theo", "khac")
"""Groups of files: the places of Art. 15.2, what lies beside them, and everything else (lists, rows, chains, files that rows name)."""
UNFIT = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 holds."""


def mets(manifest: Mapping[str, Any], sums: Mapping[str, str], sizes: Mapping[str, int]) -> bytes:
    """The description: `manifest` as in manifest.json, the SHA-256 and size in bytes of every file under data/. The same archive gives the same bytes (raises
    `KeyError`, `ValueError` or `TypeError` for what is no manifest)."""
    return ("\n".join(_lines(manifest, sums, sizes)) + "\n").encode()


def _lines(manifest: Mapping[str, Any], sums: Mapping[str, str], sizes: Mapping[str, int]) -> Iterator[str]:
    names = {name: f"tep-{number:05}" for number, name in enumerate(sorted(sums), 1)}
    title, id, places = str(manifest["title"]), str(manifest["conference"]), [(str(folder), str(label)) for folder, label in manifest["places"]]
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<mets xmlns="{METS}" xmlns:xlink="{XLINK}" xmlns:dc="{DC}" OBJID={_(id)} LABEL={_(title)} TYPE="Hồ sơ hội nghị đối thoại">'
    yield f" <metsHdr CREATEDATE={_(manifest['as_of'])}{_at(manifest['locked'])}>"
    if manifest["custodian"]:
        yield f'  <agent ROLE="CUSTODIAN" TYPE="ORGANIZATION"><name>{said(manifest["custodian"])}</name></agent>'
    yield '  <agent ROLE="CREATOR" TYPE="OTHER" OTHERTYPE="SOFTWARE"><name>doithoai</name></agent>'
    yield " </metsHdr>"
    yield ' <dmdSec ID="mo-ta"><mdWrap MDTYPE="DC"><xmlData>'
    yield f"  <dc:identifier>{said(id)}</dc:identifier><dc:title>{said(title)}</dc:title><dc:language>vi</dc:language>"
    yield " </xmlData></mdWrap></dmdSec>"
    yield " <fileSec>"
    for group in GROUPS:
        if inside := [name for name in names if group_of(name) == group]:
            yield f'  <fileGrp USE="{group}">'
            for name in inside:
                kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
                yield (f'   <file ID="{names[name]}" MIMETYPE="{kind}" SIZE="{sizes[name]}" CHECKSUM="{sums[name]}" CHECKSUMTYPE="SHA-256">'
                       f'<FLocat LOCTYPE="URL" xlink:type="simple" xlink:href={_(name)}/></file>')  # fmt: skip
            yield "  </fileGrp>"
    yield " </fileSec>"
    yield f' <structMap TYPE="logical"><div TYPE="ho-so" LABEL={_(title)} DMDID="mo-ta">'
    for number, (folder, label) in enumerate(places, 1):
        yield f'  <div TYPE="{folder.partition("/")[0]}" ORDER="{number}" LABEL={_(label)}>'
        yield from (f'   <fptr FILEID="{names[name]}"/>' for name in names if name.startswith(f"data/{folder}/"))
        yield "  </div>"
    placed = tuple(f"data/{folder}/" for folder, _label in places)
    yield '  <div TYPE="khac" LABEL="Mục lục, nhật ký, dữ liệu">'
    yield from (f'   <fptr FILEID="{names[name]}"/>' for name in names if not name.startswith(placed))
    yield "  </div>"
    yield " </div></structMap>"
    yield "</mets>"


def group_of(name: str) -> str:
    """The group of a file under data/."""
    first = name.split("/")[1]
    return first if first in GROUPS else "khac"


def said(text: object) -> str:
    """Text as XML holds it: without the characters that it may not hold."""
    return saxutils.escape(UNFIT.sub("", str(text)))


def _(text: object) -> str:
    """An attribute's value in its quotes."""
    return saxutils.quoteattr(UNFIT.sub("", str(text)))


def _at(locked: str | None) -> str:
    return ' RECORDSTATUS="Complete"' if locked else ' RECORDSTATUS="InWork"'
