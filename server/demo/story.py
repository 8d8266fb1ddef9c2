"""What the office of the example did before the day of its conference: every act by whom and when the example says, through the same functions as the pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from moderation.case.petitions import Kind, Sender
from server import clock
from server.accounts.keys import Keys
from server.accounts.staff import account_named
from server.conferences.papers import make_paper
from server.conferences.plan import TestForm, note_test, set_notice_deadlines
from server.conferences.tables import conference
from server.files.store import Store
from server.invitations.announcing import AnnouncementForm, announce, draft_notice
from server.invitations.delivery import HandedForm, hand_over, send
from server.invitations.letters import draft_for_signing
from server.invitations.recipients import Guest, add, bodies, petitioners
from server.notifications import message_pages
from server.notifications.tables import message
from server.office.staff import staff_of
from server.office.work import Work
from server.papers import register
from server.petitions.answering import check, current, draft, release
from server.petitions.assigning import Assignment, assign
from server.petitions.entering import Entry, enter
from server.petitions.merging import merge
from server.petitions.paper_data import draft_answers, draft_synthesis
from server.petitions.triage import Decision, triage

BASE = "https://doithoai.example"
"""Where the papers of the example say that the server is."""
SOURCES = {"phieu_giay": "paper_slip", "bieu_mau_truc_tuyen": "web_form", "to_truong_ghi_ho": "on_behalf", "duong_day_nong": "hotline"}
ELSEWHERE = {"khieu_nai": (Kind.COMPLAINT, "Trụ sở tiếp công dân phường"), "to_cao": (Kind.DENUNCIATION, "Bộ phận tiếp công dân phường")}
ALSO_RUBBISH = (
    "Xe thu gom rác ở phố Hoa Gạo đến sau 21 giờ, rác để qua đêm bốc mùi. Đề nghị thu gom sớm hơn.",
    "Chỗ tập kết rác đầu phố Hoa Gạo không che chắn, mùi bay vào nhà dân.",
)
"""The two opinions that were told together with KN-02 (the example says three opinions)."""


class Story:
    """Tells it in one transaction."""

    def __init__(self, w: Work, data: dict[str, Any], id: str, keys: Keys, store: Store) -> None:
        self.w, self.data, self.id, self.keys, self.store = w, data, id, keys, store

    @contextmanager
    def by(self, login: str, day: date, hour: str = "09:00") -> Iterator[Work]:
        """Somebody at work on a day."""
        at = clock.moment(day, hour)
        yield Work(self.w.db, staff_of(self.w.db, account_named(self.w.db, login), day), at)

    def tell(self) -> None:
        """Everything up to the morning of the conference."""
        given = self.data["preparation"]
        with self.by("van-phong", self.data["assignment_decision"]["issued_on"]) as w:
            set_notice_deadlines(w, self.id)
        self.paper("assignment", self.data["assignment_decision"]["issued_on"], self.data["assignment_decision"]["number"])
        self.paper("plan", given["plan"]["issued_on"], given["plan"]["number"])
        self.paper("programme", given["programme"]["issued_on"], given["programme"]["number"])
        self.paper("house_rules", given["programme"]["issued_on"])
        self.petitions()
        self.invitations()
        self.rehearsal()

    def paper(self, kind: str, on: date, number: str = "") -> None:
        """A paper of the plan: drafted by the office, signed by the chair, issued."""
        with self.by("van-phong", on) as w:
            paper = make_paper(w, self.id, kind)
        self.issue(paper, on, number)

    def issue(self, paper: str, on: date, number: str = "", signer: str = "chu-tich") -> None:
        with self.by("van-phong", on, "10:00") as w:
            register.submit(w, paper)
        with self.by(signer, on, "14:00") as w:
            register.sign(w, paper)
        with self.by("van-phong", on, "15:00") as w:
            w.act = "issue_paper"
            first = self.id == self.data["conference"]["id"]  # a second play of the example takes the numbers that follow
            register.issue(w, paper, int(number.partition("/")[0]) if number and first else None)

    def petitions(self) -> None:
        """Collected, triaged, merged, assigned, answered, and reported on."""
        opens, due = self.data["preparation"]["collection"]["opens_on"], self.data["preparation"]["assignment_of_petitions"]
        ids: dict[str, str] = {}
        for number, p in enumerate(self.data["petitions"]):
            ids[p["id"]] = self.enter(p["content"], p["field"], SOURCES[p["source"]], p["petitioner"], opens + timedelta(days=number), p)
            if p["id"] == "KN-02":
                alike = [
                    self.enter(text, p["field"], "web_form", "Công dân Tổ dân phố số 5", opens + timedelta(days=number)) for text in ALSO_RUBBISH
                ]
        closes = self.data["preparation"]["collection"]["closes_on"]
        with self.by("tong-hop", closes) as w:
            for p in self.data["petitions"]:
                decision = Decision(Kind.IN_SCOPE, p["field"], p["petitioner"], within_authority=p["within_authority"], complex=p.get("complex", False),
                                    escalate_to=p.get("escalate_to"))  # fmt: skip
                triage(w, self.id, ids[p["id"]], decision)
            merge(w, self.id, ids["KN-02"], alike)
        for number, letter in enumerate(self.data["out_of_scope"]):
            kind, to = ELSEWHERE[letter["kind"]]
            id = self.enter(letter["summary"], "khac", "paper_slip", "Công dân", closes)
            with self.by("tong-hop", closes, "16:00") as w:
                slip = f"{number + 1:02}/PC-VP"
                triage(
                    w, self.id, id, Decision(kind, "khac", "Công dân", note=letter["action"], referral_to=to, referral_no=slip, referral_date=closes)
                )
        for p in self.data["petitions"]:
            with self.by("van-phong", due["issued_on"]) as w:
                assign(w, self.id, ids[p["id"]], Assignment(p["lead_agency"], tuple(p["coordinating"]), due["answers_due_on"]))
            with self.by("van-phong", due["answers_due_on"], "10:00") as w:
                draft(w, self.id, ids[p["id"]], p["prepared_answer"], seen=0)
                answer = current(w, ids[p["id"]])
                assert answer is not None
                check(w, self.id, ids[p["id"]], answer["id"])
            with self.by("chu-tich", due["answers_due_on"], "15:00") as w:
                release(w, self.id, ids[p["id"]], answer["id"])
        report, answers = self.data["preparation"]["synthesis_report"], self.data["preparation"]["answer_report"]
        with self.by("van-phong", report["issued_on"]) as w:
            synthesis = draft_synthesis(w, self.id)
        self.issue(synthesis, report["issued_on"], report["number"], "van-phong")
        with self.by("van-phong", answers["issued_on"]) as w:
            answered = draft_answers(w, self.id)
        self.issue(answered, answers["issued_on"], answers["number"])

    def enter(self, content: str, field: str, source: str, who: str, on: date, p: dict[str, Any] | None = None) -> str:
        group = bool(p and p.get("is_group"))
        sender = Sender(
            who, is_group=group, representative="Người đại diện các hộ" if group else "", authority="Biên bản họp các hộ" if group else ""
        )
        entry = Entry(sender, content, field, source, True, received_on=on, households=38 if p and p.get("representative_required") else None,
                      source_detail="Tổ trưởng tổ dân phố" if source == "on_behalf" else "")  # fmt: skip
        with self.by("tong-hop", on) as w:
            return enter(w, w.row(conference, self.id), entry, self.keys, self.store, keyed_for=None)

    def invitations(self) -> None:
        """The letter signed once and handed over to everybody; the public told on four channels."""
        given, notice = self.data["preparation"]["invitations"], self.data["preparation"]["public_notice"]
        on = given["sent_on"]
        with self.by("van-phong", on, "07:30") as w:
            letter = draft_for_signing(w, self.id)
            told = draft_notice(w, self.id, BASE)
        self.issue(letter, on, given["number"])
        self.issue(told, on, notice["number"])
        with self.by("van-phong", on, "16:00") as w:
            invited = [*bodies(w, self.data["attendance"]["agencies_present"]), *petitioners(w, self.id)]
            there = add(w, self.id, invited)
            add(w, self.id, [Guest(f"Đại diện hộ dân số {n}", f"Tổ dân phố số {n % 9 + 1}") for n in range(1, given["sent_count"] - there + 1)])
            send(w, self.id, self.keys, BASE, {}, "doithoai@localhost")
            hand_over(w, self.id, HandedForm(on=on))
            mailed = select(message.c.id, message.c.state).where(message.c.conference == self.id, message.c.kind == "invitation")
            for row in w.db.execute(mailed.order_by(message.c.id)).all():  # no mail server here: the office mails them from its own mailbox
                message_pages.mark_sent(w, message_pages.Decision(message=row.id, state=row.state))
            for n, channel in enumerate(("website", "loudspeaker", "posted", "zalo")):
                form = AnnouncementForm(
                    channel=channel, day=on, hour=f"{8 + n:02}:00", url=f"{BASE}/cong-khai/hoi-nghi/{self.id}", note=notice["channels"][n]
                )
                announce(w, self.id, form, self.store, None)

    def rehearsal(self) -> None:
        """What the technical rehearsal found."""
        held = self.data["preparation"]["technical_rehearsal"]
        with self.by("van-phong", held["held_on"]) as w:
            for code in ("DC-01", "DC-02"):
                note_test(w, self.id, TestForm(code=code, tested_on=held["held_on"], test_result="Hình, tiếng ổn định"))
            note_test(w, self.id, TestForm(code="DC-03", tested_on=held["held_on"], test_result=held["result"]))
