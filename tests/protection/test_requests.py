"""Data protection: requests with their clocks, correcting with history, erasing that leaves every chain whole, and what stands against it."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from moderation import Refusal
from moderation.case.protection import TERMS, Ask, RequestState, check_days, may_erase, step
from server.accounts.keys import new_id
from server.conferences.tables import conference
from server.db.engine import database_path
from server.db.tables import fact
from server.db.verify import verify_database
from server.deadlines.tables import deadline
from server.dossier.packing import verify_history
from server.notifications.tables import message
from server.office.tables import history
from server.petitions.tables import petition
from server.protection import erasing, requests
from server.protection.requests import found, person_of
from server.protection.tables import data_request
from server.protection.traces import facts_about, reach, traces
from tests.office.ward import CASE, Ward
from tests.protection.conftest import DESK, EMAIL, NAME, OTHER, PHONE, Lan, open_lan


def asked(lan: Lan, ask: Ask, text: str = "") -> str:
    with lan.ward.work("") as w:
        return requests.from_citizen(w, lan.ward.parts.keys, lan.code, ask, text)


def sure(lan: Lan, id: str) -> list[str]:
    """Everything that is hers: rows and facts."""
    with lan.ward.work("van-phong") as w:
        person = person_of(found(w, id))
        return [t.key for t in traces(w, person, reach(w))] + [s.key for s in facts_about(w, person, reach(w))]


def everything(ward: Ward) -> bytes:
    """The bytes of the database as they lie on the disk."""
    path = database_path(ward.parts.settings.database)
    return b"".join(part.read_bytes() for part in sorted(path.parent.glob(path.name + "*")))


@given(st.sampled_from(RequestState), st.sampled_from(RequestState))
def test_a_request_that_has_ended_stays_as_it_is(now: RequestState, then: RequestState) -> None:
    if now in (RequestState.DONE, RequestState.REFUSED) or then is RequestState.RECEIVED or now is then:
        with pytest.raises(Refusal, match="request_closed"):
            step(now, then)
    else:
        assert step(now, then) is then


@given(st.dates(), st.booleans(), st.one_of(st.none(), st.dates()))
def test_archive_duty_holds_exactly_while_a_locked_dossier_is_kept(today: date, locked: bool, until: date | None) -> None:
    if locked and (until is None or today <= until):
        with pytest.raises(Refusal, match="archive_duty"):
            may_erase(today, locked, until)
    else:
        may_erase(today, locked, until)


@given(st.integers(-1000, 1000))
def test_a_term_is_one_day_to_sixty(days: int) -> None:
    if 1 <= days <= 60:
        assert check_days(days) == days
    else:
        with pytest.raises(Refusal, match="days_unfit"):
            check_days(days)


def test_the_default_terms_are_two_working_days_and_ten_fifteen_twenty_days() -> None:
    assert [(TERMS[what].days, TERMS[what].working) for what in ("answer", Ask.SEE, Ask.CORRECT, Ask.WITHDRAW, Ask.ERASE)] == [
        (2, True), (10, False), (10, False), (15, False), (20, False),
    ]  # fmt: skip
    assert all(term.source for term in TERMS.values())


async def test_a_citizen_asks_with_a_tracking_code_and_both_clocks_run(lan: Lan) -> None:
    async with lan.ward.browser() as citizen:
        assert (await citizen.get("/du-lieu-ca-nhan")).status_code == 200
        wrong = await citizen.post("/du-lieu-ca-nhan", data={"code": "ABCDEFGHJK", "ask": "erase", "text": "Xin xóa", "once": new_id()})
        assert wrong.status_code == 422 and "Xin xóa" in wrong.text
        answer = await citizen.post("/du-lieu-ca-nhan", data={"code": lan.code, "ask": "erase", "text": "Xin xóa", "once": new_id()})
        assert answer.status_code == 303 and NAME not in (await citizen.get(answer.headers["location"])).text
        seen = await citizen.post("/du-lieu-ca-nhan/xem", data={"code": lan.code})
        assert "Mới nhận" in seen.text and NAME not in seen.text
    with lan.ward.work() as w:
        due = {row.kind: row.due for row in w.db.execute(select(deadline.c.kind, deadline.c.due).where(deadline.c.kind.like("data_%")))}
    assert due == {"data_answer": "2026-12-17", "data_done": "2027-01-04"}  # received Tuesday 15/12/2026
    async with lan.ward.browser("van-phong") as office, lan.ward.browser("kthtdt") as agency:
        listed = (await office.get(DESK)).text
        assert "YC-0001" in listed and "Xóa dữ liệu" in listed
        assert (await agency.get(DESK)).status_code == 403


async def test_wrong_codes_are_counted(lan: Lan) -> None:
    async with lan.ward.browser() as citizen:
        answers = [await citizen.post("/du-lieu-ca-nhan/xem", data={"code": "ABCDEFGHJK"}) for _ in range(12)]
    assert "Không có ý kiến nào có mã này" in answers[0].text
    assert "Không có ý kiến nào có mã này" not in answers[-1].text


async def test_answering_and_finishing_meet_the_clocks(lan: Lan) -> None:
    id = asked(lan, Ask.SEE)
    async with lan.ward.browser("van-phong") as office:
        page = f"{DESK}/yeu-cau/{id}"
        assert (await office.post(f"{page}/tra-loi", data={"text": "Đã nhận, sẽ gửi dữ liệu.", "once": new_id()})).status_code == 303
    lan.ward.at("2026-12-20")
    async with lan.ward.browser("van-phong") as office:
        assert (await office.post(f"{page}/xong", data={"text": "Đã gửi bản in.", "once": new_id()})).status_code == 303
        again = await office.post(f"{page}/xong", data={"text": "x", "once": new_id()})
        assert again.status_code == 422 and "đã kết thúc" in again.text
    with lan.ward.work() as w:
        met = {row.kind: row.met_on for row in w.db.execute(select(deadline.c.kind, deadline.c.met_on).where(deadline.c.subject == id))}
    assert met == {"data_answer": "2026-12-15", "data_done": "2026-12-20"}


async def test_all_data_on_a_person_is_exported_and_nothing_of_others(lan: Lan) -> None:
    id = asked(lan, Ask.SEE)
    async with lan.ward.browser("van-phong") as office:
        data = (await office.get(f"{DESK}/yeu-cau/{id}/du-lieu.json")).text
        page = (await office.get(f"{DESK}/yeu-cau/{id}/du-lieu")).text
    for text in (NAME, PHONE, EMAIL, "Số 5 ngõ 12", "1970", "nhà bà Lan.jpg", "Kính gửi bà"):
        assert text in data and text in page, text
    assert OTHER not in data and OTHER not in page
    assert json.loads(data)["nhat_ky_hoi_nghi"][0]["gia_tri"]["name"] == NAME


async def test_a_correction_keeps_both_texts(lan: Lan) -> None:
    id = asked(lan, Ask.CORRECT, "Sai số nhà")
    async with lan.ward.browser("van-phong") as office:
        page = f"{DESK}/yeu-cau/{id}"
        assert "sua=petition" in (await office.get(page)).text
        form = {"trace": f"petition:{lan.petition}", "column": "address", "value": "Số 7 ngõ 12", "once": new_id()}
        assert (await office.post(f"{page}/sua", data=form)).status_code == 303
        foreign = await office.post(f"{page}/sua", data={**form, "trace": f"petition:{lan.other}", "once": new_id()})
        assert foreign.status_code == 422 and "không thuộc yêu cầu" in foreign.text
    with lan.ward.work() as w:
        assert w.row(petition, lan.petition)["address"] == "Số 7 ngõ 12"
        told = w.db.scalar(
            select(history.c.private).where(history.c.kind == "petition", history.c.subject == lan.petition).order_by(history.c.seq.desc())
        )
    assert told and json.loads(told) == {"address": ["Số 5 ngõ 12", "Số 7 ngõ 12"]}


async def test_withdrawing_takes_every_consent_back(lan: Lan) -> None:
    id = asked(lan, Ask.WITHDRAW)
    async with lan.ward.browser("van-phong") as office:
        assert (await office.post(f"{DESK}/yeu-cau/{id}/rut", data={"text": "Đã rút.", "once": new_id()})).status_code == 303
    with lan.ward.work() as w:
        row = w.row(petition, lan.petition)
        assert (row["publish_name"], row["results_by"]) == (False, "")


async def test_erasure_leaves_nothing_of_the_person_and_every_chain_whole(database_url: str, tmp_path: Path) -> None:
    async with open_lan(tmp_path / "ward", database_url) as lan:
        await erased_for_good(lan, on_disk=database_url.startswith("sqlite"))


async def erased_for_good(lan: Lan, on_disk: bool) -> None:
    id = asked(lan, Ask.ERASE)
    assert not on_disk or NAME.encode() in everything(lan.ward)
    async with lan.ward.browser("van-phong") as office:
        page = f"{DESK}/yeu-cau/{id}"
        shown = (await office.get(page)).text
        keys = re.findall(r'name="chosen" value="([^"]+)"', shown)
        assert f"petition:{lan.petition}" in keys and any(key.startswith(f"{CASE}:") for key in keys)
        answer = await office.post(f"{page}/xoa", data={"chosen": keys, "text": "Đã xóa.", "once": new_id()})
        assert answer.status_code == 303, answer.text
    with lan.ward.work() as w:
        row = w.row(petition, lan.petition)
        assert (row["name"], row["phone"], row["birth_year"], row["content"], row["summary"]) == (
            "đã xóa",
            "đã xóa",
            None,
            "đã xóa",
            "Cống ngõ 12 tắc",
        )
        assert w.row(petition, lan.other)["name"] == OTHER
        assert w.db.scalar(select(message.c.state)) == "withdrawn"
        assert all(standing.ok for standing in verify_history(w.db))
        kept = list(w.db.scalars(select(fact.c.private).where(fact.c.private.is_not(None))))
    assert any(OTHER.encode() in private for private in kept) and not any(NAME.encode() in private for private in kept)
    assert all(verdict.ok for verdict in verify_database(lan.ward.parts.settings.database))
    with pytest.raises(Refusal, match="file_unknown"):
        lan.files.get(lan.file)
    names = {p.identity.name if p.identity else None for p in (await lan.ward.parts.rooms.get(CASE)).room.state.people.values()}
    assert OTHER in names and NAME not in names and None in names
    with lan.ward.work() as w:  # what is left of her is the request itself
        w.db.execute(data_request.update().values(name="", phone="", email=""))
        w.db.execute(history.update().where(history.c.kind == "data_request", history.c.private.is_not(None)).values(private=None, salt=None))
    erasing.scrub(lan.ward.parts.settings.database)
    if on_disk:
        assert NAME.encode() not in everything(lan.ward) and EMAIL.encode() not in everything(lan.ward)


async def test_a_locked_dossier_stands_against_erasing_until_its_term_ends(lan: Lan) -> None:
    id = asked(lan, Ask.ERASE)
    with lan.ward.work() as w:
        w.change(conference, CASE, dossier_locked_at=w.now, dossier_term="10 năm")
    keys = sure(lan, id)
    async with lan.ward.browser("van-phong") as office:
        answer = await office.post(f"{DESK}/yeu-cau/{id}/xoa", data={"chosen": keys, "text": "Xóa", "once": new_id()})
    assert answer.status_code == 422 and "phải lưu giữ đến 31/12/2036" in answer.text
    with lan.ward.work() as w:
        assert w.row(petition, lan.petition)["name"] == NAME and w.row(data_request, id)["state"] == "received"
    lan.ward.at("2037-01-01")
    with lan.ward.work("van-phong") as w:
        erasing.erase(w, id, keys)
        assert w.row(petition, lan.petition)["name"] == "đã xóa"


async def test_nothing_is_erased_while_the_conference_is_in_session_or_that_was_not_found(lan: Lan) -> None:
    id = asked(lan, Ask.ERASE)
    with pytest.raises(Refusal, match="trace_unknown"), lan.ward.work("van-phong") as w:
        erasing.erase(w, id, [f"petition:{lan.other}"])
    with pytest.raises(Refusal, match="nothing_chosen"), lan.ward.work("van-phong") as w:
        erasing.erase(w, id, [])
    with lan.ward.work() as w:
        w.change(conference, CASE, stage="in_session")
    with pytest.raises(Refusal, match="room_in_session"), lan.ward.work("van-phong") as w:
        erasing.erase(w, id, [f"petition:{lan.petition}"])


async def test_staff_key_in_a_request_made_at_the_office(lan: Lan) -> None:
    async with lan.ward.browser("van-phong") as office:
        form = {"unit": "ben_song", "ask": "see", "name": OTHER, "proof": "Đến trực tiếp, đối chiếu căn cước", "once": new_id()}
        unit = re.search(r'name="unit" value="([^"]+)"', (await office.get(f"{DESK}/moi")).text)
        assert unit
        lacking = await office.post(f"{DESK}/moi", data={**form, "unit": unit[1], "proof": ""})
        assert lacking.status_code == 422 and OTHER in lacking.text
        answer = await office.post(f"{DESK}/moi", data={**form, "unit": unit[1], "once": new_id()})
        assert answer.status_code == 303, answer.text
        shown = (await office.get(answer.headers["location"])).text
    assert OTHER in shown and NAME not in shown


async def test_terms_are_settings_with_their_source(lan: Lan) -> None:
    with pytest.raises(Refusal, match="not_allowed"), lan.ward.work("van-phong") as w:
        requests.set_term(w, "erase", 30, "Quyết định mới")
    async with lan.ward.browser("admin") as admin:
        form = {"what": "erase", "days": "30", "source": "Quyết định mới", "once": new_id()}
        assert (await admin.post(f"{DESK}/thoi-han", data=form)).status_code == 303
        assert "Quyết định mới" in (await admin.get(f"{DESK}/thoi-han")).text
    id = asked(lan, Ask.ERASE)
    with lan.ward.work() as w:
        assert w.db.scalar(select(deadline.c.due).where(deadline.c.subject == id, deadline.c.kind == "data_done")) == "2027-01-14"
