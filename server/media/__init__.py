"""Sound and picture: the one programme that every listener of a conference gets, and the engine that makes it."""
