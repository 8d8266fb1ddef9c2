"""The recording of a conference: what the listeners get, and if wished each source of the stage, as files that a browser plays."""
