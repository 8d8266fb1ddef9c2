"""Deadlines of cases: each kept with what it was counted from, so that it can be counted again when the calendar changes."""
