"""Lists that somebody has become guests, whatever stands in them; an address is only used for what it is good for."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation import Refusal
from server.invitations.recipients import CHANNELS, Guest, listed, pasted, way
from server.notifications.letter import address_of


@given(st.text(), st.sampled_from(("", *CHANNELS)))
def test_an_address_is_only_used_for_what_it_is_good_for(address: str, channel: str) -> None:
    chosen, used, code = "", "", ""
    try:
        chosen, used = way(Guest("A", address=address, channel=channel))
    except Refusal as refusal:
        code = refusal.code
    assert code in ("", "address_needed", "address_unfit")
    if code:
        return
    assert channel in ("", chosen)
    if chosen == "email":
        assert address_of(used).addr_spec == used
    elif chosen in ("sms", "zalo"):
        assert used.startswith("+84") and used[1:].isdecimal()


@given(st.lists(st.lists(st.text(), max_size=5), max_size=8))
def test_any_table_gives_guests_with_one_line_each_or_none(rows: list[list[str]]) -> None:
    guests: list[Guest] = []
    code = ""
    try:
        guests = listed(rows)
    except Refusal as refusal:
        code = refusal.code
    assert (code, bool(guests)) in (("", True), ("list_empty", False))
    assert len(guests) <= len(rows)
    for guest in guests:
        for text in (guest.recipient, guest.residence, guest.address):
            assert text == " ".join(text.split()) and len(text) <= 300 and "\0" not in text
            assert not any(unicodedata.category(character) == "Cs" for character in text)
        assert guest.recipient


def test_a_pasted_list_is_read_by_semicolons_or_tabs_and_its_head_line_is_known() -> None:
    guests = listed(pasted("Họ và tên;Nơi ở;Điện thoại\n\nBà A; Tổ 1; 0912 345 678\nÔng B\tTổ 2\nCụ C"))
    assert [(one.recipient, one.residence, one.address) for one in guests] == [
        ("Bà A", "Tổ 1", "0912 345 678"),
        ("Ông B", "Tổ 2", ""),
        ("Cụ C", "", ""),
    ]


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(Refusal, match="list_empty"):
        listed(pasted("Họ tên; Nơi ở"))
