"""A merchant's statements: read from the book, laid out as paper, as tables, for banks' and accountants' programs."""
