"""The office's side of the house: who is signed in, one transaction per request with its history, forms, and the frame of the pages."""
