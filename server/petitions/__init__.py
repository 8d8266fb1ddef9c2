"""Petitions before a conference (Art. 8.2): the public form, slips keyed on behalf, tables read in, triage, merging, assignment, answers, and what the room gets."""
