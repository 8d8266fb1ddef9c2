"""Who may do what with a case: one table, action × duty, as in the permission matrix of the requirements. What is not in the table is refused.

The rights in the live room are another table (`moderation/rights.py`): there the roles are those of one conference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from moderation.kernel import Refusal


class Duty(StrEnum):
    """What somebody works as. The regulation's names: chair (người chủ trì), advising (cơ quan chủ trì tham mưu, Art. 7), secretary, intake (bộ phận tổng hợp),
    agency (cơ quan giải quyết), mobilisation (dân vận), front (MTTQ and the socio-political bodies), operator (phụ trách điểm cầu)."""

    ADMIN = "admin"
    CHAIR = "chair"
    ADVISING = "advising"
    SECRETARY = "secretary"
    INTAKE = "intake"
    AGENCY = "agency"
    MOBILISATION = "mobilisation"
    FRONT = "front"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Post:
    """One duty that somebody has today: at which body, of which unit. `reach` holds the unit and all units below it."""

    duty: Duty
    body: str
    unit: str
    reach: frozenset[str] = frozenset()
    office: str | None = None
    deputy: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Whoever is signed in. `account` is "public" for a citizen without one, and "system" for the server itself."""

    account: str
    name: str
    posts: tuple[Post, ...] = ()

    def has(self, *duties: Duty) -> bool:
        """Whether one of these duties is theirs, anywhere."""
        return any(post.duty in duties for post in self.posts)

    def bodies(self, *duties: Duty) -> frozenset[str]:
        """Bodies at which they have one of these duties; without arguments, any duty."""
        return frozenset(post.body for post in self.posts if not duties or post.duty in duties)


PUBLIC = Staff("public", "")
SYSTEM = Staff("system", "")

# A star means: only where the body of the duty is the one that the matter belongs to (an agency's own task, the operator's own venue).
# fmt: off
TABLE: tuple[tuple[str, str], ...] = (
    # the house
    ("see_office",              "admin chair advising secretary intake agency mobilisation front operator"),
    ("keep_calendar",           "admin"),
    ("keep_organisation",       "admin"),
    ("keep_accounts",           "admin"),
    ("keep_templates",          "admin"),
    ("read_history",            "admin chair advising secretary mobilisation"),
    # before (Art. 8, 13.1)
    ("see_case",                "chair advising secretary intake agency mobilisation front operator"),
    ("plan_year",               "advising"),
    ("draft_case",              "advising"),
    ("approve_plan",            "chair"),
    ("choose_form",             "chair"),
    ("ask_preparation",         "chair advising"),
    ("send_invitations",        "chair advising"),
    ("publish_notice",          "chair advising"),
    ("postpone_case",           "chair"),
    ("open_room",               "chair advising"),
    ("file_forecast",           "front mobilisation"),
    ("see_forecast",            "chair advising"),
    # petitions (Art. 8.2)
    ("see_petitions",           "chair advising secretary intake agency mobilisation front operator"),
    ("see_sealed",              "chair advising intake"),
    ("enter_petition",          "advising secretary intake front operator"),
    ("import_petitions",        "advising intake"),
    ("triage_petition",         "advising intake"),
    ("merge_petitions",         "advising intake"),
    ("assign_petition",         "advising"),
    ("propose_assignment",      "front"),
    ("draft_answer",            "advising agency*"),
    ("check_answer",            "advising"),
    ("release_answer",          "chair"),
    ("withhold_petition",       "chair secretary"),
    # after (Art. 10)
    ("draft_notice",            "advising secretary"),
    ("sign_paper",              "chair"),
    ("issue_paper",             "chair advising"),
    ("extend_notice",           "chair"),
    ("distribute_notice",       "advising"),
    ("publish_result",          "advising"),
    ("report_result",           "agency* front* advising"),
    ("keep_milestones",         "advising secretary"),
    ("note_progress",           "agency* front* advising"),
    ("ask_extension",           "agency* front* advising"),
    ("extend_task",             "chair"),
    ("close_task",              "chair advising"),
    ("urge_task",               "chair advising"),
    ("refer_upwards",           "chair advising"),
    ("read_evidence",           "chair advising secretary mobilisation front agency*"),
    ("write_finding",           "front"),
    ("submit_programme",        "front"),
    ("comment_programme",       "mobilisation"),
    # dossier and reports (Art. 15)
    ("read_dossier",            "chair advising secretary intake"),
    ("keep_dossier",            "advising"),
    ("export_dossier",          "advising chair"),
    ("make_report",             "advising mobilisation"),
    ("sign_report",             "chair mobilisation"),
    ("handle_data_requests",    "admin advising"),
)
# fmt: on

RIGHTS: Mapping[str, frozenset[str]] = {action: frozenset(duties.split()) for action, duties in TABLE}


def may(staff: Staff, action: str, unit: str | None = None, bodies: Iterable[str] = ()) -> bool:
    """Whether somebody may do this in a unit's matters (None: nothing that belongs to one unit). `bodies`: whose matter it is, for starred duties."""
    owners = frozenset(bodies)
    for post in staff.posts:
        if unit is not None and unit not in post.reach and unit != post.unit and not (post.duty is Duty.AGENCY and post.body in owners):
            continue
        if post.duty.value in RIGHTS[action] or (f"{post.duty.value}*" in RIGHTS[action] and post.body in owners):
            return True
    return False


def entitled(staff: Staff, action: str, unit: str | None = None, bodies: Iterable[str] = ()) -> None:
    """Refuses whoever may not: `not_signed_in` for the public, else `not_allowed`."""
    if staff is SYSTEM or may(staff, action, unit, bodies):
        return
    raise Refusal("not_signed_in" if staff is PUBLIC else "not_allowed", command=action)
