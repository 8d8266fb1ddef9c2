"""The rules of the case around the live room: before (Art. 7, 8), after (Art. 10) and the record (Art. 15)."""
