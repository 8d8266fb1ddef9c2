"""`python -m server` is the command `doithoai`."""

from server.cli import main

main()
