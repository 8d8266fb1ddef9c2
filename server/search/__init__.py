"""Finding petitions, conclusions and papers by their words, with and without diacritics."""
