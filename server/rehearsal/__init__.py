"""Rehearsal: the worked example as a play, and robots that play it."""
