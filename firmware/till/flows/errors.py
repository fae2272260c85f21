"""How a flow ends other than as its story goes."""


class Stopped(Exception):
    """What the merchant asked for cannot be done. args: key of an answer (ui/answers.py): why, and what next."""
