"""Invitations to organisations and persons, and the public notice (Art. 8.1)."""
