"""The dossier of a conference: its places, its lock, its archive, and checking and reading an archive back."""
