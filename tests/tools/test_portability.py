"""Each planted error must be found, in its line, with a reason; good firmware must pass."""

import textwrap

import pytest

from tools import portability
from tools.errors import ToolError
from tools.portability_rules import check_source

# (what is wrong, source, words of the reason); the error stands in the line that ends with `# here`, or in line 1.
PLANTED = [
    ("viper number", "@micropython.viper\ndef f():\n    return 0x1ffff  # here", "0x1ffff in native code"),
    ("viper number, folded", "@viper\ndef f(a):\n    a &= ~(1 << 16)  # here", "-0x10001 in native code"),
    ("viper number, named", "BIG = const(70000)\n@viper\ndef f(a):\n    a += BIG  # here", "in native code"),
    ("native number", "@micropython.native\ndef f():\n    return 0x8000  # here", "0x8000 in native code: over 15"),
    ("missing module", "import functools", "functools is not in MicroPython"),
    ("missing module, from", "from dataclasses import dataclass", "dataclasses is not"),
    ("host code in firmware", "import host_sim.rig.bus", "host_sim is not"),
    ("relative import", "from . import des", "relative import"),
    ("time", "import time", "time is imported"),
    ("time, renamed", "import time as t", "time is imported"),
    ("time, from", "from time import ticks_ms", "time is imported"),
    ("hardware", "from machine import Pin", "machine is imported outside boards"),
    ("hardware, in a function", "def f():\n    import rp2  # here", "rp2 is imported outside boards"),
    ("socket", "import socket", "socket is imported outside"),
    ("entropy", "import os\nos.urandom(8)  # here", "entropy is a device"),
    ("asyncio.sleep", "import asyncio\nasync def f():\n    await asyncio.sleep(1)  # here", "asyncio.sleep is used"),
    ("asyncio.wait_for", "import asyncio as a\na.wait_for(None, 1)  # here", "asyncio.wait_for is used"),
    ("wait_for_ms, from", "from asyncio import wait_for_ms", "asyncio.wait_for_ms is used"),
    ("asyncio.Queue", "import asyncio\nq = asyncio.Queue()  # here", "asyncio.Queue is not"),
    ("asyncio.TaskGroup", "from asyncio import TaskGroup", "asyncio.TaskGroup is not"),
    ("os.path", "import os\nos.path.join('a')  # here", "os.path is not"),
    ("os.environ", "from os import environ", "os.environ is not"),
    ("hashlib.sha512", "import hashlib\nhashlib.sha512(b'')  # here", "hashlib.sha512 is not"),
    ("hexdigest", "import hashlib\nhashlib.sha256(b'').hexdigest()  # here", ".hexdigest()"),
    ("struct.Struct", "import struct\nHEADER = struct.Struct('<B')  # here", "struct.Struct is not"),
    ("zfill", "x = '1'.zfill(3)", ".zfill()"),
    ("ljust", "x = str(1).ljust(3)", ".ljust()"),
    ("rjust", "x = '1'.rjust(3)", ".rjust()"),
    ("removeprefix", "x = 'ab'.removeprefix('a')", ".removeprefix()"),
    ("removesuffix", "x = 'ab'.removesuffix('b')", ".removesuffix()"),
    ("isalnum", "x = 'ab'.isalnum()", ".isalnum()"),
    ("isascii", "x = b'ab'.isascii()", ".isascii()"),
    ("translate", "x = 'ab'.translate({})", ".translate()"),
    ("bit_length", "x = (5).bit_length()", ".bit_length()"),
    ("tobytes", "x = memoryview(b'').tobytes()", ".tobytes()"),
    ("to_bytes keyword", "x = (5).to_bytes(2, byteorder='big')", "no keyword byteorder"),
    ("from_bytes keyword", "x = int.from_bytes(b'1', byteorder='big')", "no keyword byteorder"),
    ("split keyword", "x = 'a b'.split(maxsplit=1)", "no keyword maxsplit"),
    ("print flush", "print('a', flush=True)", "no keyword flush"),
    ("json sort_keys", "import json\njson.dumps({}, sort_keys=True)  # here", "no keyword sort_keys"),
    ("codec", "x = 'a'.encode('gbk')", "codec gbk"),
    ("codec of str()", "x = str(b'a', 'latin-1')", "codec latin-1"),
    ("exception name", "try:\n    pass\nexcept FileNotFoundError:  # here\n    pass", "OSError and its errno"),
    ("TimeoutError", "raise TimeoutError", "asyncio.TimeoutError"),
    ("__cause__", "def f(e):\n    return e.__cause__  # here", "keeps no cause"),
    ("list display", "a = [1]\nb = [*a]  # here", "[*a]"),
    ("tuple display", "a = [1]\nb = (*a, 1)  # here", "[*a]"),
    ("set display", "a = [1]\nb = {*a}  # here", "[*a]"),
    ("returned star", "def f(a):\n    return *a, 1  # here", "[*a]"),
    ("dict display", "d = {}\ne = {**d}  # here", "{**d}"),
    ("match", "match 1:\n    case 1:\n        pass", "match does not compile"),
    ("except*", "try:\n    pass\nexcept* ValueError:\n    pass", "except* does not compile"),
    ("positional-only", "def f(a, /):\n    pass", "positional-only"),
    ("positional-only lambda", "f = lambda a, /: a", "positional-only"),
    ("async generator", "async def f():\n    yield 1  # here", "async generator"),
    ("async comprehension", "async def f(a):\n    return [x async for x in a]  # here", "async comprehension"),
    ("subscripted type", "Table = list[int]", "list[...] as an expression"),
    ("metaclass", "class A(metaclass=type):\n    pass", "class keywords"),
    ("isinstance with |", "isinstance(1, int | str)", "tuple of types"),
    ("slice with a step", "x = b'abcd'[::2]", "slice with a step"),
    ("float", "x = 0.5", "float"),
    ("division", "x = 1 / 2", "use //"),
    ("division in place", "x = 4\nx /= 2  # here", "use //="),
    ("pow with a modulus", "x = pow(3, -1, 7)", "pow() with a modulus"),
    ("re {n}", "import re\nre.match(r'\\d{4}', '')  # here", "{n} silently never matches"),
    ("re named group", "import re\nre.compile('(?P<a>x)')  # here", "plain groups"),
    ("re, renamed", "import re as r\nr.search('a{2,3}', '')  # here", "{n} silently never matches"),
    ("re.fullmatch", "import re\nre.fullmatch('a', 'a')  # here", "re.fullmatch is not"),
    ("f-string and braces", "x = 1\ny = f'{x}' '{y}'  # here", "taken for fields"),
    ("f-string after braces", "x = 1\ny = ('{y}'  # here\n     f'{x}')", "taken for fields"),
    ("f-string, string inside", "x = 1\ny = f'{x if x else \"a:b\"}'  # here", "is cut there"),
    ("f-string, lambda", "y = f'{(lambda: 3)()}'", "lambda does not compile"),
]


def expected_line(source):
    lines = source.splitlines()
    marked = [number for number, line in enumerate(lines, 1) if line.endswith("# here")]
    return marked[0] if marked else 1


@pytest.mark.parametrize(("source", "words"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED])
def test_planted_error_is_found(source, words):
    found = check_source(source)
    assert any(line == expected_line(source) and words in reason for line, reason in found), found


@pytest.mark.parametrize(
    "source",
    [
        "from micropython import const\nTYPE_CHECKING = const(False)\nif TYPE_CHECKING:\n    from typing import Any",
        "def f(a: 'list[int]') -> list[int]:\n    x: list[int] = []\n    return x",
        "a = [1]\nb, *c = a\nprint(*a, *a)\nd = dict(**{'e': 1})",
        "x = {'a': 1}\ny = f'{x[\"a\"]}' f'{{}}' 'plain'",
        "list = {}\nlist[1] = 2",
        "import asyncio\nasync def f():\n    await asyncio.gather()\n    async with asyncio.Lock():\n        pass",
        "async def f():\n    def g():\n        yield 1\n    return g",
        "x = 'ab'.encode('ascii') + 'a'.encode()\ny = str(b'', 'utf-8')",
        "def f(key):\n    return pow(3, key.exponent, 7)",
        "import re\nre.match('(?:a)+[0-9]$', 'a1')",
        "x = int.from_bytes(b'12', 'big')\ny = x // 2\nz = x.to_bytes(2, 'big')",
    ],
)
def test_portable_source_passes(source):
    assert check_source(source) == []


def test_boards_and_the_clock_may_what_others_may_not():
    assert check_source("import machine, time, socket", board=True) == []
    assert check_source("import time\nimport asyncio\nasyncio.sleep_ms(1)", clock=True) == []
    assert check_source("import machine", clock=True)


def make_tree(folder, files):
    root = folder / "firmware"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def test_tree_names_file_and_line_and_exits_1(tmp_path, capsys):
    root = make_tree(tmp_path, {
        "till/a.py": "x = 1\ny = '1'.zfill(2)\n",
        "till/b.py": "x = 1\nprint('\\N{BULLET}')\n",  # only mpy-cross refuses this, and names no line
        "till/c.py": "def f(:\n",
        "till/drivers/clock.py": "import time\n",
        "boards/pico.py": "import machine, time\n",
        "manifest.py": "freeze('.', opt=0.5)\n",
    })  # fmt: skip
    assert portability.main(root) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("firmware/till/a.py:2: .zfill()")
    assert lines[1].startswith("firmware/till/b.py:1: mpy-cross: NotImplementedError")
    assert lines[2].startswith("firmware/till/c.py:1: not Python")
    assert lines[-1] == "portability: 5 files, 3 findings"


def test_mpy_cross_compiles_viper_for_the_floor(tmp_path):
    root = make_tree(tmp_path, {
        "till/a.py": """
            from micropython import viper
            @viper
            def f(a: ptr8, n: int) -> int:
                return a[n]
            """,
    })  # fmt: skip
    assert portability.check_tree(root) == (1, [])


def test_empty_folder_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(ToolError, match="--firmware"):
        portability.check_tree(tmp_path)


def test_the_firmware_passes():
    count, findings = portability.check_tree()
    assert count > 0
    assert [str(finding) for finding in findings] == []
