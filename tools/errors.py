"""The one error that a command of picotill shows to a person."""


class ToolError(Exception):
    """A command could not do its work. args: what happened, what to do next; both one line, without secrets."""

    def __init__(self, what: str, do_next: str):
        super().__init__(what, do_next)
        self.what, self.do_next = what, do_next

    def __str__(self) -> str:
        return f"{self.what}: {self.do_next}"
