"""The database: one SQLite file, its tables, and the journal in which every conference's facts are kept."""
