"""Sound and picture: the one programme that all listeners get, and the engine that makes it."""
