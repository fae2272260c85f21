"""Many tills, one host, one clock, one seed: whatever fails on the way, nothing is lost and nothing is taken twice."""
