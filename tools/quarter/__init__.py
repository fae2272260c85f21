"""`make quarter`: a quarter of a whole acquirer, day by day, at the host's own services; every fen accounted for."""
