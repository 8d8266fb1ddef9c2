"""Invitations reach every organisation and person by its own way, at least seven working days before, each once (Art. 8.1)."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from moderation import Refusal
from server.accounts.keys import Keys, new_id
from server.conferences.gates import gates
from server.conferences.postponing import PostponeForm, postpone
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.files.store import Store
from server.invitations import delivery, recipients
from server.invitations.announcing import AnnouncementForm, announce, told_in_time
from server.invitations.gates import uninvited_agencies
from server.invitations.letters import draft_for_signing, link_of, token_of
from server.invitations.recipients import ChangeForm, Guest
from server.invitations.tables import invitation
from server.notifications.sender import sender
from server.notifications.tables import message
from server.notifications.worker import send_once
from server.papers.pdf_text import text_of
from server.papers.register import issue, sign, submit
from server.petitions.tables import petition
from tests.notifications.conftest import Postbox
from tests.office.ward import CASE, Ward

HERE = f"/van-phong/hoi-nghi/{CASE}/moi-va-thong-bao"
PUBLIC = "https://doithoai.example.vn"
OURS, LAW = "QD-1155-QD-TU", "LUAT-72-2025-D43"


def keys(ward: Ward) -> Keys:
    return Keys(ward.settings.pepper)


def invite(ward: Ward, *guests: Guest) -> int:
    with ward.work("van-phong") as w:
        return recipients.add(w, CASE, guests)


def send(ward: Ward) -> int:
    with ward.work("van-phong") as w:
        queued = delivery.send(w, CASE, keys(ward), PUBLIC, {}, "doithoai@bensong.example")
    send_once(ward.engine, sender(ward.engine, ward.settings))
    return queued


def timely(ward: Ward) -> dict[str, bool | None]:
    with ward.work() as w:
        return {one.clock: one.in_time for one in delivery.on_time(w, CASE)}


def listed(ward: Ward) -> list[Any]:
    with ward.work() as w:
        return list(recipients.invitations(w, CASE))


def calendar_of(mail: EmailMessage) -> tuple[str, Any]:
    (part,) = [one for one in mail.iter_attachments() if one.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    return str(calendar["method"]), calendar.walk("VEVENT")[0]


def pdf_of(mail: EmailMessage) -> bytes:
    (part,) = [one for one in mail.iter_attachments() if one.get_content_type() == "application/pdf"]
    content: bytes = part.get_content()
    return content


@pytest.mark.parametrize(("day", "ours"), [("2027-01-04", True), ("2027-01-05", True), ("2027-01-06", False)])
async def test_D8_1b_sent_on_the_fifth_is_in_time_and_on_the_sixth_is_late(ward: Ward, day: str, ours: bool) -> None:
    """For the conference of 14/01/2027: the regulation's seven working days; the law's seven days end on 07/01."""
    invite(ward, Guest("Bà Nguyễn Thị Ước", "Tổ 2", "uoc@example.vn"))
    ward.at(day)
    assert timely(ward) == ({OURS: None, LAW: None} if ours else {OURS: False, LAW: None})
    assert send(ward) == 1
    assert timely(ward) == {OURS: ours, LAW: True}
    with ward.work() as w:
        gate = next(one for one in gates(w, CASE) if one.key == "invitations")
    assert gate.state == "done"


async def test_D8_1b_each_recipient_has_channel_time_and_answer(ward: Ward) -> None:
    invite(
        ward,
        Guest("Ông A", address="a@example.vn"),
        Guest("Bà B", address="0912 345 678"),
        Guest("Cụ C"),
        Guest("Ông D", address="0912345679", channel="zalo"),
    )
    ward.at("2027-01-04")
    assert send(ward) == 3
    assert {row["recipient"]: (row["channel"], row["address"], row["sent_at"] is not None) for row in listed(ward)} == {
        "Ông A": ("email", "a@example.vn", True), "Bà B": ("sms", "+84912345678", False), "Cụ C": ("paper", "", False), "Ông D": ("zalo", "+84912345679", False),
    }  # fmt: skip
    with ward.work("van-phong") as w:
        assert delivery.hand_over(w, CASE, delivery.HandedForm(on=date(2027, 1, 4))) == 1
    async with ward.browser("van-phong") as browser:  # SMS and Zalo have no gateway: a person sends them and says so
        with ward.work() as w:
            waiting = w.db.execute(select(message.c.id).where(message.c.state == "queued")).scalars().all()
        for id in waiting:
            assert (await browser.post("/van-phong/thu-gui/da-gui", data={"once": new_id(), "message": id, "state": "queued"})).status_code == 303
    assert all(row["sent_at"] for row in listed(ward))
    assert timely(ward)[OURS] is True


async def test_a_mail_carries_the_entry_for_the_calendar_and_the_personal_link(ward: Ward, postbox: Postbox) -> None:
    invite(ward, Guest("Bà Nguyễn Thị Ước", address="uoc@example.vn"))
    assert (send(ward), send(ward), len(postbox.mails)) == (1, 0, 1)
    (mail,) = postbox.mails
    (row,) = listed(ward)
    body = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    assert isinstance(body, EmailMessage) and link_of(keys(ward), PUBLIC, row["id"]) in body.get_content().replace("\r\n", "\n")
    method, event = calendar_of(mail)
    assert (method, str(event["uid"]), event["dtstart"].dt.isoformat()) == ("REQUEST", f"{CASE}@doithoai", "2027-01-14T13:30:00+07:00")


async def test_once_the_letter_is_signed_and_numbered_a_mail_carries_it(ward: Ward, postbox: Postbox) -> None:
    invite(ward, Guest("Bà Nguyễn Thị Ước", address="uoc@example.vn"), Guest("Ông B", address="b@example.vn"))
    with ward.work("van-phong") as w:
        letter = draft_for_signing(w, CASE)
        submit(w, letter)
    with ward.work("chu-tich") as w:
        sign(w, letter)
        number = issue(w, letter)
    async with ward.browser("van-phong") as browser:
        assert number in (await browser.get(HERE)).text
        assert (await browser.post(f"{HERE}/gui", data={"once": new_id()})).status_code == 303
    send_once(ward.engine, sender(ward.engine, ward.settings))
    attached = {mail["To"].addresses[0].addr_spec: pdf_of(mail) for mail in postbox.mails}
    assert attached.keys() == {"uoc@example.vn", "b@example.vn"} and len(set(attached.values())) == 2
    told = "".join("".join(text_of(attached["uoc@example.vn"])).split())
    assert number in told and "BàNguyễnThịƯớc" in told and "DỰTHẢO" not in told


async def test_nothing_goes_out_before_the_chair_approved(ward: Ward) -> None:
    invite(ward, Guest("Cụ C"))
    with ward.work() as w:
        w.change(conference, CASE, approved_at=None)
    with pytest.raises(Refusal, match="plan_not_approved"):
        send(ward)
    with pytest.raises(Refusal, match="plan_not_approved"), ward.work("van-phong") as w:
        delivery.hand_over(w, CASE, delivery.HandedForm(on=date(2026, 12, 15)))


async def test_nobody_is_listed_twice_however_they_are_written(ward: Ward) -> None:
    assert invite(ward, Guest("Bà Nguyễn Thị Ước", "Tổ 2"), Guest("bà nguyễn thị ước", "TỔ 2"), Guest("Bà Nguyễn Thị Ước", "Tổ 3")) == 2
    assert invite(ward, Guest("Bà Nguyễn Thị Ước", "Tổ 3")) == 0


@pytest.mark.parametrize(
    ("guest", "code"),
    [
        (Guest("A", address="a@b.vn, c@d.vn"), "address_unfit"),
        (Guest("A", address="12"), "address_unfit"),
        (Guest("A", channel="email"), "address_needed"),
        (Guest("A", address="0912345678", channel="email"), "address_unfit"),
        (Guest("A", address="a@b.vn", channel="sms"), "address_unfit"),
        (Guest("A", channel="fax"), "channel_unknown"),
    ],
)
async def test_what_cannot_be_sent_to_is_refused_and_nobody_is_added(ward: Ward, guest: Guest, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        invite(ward, Guest("Cụ C"), guest)
    assert listed(ward) == []


async def test_what_has_gone_out_is_not_changed(ward: Ward) -> None:
    invite(ward, Guest("Bà Ước", address="uoc@example.vn"), Guest("Cụ C"))
    mailed, paper = (next(row for row in listed(ward) if row["recipient"] == name) for name in ("Bà Ước", "Cụ C"))
    send(ward)
    with ward.work("van-phong") as w:
        recipients.change(w, CASE, ChangeForm(invitation=paper["id"], address="c@example.vn", channel="email"))
    with pytest.raises(Refusal, match="invitation_gone"), ward.work("van-phong") as w:
        recipients.change(w, CASE, ChangeForm(invitation=mailed["id"], address="x@example.vn", channel="email"))
    with pytest.raises(Refusal, match="invitation_gone"), ward.work("van-phong") as w:
        recipients.take_off(w, CASE, mailed["id"])
    with ward.work("van-phong") as w:
        recipients.take_off(w, CASE, paper["id"])
    assert [row["recipient"] for row in listed(ward)] == ["Bà Ước"]


async def test_D6_2b_the_list_is_filtered_by_group(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        recipients.add(w, CASE, [Guest("Đoàn viên A")], "thanh_nien")
        recipients.add(w, CASE, [Guest("Cụ C")], "nguoi_cao_tuoi")
    async with ward.browser("van-phong") as browser:
        page = (await browser.get(f"{HERE}?nhom=thanh_nien")).text
    assert "Đoàn viên A" in page and "Cụ C" not in page


async def test_D8_1d_an_agency_with_a_petition_is_warned_of_until_it_is_invited(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.add(petition, conference=CASE, number=1, code="KN-01", state="assigned", received_at=w.now, received_on="2026-12-20", source="slip", name="A", shown_as="A",
              field="moi_truong", content="x", summary="Rác đầu phố", declared=True, lead="kthtdt")  # fmt: skip
    with ward.work() as w:
        assert uninvited_agencies(w, CASE) == ["Phòng KT-HT-ĐT"]
        assert next(one for one in gates(w, CASE) if one.key == "agencies").state == "warn"
    async with ward.browser("van-phong") as browser:
        assert "data-uninvited" in (await browser.get(HERE)).text
        assert (await browser.post(f"{HERE}/co-quan", data={"once": new_id(), "bodies": ["kthtdt", "mttq"]})).status_code == 303
        assert "data-uninvited" not in (await browser.get(HERE)).text
        letter = await browser.get(f"{HERE}/giay-moi.pdf?mot={next(row['id'] for row in listed(ward) if row['body'] == 'kthtdt')}")
    assert letter.status_code == 200 and letter.content.startswith(b"%PDF-")


async def test_lists_are_pasted_and_uploaded_whole_or_not_at_all(ward: Ward) -> None:
    async with ward.browser("van-phong") as browser:
        wrong = {"once": new_id(), "list": "Bà A; Tổ 1; 0912345678\nÔng B; Tổ 2; không có"}
        answer = await browser.post(f"{HERE}/danh-sach", data=wrong)
        assert answer.status_code == 422 and "Địa chỉ của Ông B" in answer.text and listed(ward) == []
        files = {"file": ("moi.csv", "Họ tên,Nơi ở,Liên hệ\nBà A,Tổ 1,0912345678\nÔng B,Tổ 2,b@example.vn\n".encode(), "text/csv")}
        assert (await browser.post(f"{HERE}/danh-sach", data={"once": new_id(), "list": "Cụ C; Tổ 3"}, files=files)).status_code == 303
    assert sorted((row["recipient"], row["channel"]) for row in listed(ward)) == [("Bà A", "sms"), ("Cụ C", "paper"), ("Ông B", "email")]


async def test_letters_on_paper_come_as_one_file_and_an_agency_may_not_send(ward: Ward) -> None:
    invite(ward, Guest("Cụ C"), Guest("Bà D"), Guest("Ông E", address="e@example.vn"))
    async with ward.browser("van-phong") as browser:
        letters = await browser.get(f"{HERE}/giay-moi.pdf")
        assert letters.status_code == 200 and letters.headers["content-type"] == "application/pdf"
        assert (await browser.post(f"{HERE}/gui", data={"once": new_id()})).status_code == 303
    async with ward.browser("kthtdt") as browser:
        assert (await browser.get(HERE)).status_code == 200
        assert (await browser.post(f"{HERE}/gui", data={"once": new_id()})).status_code == 422
        assert (await browser.get(f"{HERE}/giay-moi.pdf")).status_code == 403


async def test_postponing_voids_the_old_ones_and_the_new_ones_count_anew(ward: Ward, postbox: Postbox) -> None:
    invite(ward, Guest("Bà Ước", address="uoc@example.vn"), Guest("Ông B", address="0912345678"), Guest("Cụ C"))
    ward.at("2027-01-04")
    send(ward)
    old = {row["id"]: row for row in listed(ward)}
    with ward.work("chu-tich") as w:
        postpone(w, CASE, PostponeForm(why="Mưa bão", date=date(2027, 1, 28)))
    send_once(ward.engine, sender(ward.engine, ward.settings))
    request, cancel = postbox.mails
    (method, gone), (_, was) = calendar_of(cancel), calendar_of(request)
    assert (method, gone["uid"], gone["organizer"], gone["sequence"] > was["sequence"]) == ("CANCEL", was["uid"], was["organizer"], True)
    told = cancel.get_body(("plain",))
    assert isinstance(told, EmailMessage) and "Lý do: Mưa bão" in told.get_content()
    with ward.work() as w:  # what the SMS has not been told was taken back; nothing more is sent to who was not told
        assert {row.kind: row.state for row in w.db.execute(select(message.c.kind, message.c.state).where(message.c.channel == "sms"))} == {
            "invitation": "withdrawn"
        }
        assert w.db.scalar(select(deadline.c.due).where(deadline.c.kind == "notice", deadline.c.clock == OURS)) == "2027-01-19"
    assert listed(ward) == []
    async with ward.browser() as browser:
        mailed = next(id for id, row in old.items() if row["channel"] == "email")
        void = await browser.post("/moi", data={"token": token_of(keys(ward), mailed)})
        assert void.status_code == 404 and "không còn giá trị" in void.text
    async with ward.browser("chu-tich") as browser:
        with ward.work() as w:
            version = w.row(conference, CASE)["version"]
        assert (await browser.post(f"/van-phong/hoi-nghi/{CASE}/ke-hoach/mo-lai", data={"once": new_id(), "version": version})).status_code == 303
    with ward.work("van-phong") as w:
        assert delivery.invite_again(w, CASE) == 3
    with ward.work("van-phong") as w:
        assert delivery.invite_again(w, CASE) == 0
    assert {row["edition"] for row in listed(ward)} == {2} and not old.keys() & {row["id"] for row in listed(ward)}
    send(ward)
    method, event = calendar_of(postbox.mails[2])
    assert (method, event["sequence"] > gone["sequence"], event["dtstart"].dt.date()) == ("REQUEST", True, date(2027, 1, 28))


async def test_the_deadline_is_met_when_all_have_it_and_the_public_was_told(ward: Ward) -> None:
    invite(ward, Guest("Bà Ước", address="uoc@example.vn"))
    ward.at("2027-01-04")
    send(ward)

    def met() -> set[str | None]:
        with ward.work() as w:
            return {row.met_on for row in w.db.execute(select(deadline.c.met_on).where(deadline.c.kind == "notice"))}

    assert met() == {None}
    ward.at("2027-01-05")
    with ward.work("van-phong") as w:
        form = AnnouncementForm(channel="website", day=date(2027, 1, 5), hour="08:30", url="https://bensong.example/thong-bao")
        announce(w, CASE, form, Store(ward.settings.data_dir / "files"), None)
        assert [one.in_time for one in told_in_time(w, CASE)] == [True, True]
    assert met() == {"2027-01-05"}


async def test_who_is_invited_and_told_is_in_the_history(ward: Ward) -> None:
    invite(ward, Guest("Cụ C"))
    async with ward.browser("chu-tich") as browser:
        page = (await browser.get(f"/van-phong/hoi-nghi/{CASE}/lich-su")).text
    assert "Giấy mời" in page and "Cụ C" in page
    with ward.work() as w:
        assert w.db.scalar(select(invitation.c.token_hash)) is None
