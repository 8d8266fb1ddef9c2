"""Conferences as cases: how one is opened from its plan, and who gets which seat."""
