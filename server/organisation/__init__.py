"""Who governs whom: levels, units, bodies, offices, duties, and the rules of Article 7, as dated data."""
