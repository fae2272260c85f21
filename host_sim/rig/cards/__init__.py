"""Cards that people hold to the reader. A card is .uid, .ats, .process(apdu), .time_us(apdu), .reset() and .leave."""
