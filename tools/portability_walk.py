"""The walk over a firmware file's syntax tree that the portability rules share: what they skip and what they know."""

import ast

Finding = tuple[int, str]  # line, reason


class Walk(ast.NodeVisitor):
    """Collects findings. board: the file may touch hardware; clock: it may read and wait for time.

    Annotations are never evaluated and `if TYPE_CHECKING` blocks never run: neither is looked at.
    """

    def __init__(self, board: bool = False, clock: bool = False):
        self.board, self.clock = board, clock
        self.found: list[Finding] = []
        self.assigned: set[str] = set()  # names that the file gives a meaning of its own

    def check(self, tree: ast.Module) -> list[Finding]:
        """Every finding in a module."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.assigned.add(node.id)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.assigned.add(node.name)
            elif isinstance(node, ast.arg):
                self.assigned.add(node.arg)
            elif isinstance(node, ast.alias):
                self.assigned.add(node.asname or node.name)
        self.visit(tree)
        return self.found

    def add(self, node: ast.AST, reason: str) -> None:
        """Something is wrong at a node."""
        self.found.append((getattr(node, "lineno", 1), reason))

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for part in node.orelse:
                self.visit(part)
        else:
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        for part in [*node.decorator_list, *defaults, *node.body]:
            self.visit(part)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)
