"""Files that belong to cases, kept by what they contain."""
