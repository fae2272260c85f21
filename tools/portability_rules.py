"""The portability rules on one file's text: names, syntax, and the strings that stand beside f-strings.

mpy-cross finds what does not compile; these say it more clearly, and find what compiles and then fails on the board.
"""

import ast
import io
import tokenize

from tools.portability_names import Names
from tools.portability_native import native_numbers
from tools.portability_syntax import Syntax
from tools.portability_walk import Finding


def joined_strings(source: str) -> list[Finding]:
    """Plain string pieces with braces beside an f-string: MicroPython takes their braces for fields."""
    start = getattr(tokenize, "FSTRING_START", None)
    end = getattr(tokenize, "FSTRING_END", None)
    found: list[Finding] = []
    run: list[tuple[bool, int, bool]] = []  # (is an f-string, line, has braces)
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == start:
            depth += 1
            if depth == 1:
                run.append((True, token.start[0], False))
        elif token.type == end:
            depth -= 1
        elif depth or token.type in (tokenize.NL, tokenize.COMMENT):
            continue
        elif token.type == tokenize.STRING:
            prefix = token.string[: token.string.index(token.string[-1])].lower()
            run.append(("f" in prefix, token.start[0], "{" in token.string or "}" in token.string))
        else:
            if any(piece[0] for piece in run):
                reason = "f-string: braces of the plain string beside it are taken for fields, use % instead"
                found += [(line, reason) for formatted, line, braces in run if braces and not formatted]
            run = []
    return found


def check_source(source: str, path: str = "", board: bool = False, clock: bool = False) -> list[Finding]:
    """Every (line, reason) in one file's text. SyntaxError when CPython itself cannot read it."""
    tree = ast.parse(source, path)
    found = Names(board, clock).check(tree) + Syntax(board, clock).check(tree) + joined_strings(source)
    found += native_numbers(tree)
    return sorted(set(found))
