"""Portability rules about names: modules, their members, built-ins, methods and arguments that MicroPython lacks."""

import ast
import re
from typing import Any

from tools.portability_facts import (
    ASYNCIO_TIMERS,
    ATTRIBUTES,
    BOARD_MODULES,
    BUILTINS,
    CODECS,
    KEYWORDS,
    METHODS,
    MODULE_NAMES,
    MODULES,
    REGEX_PARTS,
)
from tools.portability_walk import Walk

_CLOCK = "only drivers/clock.py and boards/ may: wait through the clock device"


class Names(Walk):
    """Follows imports, so that a renamed module is known again."""

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self._modules: dict[str, str] = {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._module(node, alias.name)
            self._modules[alias.asname or alias.name.split(".")[0]] = alias.name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level:
            self.add(node, "relative import: name the module from till or boards on")
            return
        module = node.module or ""
        self._module(node, module)
        for alias in node.names:
            self._module_name(node, module, alias.name)

    def _module(self, node: ast.AST, name: str) -> None:
        top = name.split(".")[0]
        if top == "time":
            if not (self.clock or self.board):
                self.add(node, f"time is imported: {_CLOCK}")
        elif top in BOARD_MODULES:
            if not self.board:
                self.add(node, f"{top} is imported outside boards/: let the board hand in what it offers")
        elif top not in MODULES:
            self.add(node, f"module {top} is not in MicroPython: see tools/portability_facts.py for what is")

    def _module_name(self, node: ast.AST, module: str, name: str) -> None:
        known = MODULE_NAMES.get(module)
        if module == "asyncio" and name in ASYNCIO_TIMERS:
            if not (self.clock or self.board):
                self.add(node, f"asyncio.{name} is used: {_CLOCK}")
        elif module == "os" and name == "urandom" and not self.board:
            self.add(node, "os.urandom is used outside boards/: entropy is a device, handed in")
        elif known is not None and name not in known.split():
            self.add(node, f"{module}.{name} is not in MicroPython")

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and node.id in BUILTINS and node.id not in self.assigned:
            self.add(node, f"{node.id} is not built in: use {BUILTINS[node.id]}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in ATTRIBUTES:
            self.add(node, ATTRIBUTES[node.attr])
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            self._module_name(node, self._modules[node.value.id], node.attr)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        method = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = method or (node.func.id if isinstance(node.func, ast.Name) else "")
        if method in METHODS:
            self.add(node, f".{method}() is not in MicroPython: use {METHODS[method]}")
        for keyword in node.keywords:
            if keyword.arg in KEYWORDS.get(name, ()):
                self.add(
                    node, f"{name}() takes no keyword {keyword.arg} in MicroPython: pass it by position or not at all"
                )
        if method in ("encode", "decode") or name in ("str", "bytes"):
            self._codec(node)
        if name in ("compile", "match", "search", "sub") and self._is_module(node.func, "re"):
            self._regex(node)
        if name == "pow" and len(node.args) == 3 and not self._public_exponent(node.args[1]):
            self.add(node, "pow() with a modulus is wrong for a negative exponent: use a loop of your own")
        if name == "isinstance" and len(node.args) == 2 and isinstance(node.args[1], ast.BinOp):
            self.add(node, "isinstance() with A | B fails: use a tuple of types")
        self.generic_visit(node)

    def _public_exponent(self, node: ast.expr) -> bool:
        """A key's own exponent: its class lets only positive ones in; or a positive number."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value > 0
        return isinstance(node, ast.Attribute) and node.attr == "exponent"

    def _is_module(self, function: ast.expr, name: str) -> bool:
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            return self._modules.get(function.value.id) == name
        return False

    def _codec(self, node: ast.Call) -> None:
        position = 0 if isinstance(node.func, ast.Attribute) else 1
        for argument in [*node.args[position : position + 1], *(k.value for k in node.keywords if k.arg == "encoding")]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                if argument.value.lower() not in CODECS:
                    self.add(node, f"codec {argument.value} is taken for UTF-8 without a word: use a table of your own")

    def _regex(self, node: ast.Call) -> None:
        for constant in ast.walk(node.args[0]) if node.args else ():
            if isinstance(constant, ast.Constant) and isinstance(constant.value, (str, bytes)):
                text = constant.value if isinstance(constant.value, str) else constant.value.decode("latin-1")
                for part, reason in REGEX_PARTS:
                    if re.search(part, text):
                        self.add(node, f"regular expression: {reason}")
