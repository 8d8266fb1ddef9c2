"""Petitions from the slip to the released answer: the services, with the rights of whoever works."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from moderation import Refusal
from moderation.case.petitions import Kind, Sender, State
from server.deadlines.tables import deadline
from server.notifications.reminders import remind
from server.notifications.tables import message
from server.office import history
from server.office.tables import history as entries
from server.office.work import Work
from server.organisation.tables import body
from server.petitions.answering import check, current, draft, release, release_many, released, send_back, to_release
from server.petitions.assigning import Assignment, assign, propose, settle
from server.petitions.following import followed
from server.petitions.forecasts import file_forecast, forecasts
from server.petitions.merging import likely_duplicates, merge, unmerge
from server.petitions.queries import Filter, answers_of, counts, listed, merged_ones, petition_of_case, proposals_of, sees_contacts
from server.petitions.speaking import name_speaker
from server.petitions.tables import petition, petition_proposal
from server.petitions.told import answers, for_room, out_of_scope_count, synthesis
from server.petitions.tracking import give_code, spaced
from server.petitions.triage import Decision, show_again, triage, withhold
from tests.office.ward import CASE, Ward
from tests.petitions.slips import DRAINS, DRAINS_AGAIN, HOA, RUBBISH, accept, take


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def test_D8_2a_a_slip_keyed_on_behalf_keeps_who_wrote_it_and_who_keyed_it(ward: Ward) -> None:
    with pytest.raises(Refusal, match="writer_needed"), ward.work("dc-02") as w:
        take(w, ward, source="on_behalf")
    with ward.work("dc-02") as w:
        id = take(w, ward, source="on_behalf", source_detail="Tổ trưởng Tổ dân phố số 4")
        row = w.row(petition, id)
    assert (row["source"], row["source_detail"], row["code"]) == ("on_behalf", "Tổ trưởng Tổ dân phố số 4", "YK-0001")
    assert row["keyed_by"] == ward.staff("dc-02").account
    assert row["phone"] == "+84912345678"


def test_D12_3_no_petition_without_the_declaration(ward: Ward) -> None:
    with pytest.raises(Refusal, match="declaration_needed"), ward.work("tong-hop") as w:
        take(w, ward, declared=False)
    with ward.work() as w:
        assert counts(w, CASE) == {"late": 0}


def test_D2_2_a_group_speaks_only_once_its_representative_is_named(ward: Ward) -> None:
    group = Sender("38 hộ khu Bãi Triều", is_group=True)
    with pytest.raises(Refusal, match="representative_needed"), ward.work("tong-hop") as w:
        take(w, ward, sender=group, wants_to_speak=True, channel="hall")
    with ward.work("tong-hop") as w:
        id = take(w, ward, sender=group)
        with pytest.raises(Refusal, match="representative_needed"):
            name_speaker(w, CASE, id, "Trần Văn Bình", "", True, "hall")
        assert listed(w, Filter(CASE, "speak"))[2] == 0
        name_speaker(w, CASE, id, "Trần Văn Bình", "Biên bản họp ngày 18/12/2026", True, "hall")
        assert [row["id"] for row in listed(w, Filter(CASE, "speak"))[0]] == [id]


def test_D1_2_a_complaint_is_listed_as_referred_and_is_in_no_synthesis(ward: Ward) -> None:
    complaint = "Tôi khiếu nại quyết định xử phạt về xây dựng"
    with ward.work("tong-hop") as w:
        kept, sent = take(w, ward), take(w, ward, content=complaint)
        accept(w, kept)
        with pytest.raises(Refusal, match="referral_needs_receiver"):
            triage(w, CASE, sent, Decision(Kind.COMPLAINT, "khac", "Công dân"))
        triage(w, CASE, sent, Decision(Kind.COMPLAINT, "khac", "Công dân", referral_to="Ban Tiếp công dân thành phố", referral_no="01/PHD-UBND"))
        told = synthesis(w, CASE)
        assert w.row(petition, sent)["code"] == "NP-01"
        assert out_of_scope_count(w, CASE) == 1
        assert [plan.id for plan in for_room(w, CASE)] == ["KN-01"]
    assert [line["code"] for line in told["petitions"]] == ["KN-01"]
    assert complaint not in str(told)
    assert [(one["code"], one["kind"], one["receiver"], one["slip"]) for one in told["referred"]] == [
        ("NP-01", "Khiếu nại", "Ban Tiếp công dân thành phố", "01/PHD-UBND")
    ]


def test_D1_3_voters_contact_is_sent_to_the_council(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        sent = take(w, ward, content="Kiến nghị với tổ đại biểu Hội đồng nhân dân")
        triage(w, CASE, sent, Decision(Kind.VOTERS, "khac", "Công dân", referral_to="Thường trực Hội đồng nhân dân phường"))
        assert synthesis(w, CASE)["referred"][0]["kind"] == "Thuộc tiếp xúc cử tri của đại biểu Hội đồng nhân dân"


def test_what_was_sent_elsewhere_by_mistake_comes_back_with_a_number_of_the_dialogue(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        id = take(w, ward)
        triage(w, CASE, id, Decision(Kind.RECEPTION, "khac", "Công dân", referral_to="Nơi tiếp công dân"))
        accept(w, id)
        row = w.row(petition, id)
        told = history.read(w, CASE, kind="petition", subject=id)[0]
    assert (row["code"], row["state"], row["referral_to"]) == ("KN-01", "accepted", "")
    assert [old for entry in told for name, old, _ in entry.changes if name == "code"] == ["NP-01", "YK-0001", None]


def test_a_number_is_never_given_twice_and_stays_with_its_petition(ward: Ward) -> None:
    def code(w: Work, id: str) -> str:
        return str(w.row(petition, id)["code"])

    with ward.work("tong-hop") as w:
        first, second, third = (take(w, ward) for _ in range(3))
        accept(w, first)
        accept(w, second)
        triage(w, CASE, second, Decision(Kind.RECEPTION, "khac", "Công dân", referral_to="Nơi tiếp công dân"))
        accept(w, third)
        assert [code(w, id) for id in (first, second, third)] == ["KN-01", "NP-01", "KN-03"]
        accept(w, second)
        triage(w, CASE, third, Decision(Kind.RECEPTION, "khac", "Công dân", referral_to="Nơi tiếp công dân"))
        assert [code(w, id) for id in (second, third)] == ["KN-02", "NP-02"]


def test_numbers_given_at_the_same_time_are_different(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        ids = [take(w, ward) for _ in range(8)]

    def accepted(id: str) -> None:
        with ward.work("tong-hop") as w:
            accept(w, id)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(accepted, ids))
    with ward.work() as w:
        assert sorted(w.row(petition, id)["code"] for id in ids) == [f"KN-{number:02d}" for number in range(1, 9)]


def test_D8_2b_three_told_as_one_keep_their_texts_and_can_be_taken_apart(ward: Ward) -> None:
    texts = [DRAINS, DRAINS_AGAIN, f"{DRAINS_AGAIN} Nước vào nhà."]
    with ward.work("tong-hop") as w:
        ids = [take(w, ward, content=text, sender=Sender(f"Người thứ {n}", "Tổ dân phố số 2")) for n, text in enumerate(texts)]
        accept(w, ids[0])
        merge(w, CASE, ids[0], ids[1:])
        told = synthesis(w, CASE)
        assert [(line["code"], line["opinions_text"]) for line in told["petitions"]] == [("KN-01", "3 ý kiến")]
        assert (told["received"], told["opinions"], told["merged"]) == (3, 3, 2)
        assert [row["content"] for row in merged_ones(w, ids[0])] == texts[1:]
        unmerge(w, CASE, ids[1])
        assert w.row(petition, ids[1])["state"] == "received"
        assert synthesis(w, CASE)["petitions"][0]["opinions_text"] == "2 ý kiến"
        with pytest.raises(Refusal, match="not_merged"):
            unmerge(w, CASE, ids[1])


def test_D8_2b_what_was_merged_before_comes_along(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        first, second, third = (take(w, ward) for _ in range(3))
        merge(w, CASE, second, [third])
        merge(w, CASE, first, [second])
        assert {row["id"] for row in merged_ones(w, first)} == {second, third}


def test_D8_2b_the_likest_are_named_whatever_the_marks(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        drains, rubbish = take(w, ward), take(w, ward, content=RUBBISH)
        found = likely_duplicates(w, CASE, "ngo 12 pho cau may ngap sau vi cong thoat nuoc")
        assert [one.id for one in found] == [drains]
        assert likely_duplicates(w, CASE, RUBBISH, but=rubbish) == []


def test_D8_2c_an_assigned_petition_has_a_deadline_of_its_agency(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt", ("vp", "kthtdt", "vp")))
        row = w.db.execute(select(deadline).where(deadline.c.kind == "answer", deadline.c.subject == id)).mappings().one()
        assert (row["owner"], row["due"], row["closed"]) == ("kthtdt", "2027-01-08", False)
        assert w.row(petition, id)["coordinating"] == ["vp"]
        with pytest.raises(Refusal, match="body_unknown"):
            assign(w, CASE, id, Assignment("nowhere"))
    ward.at("2027-01-09")
    with ward.work("kthtdt") as w:
        assert counts(w, CASE)["late"] == 1
        assert [row["id"] for row in listed(w, Filter(CASE, "late"))[0]] == [id]
        draft(w, CASE, id, "Sẽ nạo vét trong tháng 02/2027.", seen=0)
        assert counts(w, CASE)["late"] == 0
        row = w.db.execute(select(deadline).where(deadline.c.subject == id)).mappings().one()
    assert (row["met_on"], row["closed"]) == ("2027-01-09", True)


def test_D8_2c_the_agency_and_the_advising_office_are_written_to_before_the_day_and_after_it(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        w.db.execute(body.update().where(body.c.id.in_(["kthtdt", "vp", "vhxh"])).values(email=body.c.id + "@example.vn"))
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
    for day, many, says in (("2027-01-07", 1, "08/01/2027"), ("2027-01-09", 2, "Quá hạn")):
        ward.at(day)
        with ward.work() as w:
            remind(w)
            remind(w)
            rows = w.db.execute(select(message).where(message.c.kind == "reminder").order_by(message.c.created)).mappings().all()
        assert {(row["address"], sum(other["address"] == row["address"] for other in rows)) for row in rows} == {
            ("kthtdt@example.vn", many),
            ("vp@example.vn", many),
        }
        assert says.lower() in f"{rows[-1]['title']} {rows[-1]['text']}".lower()


def test_D8_2c_answers_have_versions_which_the_office_checks_and_the_chair_alone_releases(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
    with pytest.raises(Refusal, match="not_allowed"), ward.work("vhxh") as w:
        draft(w, CASE, id, "Không phải việc của chúng tôi", seen=0)
    with ward.work("kthtdt") as w:
        first = draft(w, CASE, id, "Đang xem xét.", seen=0)
        with pytest.raises(Refusal, match="stale_page"):
            draft(w, CASE, id, "Bản của người khác", seen=0)
    with pytest.raises(Refusal, match="answer_does_not_follow"), ward.work("chu-tich") as w:
        release(w, CASE, id, first)
    with ward.work("van-phong") as w:
        with pytest.raises(Refusal, match="remark_needed"):
            send_back(w, CASE, id, first, "")
        send_back(w, CASE, id, first, "Cần nêu ngày hoàn thành.")
        assert w.row(petition, id)["state"] == "assigned"
    with ward.work("kthtdt") as w:
        second = draft(w, CASE, id, "Nạo vét xong trước 28/02/2027.", seen=1)
    with pytest.raises(Refusal, match="not_allowed"), ward.work("kthtdt") as w:
        check(w, CASE, id, second)
    with ward.work("van-phong") as w:
        with pytest.raises(Refusal, match="stale_page"):
            check(w, CASE, id, first)
        check(w, CASE, id, second)
    for login in ("van-phong", "kthtdt", "thu-ky", "tong-hop", "mttq"):
        with pytest.raises(Refusal, match="not_allowed"), ward.work(login) as w:
            release(w, CASE, id, second)
    with ward.work("chu-tich") as w:
        assert [row["code"] for row in to_release(w, CASE)] == ["KN-01"]
        assert release_many(w, CASE, [second]) == 1
        assert w.row(petition, id)["state"] == "released"
        assert [(row["number"], row["state"]) for row in answers_of(w, id)] == [(2, "released"), (1, "superseded")]
        assert for_room(w, CASE)[0].prepared_answer == "Nạo vét xong trước 28/02/2027."


def test_D8_2c_a_better_answer_goes_the_whole_way_while_the_released_one_stands(ward: Ward) -> None:
    with ward.work() as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
        first = draft(w, CASE, id, "Bản đầu", seen=0)
        check(w, CASE, id, first)
        release(w, CASE, id, first)
        second = draft(w, CASE, id, "Bản tốt hơn", seen=1)
        standing = released(w, id)
        assert standing and standing["text"] == "Bản đầu"
        check(w, CASE, id, second)
        assert for_room(w, CASE)[0].prepared_answer == "Bản đầu"
        release(w, CASE, id, second)
        assert for_room(w, CASE)[0].prepared_answer == "Bản tốt hơn"
        newest = current(w, id)
        assert newest and newest["number"] == 2


def test_D4_2_what_is_withheld_is_not_shown_in_the_room_and_stays_in_the_record(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        id = take(w, ward)
        accept(w, id)
        with pytest.raises(Refusal, match="not_allowed"):
            withhold(w, CASE, id, "Xúc phạm cá nhân")
    with ward.work("thu-ky") as w:
        with pytest.raises(Refusal, match="reason_needed"):
            withhold(w, CASE, id, "")
        withhold(w, CASE, id, "Xúc phạm cá nhân")
        assert for_room(w, CASE) == ()
        assert answers(w, CASE)["petitions"] == []
        assert [line["content"] for line in synthesis(w, CASE)["petitions"]] == ["(nội dung không công khai)"]
        row = w.row(petition, id)
        told = history.read(w, CASE, kind="petition", subject=id)[0][0]
    assert (row["content"], row["withheld_by"]) == (DRAINS, ward.staff("thu-ky").account)
    assert (told.act, told.why) == ("withhold_petition", "Xúc phạm cá nhân")
    with ward.work("chu-tich") as w:
        show_again(w, CASE, id)
        assert len(for_room(w, CASE)) == 1


def test_the_front_proposes_and_the_office_assigns(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        id = take(w, ward)
        accept(w, id)
    with pytest.raises(Refusal, match="not_allowed"), ward.work("mttq") as w:
        assign(w, CASE, id, Assignment("ca"))
    with ward.work("mttq") as w:
        first, second = propose(w, CASE, id, "ca", "Việc của công an"), propose(w, CASE, id, "vhxh", "")
    with ward.work("van-phong") as w:
        settle(w, CASE, id, second, False)
        settle(w, CASE, id, first, True)
        assert w.row(petition, id)["lead"] == "ca"
        assert {row["settled"] for row in proposals_of(w, id)} == {"taken", "declined"}
        with pytest.raises(Refusal, match="proposal_settled"):
            settle(w, CASE, id, first, False)
        assert w.row(petition_proposal, first)["note"] == "Việc của công an"


def test_D14_1_a_forecast_is_read_by_chair_and_advising_office_alone(ward: Ward) -> None:
    with ward.work("mttq") as w:
        file_forecast(w, CASE, "Có thể đông người đến từ khu Bãi Triều")
    with ward.work("dan-van") as w:
        assert forecasts(w, CASE) == []
    for login in ("chu-tich", "van-phong", "mttq"):
        with ward.work(login) as w:
            assert [note["text"] for note in forecasts(w, CASE)] == ["Có thể đông người đến từ khu Bãi Triều"]
    for login in ("thu-ky", "tong-hop", "kthtdt", "dc-02", "admin"):
        with pytest.raises(Refusal, match="not_allowed"), ward.work(login) as w:
            forecasts(w, CASE)


def test_D12_1_the_sender_follows_by_code_and_is_told_of_each_change(ward: Ward) -> None:
    keys = ward.parts.keys
    with ward.work("van-phong") as w:
        id = take(w, ward, email="hoa@example.org", results_by="email")
        code = give_code(w, keys, id)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
        answer = draft(w, CASE, id, "Nạo vét trong tháng 02/2027.", seen=0)
        check(w, CASE, id, answer)
    with ward.work("chu-tich") as w:
        release(w, CASE, id, answer)
    with ward.work("") as w:
        seen = followed(w, keys, f" {spaced(code).lower()} ")
        with pytest.raises(Refusal, match="tracking_code_unknown"):
            followed(w, keys, "ABCDEFGHJK")
        with pytest.raises(Refusal, match="tracking_code_unfit"):
            followed(w, keys, "abc")
        told = w.db.execute(select(message.c.text, message.c.address, message.c.body).order_by(message.c.created, message.c.key)).all()
    assert (seen.state, seen.answer, seen.lead) == (State.RELEASED, "Nạo vét trong tháng 02/2027.", "Phòng Kinh tế, Hạ tầng và Đô thị phường")
    assert [state for state, _ in seen.steps] == ["received", "accepted", "assigned", "drafted", "answered", "released"]
    assert [row.address for row in told if not row.body] == ["hoa@example.org"] * 4
    assert any("Nạo vét trong tháng 02/2027." in row.text for row in told)
    assert not any(code in row.text or spaced(code) in row.text for row in told)


def test_D12_1_a_merged_petition_is_answered_with_the_other_and_shows_nothing_of_its_sender(ward: Ward) -> None:
    keys = ward.parts.keys
    with ward.work() as w:
        first = take(w, ward, sender=Sender("Trần Văn Bình", "Tổ dân phố số 9"), content=RUBBISH)
        second = take(w, ward)
        code = give_code(w, keys, second)
        accept(w, first)
        merge(w, CASE, first, [second])
        assign(w, CASE, first, Assignment("kthtdt"))
        answer = draft(w, CASE, first, "Đã đổi giờ thu gom.", seen=0)
        check(w, CASE, first, answer)
        release(w, CASE, first, answer)
    with ward.work("") as w:
        seen = followed(w, keys, code)
    assert (seen.state, seen.told_with, seen.answer) == (State.RELEASED, "KN-01", "Đã đổi giờ thu gom.")
    assert seen.own["content"] == DRAINS
    assert "Bình" not in str(seen)
    assert RUBBISH not in str(seen)


def test_without_consent_nobody_is_told(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        take(w, ward, email="hoa@example.org")
        assert w.db.execute(select(message.c.id)).all() == []
        with pytest.raises(Refusal, match="email_needed"):
            take(w, ward, results_by="email")
        with pytest.raises(Refusal, match="phone_unfit"):
            take(w, ward, phone="12")


def test_only_those_who_work_with_the_sender_see_number_and_address(ward: Ward) -> None:
    with ward.work("van-phong") as w:
        id = take(w, ward)
        accept(w, id)
        assign(w, CASE, id, Assignment("kthtdt"))
    sees = {}
    for login in ("van-phong", "tong-hop", "kthtdt", "vhxh", "cong-an", "chu-tich", "mttq", "dan-van"):
        with ward.work(login) as w:
            sees[login] = sees_contacts(w, *petition_of_case(w, CASE, id))
    assert {login for login, may in sees.items() if may} == {"van-phong", "tong-hop", "kthtdt"}


def test_numbers_never_repeat_and_sender_data_is_in_the_part_of_the_history_that_can_be_erased(ward: Ward) -> None:
    with ward.work("tong-hop") as w:
        ids = [take(w, ward, sender=HOA) for _ in range(3)]
        assert [w.row(petition, id)["number"] for id in ids] == [1, 2, 3]
        row = w.db.execute(select(entries).where(entries.c.subject == ids[0])).mappings().one()
    for personal in ("Hoa", "91234", "Ngõ 12", "1961"):
        assert personal not in row["body"].decode()
        assert personal in row["private"].decode()


def test_the_answers_report_names_what_is_unanswered(ward: Ward) -> None:
    with ward.work() as w:
        first, second = take(w, ward), take(w, ward, content=RUBBISH)
        for id in (first, second):
            accept(w, id)
            assign(w, CASE, id, Assignment("kthtdt"))
        check(w, CASE, first, draft(w, CASE, first, "Đã nạo vét.", seen=0))
        told = answers(w, CASE)
    assert [line["code"] for line in told["answered"]] == ["KN-01"]
    assert [line["code"] for line in told["unanswered"]] == ["KN-02"]
