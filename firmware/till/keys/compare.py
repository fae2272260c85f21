"""Comparison of secrets."""


def same(a, b):
    """True when both byte strings are equal. Takes as long for any content of equal length."""
    if len(a) != len(b):
        return False
    difference = 0
    for i in range(len(a)):
        difference |= a[i] ^ b[i]
    return difference == 0
