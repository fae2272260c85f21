"""Numbers in native code. mpy-cross puts what does not fit 16 bits behind the code, to be read from a multiple of four;
frozen for a Cortex-M0+ a function may begin two bytes off that, and then half of another number is read."""

import ast

from tools.portability_walk import Finding

MOST = {"viper": 0xFFFF, "native": 0x7FFF}  # native code holds a number shifted by one, with a tag below it
_FOLDED = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.LShift: lambda a, b: a << b if 0 <= b <= 64 else a,
    ast.BitOr: lambda a, b: a | b,
    ast.BitAnd: lambda a, b: a & b,
    ast.BitXor: lambda a, b: a ^ b,
}


def native_numbers(tree: ast.Module) -> list[Finding]:
    """Every number over 16 bits that a viper or native function of a module holds, folded as mpy-cross folds it."""
    known: dict[str, int] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _name(node.value.func) == "const":
            value = _value(node.value.args[0], known) if node.value.args else None
            for target in node.targets:
                if isinstance(target, ast.Name) and value is not None:
                    known[target.id] = value
    found: list[Finding] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                most = MOST.get(_name(decorator))
                if most is not None:
                    _look(node.body, known, most, found)
    return found


def _look(nodes: list[ast.stmt] | list[ast.AST], known: dict[str, int], most: int, found: list[Finding]) -> None:
    for node in nodes:
        value = _value(node, known)
        if value is None:
            _look(list(ast.iter_child_nodes(node)), known, most, found)
        elif not -most <= value <= most:
            reason = f"{value:#x} in native code: over {most.bit_length()} bits, make it of smaller ones in a variable"
            found.append((getattr(node, "lineno", 1), reason))


def _value(node: ast.AST, known: dict[str, int]) -> int | None:
    """What mpy-cross knows of an expression: an int, or None."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) is int else None
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert)):
        value = _value(node.operand, known)
        return None if value is None else -value if isinstance(node.op, ast.USub) else ~value
    if isinstance(node, ast.BinOp) and type(node.op) in _FOLDED:
        left, right = _value(node.left, known), _value(node.right, known)
        return None if left is None or right is None else _FOLDED[type(node.op)](left, right)
    return None


def _name(node: ast.AST) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
