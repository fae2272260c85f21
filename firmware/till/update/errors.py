class UpdateError(Exception):
    """An update that this till does not take. args: key of the answer that a person is shown (ui/answers.py)."""
