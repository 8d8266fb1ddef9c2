"""Seats and what leads to them: links and codes; and one act that closes it all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from moderation.kernel import Refusal
from server.accounts.codes import LASTS, TRIES, issue_code, redeem_code
from server.accounts.keys import ALPHABET, Keys
from server.accounts.links import SETUP_LASTS, follow, public_link, revoke_links, seat_link, setup_link, use_up
from server.accounts.seats import is_shut, new_seat, readmit, revoke_seat, seat_of, seat_of_person, seats_of
from server.accounts.sessions import open_session, session_of
from server.accounts.staff import create_account, disable_account, set_password
from server.db.all_tables import metadata
from server.db.engine import reading
from server.settings import Settings
from tests.accounts.conftest import HOUR, NOW, PASSWORD


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """On both databases."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


def code_of(refusal: pytest.ExceptionInfo[Refusal]) -> str:
    return refusal.value.code


def refused(act: Callable[[], object], code: str = "link_refused") -> None:
    with pytest.raises(Refusal) as refusal:
        act()
    assert code_of(refusal) == code


@pytest.fixture
def seat(engine: Engine) -> str:
    with engine.begin() as connection:
        return new_seat(connection, "conference", "p-hường", NOW)


def test_a_person_has_one_seat_in_a_conference(engine: Engine, seat: str) -> None:
    with engine.begin() as connection:
        staff = create_account(connection, "binh", "Bình", NOW)
        other = new_seat(connection, "another", "p-hường", NOW, account=staff)
        with pytest.raises(Refusal) as refusal:
            new_seat(connection, "conference", "p-hường", NOW)
        assert code_of(refusal) == "seat_taken"
        assert seat_of_person(connection, "conference", "p-hường").id == seat
        assert [held.id for held in seats_of(connection, staff)] == [other]
        refused(lambda: seat_of(connection, "x"), "seat_unknown")
        refused(lambda: seat_of_person(connection, "conference", "x"), "seat_unknown")


def test_a_seat_is_no_way_around_a_closed_account(engine: Engine, keys: Keys) -> None:
    """Neither a personal link nor a session by one outlasts the closing; when the account is opened again, links lead in again."""
    with engine.begin() as connection:
        staff = create_account(connection, "binh", "Bình", NOW)
        held = new_seat(connection, "conference", "p-bình", NOW, account=staff)
        token, secret = seat_link(connection, keys, held, NOW), open_session(connection, keys, NOW, HOUR, seat=held)
        assert session_of(connection, keys, secret, NOW) and not is_shut(connection, held)
        disable_account(connection, staff, True, NOW)
        assert session_of(connection, keys, secret, NOW) is None and is_shut(connection, held)
        refused(lambda: follow(connection, keys, token, NOW))
        disable_account(connection, staff, False, NOW)
        assert follow(connection, keys, token, NOW).seat == held


def test_a_personal_link_is_used_again_until_revoked_or_over(engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        token, short = seat_link(connection, keys, seat, NOW), seat_link(connection, keys, seat, NOW, lasts=HOUR)
        for _ in range(3):
            assert use_up(connection, keys, token, NOW).seat == seat
        assert follow(connection, keys, short, NOW + HOUR - 1).seat == seat
        refused(lambda: follow(connection, keys, short, NOW + HOUR))
        refused(lambda: follow(connection, keys, token + "x", NOW))
        assert revoke_links(connection, NOW, seat=seat) == 2
        refused(lambda: follow(connection, keys, token, NOW))


def test_a_public_link_leads_to_its_conference(engine: Engine, keys: Keys) -> None:
    with engine.begin() as connection:
        token = public_link(connection, keys, "conference", NOW)
        link = follow(connection, keys, token, NOW)
        assert (link.kind, link.conference, link.seat) == ("public", "conference", None)
        assert revoke_links(connection, NOW, conference="conference") == 1
        refused(lambda: follow(connection, keys, token, NOW))


def test_a_setup_link_works_once_within_a_day_and_the_latest_only(engine: Engine, keys: Keys) -> None:
    with engine.begin() as connection:
        staff = create_account(connection, "binh", "Bình", NOW)
        earlier = setup_link(connection, keys, staff, NOW)
        token = setup_link(connection, keys, staff, NOW)
        refused(lambda: follow(connection, keys, earlier, NOW))
        refused(lambda: follow(connection, keys, token, NOW + SETUP_LASTS))
        assert use_up(connection, keys, token, NOW).account == staff
        refused(lambda: use_up(connection, keys, token, NOW))
        unused = setup_link(connection, keys, staff, NOW)
        set_password(connection, staff, PASSWORD, NOW)
        refused(lambda: use_up(connection, keys, unused, NOW))


def test_a_code_works_once_however_it_is_typed(engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        code = issue_code(connection, keys, seat, NOW)
        assert len(code) == 8
        assert set(code) <= set(ALPHABET)
        found = redeem_code(connection, keys, f" {code[:4].lower()}-{code[4:]} ", NOW)
        assert found is not None
        assert found.id == seat
        assert redeem_code(connection, keys, code, NOW) is None


def test_a_code_ends_after_a_quarter_of_an_hour_or_by_a_newer_one(engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        code = issue_code(connection, keys, seat, NOW)
        assert redeem_code(connection, keys, code, NOW + LASTS) is None
        newer = issue_code(connection, keys, seat, NOW)
        assert redeem_code(connection, keys, code, NOW) is None
        assert redeem_code(connection, keys, newer, NOW + LASTS - 1) is not None


def test_a_code_bears_four_wrong_guesses_and_not_five(engine: Engine, keys: Keys, seat: str) -> None:
    def wrong(code: str) -> str:
        return code[:7] + next(character for character in ALPHABET if character != code[7])

    for guesses, works in ((TRIES - 1, True), (TRIES, False)):
        with engine.begin() as connection:
            code = issue_code(connection, keys, seat, NOW)
        for _ in range(guesses):
            with engine.begin() as connection:
                assert redeem_code(connection, keys, wrong(code), NOW) is None
        with engine.begin() as connection:
            assert (redeem_code(connection, keys, code, NOW) is not None) is works


def test_of_fifty_who_redeem_a_code_at_once_one_succeeds(engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        code = issue_code(connection, keys, seat, NOW)
    won: list[object] = []

    def redeem() -> None:
        with engine.begin() as connection:
            won.append(redeem_code(connection, keys, code, NOW))

    threads = [threading.Thread(target=redeem) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 50
    assert sum(found is not None for found in won) == 1


def test_revoking_a_seat_ends_everything_that_leads_to_it(engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        neighbour = new_seat(connection, "conference", "p-khác", NOW)
        kept = open_session(connection, keys, NOW, HOUR, seat=neighbour)
        sessions = [open_session(connection, keys, NOW, HOUR, seat=seat) for _ in range(3)]
        token, code = seat_link(connection, keys, seat, NOW), issue_code(connection, keys, seat, NOW)
    with engine.begin() as connection:
        revoke_seat(connection, seat, NOW)
        revoke_seat(connection, seat, NOW + 1)
    with engine.begin() as connection:
        assert all(session_of(connection, keys, secret, NOW) is None for secret in sessions)
        assert session_of(connection, keys, kept, NOW) is not None
        assert redeem_code(connection, keys, code, NOW) is None
        refused(lambda: follow(connection, keys, token, NOW), "seat_revoked")
        refused(lambda: seat_link(connection, keys, seat, NOW), "seat_revoked")
        refused(lambda: issue_code(connection, keys, seat, NOW), "seat_revoked")
        refused(lambda: revoke_seat(connection, "x", NOW), "seat_unknown")


def test_who_is_readmitted_needs_a_new_link(engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        secret, token = open_session(connection, keys, NOW, HOUR, seat=seat), seat_link(connection, keys, seat, NOW)
        revoke_seat(connection, seat, NOW)
        readmit(connection, seat)
        assert not seat_of(connection, seat).revoked
        assert session_of(connection, keys, secret, NOW) is None
        refused(lambda: follow(connection, keys, token, NOW))
        assert follow(connection, keys, seat_link(connection, keys, seat, NOW), NOW).seat == seat


def test_the_database_holds_no_secret(engine: Engine, keys: Keys, seat: str) -> None:
    with engine.begin() as connection:
        secrets = [
            open_session(connection, keys, NOW, HOUR, seat=seat, address="203.0.113.7"),
            seat_link(connection, keys, seat, NOW),
            public_link(connection, keys, "conference", NOW),
            issue_code(connection, keys, seat, NOW),
            "203.0.113.7",
        ]
    with reading(engine) as connection:
        cells = (cell for table in metadata.sorted_tables for row in connection.execute(table.select()) for cell in row)
        stored = b" ".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
    assert seat.encode() in stored
    assert not [secret for secret in secrets if secret.encode() in stored]
