"""The description of an archive for state archives: METS that names every file once, with its sum, in the nine places of Art. 15.2."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from moderation.case.dossier import ATTACHED, SLOTS
from server.dossier import archive
from server.dossier.mets import METS, XLINK, mets
from server.dossier.verify import verify
from server.i18n import t

M, HREF = f"{{{METS}}}", f"{{{XLINK}}}href"


def test_D15_2_the_description_names_every_file_once_with_its_sum_in_the_nine_places(packed: Path) -> None:
    with zipfile.ZipFile(packed) as opened:
        root = ElementTree.fromstring(opened.read("mets.xml"))
        there = {name: opened.read(name) for name in opened.namelist() if name.startswith("data/")}
    assert [child.tag.removeprefix(M) for child in root] == ["metsHdr", "dmdSec", "fileSec", "structMap"], "the order that the schema asks for"
    files = root.findall(f"{M}fileSec/{M}fileGrp/{M}file")
    links = [file.find(f"{M}FLocat") for file in files]
    assert sorted(str(link.get(HREF)) for link in links if link is not None) == sorted(there) and len(links) == len(there)
    for file, link in zip(files, links, strict=True):
        content = there[str(link.get(HREF))] if link is not None else b""
        assert (file.get("CHECKSUMTYPE"), file.get("CHECKSUM"), file.get("SIZE")) == (
            "SHA-256",
            hashlib.sha256(content).hexdigest(),
            str(len(content)),
        )
    ids = [str(file.get("ID")) for file in files]
    pointers = [str(pointer.get("FILEID")) for pointer in root.iter(f"{M}fptr")]
    assert len(set(ids)) == len(ids) and sorted(pointers) == sorted(ids), "each file stands in one place of the structure"
    places = [place for place in root.findall(f"{M}structMap/{M}div/{M}div") if place.get("TYPE") == "ho-so"]
    assert [place.get("LABEL") for place in places] == [t("vi", f"slot.{slot.id}") for slot in SLOTS] and len(places) == 9
    assert all(place.findall(f"{M}fptr") for place in places)
    beside = [place.get("LABEL") for place in root.findall(f"{M}structMap/{M}div/{M}div") if place.get("TYPE") == "kem-theo"]
    assert beside == [t("vi", f"slot.{slot.id}") for slot in ATTACHED]


def test_a_title_that_no_xml_holds_is_described_all_the_same() -> None:
    manifest = {"title": 'Hội nghị "A & B" <1>\x00\x0b', "conference": "DT-1", "custodian": "Văn phòng <&>\x1f", "locked": None, "as_of": "2027-01-14T08:00:00+07:00",
                "places": [["ho-so/01-ke-hoach", "Kế hoạch & chương trình"]]}  # fmt: skip
    root = ElementTree.fromstring(mets(manifest, {"data/ho-so/01-ke-hoach/01-a.pdf": "0" * 64}, {"data/ho-so/01-ke-hoach/01-a.pdf": 3}))
    assert root.get("LABEL") == 'Hội nghị "A & B" <1>'
    assert [pointer.get("FILEID") for pointer in root.iter(f"{M}fptr")] == ["tep-00001"]


def test_a_description_that_says_something_else_is_found(packed: Path, tmp_path: Path) -> None:
    """Also when every sum of the archive was made anew."""
    folder = tmp_path / "opened"
    with zipfile.ZipFile(packed) as old:
        old.extractall(folder)
    tags = {tag: (folder / tag).read_bytes() for tag in ("bag-info.txt", "manifest.json", "mets.xml")}
    archive.write(folder, tmp_path / "same.zip", tags, archive.sums_of(folder))
    assert (tmp_path / "same.zip").read_bytes() == packed.read_bytes()
    changed = tags["mets.xml"].replace(b'ORDER="2"', b'ORDER="3"')
    archive.write(folder, tmp_path / "other.zip", {**tags, "mets.xml": changed}, archive.sums_of(folder))
    found = verify(tmp_path / "other.zip")
    assert (found.place, found.fault) == ("mets.xml", "altered")
