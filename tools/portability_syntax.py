"""Portability rules about syntax: what does not compile, what compiles and then fails, what means something else."""

import ast
import re
from collections.abc import Iterator

from tools.portability_facts import GENERICS
from tools.portability_walk import Walk


class Syntax(Walk):
    """Expressions first, then statements."""

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, (float, complex)) and not self.board:
            self.add(node, "float: single precision on a board, use integers in minor units")

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Div) and not self.board:
            self.add(node, "/ makes a float: use //")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.op, ast.Div) and not self.board:
            self.add(node, "/= makes a float: use //=")
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name) and node.value.id in GENERICS and node.value.id not in self.assigned:
            self.add(node, f"{node.value.id}[...] as an expression fails: quote it")
        self.generic_visit(node)

    def visit_Slice(self, node: ast.Slice) -> None:
        if node.step is not None:
            self.add(node, "a slice with a step fails on str, bytes, tuple and memoryview: use a loop over range()")
        self.generic_visit(node)

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> None:
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            if any(isinstance(element, ast.Starred) for element in node.elts):
                self.add(node, "[*a] does not compile: use list(a) + ...")
        self.generic_visit(node)

    visit_List = visit_Tuple = visit_Set = _display

    def visit_Dict(self, node: ast.Dict) -> None:
        if any(key is None for key in node.keys):
            self.add(node, "{**d} does not compile: use dict(d) and update()")
        self.generic_visit(node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        for part in ast.walk(node.value):
            if isinstance(part, ast.Lambda):
                self.add(node, "f-string: a lambda does not compile")
            elif isinstance(part, ast.Constant) and isinstance(part.value, str) and re.search("[:{}]", part.value):
                self.add(node, "f-string: a string with : { or } inside the braces is cut there, use % instead")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        if node.is_async:
            self.add(node.target, "async comprehension does not compile: use a loop")
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        for part in _own_nodes(node):
            if isinstance(part, (ast.Yield, ast.YieldFrom)):
                self.add(part, "async generator: it compiles and is not one, use a callback or a queue")
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._arguments(node)
        super()._function(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._arguments(node)
        self.generic_visit(node)

    def _arguments(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        if node.args.posonlyargs:
            self.add(node, "positional-only / does not compile: leave it out")

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if node.keywords:
            self.add(node, "class keywords fail: no metaclass in MicroPython")
        self.generic_visit(node)

    def visit_Match(self, node: ast.Match) -> None:
        self.add(node, "match does not compile: use if and elif")
        self.generic_visit(node)

    def visit_TryStar(self, node: ast.AST) -> None:
        self.add(node, "except* does not compile: use except")
        self.generic_visit(node)


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions inside it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _own_nodes(child)
