"""The attendance list: everybody whom the room knows to have been there, each once, with nothing that is not for a list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation import Conference, Refusal
from moderation.agenda import MoveToStep
from moderation.kernel import Identity, Role
from moderation.people import Channel, Join, Person, Standing
from server.accounts.keys import new_id
from server.papers import register
from server.papers.attendance import attendance_data
from server.papers.compose import compose
from server.papers.course import counted
from server.papers.office_templates import PARTY_SAMPLE, STATE_SAMPLE
from tests.dossier.conftest import opened_ward
from tests.office.ward import CASE
from tests.papers.looks import in_docx, in_pdf
from tests.papers.meeting import seated


def names(c: Conference) -> list[str]:
    return [person["name"] for group in attendance_data(c)["groups"] for person in group["people"]]


def test_D10_3_the_list_counts_as_the_minutes_do_and_names_each_person_once(ended: Conference) -> None:
    data = attendance_data(ended)
    assert data["total"] == sum(counted(ended))
    assert [row["count"] for row in data["counts"]] == ["128", "43", "2"]
    assert sorted(names(ended)) == sorted(who.identity.name for who in ended.people.values() if who.identity)
    assert data["groups"][0]["name"] == "Người chủ trì"
    binh = next(one for group in data["groups"] for one in group["people"] if one["name"] == "Bà Bình")
    assert binh["noted"] == "ghi tên 13:30" and binh["about"] == "38 hộ dự án kè, Tổ dân phố số 4" and "Tổ dân phố số 4" in binh["channel"]
    said = str(data)
    assert "0310000000" not in said and "chen ngang" not in said


def test_before_the_opening_there_is_no_list() -> None:
    with pytest.raises(Refusal, match="room_not_held"):
        attendance_data(seated().state)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(Standing), st.booleans(), st.sampled_from(sorted(Role)), st.sampled_from(Channel)), max_size=12))
def test_who_was_never_let_in_is_not_on_it_and_everybody_else_is(ended: Conference, drawn: list[tuple[Standing, bool, Role, Channel]]) -> None:
    people = {
        f"p{n}": Person(f"p{n}", frozenset({role}), channel, identity=Identity(f"Ông {n}"), standing=standing, joined_at=1 if joined else None)
        for n, (standing, joined, role, channel) in enumerate(drawn)
    }
    there = {
        who.identity.name
        for who in people.values()
        if who.identity
        and who.roles.isdisjoint({Role.DISPLAY, Role.SYSTEM})
        and who.standing not in (Standing.LOBBY, Standing.TURNED_AWAY)
        and (who.standing is not Standing.REFUSED or who.joined_at is not None)
    }
    found = names(replace(ended, people=people))
    assert set(found) == there and len(found) == len(there)


def test_it_is_a_paper_in_both_forms(ended: Conference) -> None:
    state, party = (compose("attendance", attendance_data(ended), frame).paper for frame in (STATE_SAMPLE, PARTY_SAMPLE))
    for look in (in_pdf(state), in_docx(state)):
        assert "CỘNGHÒAXÃHỘICHỦNGHĨAVIỆTNAM" in look and "DANHSÁCH" in look and "BàLêThịThư" in look
    assert "ĐẢNGBỘTHÀNHPHỐHẢIPHÒNG" in in_docx(party) and "./." not in in_docx(party)


async def test_the_office_draws_it_up_from_the_room_by_a_button(tmp_path: Path) -> None:
    async with opened_ward(tmp_path) as ward:
        button = f"/van-phong/hoi-nghi/{CASE}/van-ban/danh-sach-du"
        async with ward.browser("van-phong") as office, ward.browser("kthtdt") as agency:
            early = await office.post(button, data={"once": new_id()})
            assert early.status_code == 422 and "chưa khai mạc" in early.text
            live = await ward.parts.rooms.get(CASE)
            chair = next(who.id for who in live.room.state.people.values() if Role.CHAIR in who.roles)
            await live.room.do(new_id(), chair, Join(notice_read=True, rules_accepted=True))
            await live.room.do(new_id(), chair, MoveToStep(1))
            assert (await agency.post(button, data={"once": new_id()})).status_code == 403
            once = new_id()
            made = [await office.post(button, data={"once": once}) for _ in range(2)]
            assert [answer.status_code for answer in made] == [303, 303]
            page = await office.get(made[0].headers["location"])
            assert page.status_code == 200 and "Danh sách" in page.text and "DỰ THẢO" in page.text
        with ward.work("van-phong") as w:
            assert len(register.papers_of(w, CASE, "attendance")) == 1
