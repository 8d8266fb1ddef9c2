"""Personal data: requests of the people concerned with their clocks, erasing that leaves the chains whole, the register of processing, incidents."""
