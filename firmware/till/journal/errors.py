"""What the journal refuses."""


class JournalError(Exception):
    """Flash that cannot be used, or a record that is not what it says. args: where ("sector 3 page 2"), reason."""


class BookError(Exception):
    """A step that a payment or a batch may not take. args: which ("sale 000012"), its state, the state asked for."""
