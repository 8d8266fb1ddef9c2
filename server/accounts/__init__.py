"""Who is who: staff accounts, seats, sessions, links and codes, and the guard at the door of the web
server."""
