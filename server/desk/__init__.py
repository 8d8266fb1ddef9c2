"""What somebody in the office sees first: what is due, late or waiting for them; their calendar, their account, and the search."""
