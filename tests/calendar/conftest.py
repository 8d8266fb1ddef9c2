"""Services are tried in a light house, pages in the ward."""

from __future__ import annotations

from tests.office.conftest import ward
from tests.organisation.house import house

__all__ = ["house", "ward"]
