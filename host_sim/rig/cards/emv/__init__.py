"""Chip cards as a terminal meets them, contact and contactless: EMV 4.4 Books 1 to 3, PBOC 3.0, one idea a file."""
