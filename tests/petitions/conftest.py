"""A ward that collects opinions: one for the tests of a module, empty of petitions before each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from moderation.case.stages import Stage
from server.conferences.tables import conference
from server.deadlines.tables import deadline
from server.invitations.tables import invitation
from server.notifications.tables import message
from server.organisation.tables import body
from server.petitions.tables import forecast, petition, petition_answer, petition_file, petition_proposal, petition_table
from server.search.rebuilding import NOTED
from server.search.tables import search_entry
from tests.office.ward import CASE, Ward, open_ward

MADE = (petition_file, petition_proposal, petition_answer, petition, petition_table, forecast, invitation, message, deadline)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing_ward(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ward]:
    """The example's ward, in the time for collecting."""
    async with open_ward(tmp_path_factory.mktemp("ward"), stage=Stage.COLLECTING) as opened:
        yield opened


@pytest.fixture
def ward(standing_ward: Ward) -> Ward:
    """The ward on 20/12/2026 without petitions, and all that came of them."""
    with standing_ward.work() as w:
        for table in MADE:
            w.db.execute(table.delete())
        w.db.execute(search_entry.delete().where(search_entry.c.kind != NOTED))
        w.db.execute(body.update().values(email=""))
        w.db.execute(conference.update().where(conference.c.id == CASE).values(stage=Stage.COLLECTING.value))
    standing_ward.at("2026-12-20")
    return standing_ward
