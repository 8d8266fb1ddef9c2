"""The story of the worked example writes to its bodies: what was mailed by hand is marked so, and what nobody marked waits."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from server import clock
from server.deadlines.tables import deadline
from server.demo.seeding import seed_before
from server.invitations.tables import invitation
from server.notifications.tables import message
from server.organisation.tables import body
from server.settings import Settings
from tests.office.ward import Ward


async def test_every_body_of_the_example_can_be_written_to_and_its_invitations_went_in_time(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.prepare()
    try:
        seed_before(settings)
        ward = Ward(settings)
        with ward.work() as w:
            assert w.db.scalar(select(func.count()).where(body.c.email == "")) == 0
            assert w.db.scalar(select(func.count()).where(invitation.c.sent_at.is_(None))) == 0
            assert set(w.db.scalars(select(deadline.c.met_on).where(deadline.c.kind == "notice"))) == {"2027-01-04"}
            states = w.db.execute(select(message.c.kind, message.c.state, message.c.address == "").distinct()).all()
        await ward.close()
    finally:
        clock.reset()
    assert {tuple(row) for row in states} == {("invitation", "sent", False), ("petition", "queued", False)}
