"""The worked example: one conference of the ward Bến Sông, all names in it invented, as data that the room can be filled with."""
