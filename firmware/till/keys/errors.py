"""The error of the keys room."""


class KeysError(Exception):
    """A key, a PIN or a key block that cannot be used. args: what (name of the key or algorithm), reason.

    Never carries key, PIN or PAN digits.
    """

    def __str__(self):
        return "%s: %s" % self.args
