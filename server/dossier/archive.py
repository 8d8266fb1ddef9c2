"""The archive of a case as one file: a BagIt folder in a ZIP, written so that the same content is the same bytes, and checked byte by byte.

    bagit.txt, bag-info.txt          what this is
    manifest.json                    format, schema, conference, heads of the two chains, number of rows of each table
    manifest-sha256.txt              the SHA-256 of everything under data/
    mets.xml                         the same for state archives: files with sums, and the nine places
    tagmanifest-sha256.txt           the SHA-256 of the five files above
    data/ho-so/NN-…, data/kem-theo/  the papers and scans, readable by anybody
    data/muc_luc.xlsx, .csv          the list of them
    data/nhat-ky/phong-hop.jsonl     the journal of the room, data/nhat-ky/lich-su.jsonl the history of the case
    data/bang/TABLE.jsonl            the rows of the case; data/tep/SHA256 further files that they name

The comment of the ZIP is `sha256:` and the SHA-256 of all bytes before its last record, and that record can only be written in one way: whatever byte is
changed, added or missing, the file is no longer what it says of itself. Standard library only.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

FORMAT = 1
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAGS = ("bagit.txt", "bag-info.txt", "manifest.json", "manifest-sha256.txt", "mets.xml")
"""The files that the tag manifest lists, in its order; they come first in the archive."""
TAGMANIFEST = "tagmanifest-sha256.txt"
MARK = b"sha256:"
LARGEST = 1 << 31
"""Bytes that one member may have: the plain ZIP format ends at 4 GiB."""
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_END = struct.Struct("<4sHHHHIIH")
_DATE = (1 << 5) | 1  # 01/01/1980, of every member
BLOCK = 1 << 20


class Bad(Exception):
    """The archive is not what was written. `place` names the member or part that is wrong first, `fault` is a key of the catalogue: `archive.<fault>`."""

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(place, fault)
        self.place, self.fault = place, fault


class Member(NamedTuple):
    """A file of the archive: where its packed bytes begin, how many, how they are packed, and how many they are unpacked."""

    name: str
    start: int
    packed: int
    method: int
    size: int
    crc: int


# --- writing --------------------------------------------------------------------------------------------------------------------


def sums_of(folder: Path) -> dict[str, str]:
    """Name → SHA-256 of every file under `folder`/data, in the order of the archive."""
    sums = {}
    for name in sorted(path.relative_to(folder).as_posix() for path in (folder / "data").rglob("*") if path.is_file()):
        with open(folder / name, "rb") as file:
            sums[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return sums


def write(folder: Path, target: Path, tags: dict[str, bytes], sums: dict[str, str], done: Callable[[int, int], None] = lambda now, all: None) -> str:
    """Packs the files under `folder`/data, whose `sums` are known, with these tag files (`TAGS` without the manifest) into a new file; gives its SHA-256. `done`
    hears how far it is."""
    names = list(sums)
    tags = {**tags, "bagit.txt": BAGIT, "manifest-sha256.txt": "".join(f"{sum_}  {name}\n" for name, sum_ in sums.items()).encode()}
    tagsums = "".join(f"{hashlib.sha256(tags[name]).hexdigest()}  {name}\n" for name in TAGS)
    with open(target, "xb") as out, zipfile.ZipFile(out, "w") as packed:
        for name in TAGS:
            packed.writestr(_info(name), tags[name], zipfile.ZIP_DEFLATED, 9)
        packed.writestr(_info(TAGMANIFEST), tagsums, zipfile.ZIP_DEFLATED, 9)
        for at, name in enumerate(names, 1):
            content = (folder / name).read_bytes()
            if len(content) >= LARGEST:
                raise ValueError(f"{name} is too large for an archive")
            packed.writestr(_info(name), content, *((zipfile.ZIP_DEFLATED, 9) if name.endswith((".jsonl", ".csv")) else (zipfile.ZIP_STORED, None)))
            done(at, len(names))
    return _seal(target)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # dated 01/01/1980
    info.create_system, info.external_attr = 3, 0o100644 << 16
    return info


def _seal(path: Path) -> str:
    """Puts the comment with the hash of everything before the last record behind it; gives the SHA-256 of the whole file."""
    with open(path, "r+b") as file:
        end = file.seek(-_END.size, 2)
        record = file.read(_END.size)
        comment = MARK + _digest(file, end).encode()
        file.seek(end)
        file.write(record[:-2] + struct.pack("<H", len(comment)) + comment)
        file.flush()
        return _digest(file, file.seek(0, 2))


def _digest(file: BinaryIO, length: int) -> str:
    file.seek(0)
    sum_ = hashlib.sha256()
    while length > 0 and (block := file.read(min(BLOCK, length))):
        sum_.update(block)
        length -= len(block)
    return sum_.hexdigest()


# --- reading --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose every byte was checked."""

    path: Path
    members: dict[str, Member]
    sha256: str

    def read(self, name: str) -> bytes:
        """The bytes of a member (raises `KeyError`)."""
        with open(self.path, "rb") as file:
            return _unpacked(file, self.members[name])

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a member, each with its line feed."""
        yield from self.read(name).splitlines(keepends=True)

    def sums(self) -> dict[str, str]:
        """Name → SHA-256 of everything under data/."""
        return _sums(self.read("manifest-sha256.txt"))


def opened(path: Path) -> Archive:
    """Reads an archive from the first byte to the last (raises `Bad` with the first bad place, `OSError`)."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        whole = _says_itself(file, size)
        members: dict[str, Member] = {}
        at = 0
        while at < size and (found := _member(file, at, members)) is not None:
            members[found.name] = found
            at = found.start + found.packed
        if not members:
            raise Bad(path.name, "no_archive")
        _check_sums(file, members)
        if not whole or not _lists(path, members):
            raise Bad("ZIP", "frame_altered")
        return Archive(path, members, _digest(file, size))


def _says_itself(file: BinaryIO, size: int) -> bool:
    """Whether the last record is the one that belongs to the bytes before it."""
    length = _END.size + len(MARK) + 64
    if size <= length:
        return False
    end = file.seek(size - length)
    record = file.read(length)
    signature, disk, first, here, count, directory, start, comment = _END.unpack(record[: _END.size])
    if (signature, disk, first, comment) != (b"PK\5\6", 0, 0, length - _END.size) or here != count or start + directory != end:
        return False
    if record[_END.size :] != MARK + _digest(file, end).encode():
        return False
    return bool(count > 0)


def _lists(path: Path, members: dict[str, Member]) -> bool:
    """Whether the list of contents, by which other programs unpack, names the same members at the same places."""
    try:
        with zipfile.ZipFile(path) as packed:
            listed = [(i.filename, i.header_offset, i.compress_size, i.compress_type, i.file_size, i.CRC) for i in packed.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return listed == [(m.name, m.start - _LOCAL.size - len(m.name), m.packed, m.method, m.size, m.crc) for m in members.values()]


def _member(file: BinaryIO, at: int, before: dict[str, Member]) -> Member | None:
    """The member whose header stands at this place, its bytes checked; None where the members end."""
    file.seek(at)
    head = file.read(_LOCAL.size)
    last = f"sau {next(reversed(before))}" if before else "đầu tệp"
    if head.startswith(b"PK\1\2") and before:
        return None
    if len(head) < _LOCAL.size or not head.startswith(b"PK\3\4"):
        raise Bad(last, "cut_off" if len(head) < _LOCAL.size else "header_altered")
    _, version, flags, method, time, date, crc, packed, size, length, extra = _LOCAL.unpack(head)
    try:
        name = file.read(length).decode("ascii")
    except UnicodeDecodeError:
        raise Bad(last, "header_altered") from None
    if (version, flags, time, date, extra) != (20, 0, 0, _DATE, 0) or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or name in before:
        raise Bad(name if name.isprintable() and name else last, "header_altered")
    if size >= LARGEST or packed >= LARGEST:
        raise Bad(name, "header_altered")
    found = Member(name, at + _LOCAL.size + length, packed, method, size, crc)
    if zlib.crc32(_unpacked(file, found)) != crc:
        raise Bad(name, "altered")
    return found


def _unpacked(file: BinaryIO, member: Member) -> bytes:
    file.seek(member.start)
    packed = file.read(member.packed)
    if len(packed) < member.packed:
        raise Bad(member.name, "cut_off")
    if member.method == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-15)
        try:
            packed = unpacker.decompress(packed, member.size + 1)
        except zlib.error:
            raise Bad(member.name, "altered") from None
        if not unpacker.eof or unpacker.unused_data:
            raise Bad(member.name, "altered")
    if len(packed) != member.size:
        raise Bad(member.name, "altered")
    return packed


def _check_sums(file: BinaryIO, members: dict[str, Member]) -> None:
    for name in (*TAGS, TAGMANIFEST):
        if name not in members:
            raise Bad(name, "removed")
    tags, sums = _sums(_unpacked(file, members[TAGMANIFEST])), _sums(_unpacked(file, members["manifest-sha256.txt"]))
    if list(tags) != list(TAGS):
        raise Bad(TAGMANIFEST, "altered")
    wanted = {**tags, **sums}
    for name, member in members.items():
        if name == TAGMANIFEST:
            continue
        if name not in wanted:
            raise Bad(name, "added")
        if hashlib.sha256(_unpacked(file, member)).hexdigest() != wanted[name]:
            raise Bad(name, "altered")
    for name in wanted:
        if name not in members:
            raise Bad(name, "removed")
    if list(members) != [*TAGS, TAGMANIFEST, *sorted(sums)]:
        raise Bad("ZIP", "out_of_order")


def _sums(text: bytes) -> dict[str, str]:
    try:
        return {name: sum_ for sum_, name in (line.split("  ", 1) for line in text.decode().splitlines())}
    except ValueError:
        raise Bad("manifest-sha256.txt", "altered") from None
