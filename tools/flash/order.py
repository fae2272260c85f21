"""In which order modules have to be loaded so that none finds an older one in place of a newer one."""

import ast
from pathlib import Path

from tools.errors import ToolError


def imports(path: Path, known: dict[str, Path]) -> list[str]:
    """Modules of ours that a module imports when it is loaded itself: not those that its functions import."""
    found = []
    body: list[ast.stmt] = list(ast.parse(path.read_text()).body)
    while body:
        statement = body.pop(0)
        if isinstance(statement, ast.Import):
            found += [name.name for name in statement.names]
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            found += [statement.module, *(f"{statement.module}.{name.name}" for name in statement.names)]
        elif isinstance(statement, (ast.If, ast.Try, ast.For, ast.While, ast.With, ast.ClassDef)):
            for part in ("body", "orelse", "finalbody", "handlers"):
                for inner in getattr(statement, part, []):
                    body += inner.body if isinstance(inner, ast.ExceptHandler) else [inner]
    return [name for name in found if name in known]


def ordered(changed: set[str], known: dict[str, Path]) -> list[str]:
    """changed, each behind all that it needs, directly or through others. ToolError for a circle."""
    order: list[str] = []
    done: set[str] = set()
    under_way: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        if name in under_way:
            circle = " -> ".join([*under_way[under_way.index(name) :], name])
            raise ToolError(f"modules import one another: {circle}", "import one of them within a function")
        under_way.append(name)
        for needed in imports(known[name], known):
            visit(needed)
        under_way.pop()
        done.add(name)
        if name in changed:
            order.append(name)

    for name in sorted(known):
        visit(name)
    return order


def closure(start: str, known: dict[str, Path]) -> set[str]:
    """A module, and all that are loaded with it."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports(known[name], known)
    return found
