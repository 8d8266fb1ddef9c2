"""The ward, for tests of desk, account and search."""

from __future__ import annotations

from tests.office.conftest import ward

__all__ = ["ward"]
