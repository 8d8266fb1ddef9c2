"""The index: from a moment to its second, and what a killed writer leaves."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from server.media.recording import index
from server.media.recording.index import Piece


@given(
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 60_000), st.sampled_from(["floor", "hall", "P1"])), max_size=12),
    st.integers(0, 500_000),
    st.booleans(),
)
def test_a_moment_leads_to_its_second_or_nowhere(runs: list[tuple[int, int, str]], at: int, running: bool) -> None:
    pieces, now, inside = [], 0, None
    for number, (pause, length, series) in enumerate(runs):
        now += pause
        open_ = running and number == len(runs) - 1
        pieces.append(Piece(now, f"{number:04}.webm", series, ("opus",), None if open_ else length / 1000))
        if series == "floor" and now <= at and (open_ or at < now + length):
            inside = (pieces[-1].file, (at - now) / 1000)
        elif series == "floor" and inside is None and at < now <= at + index.SOON:
            inside = (pieces[-1].file, 0.0)
        now += length
    assert index.locate(pieces, at) == inside
    assert index.locate(reversed(pieces), at) == inside


def test_lines_that_broke_off_are_passed_over_and_open_files_are_ended(tmp_path: Path) -> None:
    assert index.read(tmp_path) == [] and index.read(tmp_path / "none") == []
    (tmp_path / "0001-floor.webm").write_bytes(b"not a film")
    index.begun(tmp_path, Piece(5, "0001-floor.webm", "floor", ("opus",)))
    with (tmp_path / index.INDEX).open("ab") as file:
        file.write(b'{"at": 9, "file": "0002-')
    index.begun(tmp_path, Piece(7, "0003-hall.webm", "hall", ("opus",)))
    assert [(piece.file, piece.seconds) for piece in index.read(tmp_path)] == [("0001-floor.webm", None), ("0003-hall.webm", None)]
    whole = index.conclude(tmp_path)
    assert [(piece.seconds, piece.size) for piece in whole] == [(0.0, 10), (0.0, 0)]
    assert index.locate(whole, 5) is None and index.locate(whole, 4) == ("0001-floor.webm", 0.0)
