"""Whatever is done to a record, `doithoai verify` names the first bad fact; a good one it calls good."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from moderation import Refusal
from moderation.minutes import LineWritten, MinutesSigned
from moderation.people import PersonAdded
from server.db.journal import Draft, Journal
from server.db.verify import chain, commitment, facts_in_database, first_hash
from server.papers.findings import Finding, Head, export, verify_all, verify_file
from server.rooms.messages import encode
from tests.papers.meeting import Meeting

DATABASE = "doithoai.db"


@pytest.fixture(scope="session")
def record(agreed: Meeting, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the signed conference, and a second one of a single fact; one person's data erased. All in the main file."""
    folder = tmp_path_factory.mktemp("record")
    drafts = [Draft(e.at, e.by, e.command, e.fact.name, *encode(e.fact)) for e in agreed.entries]

    async def fill() -> None:
        journal = Journal(folder / DATABASE)
        journal.start()
        await journal.append(agreed.state.id, 0, drafts)
        await journal.append("another", 0, drafts[:1])
        assert journal.erase(agreed.state.id, 8)
        journal.close()

    asyncio.run(fill())
    with sqlite3.connect(folder / DATABASE) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return folder


@pytest.fixture
def copy(record: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(record, tmp_path / "copy"))


def seq_of(m: Meeting, fact: type, nth: int = 0) -> int:
    return [e.seq for e in m.entries if isinstance(e.fact, fact)][nth]


def flip(folder: Path, found: bytes, at: int = 0) -> None:
    """Changes one byte inside the database file itself."""
    content = bytearray((folder / DATABASE).read_bytes())
    place = content.index(found) + at
    content[place] ^= 1
    (folder / DATABASE).write_bytes(content)


def stored(folder: Path, m: Meeting, seq: int) -> bytes:
    return next(entry.body for entry in facts_in_database(folder / DATABASE, m.state.id) if entry.seq == seq)


def tell(folder: Path, m: Meeting) -> Finding:
    (finding,) = verify_all(folder / DATABASE, m.state.id)
    return finding


def test_a_good_record_is_called_good(record: Path, agreed: Meeting) -> None:
    findings = verify_all(record / DATABASE)
    assert [(f.conference, f.ok, f.count) for f in findings] == [("another", True, 1), (agreed.state.id, True, agreed.state.seq)]
    head = findings[1].head.hex()
    assert findings[1].sentence == f"thu-2027: toàn bộ {agreed.state.seq} mục nhật ký nguyên vẹn, mã cuối {head}."
    assert findings[1].plain()["head"] == head


@pytest.mark.parametrize("nth", [0, 1])
def test_a_byte_changed_in_the_file_is_named_with_its_fact(copy: Path, agreed: Meeting, nth: int) -> None:
    seq = seq_of(agreed, LineWritten, nth)
    body = stored(copy, agreed, seq)
    flip(copy, body, body.index(b'"text":"') + 8)
    finding = tell(copy, agreed)
    assert (finding.fault, finding.seq, finding.count) == ("altered_body", seq, seq - 1)
    at = agreed.entries[seq - 1].at
    assert f"mục {seq} (“line_written”, lúc 14/01/2027 " in finding.sentence
    assert finding.sentence.endswith(f"đã bị sửa: nội dung không khớp mã kiểm tra. {seq - 1} mục trước đó nguyên vẹn."), at


def test_a_changed_name_is_named(copy: Path, agreed: Meeting) -> None:
    flip(copy, "Bà Lê Thị Thư".encode(), 0)
    assert (tell(copy, agreed).fault, tell(copy, agreed).seq) == ("altered_private", 4)


def test_a_changed_hash_is_named(copy: Path, agreed: Meeting) -> None:
    hash_ = next(entry.hash for entry in facts_in_database(copy / DATABASE, agreed.state.id) if entry.seq == 20)
    flip(copy, hash_)
    assert (tell(copy, agreed).fault, tell(copy, agreed).seq) == ("altered_body", 20)


def test_other_conferences_are_none_the_worse(copy: Path, agreed: Meeting) -> None:
    flip(copy, stored(copy, agreed, 30), 40)
    assert [f.ok for f in verify_all(copy / DATABASE)] == [True, False]


def forged(record: Path, target: Path, agreed: Meeting, change: dict[int, tuple[str, str]]) -> Path:
    """An export whose chain stands, hashed anew after bodies were changed: only their meaning can tell."""
    lines, last = [], first_hash(agreed.state.id)
    for entry in facts_in_database(record / DATABASE, agreed.state.id):
        body = entry.body.decode().replace(*change.get(entry.seq, ("", ""))) if entry.seq in change else entry.body.decode()
        last = chain(last, body.encode())
        fields = {
            "conference": entry.conference,
            "seq": entry.seq,
            "body": body,
            "hash": last.hex(),
            "salt": entry.salt.hex() if entry.salt else None,
            "private": entry.private.decode() if entry.private else None,
        }
        lines.append(json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n")
    target.write_text("".join(lines), encoding="utf-8")
    return target


def test_minutes_changed_under_a_new_chain_betray_themselves_by_the_signature(record: Path, tmp_path: Path, agreed: Meeting) -> None:
    seq = seq_of(agreed, LineWritten, 1)
    finding = verify_file(forged(record, tmp_path / "f.jsonl", agreed, {seq: ("trước 28/02", "trước 28/12")}))
    first = seq_of(agreed, MinutesSigned)
    assert (finding.fault, finding.seq, finding.count) == ("other_digest", first, first - 1)
    assert "(“minutes_signed”, lúc 14/01/2027 14:15:16) ký một phiên bản biên bản khác" in finding.sentence


def test_a_fact_that_cannot_happen_is_named(record: Path, tmp_path: Path, agreed: Meeting) -> None:
    seq = next(e.seq for e in agreed.entries if e.fact.name == "speech_ended")
    finding = verify_file(forged(record, tmp_path / "f.jsonl", agreed, {seq: ('"speech":"S', '"speech":"S9')}))
    assert (finding.fault, finding.seq) == ("unfoldable", seq)


def test_a_fact_that_is_none_is_named(record: Path, tmp_path: Path, agreed: Meeting) -> None:
    finding = verify_file(forged(record, tmp_path / "f.jsonl", agreed, {16: ('"type":"step_opened"', '"type":"step_hidden"')}))
    assert (finding.fault, finding.seq) == ("undecodable", 16)
    assert "(“step_hidden”, lúc 14/01/2027 13:30:00) không phải" in finding.sentence


def test_a_head_printed_on_paper_tells_a_record_hashed_anew(record: Path, tmp_path: Path, agreed: Meeting) -> None:
    good = tell(record, agreed)
    known = Head(good.count, good.head)
    assert verify_all(record / DATABASE, agreed.state.id, known)[0].ok
    seq = seq_of(agreed, PersonAdded, -1)
    anew = forged(record, tmp_path / "f.jsonl", agreed, {seq: ("38 hộ", "39 hộ")})
    assert verify_file(anew).ok
    assert verify_file(anew, known).fault == "other_head"


def test_an_end_cut_off_is_told_by_the_head(copy: Path, agreed: Meeting) -> None:
    good = tell(copy, agreed)
    with sqlite3.connect(copy / DATABASE) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("DELETE FROM fact WHERE conference = ? AND seq > 60", (agreed.state.id,))
    database.close()
    assert tell(copy, agreed).ok
    finding = verify_all(copy / DATABASE, agreed.state.id, Head(good.count, good.head))[0]
    assert (finding.fault, finding.seq, finding.what) == ("truncated", 61, "")


def test_a_missing_fact_is_named_and_not_mistaken_for_the_next(copy: Path, agreed: Meeting) -> None:
    with sqlite3.connect(copy / DATABASE) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("DELETE FROM fact WHERE conference = ? AND seq = 25", (agreed.state.id,))
    database.close()
    finding = tell(copy, agreed)
    assert (finding.fault, finding.seq, finding.what) == ("gap", 25, "")
    assert finding.sentence == "thu-2027: mục 25 bị thiếu, bị lặp hoặc sai thứ tự. 24 mục trước đó nguyên vẹn."


def test_an_export_is_checked_like_the_database(record: Path, tmp_path: Path, agreed: Meeting) -> None:
    target = tmp_path / "record.jsonl"
    assert export(record / DATABASE, agreed.state.id, target) == agreed.state.seq
    assert verify_file(target) == tell(record, agreed)
    with pytest.raises(Refusal, match="conference_unknown"):
        export(record / DATABASE, "nowhere", tmp_path / "nowhere.jsonl")
    assert not (tmp_path / "nowhere.jsonl").exists()
    with pytest.raises(FileExistsError):
        export(record / DATABASE, agreed.state.id, target)
    lines = target.read_bytes().splitlines(keepends=True)
    target.write_bytes(b"".join([*lines[:40], b"{}\n", *lines[41:]]))
    finding = verify_file(target)
    assert (finding.fault, finding.seq, finding.what) == ("unreadable", 41, "")


def test_what_is_not_there_or_no_record_is_a_finding_too(record: Path, tmp_path: Path) -> None:
    (unknown,) = verify_all(record / DATABASE, "nowhere")
    assert (unknown.fault, unknown.sentence) == ("unknown", "Không có hội nghị nowhere trong cơ sở dữ liệu.")
    assert [f.fault for f in verify_all(tmp_path / DATABASE)] == ["unreadable_file"]
    assert verify_file(tmp_path / "absent").fault == "unreadable_file"
    (tmp_path / DATABASE).write_bytes(b"no database, but long enough to be looked at as one" * 20)
    assert verify_all(tmp_path / DATABASE)[0].sentence.startswith("Không đọc được tệp doithoai.db: ")


def test_it_speaks_english_too(copy: Path, agreed: Meeting) -> None:
    flip(copy, stored(copy, agreed, 21), 5)
    sentence = verify_all(copy / DATABASE, agreed.state.id, lang="en")[0].sentence
    assert sentence.startswith("thu-2027: fact 21 ")
    assert sentence.endswith("was altered: its text does not match its hash. The 20 before it are good.")


def test_the_commitment_of_personal_data_hides_it(record: Path, agreed: Meeting) -> None:
    entry = next(e for e in facts_in_database(record / DATABASE, agreed.state.id) if e.private)
    assert entry.salt and entry.private
    assert json.loads(entry.body)["private"] == commitment(entry.salt, entry.private)
    assert "Chủ tịch" not in entry.body.decode().split('"payload"')[1]
