"""A small conference, held by commands from opening to signatures, for papers to be made of."""

from __future__ import annotations

from moderation import SYSTEM, Actor, Command, Conference, Entry, actor, decide, evolve
from moderation.agenda import AppointSecretary, CloseConference, MoveToStep, Tick
from moderation.conclusion import AnswerPetitions, DeferPetition, ExtendNotice, Kind, RaisePetition, SetOutcome
from moderation.conduct import Ground, Refuse, Remind
from moderation.floor import AnswerInWriting, CallNext, CallToAnswer, Interpose, StopSpeech, TakeFloor
from moderation.kernel import SECOND, Fact, Identity, Ms, Role
from moderation.minutes import CorrectLine, FinishMinutes, SignMinutes, StrikeLine, WriteLine, digest
from moderation.people import AddPerson, Channel, CountPeople, Join, RegisterPerson, ReportVenue
from moderation.plan import Body, PetitionPlan, Plan, PlanConference, VenuePlan
from moderation.queue import CloseQueue, Enqueue, Motive

OPENING: Ms = 1_799_908_200_000
"""13:30 on 14 January 2027, Vietnam time."""

MINUTE = 60 * SECOND

HTML_NAME = "<b>Ông An</b> & \u202eđảo"
"""A name that would be markup, and would turn the text behind it, if it were not shown literally."""

PLAN = Plan(
    title="Hội nghị đối thoại định kỳ giữa Chủ tịch Ủy ban nhân dân phường Sông Thử với Nhân dân năm 2027",
    starts_at=OPENING,
    place="Hội trường Ủy ban nhân dân phường",
    unit="phường Sông Thử",
    chair_body="Ủy ban nhân dân phường Sông Thử",
    chair_title="Chủ tịch UBND phường Sông Thử",
    notice_number="07/TB-UBND",
    house_rules=("Chờ mời mới phát biểu.", "Không chen ngang."),
    venues=(
        VenuePlan("main", "Hội trường Ủy ban nhân dân phường", "main"),
        VenuePlan("branch", "Nhà văn hóa Tổ dân phố số 4"),
    ),
    bodies=(
        Body("vp", "Văn phòng HĐND và UBND phường Sông Thử", "Văn phòng", role="advising"),
        Body("kt", "Phòng Kinh tế, Hạ tầng và Đô thị phường", "Phòng KT-HT-ĐT"),
        Body("mttq", "Ủy ban MTTQ Việt Nam phường", "MTTQ phường", role="supervisor"),
        Body("tp", "Ủy ban nhân dân thành phố", "UBND thành phố", superior=True),
    ),
    petitions=(
        PetitionPlan("KN-01", "Nạo vét cống ngõ 12.", "Các hộ ngõ 12", "Hạ tầng", "kt", ("vp",), prepared_answer="Nạo vét trong tháng 02/2027."),
        PetitionPlan("KN-02", "Điều chỉnh đơn giá bồi thường.", "38 hộ dự án kè", "Đất đai", "vp", complex=True, escalate_to="tp"),
    ),
)


class Meeting:
    """A conference whose clock is moved by hand. `facts` are its journal."""

    def __init__(self, plan: Plan = PLAN) -> None:
        self.state = Conference(id="thu-2027")
        self.now = OPENING
        self.entries: list[Entry] = []
        self.did(PlanConference(plan))

    def did(self, command: Command, by: str | None = None, after: Ms = 0) -> tuple[Fact, ...]:
        """Has a command carried out `after` ms by a person, or by the room itself."""
        self.now += after
        who: Actor = actor(self.state, by) if by else SYSTEM
        facts = decide(self.state, command, who, self.now)
        for fact in facts:
            entry = Entry(self.state.seq + 1, self.now, who.person, f"c{len(self.entries)}", fact)
            self.state = evolve(self.state, entry)
            self.entries.append(entry)
        return facts

    def speech(self) -> str:
        """The main speech."""
        assert self.state.floor.main
        return self.state.floor.main


def seated() -> Meeting:
    """Everybody is on the list; the conference has not been opened."""
    m = Meeting()
    for person, roles, name, body in (
        ("chair", (Role.CHAIR,), "Chủ tịch UBND phường Sông Thử", None),
        ("office", (Role.OFFICE,), "Chánh Văn phòng", "vp"),
        ("secretary", (Role.SECRETARY,), "Bà Lê Thị Thư", "vp"),
        ("desk", (Role.DESK,), "Bộ phận tổng hợp", None),
        ("agency", (Role.AGENCY,), "Trưởng phòng Kinh tế", "kt"),
        ("monitor", (Role.MONITOR,), "Ông Trần Văn Giám", "mttq"),
    ):
        m.did(AddPerson(person, roles, Identity(name, phone="0310000000"), body=body))
    m.did(AddPerson("cit-an", (Role.CITIZEN,), Identity(HTML_NAME, "Tổ dân phố số 2"), Channel.ONLINE))
    m.did(AddPerson("noise", (Role.CITIZEN,), Identity("Tài khoản số 29"), Channel.ONLINE))
    for person in ("chair", "secretary", "cit-an", "noise"):
        m.did(Join(notice_read=True, rules_accepted=True), person)
    m.did(RegisterPerson("cit-binh", Identity("Bà Bình", "Tổ dân phố số 4"), Channel.VENUE, "branch", represents="38 hộ dự án kè"), "desk")
    return m


def held() -> Meeting:
    """From opening to close."""
    m = concluded()
    m.did(CloseConference(), "chair", 10 * MINUTE)
    return m


def concluded() -> Meeting:
    """From opening to the last outcome: two statements, answers, an interposition, a follow-up, a reminder, a refusal, four outcomes."""
    m = seated()
    m.did(MoveToStep(1), "chair")
    m.did(CountPeople("main", 128), "desk", MINUTE)
    m.did(CountPeople("branch", 43), "desk")
    m.did(ReportVenue("branch", "no_sound", "Chuyển sang gọi điện thoại"), "desk", MINUTE)
    m.did(ReportVenue("branch", "stable"), "desk", 3 * MINUTE)
    m.did(Tick("house_rules"), "office")
    m.did(AppointSecretary("secretary"), "chair")
    m.did(MoveToStep(2), "chair", MINUTE)
    for item in ("point_situation", "point_opinions", "point_acceptance", "purpose"):
        m.did(Tick(item), "chair", MINUTE)
    m.did(MoveToStep(3), "chair")
    m.did(AnswerPetitions(("KN-01",), "kt"), "office", 5 * MINUTE)
    m.did(DeferPetition("KN-02", "cần nghe ý kiến các hộ"), "chair")
    m.did(MoveToStep(4), "chair", MINUTE)
    opinions(m)
    m.did(MoveToStep(7), "chair", MINUTE)
    m.did(WriteLine("note-general", "Chủ trì đánh giá: hội nghị dân chủ, đúng trọng tâm."), "secretary", MINUTE)
    conclude(m)
    return m


def opinions(m: Meeting) -> None:
    m.did(Enqueue("q-an-1", "Thoát nước ngõ 12", petition="KN-01"), "cit-an")
    m.did(Enqueue("q-binh-1", "Bồi thường, tái định cư", person="cit-binh", petition="KN-02"), "desk", SECOND)
    m.did(CallNext(), "chair", SECOND)
    m.did(TakeFloor("q-an-1"), "cit-an", 5 * SECOND)
    an = m.speech()
    gist = "Nước ngập 30 cm.\nĐề nghị nạo vét trước tháng 4."
    m.did(WriteLine(f"M{m.state.seq}", gist, 0, speech=an, topic="Thoát nước", field="Hạ tầng", body="kt"), "secretary")
    m.did(Interpose("i-chair", "chair"), "chair", MINUTE)
    m.did(StopSpeech(), "chair", 3 * MINUTE)
    m.did(CallToAnswer("q-ans-1", "agency", an), "chair", SECOND)
    answer = f"M{m.state.seq}"
    m.did(WriteLine(answer, "Nạo vét xong trước 28/02/2027.", 0, kind="answer", about=an, body="kt"), "secretary", MINUTE)
    m.did(StopSpeech(), "chair", MINUTE)
    m.did(WriteLine("note-wrong", "Ghi nhầm."), "secretary")
    m.did(StrikeLine("note-wrong", 1), "secretary")
    m.did(CallNext(), "chair", MINUTE)
    binh = m.speech()
    m.did(RaisePetition("KN-03", binh, "Niêm yết bản đồ tái định cư.", "Đất đai"), "secretary", MINUTE)
    m.did(Remind("noise", "không chen ngang"), "chair", SECOND)
    m.did(Refuse("noise", Ground.BREACH, "Đã nhắc, vẫn chen ngang", 2), "chair", SECOND)
    m.did(StopSpeech(), "chair", MINUTE)
    m.did(AnswerInWriting(binh), "chair")
    m.did(MoveToStep(6), "chair", MINUTE)
    m.did(Enqueue("q-an-2", "Giám sát thi công", Motive.FOLLOW_UP, petition="KN-01"), "cit-an")
    m.did(CallNext(), "chair", SECOND)
    m.did(TakeFloor("q-an-2"), "cit-an", 5 * SECOND)
    m.did(StopSpeech(), "chair", MINUTE)
    m.did(CloseQueue(), "chair")


def conclude(m: Meeting) -> None:
    for outcome in (
        SetOutcome("KL-01", Kind.ASSIGNED, ("KN-01",), "Nạo vét cống ngõ 12, công khai kinh phí", "kt", ("mttq", "vp"), "2027-02-26"),
        SetOutcome("KL-02", Kind.BEYOND_AUTHORITY, ("KN-02",), "Lập văn bản kiến nghị về đơn giá", "vp", due="2027-01-22", to="tp"),
        SetOutcome("KL-03", Kind.SETTLED, ("KN-03",), "Niêm yết bản đồ ngay tại nhà văn hóa."),
    ):
        m.did(outcome, "chair", MINUTE)


def signed() -> Meeting:
    """The held conference with its notice extended, minutes signed by both, and one line corrected afterwards."""
    m = held()
    m.did(ExtendNotice("beyond_authority", "chờ ý kiến cấp trên"), "chair", MINUTE)
    m.did(FinishMinutes(), "secretary", MINUTE)
    m.did(SignMinutes(digest(m.state)), "secretary", MINUTE)
    m.did(SignMinutes(digest(m.state)), "chair", MINUTE)
    m.did(CorrectLine("fix-1", "note-general", "Hội nghị dân chủ, cởi mở, đúng trọng tâm.", "ghi thiếu một chữ"), "secretary", MINUTE)
    return m
