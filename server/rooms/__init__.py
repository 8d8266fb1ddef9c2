"""The live room: one inbox, one journal, many sockets. See README.md."""
