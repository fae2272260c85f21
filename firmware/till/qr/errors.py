"""What is wrong with a code to show, or one that was scanned."""


class QrError(Exception):
    """args: where (a tag, a row, a length), reason. Never a customer's code."""
