"""The papers of a conference, made from the room's state: the minutes and the conclusion notice, as pages and as DOCX; and the proof
of the record."""
