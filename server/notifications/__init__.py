"""Messages to people outside: written down in the transaction of what they tell of, sent afterwards, shown as failed when they failed."""
