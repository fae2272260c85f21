"""The error of the wire room."""


class WireError(Exception):
    """A message that does not follow the profile. args: field number (0: not one field's), byte offset, reason.

    Never carries a value of the message. The offset counts from the first byte of what was handed in.
    """

    def __init__(self, field, offset, reason):
        super().__init__(field, offset, reason)
        self.field = field
        self.offset = offset
        self.reason = reason

    def __str__(self):
        return "field %d, offset %d: %s" % (self.field, self.offset, self.reason)
