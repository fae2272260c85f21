"""Writes tests/unit/golden_frames.py from frames.json: the same data in a form that MicroPython reads without files.

python tests/golden/make_module.py
"""

import json
from pathlib import Path

FRAMES_JSON = Path(__file__).with_name("frames.json")
MODULE = Path(__file__).parents[1] / "unit" / "golden_frames.py"
WIDTH = 96

HEAD = '''"""The golden frames of docs/messages.md. Made from tests/golden/frames.json by tests/golden/make_module.py.

FRAMES: (name, message of the presence table or None, MTI, TPDU, header, fields, frame). fields: (number, value), the
values of HEX_FIELDS and everything else that is bytes in hex. F64 is under MAK where it is there.
"""
'''


def _text(value: str, indent: str) -> list[str]:
    """A literal in lines of at most WIDTH characters each."""
    if len(value) <= WIDTH:
        return [f'{indent}"{value}",']
    pieces = [value[at : at + WIDTH] for at in range(0, len(value), WIDTH)]
    return [f"{indent}(", *(f'{indent}    "{piece}"' for piece in pieces), f"{indent}),"]


def _field(number: str, value: str) -> list[str]:
    if len(value) <= WIDTH:
        return [f'            ({number}, "{value}"),']
    return ["            (", f"                {number},", *_text(value, " " * 16), "            ),"]


def module(golden: dict) -> str:
    """The module's source. golden: what frames.json holds."""
    lines = [HEAD]
    for name in ("tmk", "pik", "mak", "pin", "clear_pin_block"):
        lines.append(f'{name.upper()} = "{golden[name]}"')
    lines.append(f"HEX_FIELDS = ({', '.join(str(number) for number in golden['hex_fields'])})")
    lines.append("FRAMES = (")
    for frame in golden["frames"]:
        lines.append("    (")
        message = f'"{frame["message"]}"' if frame["message"] else "None"
        lines.append(f'        "{frame["name"]}",')
        lines.append(f"        {message},")
        lines += [f'        "{frame[part]}",' for part in ("mti", "tpdu", "header")]
        lines.append("        (")
        for number, value in frame["fields"].items():
            lines += _field(number, value)
        lines.append("        ),")
        lines += _text(frame["frame"], " " * 8)
        lines.append("    ),")
    return "\n".join([*lines, ")", ""])


if __name__ == "__main__":
    MODULE.write_text(module(json.loads(FRAMES_JSON.read_text(encoding="utf-8"))), encoding="utf-8")
