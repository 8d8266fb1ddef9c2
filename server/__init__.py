"""The application: rooms, accounts, journal, media and pages around the rules of `moderation/`."""
